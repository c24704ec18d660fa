"""A stand-in of one implementation, an account on it added as a person would, and what its owner sees."""

from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from engine.clock import utc_now
from providers.networks.catalogue import KINDS
from providers.networks.kind import Login
from providers.networks.mastodon.network import Mastodon
from providers.networks.network import Kept, Parcel
from sandbox.mastodon import TOKEN, Profile
from tests.leaks import planted
from tests.local.chatting import Body, Controls
from tests.local.networked import means
from tests.media.files import png

KIND = KINDS["mastodon"]


@dataclass(frozen=True)
class Standing(Controls):
    """A running stand-in."""

    profile: Profile

    async def login(self, home: Path, **given: str) -> Login:
        """Log in; the token may show nowhere from now on."""
        planted.add(TOKEN)
        return await KIND.log_in({"server": self.url, "token": TOKEN, **given}, means(home))

    async def connected(self, home: Path, **given: str) -> Mastodon:
        network = KIND.connect(await self.login(home, **given), means(home))
        assert isinstance(network, Mastodon)
        return network

    @property
    def account(self) -> str:
        return f"local:mastodon-ada@{self.url.removeprefix('http://')}"

    async def statuses(self) -> list[Body]:
        return (await self._call("GET", "statuses"))["statuses"]

    async def revoke(self) -> None:
        await self.steer("tokens", **{TOKEN: False})

    async def sent(self, path: str) -> int:
        """Count the requests to a path that would change something."""
        return sum(entry["path"] == path and entry["method"] == "POST" for entry in await self.requests())


def parcel(caption: str = "Hello", delivery: str = "dlv_1", **more: Any) -> Parcel:
    return Parcel(delivery, "pst_1", "", caption, more.pop("media", None), datetime.now(UTC), **more)


def picture(home: Path, alt_text: str | None) -> dict[str, Any]:
    """The media of a parcel that shows one picture in our keeping."""
    path = home / "picture.png"
    path.write_bytes(png())
    kept = Kept(str(path), "image/png", alt_text, len(png()), 64, 48)
    return {"media": {"type": "slideshow", "urls": ["media:a"]}, "files": {"media:a": kept}}


__all__ = ["KIND", "Standing", "parcel", "picture", "utc_now"]
