"""Pages while posts come in: none is told twice, none that was there is passed over."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from schemas.instant import wire
from tests.desk import SLIDES, Agent, Body
from tests.test_many_providers import ACCOUNTS, everything

pytestmark = pytest.mark.anyio

LATER = datetime.now(UTC) + timedelta(days=20)


async def made(everyone: Agent, account: str, number: int) -> str:
    media = SLIDES if account.startswith("genviral") else None
    # Times differ: a service may tell posts apart, or order them, by when they go out.
    moment = wire(LATER + timedelta(hours=number % 7, minutes=number))
    body = await everyone.create(caption=f"{account} {number}", accounts=[account], media=media, scheduled_at=moment)
    assert body["ok"], body
    return body["data"]["id"]


@pytest.mark.parametrize("account", [*ACCOUNTS, "all"])
async def test_a_post_made_between_two_pages_neither_repeats_nor_hides_another(tmp_path: Path, account: str) -> None:
    accounts = ACCOUNTS if account == "all" else [account]
    provider: Body = {} if account == "all" else {"provider": account.partition(":")[0]}
    async with everything(tmp_path) as (everyone, _):
        first = [await made(everyone, name, number) for number in range(7) for name in accounts]
        newer: list[str] = []
        seen: list[str] = []
        page = await everyone.call("list_posts", limit=3, **provider)
        while True:
            seen += [post["id"] for post in page["data"]["posts"]]
            if "next_cursor" not in page["data"]:
                break
            newer += [await made(everyone, name, 100 + len(newer)) for name in accounts]
            page = await everyone.call("list_posts", limit=3, cursor=page["data"]["next_cursor"], **provider)
            assert len(seen) < 200
    assert len(seen) == len(set(seen))
    assert set(first) <= set(seen) <= {*first, *newer}
