"""Limits of the plan end in what to do about them: a date, accounts to leave out, or words for the user."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from providers.postpost.limits import remedy
from schemas.account import Account
from schemas.instant import parse, wire
from tests.desk import Body
from tests.errors.facts import read
from tests.postpost.desk import LINKEDIN, THREADS, X, postpost, slides

pytestmark = pytest.mark.anyio

#: What a plan is changed to, and what of three accounts the fix asks for; with text and with media alike.
STARTER = {"plan": "Starter", "api_access": True, "connections": None}


@pytest.mark.parametrize("media", [None, slides("/1.jpg")], ids=["text", "media"])
async def test_a_time_beyond_the_horizon_is_answered_with_the_last_one(tmp_path: Path, media: Body | None) -> None:
    async with postpost(tmp_path) as (agent, service):
        await service.limits(**STARTER)
        asked = datetime.now(UTC) + timedelta(days=8)
        body = await agent.create(scheduled_at=wire(asked), media=media)
        assert (body["error_code"], body["outcome"]) == ("validation_failed", "rejected")
        [problem] = body["problems"]
        assert (problem["path"], problem["code"]) == ("/scheduled_at", "out_of_range")
        assert problem["fix"] == f"Schedule no later than {problem['limit']}."
        last = parse(problem["limit"])
        assert last is not None
        assert last < asked
        mended = await agent.create(scheduled_at=problem["limit"], media=media)
        assert mended["ok"], mended
        assert len(await service.kept()) == 1


@pytest.mark.parametrize("media", [None, slides("/1.jpg")], ids=["text", "media"])
async def test_platforms_that_the_plan_lacks_are_accounts_to_leave_out(tmp_path: Path, media: Body | None) -> None:
    async with postpost(tmp_path) as (agent, service):
        await service.limits(platforms=["linkedin", "threads"])
        body = await agent.create(accounts=[X, LINKEDIN], media=media)
        assert (body["error_code"], body["retry"]["decision"]) == ("validation_failed", "fix_and_retry")
        [problem] = body["problems"]
        assert (problem["path"], problem["accounts"]) == ("/accounts", [X])
        assert problem["fix"] == f"Leave out {X}; it includes linkedin, threads."
        assert (await agent.create(accounts=[LINKEDIN], media=media))["ok"]


async def test_a_plan_that_lacks_all_platforms_of_a_post_is_for_the_user(tmp_path: Path) -> None:
    async with postpost(tmp_path) as (agent, service):
        await service.limits(platforms=["linkedin"])
        body = await agent.create(accounts=[X])
        assert (body["error_code"], body["retry"]["decision"], body["retry"]["who"]) == (
            "plan_forbids", "ask_user", "user",
        )  # fmt: skip
        assert body["retry"]["advice"] == (
            "Tell the user: the Pro plan does not include twitter; it includes linkedin. "
            "They can take a larger plan, or leave it out."
        )


@pytest.mark.parametrize("media", [None, slides("/1.jpg")], ids=["text", "media"])
async def test_accounts_whose_month_is_used_up_are_left_out(tmp_path: Path, media: Body | None) -> None:
    async with postpost(tmp_path) as (agent, service):
        await service.limits(monthly_posts=1)
        await agent.create(caption="One", accounts=[X])
        body = await agent.create(accounts=[X, LINKEDIN], media=media)
        assert body["error_code"] == "validation_failed"
        [problem] = body["problems"]
        assert problem["accounts"] == [X]
        assert problem["message"].startswith("the Pro plan's allowance of 1 platform post a month is used up (posts.")
        assert problem["fix"].startswith(f"Leave out {X} or wait until 20")
        assert body["retry"]["after_seconds"] > 0
        assert body["retry"]["not_before"] is None
        assert (await agent.create(accounts=[LINKEDIN], media=media))["ok"]


async def test_a_month_that_is_nearly_used_up_takes_fewer_accounts(tmp_path: Path) -> None:
    async with postpost(tmp_path) as (agent, service):
        await service.limits(scope="account", monthly_posts=2)
        body = await agent.create(accounts=[X, LINKEDIN, THREADS])
        [problem] = body["problems"]
        assert (problem["path"], problem["limit"], problem["actual"]) == ("/accounts", 2, 3)
        assert problem["fix"].startswith("Name at most 2 of these accounts or wait until 20")


async def test_a_month_that_is_used_up_is_for_the_user_with_its_end(tmp_path: Path) -> None:
    async with postpost(tmp_path) as (agent, service):
        await service.limits(scope="account", monthly_posts=0)
        body = await agent.create()
        assert (body["error_code"], body["retry"]["decision"]) == ("quota_reached", "ask_user")
        assert body["retry"]["advice"].startswith(
            "Tell the user: the Pro plan's allowance of 0 platform posts a month is used up. "
            "They can take a larger plan or wait until 20"
        )
        assert 0 <= body["retry"]["after_seconds"] <= 31 * 86_400
        assert body["retry"]["advice"].endswith(f"or wait until {body['retry']['not_before']}.")


@pytest.mark.parametrize("scope", ["account", "connection"])
async def test_a_full_queue_says_how_to_make_room(tmp_path: Path, scope: str) -> None:
    async with postpost(tmp_path) as (agent, service):
        await service.limits(scope=scope, queued_posts=1)
        await agent.create(caption="One", scheduled_at="2031-07-04T09:00:00Z")
        body = await agent.create(caption="Two", scheduled_at="2031-07-04T09:00:00Z")
        assert body["error_code"] == "quota_reached"
        assert body["retry"]["advice"] == (
            "Tell the user: the Pro plan keeps at most 1 scheduled post waiting. "
            "They can take a larger plan, delete scheduled posts, or wait until some are out."
        )
        mixed = await agent.create(caption="Two", accounts=[LINKEDIN, X], scheduled_at="2031-07-04T09:00:00Z")
        [fix] = [problem["fix"] for problem in mixed["problems"]]
        assert fix == (
            f"Leave out {LINKEDIN}, delete scheduled posts, or wait until some are out."
            if scope == "connection"
            else "Tell the user. They can take a larger plan, delete scheduled posts, or wait until some are out."
        )


async def test_too_many_connected_accounts_stop_everything(tmp_path: Path) -> None:
    async with postpost(tmp_path) as (agent, service):
        await service.limits(connections=14)
        body = await agent.create()
        assert body["error_code"] == "quota_reached"
        assert body["retry"]["advice"] == (
            "Tell the user: 16 accounts are connected, the Pro plan allows 14 accounts. "
            "Nothing can be posted until they disconnect 2 of them in PostPost or take a larger plan."
        )


#: The four bodies of the limit on connecting accounts, and what the user is told.
CHANNELS = {
    "expandable": " (3 are). In PostPost the Pro plan can be extended from 3 to 4 accounts.",
    "managed": ". The owner of their workspace decides on the plan.",
    "unmanaged": " (3 are). They can disconnect some or take a larger plan.",
    "standard": " (3 are). 4 are wanted, 3 allowed. They can disconnect some or take a larger plan.",
}


@pytest.mark.parametrize("form", CHANNELS)
async def test_every_form_of_the_channel_limit_is_read(tmp_path: Path, form: str) -> None:
    async with postpost(tmp_path) as (agent, service):
        await service.fault(f"status:403:CHANNEL_LIMIT_REACHED:{form}", "/create-post")
        body = await agent.create()
        assert (body["error_code"], body["retry"]["who"]) == ("quota_reached", "user")
        assert (
            body["retry"]["advice"] == f"Tell the user: no more accounts can be connected to PostPost{CHANNELS[form]}"
        )
        assert body["provider_error"]["code"] == "CHANNEL_LIMIT_REACHED"


JUNK: list[object] = [
    None,
    "x",
    5,
    -1,
    True,
    [],
    {},
    10**400,
    float("inf"),
    "x" * 5_000,
    [[[["x"]]]],
    {"x": {"y": "z"}},
    [{"x" * 500: "\x1b[31m" * 500}] * 5_000,
    ["x", 5, None],
    [{"platformSelection": 3}],
    "2026-12-24T00:00:00Z",
]
LIMITS = read("postpost").limits
assert LIMITS
CODES = [limit.code for limit in LIMITS.codes] + ["SCHEDULED_TIME_IN_PAST"]
FIELDS = {
    *(name for name in LIMITS.standard if name != "code"),
    *(context.field for context in LIMITS.context),
    *(name for form in LIMITS.channel for name in form.fields if name != "code"),
    *("serverTime", "retryAfterSec", "holdReason", "holdExpiresAt"),
}


@pytest.mark.parametrize("code", CODES)
def test_every_limit_without_its_fields_or_with_junk_in_them_still_says_what_to_do(code: str) -> None:
    accounts = (Account(X, "x", "Lumen"), Account(LINKEDIN, "linkedin", "Lumen"))
    now = datetime(2026, 11, 24, tzinfo=UTC)
    bodies = [{"code": code}, *({"code": code, **dict.fromkeys(FIELDS, junk)} for junk in JUNK)]
    for body in bodies:
        found = remedy(body, accounts, now)
        assert found.advice or found.problems
        assert all(problem.fix.endswith(".") for problem in found.problems)
        assert "None" not in f"{found.advice or ''}{[problem.fix for problem in found.problems]}"
        assert all(len(problem.message) < 1_500 and "\x1b" not in problem.message for problem in found.problems)


def test_a_hold_with_junk_in_it_is_left_alone() -> None:
    for junk in JUNK:
        found = remedy(dict.fromkeys(FIELDS, junk), (), datetime.now(UTC))
        assert found.after_seconds is None or 1 <= found.after_seconds <= 86_400
        assert "None" not in (found.advice or "")


async def test_a_wait_that_only_the_body_tells_is_waited_for(tmp_path: Path) -> None:
    async with postpost(tmp_path) as (agent, service):
        await service.fault("status:429:MEDIA_URL_RATE_LIMITED", "/create-post")
        body = await agent.create()
        assert (body["error_code"], body["retry"]["after_seconds"]) == ("rate_limited", 1800)


def test_a_body_that_is_no_limit_is_left_alone() -> None:
    assert remedy({"code": ["x"]}, (), datetime.now(UTC)).problems == ()
