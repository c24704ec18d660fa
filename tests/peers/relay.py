"""A Nostr relay (reference peers, section 3)."""

import json
import sys
from collections.abc import Generator, Mapping
from contextlib import contextmanager
from pathlib import Path
from types import MappingProxyType
from typing import Any

from tests.peers import place
from tests.peers.running import running

#: What it checks of an event: nothing beyond the protocol but that it is neither huge nor from the future.
_VALIDATORS = ("is_not_too_large", "is_signed", "is_recent", "is_not_hellthread")


def install() -> None:
    """Bring it from PyPI."""
    place.from_pypi("relay")


def missing() -> str | None:
    """Say what keeps it from running here."""
    return place.missing("relay", _program())


@contextmanager
def running_relay(
    folder: Path, authentication: Mapping[str, Any] = MappingProxyType({"enabled": False}), **settings: Any
) -> Generator[str]:
    """Run one with its data in a folder; yield its ``ws://`` address. Settings are those of its configuration."""
    (port,) = place.free_ports(1)
    folder.mkdir(parents=True, exist_ok=True)
    config = {
        "relay_name": "test relay",
        "storage": {
            "sqlalchemy.url": f"sqlite+aiosqlite:///{folder / 'nostr.sqlite3'}",
            "validators": [f"nostr_relay.validators.{name}" for name in _VALIDATORS],
        },
        "verification": {"nip05_verification": "disabled"},
        "gunicorn": {"bind": f"127.0.0.1:{port}", "workers": 1, "loglevel": "info"},
        **settings,
        "authentication": {"relay_urls": [f"ws://127.0.0.1:{port}/"], **authentication},
    }
    # YAML takes JSON as it is.
    (folder / "relay.yaml").write_text(json.dumps(config), encoding="utf-8")
    command = [_program(), "-c", folder / "relay.yaml", "serve"]
    with running(command, folder, url=f"http://127.0.0.1:{port}/"):
        yield f"ws://127.0.0.1:{port}/"


def _program() -> Path:
    return place.python("relay").with_name("nostr-relay" + (".exe" if sys.platform == "win32" else ""))
