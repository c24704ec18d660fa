"""Kill the process that delivers at the moment when the server has taken a post and its answer is under way."""

from pathlib import Path

from engine.clock import utc_now
from providers.networks.catalogue import KINDS
from providers.networks.kind import Login
from schemas.post import Delivery
from schemas.status import Status
from tests.local.deliverer import PAST_LEASES, delivering
from tests.local.embedded import Embedded, order, until
from tests.local.networked import means
from tests.peers.between import Between


async def killed_after_acceptance(home: Path, login: Login, link: Between) -> Delivery:
    """Post, kill who delivers once ``link`` has lost an answer, and return what another process makes of it."""
    network = KINDS[login.account.platform].connect(login, means(home))
    async with Embedded(home, utc_now, network) as engine:
        receipt = await engine.local.create(order("Only once", login.account))

        async def published() -> bool:
            return (await engine.local.post(receipt.id)).status is Status.PUBLISHED

        with delivering(home, login) as victim:
            await link.happened.wait()
            victim.kill()
        with delivering(home, login, ahead=PAST_LEASES):
            await until(published)
        [delivery] = (await engine.local.post(receipt.id)).deliveries
        return delivery
