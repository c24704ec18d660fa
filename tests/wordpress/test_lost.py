"""A run cut off after the site has accepted: the post is there once, and known to be there."""

from dataclasses import replace
from pathlib import Path

import pytest

from tests.local.killing import killed_after_acceptance
from tests.local.networked import networked
from tests.peers.between import between
from tests.wordpress.site import Site, posted

pytestmark = pytest.mark.anyio

CREATE = "/wp-json/wp/v2/posts"


@pytest.mark.parametrize("fault", ["accept_then_drop", "accept_then_html_500"])
@pytest.mark.parametrize("status", ["publish", "draft"])
async def test_a_post_whose_answer_is_lost_is_there_once_and_known(
    site: Site, tmp_path: Path, fault: str, status: str
) -> None:
    words = f"Only once {fault.replace('_', ' ')} {status}"
    async with networked(tmp_path, await site.login(tmp_path), SETTLE_SECONDS="1", SETTLE_READS="2") as agent:
        await site.fault(CREATE, fault)
        sent = await posted(agent, site.account, words, wordpress={"status": status})
    [post] = await site.posts(words)
    assert (sent["status"], sent["url"]) == ("published", post["link"])
    assert (post["status"], await site.posted()) == (status, 1)


async def test_a_post_that_never_was_made_is_sent_again(site: Site, tmp_path: Path) -> None:
    async with networked(tmp_path, await site.login(tmp_path), SETTLE_SECONDS="1", SETTLE_READS="2") as agent:
        await site.fault(CREATE, "drop_before")
        sent = await posted(agent, site.account, "Once all the same")
    assert (sent["status"], await site.posted()) == ("published", 2)
    assert len(await site.posts("Once all the same")) == 1


@pytest.mark.parametrize("site", ["fake"], indirect=True)
async def test_a_post_whose_process_is_killed_before_it_hears_of_the_acceptance_is_one_post(
    site: Site, tmp_path: Path
) -> None:
    login = await site.login(tmp_path)
    async with between(site.url) as link:

        def loses(asked: bytes, answered: bytes) -> bool:
            return not link.lost and asked.startswith(f"POST {CREATE} ".encode())

        link.loses, link.holds = loses, True
        root = login.settings["root"].replace(site.url, link.url)
        through = replace(login, settings={**login.settings, "root": root})
        delivery = await killed_after_acceptance(tmp_path, through, link)
    [post] = await site.posts("Only once")
    assert (delivery.url, link.lost) == (post["link"], 1)
