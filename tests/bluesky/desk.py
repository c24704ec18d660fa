"""An account on a real PDS: logged in to as a person would, and as its owner and anybody else sees it."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from engine.clock import utc_now
from providers.networks.bluesky.kind import KIND
from providers.networks.bluesky.network import Bluesky
from providers.networks.kind import Login
from schemas.instant import Clock
from tests.desk import Body
from tests.leaks import planted
from tests.local.chatting import Keeping, means
from tests.peers.pds import Member, Pds


@dataclass(frozen=True, slots=True)
class Known:
    """An account on a PDS, its owner's app password for us, and what can be seen of it from outside."""

    pds: Pds
    member: Member
    password: str

    async def login(self, home: Path, keeping: Keeping | None = None, clock: Clock = utc_now) -> Login:
        """Log in as a person would; its secrets may show nowhere from now on."""
        given = {"identifier": self.member.handle, "password": self.password, "server": self.pds.url}
        login = await KIND.log_in(given, means(home, clock, keeping))
        planted.update(login.secrets[name] for name in ("password", "access", "refresh"))
        return login

    @property
    def account(self) -> str:
        return f"local:bluesky-{self.member.handle}"

    @property
    def posts(self) -> list[Body]:
        return [post["value"] for post in self.pds.posts(self.member)]


def through(login: Login, url: str, *, entry: bool = False, secrets: Mapping[str, str] | None = None) -> Login:
    """The same login, whose server is reached elsewhere; with ``entry``, to renew the session too."""
    others = {"entry": url} if entry else {}
    return replace(login, settings={**login.settings, "pds": url, **others}, secrets=secrets or login.secrets)


def stale(login: Login, **secrets: str) -> Login:
    """The same login, long after its session was renewed."""
    return replace(login, secrets={**login.secrets, "renewed_at": "2026-01-01T00:00:00Z", **secrets})


def connected(login: Login, home: Path, keeping: Keeping | None = None) -> Bluesky:
    network = KIND.connect(login, means(home, utc_now, keeping))
    assert isinstance(network, Bluesky)
    return network
