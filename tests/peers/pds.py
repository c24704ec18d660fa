"""A Bluesky PDS with a directory of identities in memory (reference peers, section 2)."""

import base64
import hmac
import json
import secrets
import time
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
    """Bring it from npm."""
    place.from_npm("pds")


def missing() -> str | None:
    """Say what keeps it from running here."""
    return place.missing("pds", place.PLACE / "pds/node_modules/@atproto/pds/package.json")


@dataclass(frozen=True, slots=True)
class Member:
    """An account on the PDS, and the means of its owner."""

    did: str
    handle: str
    password: str
    token: str

    @property
    def email(self) -> str:
        return f"{self.handle.partition('.')[0]}@example.com"


@dataclass(frozen=True, slots=True)
class Pds:
    """A running PDS, by the address at which it calls itself at home."""

    url: str
    admin: str
    jwt_secret: str
    pid: int

    def ask(self, method: str, *, token: str | None = None, body: Body | None = None, **query: Any) -> Body:
        """Call a method: a procedure with a ``body``, else a query.

        Raises:
            httpx2.HTTPStatusError: it refused.
        """
        headers = {"authorization": f"Bearer {token}"} if token else {}
        verb = "GET" if body is None else "POST"
        url = f"{self.url}/xrpc/{method}"
        with httpx2.Client(trust_env=False, timeout=60) as client:
            answer = client.request(verb, url, headers=headers, json=body or None, params=query)
        answer.raise_for_status()
        return answer.json() if answer.content else {}

    def member(self, name: str | None = None) -> Member:
        """Open an account, by default under a name that nobody has."""
        handle, password = f"{name or 'u' + secrets.token_hex(6)}.test", f"pw-{secrets.token_hex(12)}"
        body = {"handle": handle, "password": password, "email": f"{handle.partition('.')[0]}@example.com"}
        made = self.ask("com.atproto.server.createAccount", body=body)
        return Member(made["did"], handle, password, made["accessJwt"])

    def app_password(self, member: Member, name: str = "postwright") -> str:
        """Make an app password for an account."""
        made = self.ask("com.atproto.server.createAppPassword", token=member.token, body={"name": name})
        return made["password"]

    def revoke(self, member: Member, name: str = "postwright") -> None:
        """Take an app password back."""
        self.ask("com.atproto.server.revokeAppPassword", token=member.token, body={"name": name})

    def expired(self, member: Member) -> str:
        """Write an access token of an account as the server itself would have, three hours ago."""
        now = int(time.time())
        header = {"typ": "at+jwt", "alg": "HS256"}
        claims = {"sub": member.did, "aud": "did:web:localhost", "iat": now - 10_800, "exp": now - 3_600}
        parts = [header, {**claims, "scope": "com.atproto.appPass"}]
        signed = ".".join(_base64(json.dumps(part).encode()) for part in parts)
        return f"{signed}.{_base64(hmac.digest(self.jwt_secret.encode(), signed.encode(), 'sha256'))}"

    def posts(self, member: Member) -> list[Body]:
        """Read the newest hundred posts of an account, newest first, each with ``uri``, ``cid`` and ``value``."""
        collection = "app.bsky.feed.post"
        return self.ask("com.atproto.repo.listRecords", repo=member.did, collection=collection, limit=100)["records"]

    def blob(self, member: Member, cid: str) -> bytes:
        """Read what an account keeps under a content id."""
        query = {"did": member.did, "cid": cid}
        answer = httpx2.get(f"{self.url}/xrpc/com.atproto.sync.getBlob", params=query, timeout=60, trust_env=False)
        answer.raise_for_status()
        return answer.content


def _base64(content: bytes) -> str:
    return base64.urlsafe_b64encode(content).decode().rstrip("=")


@contextmanager
def running_pds(folder: Path, **environment: Any) -> Generator[Pds]:
    """Run one with its data in a folder; ``environment`` as its own settings are named (``blobUploadLimit``)."""
    port, plc_port = place.free_ports(2)
    admin, jwt_secret = secrets.token_hex(16), secrets.token_hex(16)
    given = {
        "folder": str(folder),
        "port": port,
        "plcPort": plc_port,
        "rotationKey": secrets.token_hex(32),
        "jwtSecret": jwt_secret,
        "adminPassword": admin,
        "environment": environment,
    }
    # A script given like this finds the packages of the folder it runs in.
    script = (place.HERE / "node/pds/start.mjs").read_text(encoding="utf-8")
    command = [*place.node_on_loopback(), "--input-type=module", "--eval", script, json.dumps(given)]
    quiet = {"LOG_ENABLED": "false", "NODE_ENV": "production"}
    url, home = f"http://127.0.0.1:{port}/xrpc/_health", place.PLACE / "pds"
    with running(command, folder, url=url, environment=quiet, directory=home) as process:
        yield Pds(f"http://localhost:{port}", admin, jwt_secret, process.pid)
