"""A run cut off after the server has accepted: the post is there once, and known to be there."""

from dataclasses import replace
from pathlib import Path

import pytest

from providers.networks.kind import Login
from tests.local.killing import killed_after_acceptance
from tests.local.networked import networked
from tests.local.posting import posted
from tests.mastodon.desk import Standing
from tests.peers.between import Between, Loses, between

pytestmark = pytest.mark.anyio

CREATE = "/api/v1/statuses"


@pytest.mark.parametrize("fault", ["accept_then_drop", "accept_then_drop:eof", "accept_then_html_500"])
async def test_a_post_whose_answer_is_lost_is_there_once_and_known(
    standing: Standing, tmp_path: Path, fault: str
) -> None:
    async with networked(tmp_path, await standing.login(tmp_path), SETTLE_SECONDS="1", SETTLE_READS="2") as agent:
        await standing.fault(CREATE, fault)
        sent = await posted(agent, standing.account, "Only once & for all")
    [status] = await standing.statuses()
    assert (sent["status"], sent["url"]) == ("published", f"{standing.url}/@ada/{status['id']}")
    assert (status["requests"], await standing.sent(CREATE)) == (1, 1)


@pytest.mark.parametrize("fault", ["drop_before", "html_500"])
async def test_a_post_that_never_was_made_is_sent_again(standing: Standing, tmp_path: Path, fault: str) -> None:
    async with networked(tmp_path, await standing.login(tmp_path), SETTLE_SECONDS="1", SETTLE_READS="2") as agent:
        await standing.fault(CREATE, fault)
        sent = await posted(agent, standing.account, "Once all the same")
    assert (sent["status"], await standing.sent(CREATE)) == ("published", 2)
    assert len(await standing.statuses()) == 1


async def test_a_post_whose_process_is_killed_before_it_hears_of_the_acceptance_is_one_post(
    standing: Standing, tmp_path: Path
) -> None:
    async with between(standing.url) as link:
        link.loses, link.holds = _loses_one(link), True
        login = await standing.login(tmp_path)
        delivery = await killed_after_acceptance(tmp_path, _through(login, link), link)
    [status] = await standing.statuses()
    assert (status["text"], link.lost) == ("Only once", 1)
    assert (delivery.url or "").endswith(f"/@ada/{status['id']}")


def _loses_one(link: Between) -> Loses:
    def loses(asked: bytes, answered: bytes) -> bool:
        return not link.lost and asked.startswith(b"POST /api/v1/statuses ")

    return loses


def _through(login: Login, link: Between) -> Login:
    """The same login, whose server is reached through a listener."""
    return replace(login, settings={**login.settings, "server": link.url})
