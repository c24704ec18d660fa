"""A WordPress with SQLite, on PHP in WebAssembly (reference peers, section 3). It is slow, so not every run has it."""

import json
import zipfile
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.peers import place
from tests.peers.running import running

_CLI = place.PLACE / "wordpress/node_modules/@wp-playground/cli/wp-playground.js"
_BUILD = place.PLACE / "wordpress/node_modules/@wp-playground/wordpress-builds/src/wordpress/wp-6.5.zip"
#: Over plain HTTP it makes application passwords only where it takes itself for a local one.
_LOCAL = ("--define", "WP_ENVIRONMENT_TYPE", "local")
_APP_PASSWORD = (
    "<?php require '/wordpress/wp-load.php';"
    "[$made] = WP_Application_Passwords::create_new_application_password(1, ['name' => 'postwright']);"
    "global $wp_rewrite; $wp_rewrite->set_permalink_structure('/%postname%/'); $wp_rewrite->flush_rules();"
    "file_put_contents('/given/password', $made);"
)


def install() -> None:
    """Bring it from npm."""
    place.from_npm("wordpress")


def missing() -> str | None:
    """Say what keeps it from running here."""
    return place.missing("wordpress", _BUILD)


@dataclass(frozen=True, slots=True)
class WordPress:
    """A running WordPress, and an application password of its administrator."""

    url: str
    user: str
    app_password: str


@contextmanager
def running_wordpress(folder: Path) -> Generator[WordPress]:
    """Run one with its data in a folder."""
    (port,) = place.free_ports(1)
    given = folder / "given"
    given.mkdir(parents=True, exist_ok=True)
    blueprint = folder / "blueprint.json"
    blueprint.write_text(json.dumps({"steps": [{"step": "runPHP", "code": _APP_PASSWORD}]}), encoding="utf-8")
    with zipfile.ZipFile(_BUILD) as build:
        build.extractall(folder / "wordpress")
    url = f"http://127.0.0.1:{port}"
    command = [
        *(
            *place.node_on_loopback(),
            _CLI,
            "server",
            f"--port={port}",
            f"--site-url={url}",
            "--workers=1",
            "--verbosity=normal",
        ),
        *("--mount-dir-before-install", folder / "wordpress", "/wordpress"),
        *("--mount-dir-before-install", given, "/given"),
        *("--wordpress-install-mode=install-from-existing-files", f"--blueprint={blueprint}", *_LOCAL),
    ]
    with running(command, folder, url=f"{url}/wp-json/", patience=55):
        yield WordPress(url, "admin", (given / "password").read_text(encoding="utf-8"))
