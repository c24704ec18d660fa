"""A process that is killed while a chat network's answer is under way: nobody can ask there what became of it."""

import pytest

from engine.clock import utc_now
from providers.networks.catalogue import KINDS
from sandbox.serve import running
from schemas.status import Status
from tests.local.chatting import Controls
from tests.local.deliverer import PAST_LEASES, delivering
from tests.local.embedded import Embedded, order, until
from tests.local.networked import means
from tests.local.places import EVERYWHERE, Place, log_in

pytestmark = pytest.mark.anyio


@EVERYWHERE
async def test_a_run_cut_off_after_accept_leaves_one_post_and_is_told_as_unknown(
    tmp_path_factory: pytest.TempPathFactory, place: Place
) -> None:
    # The other process is told the login by a file there, which no search for planted keys is to find.
    home = tmp_path_factory.mktemp("home")
    async with running(place.app()) as url:
        there, login = Controls(url), await log_in(place, url, home)
        await there.fault(place.takes, "accept_then_slow:300")
        network = KINDS[place.platform].connect(login, means(home))
        async with Embedded(home, utc_now, network) as engine:
            receipt = await engine.local.create(order("Only once", login.account))

            async def accepted() -> bool:
                return len(await there.messages()) == 1

            async def decided() -> bool:
                return (await engine.local.post(receipt.id)).status is Status.UNKNOWN

            with delivering(home, login) as victim:
                await until(accepted)
                victim.kill()
            with delivering(home, login, ahead=PAST_LEASES):
                await until(decided)
            [delivery] = (await engine.local.post(receipt.id)).deliveries
        assert len(await there.messages()) == 1
    assert delivery.retry is None
    assert "not sent again" in (delivery.error or "")
