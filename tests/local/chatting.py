"""What the tests of the chat networks share: an account added as a person would, and its stand-in's controls."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import partial
from hashlib import sha256
from pathlib import Path
from typing import Any

import httpx2
import pytest

from providers.fetch import Fetcher
from providers.networks.kind import Kind, Means
from providers.networks.network import Network, Parcel, Window
from providers.protocol import Failure
from schemas.asset import Asset, Measures
from schemas.instant import Clock
from schemas.post import Delivery, Receipt
from schemas.status import Status
from tests.leaks import planted
from tests.local.embedded import Embedded, loopback, order
from tests.media.files import png

Body = dict[str, Any]


@dataclass
class Keeping:
    """Where changed secrets are kept."""

    secrets: dict[str, Mapping[str, str]] = field(default_factory=dict[str, Mapping[str, str]])

    async def keep(self, account: str, secrets: Mapping[str, str]) -> None:
        self.secrets[account] = secrets


def means(home: Path, clock: Clock, keeping: Keeping | None = None) -> Means:
    fetching = partial(Fetcher, clock, permitted=loopback)
    return Means(clock, fetching, home / "scratch", (keeping or Keeping()).keep)


async def added(kind: Kind, tools: Means, **given: str) -> Network:
    """Log in with what a person would give; what is secret of the login may show nowhere from now on."""
    defaults = {ask.name: ask.default for ask in kind.asks if ask.default is not None}
    login = await kind.log_in({**defaults, **given}, tools)
    planted.update(login.secrets.values())
    return kind.connect(login, tools)


@dataclass(frozen=True)
class Controls:
    """The controls of a sandbox at ``url``."""

    url: str

    async def _call(self, method: str, name: str, body: Body | None = None) -> Body:
        async with httpx2.AsyncClient(verify=False, timeout=60) as http:
            answer = await http.request(method, f"{self.url}/_sandbox/{name}", json=body)
            answer.raise_for_status()
            return answer.json()

    async def messages(self) -> list[Body]:
        return (await self._call("GET", "messages"))["messages"]

    async def steer(self, name: str, **changes: Any) -> None:
        await self._call("POST", name, changes)

    async def fault(self, path: str, fault: str, method: str = "POST") -> None:
        await self._call("POST", "faults", {"method": method, "path": path, "fault": fault})

    async def requests(self) -> list[Body]:
        return (await self._call("GET", "requests"))["requests"]


async def posted(engine: Embedded, network: Network, caption: str = "Hello", **more: Any) -> tuple[Receipt, Delivery]:
    """Create a post on one network, deliver what is due, and tell what became of it."""
    receipt = await engine.local.create(order(caption, network.account, **more))
    await engine.courier.step()
    return receipt, await delivery(engine, receipt)


async def refusal(network: Network, watch: Clock) -> Failure:
    """Publish one parcel past the engine, and tell how that failed."""
    step = await network.prepare(Parcel("dlv_1", "pst_1", network.account.id, "Hello", None, watch()))
    with pytest.raises(Failure) as refused:
        await step(Window(watch, 60))
    return refused.value


async def delivery(engine: Embedded, receipt: Receipt) -> Delivery:
    return (await engine.local.post(receipt.id)).deliveries[0]


def picture(home: Path, alt_text: str | None = None, *, noise: bytes = b"") -> Asset:
    """A picture in our keeping."""
    content = png(noise=noise)
    digest = sha256(content).hexdigest()
    path = home / "kept" / digest
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(content)
    measures = Measures("image/png", len(content), 64, 48)
    return Asset(f"media:{digest[:32]}", str(path), "picture.png", measures, alt_text)


def shows(*assets: Asset | str) -> dict[str, Any]:
    """The media of an order that shows files in our keeping, and links, in this order."""
    links = [asset if isinstance(asset, str) else asset.handle for asset in assets]
    kept = {asset.handle: asset for asset in assets if isinstance(asset, Asset)}
    return {"media": {"type": "slideshow", "urls": links}, "assets": kept}


PUBLISHED, QUEUED, FAILED, UNKNOWN = Status.PUBLISHED, Status.QUEUED, Status.FAILED, Status.UNKNOWN
