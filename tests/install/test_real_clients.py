"""The clients themselves, from npm: each reads the file that setup wrote, and starts the server that it names."""

import json
import shlex

import pytest

from server.install_page import own_command
from tests.clients import node
from tests.clients.node import Finished
from tests.install.room import CLIENTS, Room

#: How the program of each client is called in tests/clients/node.py.
PROGRAMS = {"claude-code": "claude", "openclaw": "openclaw", "codex": "codex", "gemini": "gemini"}
CLIENT = [
    pytest.param(client, marks=[pytest.mark.clients, node.needs(program)], id=client)
    for client, program in PROGRAMS.items()
]

#: No client calls home, asks, or looks for updates.
QUIET = {
    "CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC": "1",
    "ANTHROPIC_BASE_URL": "http://127.0.0.1:9",
    "ANTHROPIC_API_KEY": "dummy",
    "GEMINI_CLI_TRUST_WORKSPACE": "true",
    "GEMINI_API_KEY": "dummy",
}


def run(room: Room, client: str, *arguments: str, **more: str) -> Finished:
    return node.run(PROGRAMS[client], *arguments, environment=room.environment(**QUIET, **more), folder=room.folder)


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
    assert only_ours == {"openclaw": {"command"}, "codex": {"required"}}.get(client, set())


@pytest.mark.clients
@node.needs("claude")
def test_claude_code_connects_to_what_setup_wrote(stocked: Room) -> None:
    stocked.done("claude-code")
    listed = run(stocked, "claude-code", "mcp", "list")
    assert "postwright: uvx postwright" in listed.out, listed
    assert "Connected" in listed.out, listed
    stocked.file("claude-code").unlink()
    stocked.done("claude-code", "--scope", "project")
    shown = run(stocked, "claude-code", "mcp", "get", "postwright")
    assert "Project config" in shown.out, shown


@pytest.mark.clients
@node.needs("openclaw")
def test_openclaw_probes_what_setup_wrote_and_passes_a_variable_on(stocked: Room) -> None:
    stocked.done("openclaw", "--env", "POSTWRIGHT_MODE")
    probed = run(stocked, "openclaw", "mcp", "probe", "postwright", "--json", POSTWRIGHT_MODE="read")
    assert probed.code == 0, probed
    tools = {name.removeprefix("postwright__") for name in json.loads(probed.out)["tools"]}
    assert {"list_posts", "check_status"} <= tools
    assert "create_post" not in tools


@pytest.mark.clients
@node.needs("codex")
def test_codex_reads_what_setup_wrote(stocked: Room) -> None:
    stocked.done("codex", "--env", "POSTWRIGHT_GENVIRAL_API_KEY")
    got = run(stocked, "codex", "mcp", "get", "postwright", "--json")
    transport = json.loads(got.out)["transport"]
    assert (transport["command"], transport["args"]) == ("uvx", ["postwright"])
    assert transport["env_vars"] == ["POSTWRIGHT_GENVIRAL_API_KEY"]
    listed = run(stocked, "codex", "mcp", "list")
    assert "postwright" in listed.out, listed


@pytest.mark.clients
@node.needs("gemini")
def test_gemini_cli_connects_to_what_setup_wrote(stocked: Room) -> None:
    stocked.done("gemini")
    listed = run(stocked, "gemini", "mcp", "list")
    assert "postwright: uvx postwright (stdio) - Connected" in listed.out + listed.err, listed
