"""A client that can ask its person is let ask, in both protocol eras; one yes is good for one post, as it was shown."""

import json
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

import anyio
import mcp_types as types
import pytest
from mcp.client import Client
from mcp.client.session import ClientRequestContext

from server.app import build
from server.settings import load
from tests.desk import INSTAGRAM, Body
from tests.modes.town import LATER, OUTBOX, THREADS, Town, X, post, told, town

pytestmark = pytest.mark.anyio

Era = Literal["legacy", "auto"]
ERAS: tuple[Era, ...] = ("legacy", "auto")
YES = types.ElicitResult(action="accept", content={"approve": True})
SERVICES = {INSTAGRAM: "GENVIRAL", X: "POSTPOST", THREADS: "SOCIALAPI"}


@dataclass
class Asker:
    """A client that asks its person, who answers as told; ``None``: never."""

    answer: types.ElicitResult | None
    asked: list[str] = field(default_factory=list[str])

    async def __call__(
        self, context: ClientRequestContext, params: types.ElicitRequestParams
    ) -> types.ElicitResult | types.ErrorData:
        self.asked.append(params.message)
        if self.answer is None:
            await anyio.sleep_forever()
        assert self.answer
        return self.answer


@asynccontextmanager
async def client(services: Town, era: Era, asker: Asker | None, **settings: str) -> AsyncGenerator[Client]:
    """A client of this era at a server in mode approve."""
    given = {"MODE": "approve", "HOME": str(services.home), **services.settings, **settings}
    loaded = load({f"POSTWRIGHT_{name}": value for name, value in given.items()})
    async with build(loaded) as app, Client(app.server, mode=era, elicitation_callback=asker) as found:
        yield found


async def call(caller: Client, tool: str, arguments: Body) -> Body:
    answer = await caller.call_tool(tool, arguments)
    [block] = answer.content
    return json.loads(getattr(block, "text", ""))


async def waiting(caller: Client) -> list[Body]:
    return (await call(caller, "list_posts", {"status": "awaiting_approval"}))["data"]["posts"]


@pytest.mark.parametrize("era", ERAS)
@pytest.mark.parametrize("account", SERVICES)
async def test_a_yes_lets_the_call_go_on_at_once(tmp_path: Path, era: Era, account: str) -> None:
    asker = Asker(YES)
    async with town(tmp_path) as services, client(services, era, asker) as caller:
        body = await call(caller, "create_post", post(account, scheduled_at=LATER))
        assert (body["ok"], body["data"]["status"], body["outcome"]) == (True, "scheduled", "accepted"), body
        assert body["data"]["id"].startswith(account.partition(":")[0])
        [message] = asker.asked
        assert all(words in message for words in ("Launch day", account, LATER))
        assert await services.count(SERVICES[account], 1)
        again = await call(caller, "create_post", post(account, scheduled_at=LATER))
        assert again["data"]["replayed"] is True
        assert len(asker.asked) == 1
        assert await waiting(caller) == []
        followed = await call(caller, "check_status", {"post_id": body["data"]["approval"]})
        assert followed["data"]["id"] == body["data"]["id"]


@pytest.mark.parametrize("era", ERAS)
@pytest.mark.parametrize(
    "answer",
    [types.ElicitResult(action="decline"), types.ElicitResult(action="accept", content={"approve": False})],
    ids=["decline", "no"],
)
async def test_a_no_is_final_for_that_action(tmp_path: Path, era: Era, answer: types.ElicitResult) -> None:
    async with town(tmp_path) as services, client(services, era, Asker(answer)) as caller:
        body = await call(caller, "create_post", post(INSTAGRAM))
        assert told(body) == ("declined", "nothing_sent")
        assert body["retry"]["decision"] == "do_not_retry"
        assert await waiting(caller) == []
        assert not any((await services.gone()).values())


@pytest.mark.parametrize("era", ERAS)
@pytest.mark.parametrize(
    "answer",
    [
        types.ElicitResult(action="cancel"),
        types.ElicitResult(action="cancel", content={"approve": True}),
        types.ElicitResult(action="accept"),
        types.ElicitResult(action="accept", content={}),
        types.ElicitResult(action="accept", content={"approve": "true"}),
        types.ElicitResult(action="accept", content={"approve": 1}),
        types.ElicitResult(action="accept", content={"yes": True}),
    ],
    ids=["cancel", "cancel-yes", "nothing", "empty", "text", "number", "other-field"],
)
async def test_anything_but_a_plain_answer_leaves_it_waiting(
    tmp_path: Path, era: Era, answer: types.ElicitResult
) -> None:
    async with town(tmp_path) as services, client(services, era, Asker(answer)) as caller:
        body = await call(caller, "create_post", post(INSTAGRAM))
        assert (body["ok"], body["data"]["status"]) == (True, "awaiting_approval"), body
        assert [entry["id"] for entry in await waiting(caller)] == [body["data"]["id"]]
        assert not any((await services.gone()).values())


async def test_a_person_who_does_not_answer_in_time_leaves_it_waiting(tmp_path: Path) -> None:
    async with town(tmp_path) as services, client(services, "legacy", Asker(None), ASK_SECONDS="0.2") as caller:
        with anyio.fail_after(100):
            body = await call(caller, "create_post", post(INSTAGRAM))
        assert body["data"]["status"] == "awaiting_approval"
        assert not any((await services.gone()).values())


@pytest.mark.parametrize("era", ERAS)
@pytest.mark.parametrize(("able", "seconds"), [(False, "45"), (True, "0")], ids=["no-support", "turned-off"])
async def test_who_cannot_or_must_not_be_asked_is_not(tmp_path: Path, era: Era, able: bool, seconds: str) -> None:
    asker = Asker(YES) if able else None
    async with town(tmp_path) as services, client(services, era, asker, ASK_SECONDS=seconds) as caller:
        body = await call(caller, "create_post", post(INSTAGRAM))
        assert body["data"]["status"] == "awaiting_approval"
        assert not asker or not asker.asked


@pytest.mark.parametrize("era", ERAS)
async def test_drafts_checks_and_looks_ask_nobody(tmp_path: Path, era: Era) -> None:
    asker = Asker(YES)
    async with town(tmp_path) as services, client(services, era, asker) as caller:
        draft = await call(caller, "create_post", post(OUTBOX, mode="draft"))
        assert (await call(caller, "create_post", post(INSTAGRAM, dry_run=True)))["ok"]
        assert (await call(caller, "update_post", {"post_id": draft["data"]["id"], "caption": "Better"}))["ok"]
        assert (await call(caller, "delete_post", {"post_id": draft["data"]["id"]}))["ok"]
        assert told(await call(caller, "create_post", post(INSTAGRAM, caption=""))) == (
            "invalid_payload",
            "nothing_sent",
        )
        assert asker.asked == []


@pytest.mark.parametrize("era", ERAS)
async def test_each_way_to_publish_asks_and_is_done_by_a_yes(tmp_path: Path, era: Era) -> None:
    asker = Asker(YES)
    async with town(tmp_path) as services, client(services, era, asker) as caller:
        draft = await call(caller, "create_post", post(OUTBOX, mode="draft"))
        post_id = draft["data"]["id"]
        changed = await call(caller, "update_post", {"post_id": post_id, "scheduled_at": LATER})
        assert (changed["ok"], changed["data"]["status"]) == (True, "scheduled"), changed
        assert len(asker.asked) == 1
        gone = await call(caller, "delete_post", {"post_id": post_id})
        assert (gone["ok"], gone["data"]["was"]) == (True, "scheduled"), gone
        assert len(asker.asked) == 2


async def first_round(caller: Client, arguments: Body) -> types.InputRequiredResult:
    result = await caller.session.call_tool("create_post", arguments, allow_input_required=True)
    assert isinstance(result, types.InputRequiredResult), result
    return result


async def second_round(caller: Client, arguments: Body, state: str | None, **answers: types.ElicitResult) -> Any:
    return await caller.session.call_tool(
        "create_post",
        arguments,
        input_responses=dict(answers),
        request_state=state,
        allow_input_required=True,
    )


async def test_a_yes_to_one_post_is_none_to_another(tmp_path: Path) -> None:
    async with town(tmp_path) as services, client(services, "auto", Asker(YES)) as caller:
        question = await first_round(caller, post(INSTAGRAM))
        for changed in (
            post(INSTAGRAM, "Something else"),
            post(INSTAGRAM, scheduled_at=LATER),
            post(INSTAGRAM, allow_duplicate=True),
        ):
            result = await second_round(caller, changed, question.request_state, approval=YES)
            assert isinstance(result, types.InputRequiredResult)
            assert result.request_state != question.request_state
        assert not any((await services.gone()).values())
        assert len(await waiting(caller)) == 4


@pytest.mark.parametrize("how", ["cut", "longer", "other seal", "other action", "none", "empty", "not ascii"])
async def test_a_state_that_was_not_given_is_worth_nothing(tmp_path: Path, how: str) -> None:
    async with town(tmp_path) as services, client(services, "auto", Asker(YES)) as caller:
        state = (await first_round(caller, post(INSTAGRAM))).request_state or ""
        other = (await first_round(caller, post(INSTAGRAM, "Another"))).request_state or ""
        name, _, _ = state.partition(".")
        forged = {
            "cut": state[:-1],
            "longer": f"{state}0",
            "other seal": f"{name}.{other.partition('.')[2]}",
            "other action": other,
            "none": None,
            "empty": "",
            "not ascii": f"{name}.\u00e9",
        }[how]
        result = await second_round(caller, post(INSTAGRAM), forged, approval=YES)
        assert isinstance(result, types.InputRequiredResult)
        assert not any((await services.gone()).values())


async def test_a_yes_that_is_sent_twice_makes_one_post(tmp_path: Path) -> None:
    arguments = post(INSTAGRAM, allow_duplicate=True)
    async with town(tmp_path) as services, client(services, "auto", Asker(YES)) as caller:
        state = (await first_round(caller, arguments)).request_state
        done = await second_round(caller, arguments, state, approval=YES)
        assert done.structured_content["ok"] is True
        again = await second_round(caller, arguments, state, approval=YES)
        assert isinstance(again, types.InputRequiredResult), "asked anew: that yes is spent"
        assert await services.count("GENVIRAL", 1)


async def test_a_yes_that_is_sent_twice_at_once_makes_one_post(tmp_path: Path) -> None:
    async with town(tmp_path) as services, client(services, "auto", Asker(YES)) as caller:
        state = (await first_round(caller, post(INSTAGRAM))).request_state
        async with anyio.create_task_group() as group:
            for _ in range(4):
                group.start_soon(lambda: second_round(caller, post(INSTAGRAM), state, approval=YES))
        assert await services.count("GENVIRAL", 1)


async def test_a_yes_outlives_the_server_that_asked(tmp_path: Path) -> None:
    async with town(tmp_path) as services:
        async with client(services, "auto", Asker(YES)) as caller:
            state = (await first_round(caller, post(INSTAGRAM))).request_state
        async with client(services, "auto", Asker(YES)) as caller:
            done = await second_round(caller, post(INSTAGRAM), state, approval=YES)
            assert done.structured_content["outcome"] == "accepted"
        assert await services.count("GENVIRAL", 1)


async def test_a_yes_after_somebody_else_declined_is_too_late(tmp_path: Path) -> None:
    async with town(tmp_path) as services, client(services, "auto", Asker(YES)) as caller:
        state = (await first_round(caller, post(INSTAGRAM))).request_state or ""
        gone = await call(caller, "delete_post", {"post_id": state.partition(".")[0]})
        assert gone["ok"]
        result = await second_round(caller, post(INSTAGRAM), state, approval=YES)
        assert isinstance(result, types.InputRequiredResult)
        assert not any((await services.gone()).values())
