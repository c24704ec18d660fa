"""The skill, held against the tools that it teaches."""

import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from mcp.client import Client

from schemas.codes import Decision, ErrorCode, Outcome
from schemas.jsonvalue import JsonObject, items, members
from schemas.request import Mode
from schemas.status import Status
from server.app import build
from server.settings import load
from tests.packaging.room import ROOT

SKILL = (ROOT / "skills/posting/SKILL.md").read_text(encoding="utf-8")
SPANS = re.findall(r"`([^`]+)`", SKILL)
SURFACE: list[JsonObject] = json.loads((ROOT / "tests/contract/all.json").read_text(encoding="utf-8"))["tools"]
TOOLS = {tool["name"] for tool in SURFACE}


def objects(value: object) -> Iterator[JsonObject]:
    """Every object in a JSON value, at any depth."""
    yield from [members(value)] if members(value) else []
    for part in (*members(value).values(), *items(value)):
        yield from objects(part)


def named(schema: object) -> set[str]:
    """Every member that a schema gives a name to, at any depth."""
    return {name for found in objects(schema) for name in members(found.get("properties"))}


ARGUMENTS = {name for tool in SURFACE for name in named(tool["inputSchema"])}
VALUES = {str(value) for kind in (Outcome, Decision, Status, ErrorCode, Mode) for value in kind}


def test_it_is_short() -> None:
    assert len(SKILL.split()) < 500


def test_it_says_when_to_use_it() -> None:
    assert re.match(r"---\nname: posting\ndescription: .*\bUse whenever\b.*\n---\n", SKILL)


async def answers(home: Path) -> list[object]:
    """Play what the skill teaches, a mistake among it."""
    accounts = ["local:outbox"]
    async with build(load({"POSTWRIGHT_HOME": str(home)})) as app, Client(app.server) as client:

        async def asked(tool: str, **arguments: object) -> object:
            return (await client.call_tool(tool, arguments)).structured_content

        made = await asked("create_post", caption="hi", accounts=accounts)
        mistaken = await asked("create_post", text="hi", accounts=accounts)
        status = await asked("check_status", post_id=members(made)["data"]["id"])
        return [made, mistaken, status, await asked("list_posts"), await asked("list_accounts")]


@pytest.mark.anyio
async def test_every_name_in_it_is_a_tool_an_argument_a_member_of_an_answer_or_a_value(tmp_path: Path) -> None:
    answered = {name for found in objects(await answers(tmp_path)) for name in found}
    answered |= {name for tool in SURFACE for name in named(tool["outputSchema"])}
    named_in_it = {part for span in SPANS if re.fullmatch(r"[a-z_.]+", span) for part in span.split(".")}
    assert named_in_it - (TOOLS | ARGUMENTS | VALUES | answered) == set()


@pytest.mark.parametrize("span", [span for span in SPANS if ": " in span])
def test_every_argument_that_it_gives_a_value_to_takes_that_value(span: str) -> None:
    name, _, value = span.partition(": ")
    properties = [members(found.get("properties")) for tool in SURFACE for found in objects(tool["inputSchema"])]
    taken = [found[name] for found in properties if name in found]
    assert any(value in found.get("enum", ()) or (value == "true" and found["type"] == "boolean") for found in taken)


def test_it_teaches_every_tool_of_the_workflow_and_every_outcome_and_decision_to_act_on() -> None:
    assert {"list_accounts", "create_post", "check_status", "list_posts", "update_post", "delete_post"} <= set(SPANS)
    assert {"retry_post", "upload_media", "dry_run: true", "awaiting_approval"} <= set(SPANS)
    assert {str(value) for value in Decision} <= set(SPANS)
    assert {str(value) for value in Outcome} - set(SPANS) == {"accepted"}
