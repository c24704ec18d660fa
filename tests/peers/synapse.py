"""A Matrix homeserver (reference peers, section 3)."""

import base64
import hashlib
import hmac
import json
import secrets
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx2

from tests.peers import place
from tests.peers.running import running

Body = dict[str, Any]


def install() -> None:
    """Bring it from PyPI."""
    place.from_pypi("synapse")


def missing() -> str | None:
    """Say what keeps it from running here."""
    return place.missing("synapse", place.python("synapse").with_name("synapse_homeserver"))


@dataclass(frozen=True, slots=True)
class Resident:
    """A user of the homeserver."""

    user_id: str
    password: str
    token: str


@dataclass(frozen=True, slots=True)
class Synapse:
    """A running homeserver, whose name is ``localhost``."""

    url: str
    shared_secret: str

    def ask(self, method: str, path: str, *, token: str | None = None, body: Body | None = None, **query: Any) -> Body:
        """Call its API under ``/_matrix/client/v3`` or, with a whole path, anywhere.

        Raises:
            httpx2.HTTPStatusError: it refused.
        """
        whole = path if path.startswith("/_") else f"/_matrix/client/v3{path}"
        headers = {"authorization": f"Bearer {token}"} if token else {}
        with httpx2.Client(trust_env=False, timeout=60) as client:
            answer = client.request(method, f"{self.url}{whole}", headers=headers, json=body, params=query)
        answer.raise_for_status()
        return answer.json()

    def resident(self, name: str | None = None) -> Resident:
        """Register a user, by default under a name that nobody has."""
        user, password = name or f"u{secrets.token_hex(6)}", secrets.token_hex(12)
        path = "/_synapse/admin/v1/register"
        nonce = self.ask("GET", path)["nonce"]
        signed = f"{nonce}\0{user}\0{password}\0notadmin".encode()
        mac = hmac.new(self.shared_secret.encode(), signed, hashlib.sha1).hexdigest()
        body = {"nonce": nonce, "username": user, "password": password, "admin": False, "mac": mac}
        made = self.ask("POST", path, body=body)
        return Resident(made["user_id"], password, made["access_token"])

    def room(self, resident: Resident, **more: Any) -> str:
        """Make a room; return its id."""
        return self.ask("POST", "/createRoom", token=resident.token, body={"preset": "private_chat", **more})["room_id"]


@contextmanager
def running_synapse(folder: Path, **settings: Any) -> Generator[Synapse]:
    """Run one with its data in a folder; ``settings`` as in its configuration (``rc_message``, ``max_upload_size``)."""
    (port,) = place.free_ports(1)
    folder.mkdir(parents=True, exist_ok=True)
    shared_secret = secrets.token_hex(16)
    config: Body = {
        "server_name": "localhost",
        "report_stats": False,
        "pid_file": str(folder / "homeserver.pid"),
        "signing_key_path": str(folder / "signing.key"),
        "media_store_path": str(folder / "media"),
        "macaroon_secret_key": secrets.token_hex(16),
        "form_secret": secrets.token_hex(16),
        "registration_shared_secret": shared_secret,
        "trusted_key_servers": [],
        "database": {"name": "sqlite3", "args": {"database": str(folder / "homeserver.db")}},
        "listeners": [
            {
                "port": port,
                "type": "http",
                "bind_addresses": ["127.0.0.1"],
                "resources": [{"names": ["client", "media"]}],
            }
        ],
        # All tests of a process log in at one server, from one address.
        "rc_login": {
            name: {"per_second": 100, "burst_count": 1000} for name in ("address", "account", "failed_attempts")
        },
        **settings,
    }
    path = folder / "homeserver.yaml"
    # YAML takes JSON as it is.
    path.write_text(json.dumps(config), encoding="utf-8")
    module = [place.python("synapse"), "-m", "synapse.app.homeserver", "--config-path", path]
    (folder / "signing.key").write_text(f"ed25519 a_{secrets.token_hex(2)} {_seed()}\n", encoding="utf-8")
    with running(module, folder, url=f"http://127.0.0.1:{port}/health"):
        yield Synapse(f"http://127.0.0.1:{port}", shared_secret)


def _seed() -> str:
    """Draw a signing key as its file has it: 32 bytes in unpadded base64."""
    return base64.b64encode(secrets.token_bytes(32)).decode().rstrip("=")
