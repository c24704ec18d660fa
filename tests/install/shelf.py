"""``uvx postwright`` as it is once postwright is on the index: uv finds the wheel of this checkout on a shelf.

The home of a room gets a configuration of uv, so that every client's server starts with nothing but ``HOME`` and
``PATH``. The first start fetches what the wheel depends on; after that uv stays off the network.
"""

import os
import subprocess
from pathlib import Path

from filelock import FileLock

from tests.install.room import ROOT, Room


def build(folder: Path) -> Path:
    """Build the wheel into a folder, once over all processes that test."""
    with FileLock(f"{folder}.lock"):
        if not list(folder.glob("*.whl")):
            _uv("build", "--quiet", "--wheel", "--out-dir", str(folder), folder=ROOT)
    return folder


def stock(room: Room, shelf: Path) -> None:
    """Have ``uvx postwright`` find the wheel in a room's home."""
    cache = _uv("cache", "dir", folder=ROOT).strip()
    told = room.home / ".config/uv/uv.toml"
    told.parent.mkdir(parents=True)
    found = f'find-links = ["{shelf}"]\ncache-dir = "{cache}"\n'
    told.write_text(found, encoding="utf-8")
    version = subprocess.run(
        ["uvx", "postwright", "--version"],
        env={**os.environ, "HOME": str(room.home)},
        cwd=room.folder,
        capture_output=True,
        text=True,
        check=False,
    )
    assert version.returncode == 0, version.stderr
    told.write_text(f"{found}offline = true\n", encoding="utf-8")


def _uv(*arguments: str, folder: Path) -> str:
    return subprocess.run(["uv", *arguments], cwd=folder, capture_output=True, text=True, check=True).stdout
