"""Every cell of docs/lifecycle.md, through the front door: each tool, at each provider, on a post in each state."""

from collections.abc import Iterator
from pathlib import Path

import anyio
import pytest

from schemas.ability import Act
from schemas.jsonvalue import items, members
from schemas.status import Status
from server.lifecycle_page import ABILITIES, outcome, page, states
from tests.desk import Body
from tests.lifecycle.stages import STAGES, Stage

pytestmark = [pytest.mark.anyio, pytest.mark.timeout(600)]

ROOT = Path(__file__).parents[2]
CELLS = [(provider, status) for provider in STAGES for status in states(provider)]


async def asked(stage: Stage, act: Act, post_id: str) -> Body:
    tool = {Act.DELETE: "delete_post", Act.RETRY: "retry_post"}.get(act, "update_post")
    return await stage.agent.call(tool, post_id=post_id, **stage.ways.get(act, {}))


def _row(post: Body) -> Body:
    return {name: post[name] for name in ("id", "status")}


async def stands(stage: Stage, post_id: str) -> str:
    body = await stage.agent.call("check_status", post_id=post_id)
    return body["data"]["status"] if body["ok"] else body["error_code"]


def test_the_page_says_what_the_providers_can() -> None:
    committed = (ROOT / "docs" / "lifecycle.md").read_text(encoding="utf-8")
    assert page() == committed, "run python -m server.lifecycle_page > docs/lifecycle.md"


@pytest.mark.parametrize("provider", STAGES)
def test_every_act_has_a_row(provider: str) -> None:
    assert set(ABILITIES[provider]) == set(Act)


@pytest.mark.parametrize(("provider", "status"), CELLS)
async def test_what_cannot_be_done_is_refused_with_the_way_round_and_changes_nothing(
    tmp_path: Path, provider: str, status: Status
) -> None:
    async with STAGES[provider](tmp_path) as stage:
        post_id = await stage.make(status)
        before = await stage.appearances()
        assert await stands(stage, post_id) == status
        listed = await stage.agent.call("list_posts", limit=100)
        assert {"id": post_id, "status": status} in [_row(post) for post in listed["data"]["posts"]]
        for act in (act for act in Act if outcome(provider, act, status)):
            body = await asked(stage, act, post_id)
            assert body["error_code"] == outcome(provider, act, status), body
            assert body["outcome"] == "nothing_sent"
            assert body["problems"][0]["fix"] == ABILITIES[provider][act].otherwise
        assert await stands(stage, post_id) == status
        assert await stage.appearances() == before


@pytest.mark.parametrize(
    ("provider", "status", "act"),
    [(*cell, act) for cell in CELLS for act in Act if outcome(*cell[:1], act, cell[1]) is None],
)
async def test_what_can_be_done_is_done(tmp_path: Path, provider: str, status: Status, act: Act) -> None:
    async with STAGES[provider](tmp_path) as stage:
        post_id = await stage.make(status)
        before = await stage.appearances()
        body = await asked(stage, act, post_id)
        assert body["ok"], body
        await EFFECTS[act](stage, post_id, before)


async def changed(stage: Stage, post_id: str, member: str, value: object) -> None:
    found = (await stage.agent.call("list_posts", response_format="detailed"))["data"]["posts"]
    [post] = [post for post in found if post["id"] == post_id]
    assert post[member] == value


async def caption_changed(stage: Stage, post_id: str, before: int) -> None:
    await changed(stage, post_id, "caption", stage.ways[Act.CAPTION]["caption"])


async def media_changed(stage: Stage, post_id: str, before: int) -> None:
    await changed(stage, post_id, "media", stage.ways[Act.MEDIA]["media"])


async def accounts_changed(stage: Stage, post_id: str, before: int) -> None:
    found = (await stage.agent.call("check_status", post_id=post_id))["data"]["deliveries"]
    assert [sent["account"] for sent in found] == stage.ways[Act.ACCOUNTS]["accounts"]


async def settings_changed(stage: Stage, post_id: str, before: int) -> None:
    shown = await stage.settings(post_id)
    assert all(str(value) in shown for value in leaves(stage.ways[Act.SETTINGS]))


def leaves(value: object) -> Iterator[object]:
    """Everything in a value that is no list and no object."""
    within = [*members(value).values(), *items(value)]
    for one in within:
        yield from leaves(one)
    if not within:
        yield value


async def scheduled(stage: Stage, post_id: str, before: int) -> None:
    body = await stage.agent.call("check_status", post_id=post_id)
    wanted = stage.ways[Act.SCHEDULE]["scheduled_at"]
    assert (body["data"]["status"], body["data"]["scheduled_at"]) == ("scheduled", wanted)
    await stage.deliver()
    assert await stage.appearances() == before


async def paused(stage: Stage, post_id: str, before: int) -> None:
    assert await stands(stage, post_id) == "draft"
    await stage.deliver()
    assert await stage.appearances() == before


async def published(stage: Stage, post_id: str, before: int) -> None:
    await stage.deliver()
    body = await stage.agent.call("check_status", post_id=post_id, wait_seconds=50)
    assert body["data"]["status"] == "published", body
    assert await stage.appearances() > before


async def deleted(stage: Stage, post_id: str, before: int) -> None:
    await stage.deliver()
    assert await stands(stage, post_id) in ("cancelled", "not_found", "published", "partial")
    assert await stage.appearances() == before


async def sent_again(stage: Stage, post_id: str, before: int) -> None:
    await stage.deliver()
    with anyio.fail_after(100):
        while await stage.appearances() == before:  # noqa: ASYNC110  (who delivers sets no event)
            await anyio.sleep(0.05)
    again = await stage.agent.call("retry_post", post_id=post_id)
    assert not again["ok"] or all(sent.get("replayed") for sent in again["data"]["deliveries"] if sent["queued"])


EFFECTS = {
    Act.CAPTION: caption_changed,
    Act.MEDIA: media_changed,
    Act.ACCOUNTS: accounts_changed,
    Act.SETTINGS: settings_changed,
    Act.SCHEDULE: scheduled,
    Act.PAUSE: paused,
    Act.PUBLISH: published,
    Act.DELETE: deleted,
    Act.RETRY: sent_again,
}
