"""The bundle for desktop clients: ``manifest.json``, and the folder that ``mcpb pack`` makes a bundle of.

Source of the form: the schema of manifest version 0.4 in the npm package ``@anthropic-ai/mcpb`` 2.1.2. The bundle
carries the source and ``uv.lock``: the client's ``uv`` installs exactly what was tested, and nothing is compiled in.

``python -m release.desktop FOLDER`` makes the folder.
"""

import shutil
import sys
import tomllib
from pathlib import Path
from typing import Any

from release.project import AUTHOR, DESCRIPTION, KEYWORDS, LICENSE, NAME, PYTHON, ROOT, VERSION
from release.variables import Variable, variable
from tools.catalogue import TOOLS

#: What the client asks its user for, and as what; everything else has a default that serves.
ASKED = {
    "genviral_api_key": "Genviral API key",
    "postpost_api_key": "PostPost API key",
    "socialapi_api_key": "SocialAPI.ai API key",
    "mode": "How far the tools may go",
    "timezone": "Time zone",
    "media_roots": "Folder with pictures and films",
}

#: A client starts a bundle in no folder of the user's, so the one that lies there must be asked for.
_TYPES = {"media_roots": "directory"}

#: Files that are needed to build and install, beside the packages of the wheel.
_BESIDE = ("pyproject.toml", "uv.lock", "README.md", "LICENSE")


def manifest() -> dict[str, Any]:
    """Write the manifest, with the tools of the catalogue."""
    return {
        "manifest_version": "0.4",
        "name": NAME,
        "display_name": NAME,
        "version": VERSION,
        "description": DESCRIPTION,
        "author": AUTHOR,
        "license": LICENSE,
        "keywords": KEYWORDS,
        "compatibility": {"platforms": ["darwin", "linux", "win32"], "runtimes": {"python": PYTHON}},
        "server": {
            "type": "uv",
            "entry_point": "server/__main__.py",
            "mcp_config": {
                "command": "uv",
                "args": ["run", "--directory", "${__dirname}", "--locked", "--no-dev", NAME],
                "env": {variable(setting).name: f"${{user_config.{setting}}}" for setting in ASKED},
            },
        },
        "tools": [{"name": tool.name, "description": tool.description} for tool in TOOLS],
        "prompts_generated": True,
        "user_config": {setting: _field(setting, variable(setting)) for setting in ASKED},
    }


def _field(setting: str, asked: Variable) -> dict[str, Any]:
    return {
        "type": _TYPES.get(setting, "string"),
        "title": ASKED[setting],
        "description": asked.description,
        "required": False,
        **({"sensitive": True} if asked.secret else {}),
        **({"default": asked.default} if asked.default is not None else {}),
    }


def lay_out(folder: Path) -> None:
    """Put into a new folder what the bundle is made of.

    Raises:
        FileExistsError: the folder is there already.
    """
    folder.mkdir(parents=True)
    built = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["hatch"]["build"]
    for package in built["targets"]["wheel"]["only-include"]:
        shutil.copytree(ROOT / package, folder / package, ignore=shutil.ignore_patterns("__pycache__"))
    for name in _BESIDE:
        shutil.copy(ROOT / name, folder)
    shutil.copy(Path(__file__).with_name("manifest.json"), folder)


if __name__ == "__main__":
    lay_out(Path(sys.argv[1]))
