"""In no mode but publish does any call, whatever its arguments, publish or schedule, change or undo what goes out."""

from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory

import anyio
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.desk import INSTAGRAM, SLIDES, Agent, Body
from tests.modes.town import LATER, OUTBOX, POSTS, THREADS, Town, X, post, told, town, until

#: What stands for an id in a generated call: the posts of each state, in the order in which they were made.
PLACES = st.integers(0, 20)
CAPTIONS = st.sampled_from(["Launch day", "Another", "x" * 300, "", "\u202e"])
TIMES = st.sampled_from([LATER, "2026-12-01T15:00", "soon", "2020-01-01T00:00:00Z"])
MODES = st.sampled_from(["publish", "draft", "PUBLISH", "now"])
ACCOUNTS = st.lists(st.sampled_from([*POSTS, "local:nobody"]), min_size=1, max_size=2)
KEYS = st.sampled_from(["a-key", "approved-hld_0123456789abcdef", ""])
SETTINGS = st.sampled_from([{"post_mode": "DIRECT_POST"}, {"post_mode": "MEDIA_UPLOAD"}])

CREATES = st.fixed_dictionaries(
    {"caption": CAPTIONS, "accounts": ACCOUNTS},
    optional={
        "mode": MODES,
        "scheduled_at": TIMES,
        "timezone": st.just("Europe/Berlin"),
        "media": st.just(SLIDES),
        "dry_run": st.booleans(),
        "allow_duplicate": st.booleans(),
        "idempotency_key": KEYS,
        "tiktok": SETTINGS,
    },
)
UPDATES = st.fixed_dictionaries(
    {"post_id": PLACES},
    optional={
        "caption": CAPTIONS,
        "mode": MODES,
        "scheduled_at": TIMES,
        "accounts": ACCOUNTS,
        "media": st.just(SLIDES),
    },
)
OTHERS = st.fixed_dictionaries({"post_id": PLACES}, optional={"accounts": ACCOUNTS, "surprise": st.just(1)})
LOOKS = st.fixed_dictionaries({"post_id": PLACES})
CALLS = st.one_of(
    st.tuples(st.just("create_post"), CREATES),
    st.tuples(st.just("create_post"), st.sampled_from(list(POSTS)).map(post)),
    st.tuples(st.just("create_post"), st.sampled_from(list(POSTS)).map(partial(post, scheduled_at=LATER))),
    st.tuples(st.just("update_post"), UPDATES),
    st.tuples(st.just("delete_post"), OTHERS),
    st.tuples(st.just("retry_post"), OTHERS),
    st.tuples(st.just("check_status"), LOOKS),
)


async def ended(publishing: Agent, post_id: str) -> None:
    """Wait until nothing of a post is under way any more."""

    async def it_is() -> bool:
        return (await publishing.call("check_status", post_id=post_id, wait_seconds=50))["data"]["terminal"]

    await until(it_is)


async def furnish(services: Town) -> list[str]:
    """Let a server that publishes make posts of every kind, an open case among them; tell their ids."""
    made: list[str] = []
    async with services.agent(SETTLE_SECONDS="3600") as publishing:
        for account in POSTS:
            kinds: tuple[Body, ...] = ({}, {"scheduled_at": LATER}, {"mode": "draft"})
            for more in kinds:
                body = await publishing.call("create_post", **post(account, f"Post {len(made)}", **more))
                made += [body["data"]["id"]] if body["ok"] else []
                if body["ok"] and not more:
                    await ended(publishing, made[-1])
        await services.failing(X)
        failed = await publishing.call("create_post", **post(X, "It fails"))
        made.append(failed["data"]["id"])
        await ended(publishing, made[-1])
        await services.fault("SOCIALAPI", "drop_before", "/posts/{id}/publish", times=9)
        lost = await publishing.call("create_post", **post(THREADS, "Its answer is lost"))
        assert told(lost) == ("outcome_unknown", "unknown"), lost
        made.append(lost["next"][0]["arguments"]["post_id"])
        await services.heal()
    return made


async def rehearse(mode: str, calls: list[tuple[str, Body]]) -> None:
    with TemporaryDirectory() as home:
        async with town(Path(home)) as services:
            ids = await furnish(services)
            before, writes = await services.out(), await services.writes()
            async with services.agent(MODE=mode, SETTLE_SECONDS="0.05") as caller:
                for tool, arguments in calls:
                    place = arguments.get("post_id")
                    given: Body = dict(arguments)
                    if isinstance(place, int):
                        given["post_id"] = ids[place % len(ids)]
                    body = await caller.call(tool, **given)
                    made = body["data"].get("id") if body["ok"] else None
                    ids += [made] if made and made not in ids else []
                await caller.call("check_status", post_id=ids[-1], wait_seconds=0)
            assert await services.out() == before
            assert mode != "read" or await services.writes() == writes


@pytest.mark.parametrize("mode", ["read", "draft", "approve"])
@settings(max_examples=5, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(calls=st.lists(CALLS, min_size=15, max_size=40))
def test_whatever_is_called_nothing_goes_out_and_nothing_that_does_is_touched(
    mode: str, calls: list[tuple[str, Body]]
) -> None:
    anyio.run(rehearse, mode, calls)


@pytest.mark.anyio
@pytest.mark.parametrize("mode", ["read", "draft", "approve"])
async def test_an_open_case_of_a_server_that_published_is_not_finished_by_looking(tmp_path: Path, mode: str) -> None:
    async with town(tmp_path) as services:
        async with services.agent(SETTLE_SECONDS="3600") as publishing:
            await services.fault("SOCIALAPI", "drop_before", "/posts/{id}/publish", times=9)
            lost = await publishing.call("create_post", **post(THREADS))
            case = lost["next"][0]["arguments"]
            await services.heal()
        async with services.agent(MODE=mode, SETTLE_SECONDS="0.05") as caller:
            looked = await caller.call("check_status", wait_seconds=1, **case)
            assert told(looked) == ("outcome_unknown", "unknown")
            assert f"POSTWRIGHT_MODE={mode}" in looked["message"]
            repeated = await caller.call("create_post", **post(THREADS))
            assert not repeated["ok"] or repeated["data"]["status"] == "draft"
            assert not await services.out()
        async with services.agent(SETTLE_SECONDS="0.05") as publishing:
            settled = await publishing.call("check_status", wait_seconds=50, **case)
            assert settled["ok"], settled
        assert len(await services.out()) == 1


@pytest.mark.anyio
async def test_an_open_case_that_a_person_approved_is_looked_into(tmp_path: Path) -> None:
    async with town(tmp_path) as services, services.agent(MODE="approve", SETTLE_SECONDS="0.05") as caller:
        held = await caller.call("create_post", **post(THREADS))
        await services.fault("SOCIALAPI", "drop_before", "/posts/{id}/publish", times=9)
        lost = await services.approve(held["data"]["id"])
        assert lost.error_code == "outcome_unknown"
        await services.heal()
        followed = await caller.call("check_status", post_id=held["data"]["id"], wait_seconds=50)
        assert followed["ok"], followed
        assert followed["data"]["id"].startswith("socialapi:")
        assert len(await services.out()) == 1


@pytest.mark.anyio
@pytest.mark.parametrize("mode", ["draft", "read"])
@pytest.mark.parametrize("account", [INSTAGRAM, X, THREADS, OUTBOX])
async def test_publishing_outright_is_refused_with_the_way_round(tmp_path: Path, mode: str, account: str) -> None:
    async with town(tmp_path) as services, services.agent(ACCOUNT_MODES=f"{account}={mode}") as caller:
        more: Body = {} if account == INSTAGRAM else {"mode": "publish"}
        for dry_run in (False, True):
            body = await caller.call("create_post", **post(account, dry_run=dry_run, **more))
            assert told(body) == ("mode_forbids", "nothing_sent"), body
            [problem] = body["problems"]
            assert problem["path"] == ("/accounts" if account == INSTAGRAM else "/mode")
            assert problem["fix"]
        assert not await services.out()


@pytest.mark.anyio
@pytest.mark.parametrize("account", [X, THREADS, OUTBOX])
async def test_a_draft_server_keeps_edits_and_deletes_drafts(tmp_path: Path, account: str) -> None:
    async with town(tmp_path) as services, services.agent(MODE="draft") as caller:
        made = await caller.call("create_post", **post(account))
        assert made["data"]["status"] == "draft"
        assert "ONLY_DRAFTS" in {warning["code"] for warning in made["data"]["warnings"]}
        post_id = made["data"]["id"]
        changes: tuple[Body, ...] = ({"scheduled_at": LATER}, {"mode": "publish"})
        for change in changes:
            assert not (await caller.call("update_post", post_id=post_id, **change))["ok"]
        assert (await caller.call("delete_post", post_id=post_id))["ok"]
        assert not await services.out()
