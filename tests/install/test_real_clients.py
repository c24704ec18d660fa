"""The clients themselves, from npm: each reads the file that setup wrote, and starts the server that it names."""

import json
import re
import shlex
from collections.abc import Generator
from pathlib import Path

import pytest

from server.install_page import own_command
from tests.clients import node
from tests.clients.node import Finished
from tests.clients.target import running
from tests.install.models import Model, serve
from tests.install.room import CLIENTS, JsonObject, Room

pytestmark = [pytest.mark.clients, pytest.mark.timeout(900)]

#: How the program of each client is called in tests/clients/node.py, and what asks it for the state of its servers.
PROGRAMS = {"claude-code": "claude", "openclaw": "openclaw", "codex": "codex", "gemini": "gemini"}
LOOKS = {
    "claude-code": ["mcp", "list"],
    "openclaw": ["mcp", "probe", "postwright"],
    "gemini": ["mcp", "list"],
}
GOOD = re.compile(r"✔ Connected| - Connected|postwright: 9 tools")

CLIENT = [pytest.param(client, marks=node.needs(program)) for client, program in PROGRAMS.items()]
LOOKING = [pytest.param(client, marks=node.needs(PROGRAMS[client])) for client in LOOKS]

#: No client calls home or asks, and each answers to a person's folder.
QUIET = {
    "CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC": "1",
    "ANTHROPIC_BASE_URL": "http://127.0.0.1:9",
    "ANTHROPIC_API_KEY": "dummy",
    "GEMINI_CLI_TRUST_WORKSPACE": "true",
    "GEMINI_API_KEY": "dummy",
}
KEY = "POSTWRIGHT_GENVIRAL_API_KEY"
TOKEN = "a-token-of-this-test-alone"


def run(room: Room, client: str, *arguments: str, **more: str) -> Finished:
    return node.run(PROGRAMS[client], *arguments, environment=room.environment(**QUIET, **more), folder=room.folder)


@pytest.fixture
def service(room: Room) -> Generator[str]:
    """A stand-in of a hosted service; its address."""
    with running(["sandbox", "genviral"], room.environment()) as base:
        yield f"{base}/api/partner/v1"


@pytest.mark.parametrize("client", CLIENT)
def test_the_clients_own_command_writes_the_entry_that_setup_writes(client: str, stocked: Room) -> None:
    command = own_command(CLIENTS[client])
    assert command
    program, *arguments = shlex.split(command)
    assert program in CLIENTS[client].programs
    added = run(stocked, client, *arguments)
    assert added.code == 0, added
    by_itself = stocked.servers(client)["postwright"]
    stocked.done(client)
    assert "already there" in stocked.done(client)
    entry = stocked.servers(client)["postwright"]
    only_ours = {key for key, value in entry.items() if by_itself.get(key) != value}
    assert only_ours == {"openclaw": {"command"}, "codex": {"required", "startup_timeout_sec"}}.get(client, set())


@node.needs("claude")
def test_claude_code_connects_to_what_setup_wrote(stocked: Room) -> None:
    stocked.done("claude-code")
    listed = run(stocked, "claude-code", "mcp", "list")
    assert "postwright: uvx postwright" in listed.out, listed
    assert GOOD.search(listed.out), listed
    stocked.file("claude-code").unlink()
    stocked.done("claude-code", "--scope", "project")
    shown = run(stocked, "claude-code", "mcp", "get", "postwright")
    assert "Project config" in shown.out, shown


@node.needs("openclaw")
def test_openclaw_probes_what_setup_wrote_and_passes_a_variable_on(stocked: Room) -> None:
    stocked.done("openclaw", "--env", "POSTWRIGHT_MODE")
    probed = run(stocked, "openclaw", "mcp", "probe", "postwright", "--json", POSTWRIGHT_MODE="read")
    assert probed.code == 0, probed
    tools = {name.removeprefix("postwright__") for name in json.loads(probed.out)["tools"]}
    assert {"list_posts", "check_status"} <= tools
    assert "create_post" not in tools


@node.needs("codex")
def test_codex_reads_what_setup_wrote_and_its_model_sees_the_accounts_of_the_key(stocked: Room, service: str) -> None:
    stocked.done("codex", "--env", KEY, POSTWRIGHT_GENVIRAL_BASE_URL=service)
    got = run(stocked, "codex", "mcp", "get", "postwright", "--json")
    transport = json.loads(got.out)["transport"]
    assert (transport["command"], transport["args"]) == ("uvx", ["postwright"])
    assert transport["env_vars"] == [KEY]
    assert "postwright" in run(stocked, "codex", "mcp", "list").out
    with serve(Model("list_accounts")) as model:
        ended = _codex(stocked, model, **{KEY: "gva_live_sandbox.secret"})
    assert ended.code == 0, ended
    _assert_used(ended, model)
    assert '"id":"genviral:' in model.seen[0]


@node.needs("gemini")
def test_gemini_cli_connects_to_what_setup_wrote_and_its_model_sees_the_accounts_of_the_key(
    stocked: Room, service: str
) -> None:
    file = stocked.file("gemini")
    file.parent.mkdir()
    file.write_text('{\n  // mine\n  "security": {"auth": {"selectedType": "gemini-api-key"}}\n}\n', encoding="utf-8")
    stocked.done("gemini", "--env", KEY, POSTWRIGHT_GENVIRAL_BASE_URL=service)
    listed = run(stocked, "gemini", "mcp", "list")
    assert "postwright: uvx postwright (stdio) - Connected" in listed.out + listed.err, listed
    with serve(Model("list_accounts")) as model:
        asked = ["-m", "gemini-2.5-flash", "--approval-mode", "yolo", "-p", "Who can I post as?"]
        key = {KEY: "gva_live_sandbox.secret", "GOOGLE_GEMINI_BASE_URL": model.url}
        ended = run(stocked, "gemini", *asked, **key)
    _assert_used(ended, model)
    assert r"\"id\":\"genviral:" in model.seen[0]


@pytest.mark.parametrize("client", LOOKING)
def test_a_client_reaches_a_server_at_an_address_with_its_token_alone(client: str, room: Room) -> None:
    with running(["serve"], room.environment(POSTWRIGHT_HTTP_TOKEN=TOKEN)) as base:
        room.done(client, "--url", f"{base}/mcp", "--env", "POSTWRIGHT_HTTP_TOKEN")
        looked = run(room, client, *LOOKS[client], POSTWRIGHT_HTTP_TOKEN=TOKEN)
        assert GOOD.search(looked.out + looked.err), looked
        if client == "openclaw":
            return  # ten seconds more
        looked = run(room, client, *LOOKS[client], POSTWRIGHT_HTTP_TOKEN="another-token")
        assert not GOOD.search(looked.out + looked.err), looked


@node.needs("codex")
def test_codex_reaches_a_server_at_an_address_with_its_token(room: Room) -> None:
    with running(["serve"], room.environment(POSTWRIGHT_HTTP_TOKEN=TOKEN)) as base, serve(Model("get_usage")) as model:
        room.done("codex", "--url", f"{base}/mcp", "--env", "POSTWRIGHT_HTTP_TOKEN")
        ended = _codex(room, model, POSTWRIGHT_HTTP_TOKEN=TOKEN)
    _assert_used(ended, model)


@node.needs("mcporter")
def test_a_reader_of_the_files_of_other_clients_finds_them_where_it_looks_and_connects(stocked: Room) -> None:
    clients = ("vscode", "cursor", "claude-desktop")
    for client in clients:
        stocked.done(client, "--name", f"pw-{client}")
    listed = _mcporter(stocked, stocked.file("claude-desktop"))
    assert {server["name"]: server["status"] for server in listed} == {f"pw-{client}": "ok" for client in clients}
    assert {server["source"]["path"] for server in listed} == {str(stocked.file(client)) for client in clients}


@node.needs("mcporter")
def test_a_client_that_reads_mcp_json_connects_and_passes_a_variable_on(stocked: Room) -> None:
    stocked.done("generic", POSTWRIGHT_MODE="publish")
    [server] = _mcporter(stocked, stocked.file("generic"), POSTWRIGHT_MODE="read")
    tools = {tool["name"] for tool in server["tools"]}
    assert "list_posts" in tools
    assert "create_post" not in tools


def _codex(room: Room, model: Model, **more: str) -> Finished:
    stub = f'model_providers.stub={{name="stub", base_url="{model.url}/v1", wire_api="responses"}}'
    settings = ["-c", 'model="stub"', "-c", 'model_provider="stub"', "-c", stub]
    free = ["--skip-git-repo-check", "--dangerously-bypass-approvals-and-sandbox"]
    return run(room, "codex", "exec", *free, *settings, "Who can I post as?", **more)


def _mcporter(room: Room, config: Path, **more: str) -> list[JsonObject]:
    environment = room.environment(**more)
    ended = node.run("mcporter", "--config", str(config), "list", "--json", environment=environment, folder=room.folder)
    assert ended.code == 0, ended
    return json.loads(ended.out)["servers"]


def _assert_used(ended: Finished, model: Model) -> None:
    """Check that the model was offered the tools from its first turn on, and that its call came to an end."""
    assert ended.code == 0, ended
    assert ended.out.strip() == model.final
    assert {"create_post", "check_status", "list_accounts"} <= set(model.offered)
    assert len(model.seen) == 1
    assert re.search(r'\\?"ok\\?":\s*true', model.seen[0])
