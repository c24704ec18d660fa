"""What a mode never allows is not listed, and is refused with a verdict when it is called all the same."""

import re
from pathlib import Path

import pytest

from engine.modes import RULINGS, Effect, Modes, Ruling, ServerMode
from server.settings import SettingsError, load
from tests.desk import Body, agent
from tests.modes.town import OUTBOX, post, told
from tools.catalogue import TOOLS

pytestmark = pytest.mark.anyio

WRITING = [tool.name for tool in TOOLS if not tool.hints.read_only]
READING = [tool.name for tool in TOOLS if tool.hints.read_only]
LISTED = {
    "read": READING,
    "draft": [*READING, *(name for name in WRITING if name != "retry_post")],
    "approve": [*READING, *WRITING],
    "publish": [*READING, *WRITING],
}


@pytest.mark.parametrize("mode", LISTED)
async def test_a_mode_lists_what_it_can_allow_and_the_instructions_name_nothing_else(tmp_path: Path, mode: str) -> None:
    async with agent(tmp_path, MODE=mode) as caller:
        listed = {tool.name for tool in (await caller.client.list_tools()).tools}
        assert listed == set(LISTED[mode])
        said = caller.client.instructions or ""
        assert len(said.split()) < 300
        assert set(re.findall(r"\b(?:create|list|update|delete|retry|upload|get)_[a-z]+\b", said)) <= listed


@pytest.mark.parametrize(("mode", "destructive"), [("publish", True), ("approve", False), ("draft", False)])
async def test_creating_is_destructive_only_where_it_publishes(tmp_path: Path, mode: str, destructive: bool) -> None:
    async with agent(tmp_path, MODE=mode) as caller:
        tools = {tool.name: tool for tool in (await caller.client.list_tools()).tools}
        annotations = tools["create_post"].annotations
        assert annotations is not None
        assert annotations.destructive_hint is destructive
        assert all(
            found.read_only_hint is (name in READING) and found.destructive_hint is not None
            for name, tool in tools.items()
            if (found := tool.annotations)
        )


async def test_in_draft_mode_the_schema_offers_nothing_but_drafts(tmp_path: Path) -> None:
    async with agent(tmp_path, MODE="draft") as caller:
        tools = {tool.name: tool for tool in (await caller.client.list_tools()).tools}
        assert tools["create_post"].input_schema["properties"]["mode"]["enum"] == ["draft"]
        assert tools["update_post"].input_schema["properties"]["mode"]["enum"] == ["draft"]


@pytest.mark.parametrize("name", WRITING)
async def test_a_server_that_only_reads_refuses_writing_whatever_the_arguments(tmp_path: Path, name: str) -> None:
    async with agent(tmp_path, MODE="read") as caller:
        cases: list[Body] = [{}, {"post_id": "local:x"}, {"caption": "x", "accounts": [OUTBOX], "dry_run": True}]
        for arguments in cases:
            body = await caller.call(name, **arguments)
            assert told(body) == ("mode_forbids", "nothing_sent")
            assert body["code"] == 403
            assert (body["retry"]["decision"], body["retry"]["who"]) == ("ask_user", "user")
            assert "POSTWRIGHT_MODE" in body["retry"]["advice"]


async def test_the_tools_that_an_unknown_name_is_answered_with_are_those_listed(tmp_path: Path) -> None:
    async with agent(tmp_path, MODE="read") as caller:
        body = await caller.call("publish_everything")
        assert "list_posts" in body["message"]
        assert not any(name in body["message"] for name in WRITING)


@pytest.mark.parametrize("mode", ServerMode)
@pytest.mark.parametrize("effect", Effect)
def test_a_tighter_mode_never_allows_more(mode: ServerMode, effect: Effect) -> None:
    freedom = [Ruling.FORBIDDEN, Ruling.HELD, Ruling.ALLOWED]
    wider = list(ServerMode)[list(ServerMode).index(mode) :]
    assert all(freedom.index(RULINGS[mode][effect]) <= freedom.index(RULINGS[other][effect]) for other in wider)


def test_the_tightest_of_the_server_and_of_all_accounts_counts() -> None:
    modes = Modes(ServerMode.APPROVE, {"local:a": ServerMode.DRAFT, "local:b": ServerMode.PUBLISH})
    assert modes.of(["local:a", "local:b"]) is ServerMode.DRAFT
    assert modes.of(["local:b"]) is ServerMode.APPROVE
    assert modes.of(["local:c"]) is ServerMode.APPROVE
    assert modes.of([]) is ServerMode.DRAFT, "nobody knows the accounts"
    assert modes.setting(["local:c"]) == "POSTWRIGHT_MODE=approve"
    assert "local:a=draft" in modes.setting(["local:a"])


@pytest.mark.parametrize(
    ("settings", "named"),
    [
        ({"MODE": "safe"}, "POSTWRIGHT_MODE"),
        ({"ACCOUNT_MODES": "outbox=draft"}, "entry 1"),
        ({"ACCOUNT_MODES": "local:outbox=draft,buffer:1=read"}, "entry 2"),
        ({"ACCOUNT_MODES": "local:=draft"}, "entry 1"),
        ({"ACCOUNT_MODES": "local:outbox"}, "entry 1"),
        ({"ACCOUNT_MODES": "local:outbox=never"}, "entry 1"),
        ({"ACCOUNT_MODES": "local:outbox=read, local:outbox=publish"}, "twice"),
    ],
)
def test_a_mode_that_cannot_be_used_is_named_and_never_taken_for_another(settings: dict[str, str], named: str) -> None:
    with pytest.raises(SettingsError, match=named) as raised:
        load({f"POSTWRIGHT_{name}": value for name, value in settings.items()})
    assert "buffer" not in str(raised.value)


def test_modes_are_read_whatever_their_case_and_spaces() -> None:
    given = {"POSTWRIGHT_MODE": " Draft ", "POSTWRIGHT_ACCOUNT_MODES": "local:outbox = Read , genviral:a=b=approve"}
    modes = load(given).modes
    assert modes == Modes(ServerMode.DRAFT, {"local:outbox": ServerMode.READ, "genviral:a=b": ServerMode.APPROVE})


async def test_an_accounts_own_mode_tightens_the_servers(tmp_path: Path) -> None:
    async with agent(tmp_path, ACCOUNT_MODES=f"{OUTBOX}=read") as caller:
        body = await caller.call("create_post", **post(OUTBOX))
        assert told(body) == ("mode_forbids", "nothing_sent")
        assert f"{OUTBOX}=read" in str(body["message"])
    async with agent(tmp_path, ACCOUNT_MODES=f"{OUTBOX}=draft") as caller:
        assert told(await caller.call("create_post", **post(OUTBOX, mode="publish"))) == (
            "mode_forbids",
            "nothing_sent",
        )
        assert (await caller.call("create_post", **post(OUTBOX)))["data"]["status"] == "draft"
    assert not list((tmp_path / "outbox").glob("*.md"))
