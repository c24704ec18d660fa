"""What an entry carries: settings, keys only as references, addresses; and the options that make it."""

import json
import os
import shutil
import tomllib
from pathlib import Path

import pytest

from tests.install.room import CLIENTS, Room, servers
from tests.leaks import planted

[KEY] = planted & {"gva_live_planted.k3yThatMustNeverShow"}
SECRET = "POSTWRIGHT_GENVIRAL_API_KEY"
FILES = [(client.name, scope.value) for client in CLIENTS.values() for scope in client.files]

#: How each client comes by a key, as its own documentation or its package has it.
REFERENCES = {
    "claude-code": {"env": {SECRET: f"${{{SECRET}}}"}},
    "openclaw": {"env": {SECRET: f"${{{SECRET}}}"}},
    "codex": {"env_vars": [SECRET]},
    "gemini": {"env": {SECRET: f"${{{SECRET}}}"}},
    "vscode": {"env": {SECRET: "${input:postwright_genviral_api_key}"}},
    "cursor": {"env": {SECRET: f"${{env:{SECRET}}}"}},
    "claude-desktop": {},
    "generic": {"env": {SECRET: f"${{{SECRET}}}"}},
}

#: The same for an address and its token.
URL = "http://127.0.0.1:8765/mcp"
BEARER = {"Authorization": "Bearer ${POSTWRIGHT_HTTP_TOKEN}"}
ADDRESSES = {
    "claude-code": {"type": "http", "url": URL, "headers": BEARER},
    "openclaw": {"transport": "streamable-http", "url": URL, "headers": BEARER, "connectionTimeoutMs": 60_000},
    "codex": {
        "url": URL,
        "bearer_token_env_var": "POSTWRIGHT_HTTP_TOKEN",
        "required": True,
        "startup_timeout_sec": 60,
    },
    "gemini": {"httpUrl": URL, "headers": BEARER, "timeout": 600_000},
    "vscode": {"type": "http", "url": URL, "headers": {"Authorization": "Bearer ${input:postwright_http_token}"}},
    "cursor": {"url": URL, "headers": {"Authorization": "Bearer ${env:POSTWRIGHT_HTTP_TOKEN}"}},
    "generic": {"type": "http", "url": URL, "headers": BEARER},
}


@pytest.mark.parametrize(("client", "scope"), FILES)
def test_a_key_stands_in_no_file_and_in_no_output(client: str, scope: str, room: Room) -> None:
    """The key itself is looked for in all that the test leaves behind, as in every test (tests/leaks.py)."""
    shown = room.done(client, "--scope", scope, **{SECRET: KEY})
    entry = room.servers(client, scope)["postwright"]
    assert {name: entry[name] for name in ("env", "env_vars") if name in entry} == REFERENCES[client]
    assert SECRET in shown
    assert KEY not in shown + room.file(client, scope).read_text(encoding="utf-8")


def test_vs_code_asks_for_a_key_once(room: Room) -> None:
    file = room.file("vscode", "project")
    file.parent.mkdir()
    file.write_text('{"inputs": [{"id": "mine", "type": "promptString", "description": "?"}]}', encoding="utf-8")
    for _ in range(2):
        room.done("vscode", "--scope", "project", "--env", SECRET, "--env", "POSTWRIGHT_MODE")
    written = json.loads(file.read_text(encoding="utf-8"))
    assert [one["id"] for one in written["inputs"]] == ["mine", "postwright_genviral_api_key"]
    assert written["inputs"][1]["password"] is True
    assert written["servers"]["postwright"]["env"]["POSTWRIGHT_MODE"] == "${env:POSTWRIGHT_MODE}"


@pytest.mark.parametrize(("client", "scope"), FILES)
def test_a_setting_goes_along_by_value_into_ones_own_file_and_by_name_into_a_shared_one(
    client: str, scope: str, room: Room
) -> None:
    shown = room.done(client, "--scope", scope, POSTWRIGHT_MODE="draft", POSTWRIGHT_TIMEZONE="", POSTWRIGHT_X="y")
    variables = room.servers(client, scope)["postwright"]["env"]
    assert set(variables) == {"POSTWRIGHT_MODE"}
    assert (variables["POSTWRIGHT_MODE"] == "draft") is (scope == "user")
    assert ("draft" in shown) is (scope == "user")


def test_a_client_that_expands_nothing_says_what_is_left_out(room: Room) -> None:
    assert f"Left out: {SECRET}" in room.done("claude-desktop", **{SECRET: KEY})


def test_keys_are_written_on_demand_into_a_file_of_ones_own_and_never_shown(
    tmp_path_factory: pytest.TempPathFactory, room: Room
) -> None:
    # Not the folder that is searched for planted keys: here the key is meant to stand in a file.
    apart = Room(tmp_path_factory.mktemp("home"), tmp_path_factory.mktemp("work"))
    shown = apart.done("claude-desktop", "--write-keys", **{SECRET: KEY})
    assert apart.servers("claude-desktop")["postwright"]["env"] == {SECRET: KEY}
    assert apart.file("claude-desktop").stat().st_mode & 0o777 == 0o600
    assert KEY not in shown
    changed = apart.done("claude-desktop", "--write-keys", **{SECRET: "gva_live_another.0ne"})
    assert KEY not in changed
    assert "gva_live_another" not in changed
    assert apart.servers("claude-desktop")["postwright"]["env"] == {SECRET: "gva_live_another.0ne"}
    for shared in (["--scope", "project"], ["--file", "mcp.json"]):
        ended = room.setup("cursor", "--yes", "--write-keys", *shared, **{SECRET: KEY})
        assert ended.returncode == 2
        assert not [*room.folder.rglob("*"), *room.home.rglob("*")]


@pytest.mark.parametrize(
    "text",
    [
        '{{"mcpServers": {{"other": {{"command": "x", "args": ["--token", "{key}"], "env": {{"K": "{key}"}}}}}}}}',
        '{{\n  "mcpServers": {{\n    "other": {{"env": {{"K": "{key}"}}}}\n  }}\n}}\n',
        (
            '{{\n  "mcpServers": {{\n    "postwright": {{\n      "url": "x",\n      "headers": {{\n'
            '        "A": "{key}"\n      }}\n    }}\n  }}\n}}\n'
        ),
    ],
    ids=["one line", "beside", "replaced"],
)
def test_the_change_shows_no_key_that_stands_in_the_file(text: str, tmp_path_factory: pytest.TempPathFactory) -> None:
    apart = Room(tmp_path_factory.mktemp("home"), tmp_path_factory.mktemp("work"))
    apart.file("cursor").parent.mkdir()
    apart.file("cursor").write_text(text.format(key=KEY), encoding="utf-8")
    shown = apart.done("cursor")
    assert "+" in shown
    assert KEY not in shown


@pytest.mark.parametrize("client", CLIENTS)
def test_a_server_at_an_address_is_written_as_each_client_reads_it(client: str, room: Room) -> None:
    ended = room.setup(client, "--url", URL, "--yes", POSTWRIGHT_HTTP_TOKEN=KEY, POSTWRIGHT_MODE="draft")
    if client in ADDRESSES:
        assert room.servers(client)["postwright"] == ADDRESSES[client]
    else:
        assert ended.returncode == 1
        assert "--url" in ended.stderr
        assert not room.file(client).exists()


@pytest.mark.parametrize(
    "url", ["127.0.0.1:8765", "ftp://a/mcp", "http://", "http://a b/", "http://[/", "http://me:word@host/mcp", "x"]
)
def test_an_address_that_is_none_or_holds_a_login_is_refused(url: str, room: Room) -> None:
    ended = room.setup("cursor", "--url", url, "--yes")
    assert ended.returncode == 2
    assert "--url" in ended.stderr
    assert "Traceback" not in ended.stderr
    assert not room.file("cursor").exists()


def test_a_client_that_may_not_find_uvx_gets_its_whole_path_in_ones_own_file_alone(room: Room) -> None:
    path = shutil.which("uvx")
    assert path
    for client, scope in FILES:
        room.done(client, "--scope", scope)
        command = room.servers(client, scope)["postwright"]["command"]
        assert command == (path if CLIENTS[client].bare_path and scope == "user" else "uvx")


def test_uvx_is_found_beside_the_uv_that_runs_this_and_asked_for_where_there_is_none(room: Room) -> None:
    (room.home / "uv").mkdir()
    (room.home / "uv/uvx").write_text("#!/bin/sh\n", encoding="utf-8")
    (room.home / "uv/uvx").chmod(0o755)
    room.done("claude-desktop", PATH="", UV=f"{room.home}/uv/uv")
    assert room.servers("claude-desktop")["postwright"]["command"] == f"{room.home}/uv/uvx"
    ended = room.setup("codex", "--yes", PATH="")
    assert ended.returncode == 1
    assert "pip install uv" in ended.stderr


def test_a_name_and_a_checkout_are_taken(room: Room) -> None:
    (room.folder / "checkout").mkdir()
    room.done("cursor", "--name", "posting", "--from", "./checkout")
    assert room.servers("cursor")["posting"]["args"] == ["--from", str(room.folder / "checkout"), "postwright"]
    room.done("codex", "--from", "./checkout[keyring]")
    assert room.servers("codex")["postwright"]["args"][1] == f"{room.folder}/checkout[keyring]"
    room.done("gemini", "--from", "postwright[keyring]")
    assert room.servers("gemini")["postwright"]["args"] == ["--from", "postwright[keyring]", "postwright"]


@pytest.mark.parametrize(
    ("arguments", "word"),
    [
        (["nobody"], "claude-code"),
        (["codex", "--scope", "project"], "--scope user"),
        (["codex", "--name", "a.b"], "--name"),
        (["codex", "--name", "x" * 25], "--name"),
        (["codex", "--from", "./nowhere"], "nowhere"),
        (["codex", "--from", ".", "--url", URL], "--url"),
        (["codex", "--env", "POSTWRIGHT_GENVIRAL_KEY"], "POSTWRIGHT_GENVIRAL_API_KEY"),
        (["codex", "--env", "HOME"], "no setting"),
        (["codex", "--env", "POSTWRIGHT_HTTP_TOKEN"], "--url"),
        (["codex", "--url", URL, "--env", SECRET], "POSTWRIGHT_HTTP_TOKEN"),
        (["codex", "--print", "--write-keys"], "--print"),
        (["--file", "x.json"], "of which client"),
    ],
    ids=" ".join,
)
def test_options_that_cannot_be_are_told_with_what_can(arguments: list[str], word: str, room: Room) -> None:
    ended = room.setup(*arguments, "--yes")
    assert ended.returncode == 2
    assert word in ended.stderr
    assert not [*room.home.iterdir(), *room.folder.iterdir()]


@pytest.mark.parametrize(
    ("client", "variable", "value", "file"),
    [
        ("claude-code", "CLAUDE_CONFIG_DIR", "x", "x/.claude.json"),
        ("openclaw", "OPENCLAW_CONFIG_PATH", "x/my.json", "x/my.json"),
        ("openclaw", "OPENCLAW_STATE_DIR", "x", "x/openclaw.json"),
        ("openclaw", "OPENCLAW_HOME", "x", "x/.openclaw/openclaw.json"),
        ("codex", "CODEX_HOME", "x", "x/config.toml"),
        ("gemini", "GEMINI_CLI_HOME", "x", "x/.gemini/settings.json"),
        ("vscode", "XDG_CONFIG_HOME", "x", "x/Code/User/mcp.json"),
        ("claude-desktop", "XDG_CONFIG_HOME", "x", "x/Claude/claude_desktop_config.json"),
    ],
)
def test_the_file_is_where_the_clients_own_variable_says(
    client: str, variable: str, value: str, file: str, room: Room
) -> None:
    room.done(client, **{variable: str(room.home / value)})
    assert "postwright" in servers(CLIENTS[client], room.home / file)


def test_another_file_is_written_in_a_clients_form(room: Room) -> None:
    room.done("claude-code", "--file", "there/servers.json", POSTWRIGHT_MODE="draft")
    entry = servers(CLIENTS["claude-code"], room.folder / "there/servers.json")["postwright"]
    assert entry["env"] == {"POSTWRIGHT_MODE": "${POSTWRIGHT_MODE}"}


@pytest.mark.parametrize(
    "text",
    [
        'mcp_servers = { a = { command = "x" } }\n',
        'mcp_servers.a.command = "x"\n',
        '[mcp_servers.a]\ncommand = "x"\n[b]\nc = 1\n[mcp_servers.d]\ncommand = "y"\n',
        "[mcp_servers]\n",
        '[mcp_servers.postwright]\ncommand = "old"\nenv_vars = ["MINE"]\n[mcp_servers.postwright.env]\nA = "b"\n',
        '["mcp_servers".a]\ncommand = """x"""\nargs = [\n  "1", # one\n]\n',
    ],
)
def test_every_form_of_tables_in_toml_takes_an_entry(text: str, room: Room) -> None:
    file = room.file("codex")
    file.parent.mkdir()
    file.write_text(text, encoding="utf-8")
    room.done("codex", "--env", SECRET)
    before, after = tomllib.loads(text), tomllib.loads(file.read_text(encoding="utf-8"))
    entry = after["mcp_servers"].pop("postwright")
    old = before.get("mcp_servers", {}).pop("postwright", {})
    assert after == before | {"mcp_servers": before.get("mcp_servers", {})}
    assert (entry["command"], entry["required"]) == ("uvx", True)
    assert entry["env_vars"] == [*old.get("env_vars", []), SECRET]
    assert entry.get("env") == old.get("env")


@pytest.mark.parametrize("client", [name for name, client in CLIENTS.items() if client.unless_set])
def test_what_a_person_set_otherwise_in_an_entry_stays(client: str, room: Room) -> None:
    room.done(client)
    usual = CLIENTS[client].unless_set
    assert usual.items() <= room.servers(client)["postwright"].items()
    file = room.file(client)
    text = file.read_text(encoding="utf-8")
    for key, value in usual.items():
        told = json.dumps(value)
        for sign in (f'"{key}": ', f"{key} = "):
            text = text.replace(f"{sign}{told}", f"{sign}{'false' if value is True else 7}")
    file.write_text(text, encoding="utf-8")
    assert "already there" in room.done(client)
    assert file.read_text(encoding="utf-8") == text
    assert not usual.items() & room.servers(client)["postwright"].items()


def test_the_tests_run_where_no_setting_is_set() -> None:
    assert not [name for name in Room(Path(), Path()).environment() if name.startswith("POSTWRIGHT_")]
    assert os.environ["PATH"]
