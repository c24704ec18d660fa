"""Write the files of every form of release anew: ``python -m release.write``."""

import json
from collections.abc import Callable
from typing import Any

from release.desktop import manifest
from release.plugin import marketplace, plugin
from release.project import ROOT
from release.registry import entry

FILES: dict[str, Callable[[], dict[str, Any]]] = {
    "release/manifest.json": manifest,
    "server.json": entry,
    ".claude-plugin/plugin.json": plugin,
    ".claude-plugin/marketplace.json": marketplace,
}


def written(content: dict[str, Any]) -> str:
    """Write a file's content as it is committed."""
    return json.dumps(content, indent=2, ensure_ascii=False) + "\n"


if __name__ == "__main__":
    for name, content in FILES.items():
        (ROOT / name).write_text(written(content()), encoding="utf-8")
