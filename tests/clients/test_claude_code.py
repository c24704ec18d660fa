import json
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

from tests.clients import model, node
from tests.clients.model import Seen, Step
from tests.clients.node import Runner
from tests.clients.story import (
    CAPTION,
    MISTAKEN,
    MISTAKES,
    TOOLS,
    JsonObject,
    assert_refused,
    assert_scheduled,
    assert_status,
)
from tests.clients.target import COMMAND, Target, running

pytestmark = [pytest.mark.clients, node.needs("claude")]

#: Provider and transport: a hosted service's stand-in over each transport, and once no key at all.
WAYS = [("genviral", "stdio"), ("genviral", "http"), ("genviral", "sse"), ("local", "stdio")]

#: What the mistaken post has for one provider only: here a caption far over the limit.
EXTRAS: dict[str, JsonObject] = {
    "genviral": {
        "caption": CAPTION * 30,
        "media": {"type": "video", "url": "https://media.example.com/sunrise.mp4"},
    },
    "local": {},
}
MORE_MISTAKES = {"genviral": {"/caption"}, "local": set[str]()}

#: The platforms on which the story's post is a post like any other.
PLATFORMS = {"tiktok", "outbox"}

#: No call leaves the machine (nothing listens at that address), and every tool is offered from the first turn on.
HERMETIC = {
    "ANTHROPIC_BASE_URL": "http://127.0.0.1:9",
    "ANTHROPIC_API_KEY": "dummy",
    "CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC": "1",
    "ENABLE_TOOL_SEARCH": "false",
}


@pytest.fixture
def provider(request: pytest.FixtureRequest) -> str:
    return getattr(request, "param", "local")


@pytest.fixture
def environment(environment: dict[str, str], provider: str) -> Iterator[dict[str, str]]:
    """The clean room's environment, with the key and the address of the provider's stand-in if it has one."""
    if provider == "local":
        yield environment
        return
    with running(["sandbox", provider], environment) as base:
        yield environment | {
            "POSTWRIGHT_GENVIRAL_API_KEY": "gva_live_sandbox.secret",
            "POSTWRIGHT_GENVIRAL_BASE_URL": f"{base}/api/partner/v1",
        }


def script(provider: str) -> list[Step]:
    """The loop of an agent that knows nothing: look for an account, err, read, correct, ask what became of it."""

    def mistaken(seen: Sequence[Seen]) -> JsonObject:
        accounts = seen[0].body["data"]["accounts"]
        account = next(account["id"] for account in accounts if account["platform"] in PLATFORMS)
        return MISTAKEN | EXTRAS[provider] | {"accounts": [account]}

    def corrected(seen: Sequence[Seen]) -> JsonObject:
        return mended(mistaken(seen), seen[1].body["problems"])

    def made(seen: Sequence[Seen]) -> JsonObject:
        return {"post_id": seen[2].body["data"]["id"]}

    return [
        Step("list_accounts"),
        Step("create_post", mistaken),
        Step("create_post", corrected),
        Step("check_status", made),
    ]


def mended(post: JsonObject, problems: list[JsonObject]) -> JsonObject:
    """Do what the problems say, and nothing else."""
    for problem in problems:
        field = problem["path"].removeprefix("/")
        match problem["code"]:
            case "too_long":
                post[field] = post[field][: problem["limit"]]
            case "unknown_field":
                del post[field]
            case "no_offset":
                post[field] += "Z"
            case code:
                raise AssertionError(f"an agent cannot know what to do about {code} at {field}")
    return post


@pytest.mark.parametrize(("provider", "target"), WAYS, indirect=True)
def test_an_agent_mends_its_post_from_the_error_alone_and_follows_it(provider: str, run: Runner, config: Path) -> None:
    server = ["--mcp-config", str(config), "--strict-mcp-config", "--allowedTools", "mcp__postwright"]
    with model.serve(script(provider), final="It is scheduled.") as told:
        output = ["--tools", "", "--output-format", "json"]
        ended = run("claude", "-p", "Post it.", *server, *output, **HERMETIC | {"ANTHROPIC_BASE_URL": told.url})
    assert ended.code == 0, ended
    assert json.loads(ended.out)["result"] == "It is scheduled."
    assert json.loads(ended.out)["permission_denials"] == []

    offered = {name.removeprefix("mcp__postwright__"): tool for name, tool in told.tools.items()}
    assert offered.keys() >= TOOLS
    assert all(tool["description"] and tool["input_schema"]["type"] == "object" for tool in offered.values())

    accounts, refused, created, status = told.seen
    assert [result.is_error for result in told.seen] == [False, True, False, False]
    assert accounts.body["ok"]
    assert_refused(refused.body, MISTAKES | MORE_MISTAKES[provider])
    assert_status(status.body, assert_scheduled(created.body))


@pytest.mark.parametrize("target", ["stdio", "http"], indirect=True)
def test_the_server_is_added_with_one_command_and_then_connects(target: Target, run: Runner) -> None:
    entry = [target.url] if target.url else ["--", *COMMAND]
    added = run("claude", "mcp", "add", "--transport", target.transport, "postwright", *entry, **HERMETIC)
    assert added.code == 0, added
    listed = run("claude", "mcp", "list", **HERMETIC)
    assert "Connected" in listed.out, listed
