"""``postwright setup`` as a process in an empty home: what it writes for each client, and what it leaves alone."""

import json
import tomllib
from pathlib import Path

import pytest

from tests.install.room import CLIENTS, Room
from tests.modes.terminal import Terminal

#: Each client with each of its files.
FILES = [(client.name, scope.value) for client in CLIENTS.values() for scope in client.files]
#: One client for each language.
LANGUAGES = ("claude-code", "openclaw", "codex")

#: What a user has in a file already, by its language. The mark is a comment, a number or a spacing that a careless
#: writer would lose.
OTHERS = {
    "json": """{
    "theme": "dark",
    "KEY": {
        "other": { "command": "x",  "args": ["1"] }
    },
    "n": 1.50
}
""",
    "jsonc": """// mine
{
\t"theme": "dark",
\t"KEY": {
\t\t"other": { "command": "x", "args": ["1",], }, // last
\t\t/* none yet */
\t},
}
""",
    "toml": """# mine
model = "o3"   # best

[KEY.other]
command = "x"

[zzz]
n = 1
""",
}


def others(client: str) -> str:
    """Write a file with another server in it, in the client's language and under its key."""
    row = CLIENTS[client]
    text = OTHERS[row.language]
    first, *rest = row.key
    if rest:
        text = text.replace('"KEY": {', f'"KEY": {{ "{rest[0]}": {{').replace("\t},\n}", "\t}},\n}")
    return text.replace("KEY", first)


@pytest.mark.parametrize(("client", "scope"), FILES)
def test_each_client_gets_its_entry_and_a_second_run_changes_nothing(client: str, scope: str, room: Room) -> None:
    shown = room.done(client, "--scope", scope)
    entry = room.servers(client, scope)["postwright"]
    assert Path(entry["command"]).name == "uvx"
    assert entry["args"] == ["postwright"]
    assert "Written." in shown
    assert "postwright" in shown
    before = room.file(client, scope).read_bytes()
    assert "already there" in room.done(client, "--scope", scope)
    assert room.file(client, scope).read_bytes() == before
    assert [path for path in (*room.home.rglob("*"), *room.folder.rglob("*")) if path.is_file()] == [
        room.file(client, scope)
    ]


@pytest.mark.parametrize(("client", "scope"), FILES)
def test_a_new_file_of_ones_own_is_readable_to_oneself_alone(client: str, scope: str, room: Room) -> None:
    room.done(client, "--scope", scope)
    assert (room.file(client, scope).stat().st_mode & 0o077 == 0) is (scope == "user")


@pytest.mark.parametrize("client", CLIENTS)
def test_all_else_in_a_file_stays_to_the_letter_with_its_mode_and_a_copy_of_it(client: str, room: Room) -> None:
    file = room.file(client)
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(others(client), encoding="utf-8")
    file.chmod(0o640)
    room.done(client)
    after = file.read_text(encoding="utf-8")
    kept = iter(after.splitlines())
    for line in others(client).splitlines():
        assert any(new in (line, f"{line},") for new in kept), (line, after)
    assert after.count("postwright") >= 2
    assert file.stat().st_mode & 0o777 == 0o640
    [copy] = file.parent.glob(f"{file.name}.*.bak")
    assert copy.read_text(encoding="utf-8") == others(client)
    assert copy.stat().st_mode & 0o777 == 0o640


@pytest.mark.parametrize("client", CLIENTS)
def test_an_entry_that_is_there_keeps_what_a_person_added_to_it(client: str, room: Room) -> None:
    file = room.file(client)
    room.done(client)
    text = file.read_text(encoding="utf-8")
    mine = '\n"mine": 7, "args"' if CLIENTS[client].language != "toml" else "mine = 7 # mine\nargs"
    old = text.replace('"args"' if CLIENTS[client].language != "toml" else "args", mine).replace("uvx", "/gone/uvx")
    file.write_text(old, encoding="utf-8")
    assert "changed" in room.done(client)
    entry = room.servers(client)["postwright"]
    assert entry["mine"] == 7
    assert "/gone" not in entry["command"]
    assert mine in file.read_text(encoding="utf-8")


@pytest.mark.parametrize("client", [name for name, client in CLIENTS.items() if client.remote])
def test_an_entry_that_starts_otherwise_is_replaced(client: str, room: Room) -> None:
    room.done(client, "--url", "http://127.0.0.1:8765/mcp")
    assert "command" not in room.servers(client)["postwright"]
    room.done(client)
    entry = room.servers(client)["postwright"]
    assert entry["args"] == ["postwright"]
    assert not {"url", "httpUrl", "headers", "transport"} & set(entry)


@pytest.mark.parametrize("mark", ["\r\n", "\ufeff"], ids=["windows", "bom"])
def test_the_line_ends_and_the_mark_of_windows_stay(mark: str, room: Room) -> None:
    file = room.file("vscode")
    file.parent.mkdir(parents=True)
    text = '{\n  "servers": {}\n}\n'
    file.write_bytes((text.replace("\n", mark) if mark == "\r\n" else mark + text).encode())
    room.done("vscode")
    after = file.read_bytes().decode()
    assert after.startswith("\ufeff") is (mark == "\ufeff")
    assert after.count("\r\n") == (after.count("\n") if mark == "\r\n" else 0)


#: Files that cannot be changed: of every client, and of those that read plain JSON alone.
BROKEN = ["{", "[]", '{"KEY": 5}', '{"KEY": null}', "\x00", '{"a": 1} {', "[" * 100_000, '{"a" 1}', "KEY = 1", "{,}"]
NOT_PLAIN = ['{"KEY": {},}', '{"KEY": {}} // mine', "{ /* mine */ }"]


@pytest.mark.parametrize(
    ("client", "text"),
    [(client, text) for client in LANGUAGES for text in BROKEN] + [("claude-code", text) for text in NOT_PLAIN],
)
def test_a_file_that_cannot_be_changed_is_left_alone_and_the_entry_printed(client: str, text: str, room: Room) -> None:
    file = room.file(client)
    file.parent.mkdir(parents=True, exist_ok=True)
    text = text.replace("KEY", CLIENTS[client].key[0])
    file.write_text(text, encoding="utf-8")
    ended = room.setup(client, "--yes")
    assert ended.returncode == 1, ended.stdout
    assert str(file) in ended.stderr
    assert "Nothing was written" in ended.stderr
    assert "Traceback" not in ended.stderr
    read = tomllib.loads if CLIENTS[client].language == "toml" else json.loads
    assert CLIENTS[client].key[0] in read(ended.stdout)
    assert file.read_text(encoding="utf-8") == text
    assert list(file.parent.iterdir()) == [file] or client == "claude-code"


def test_what_is_no_file_of_text_is_left_alone(room: Room) -> None:
    file = room.file("gemini")
    file.parent.mkdir()
    file.write_bytes(b'{"a": "\xff"}')
    assert "UTF-8" in room.setup("gemini", "--yes").stderr
    file.unlink()
    file.mkdir()
    assert "not a file" in room.setup("gemini", "--yes").stderr
    (room.home / ".codex").write_text("in the way", encoding="utf-8")
    ended = room.setup("codex", "--yes")
    assert ended.returncode == 1
    assert "Nothing was written" in ended.stderr


def test_a_file_that_cannot_be_written_whole_stays_as_it_is(room: Room) -> None:
    file = room.file("gemini")
    file.parent.mkdir()
    text = json.dumps({"mcpServers": {}, "long": "x" * 20_000})
    file.write_text(text, encoding="utf-8")
    # A bound on the size of files stands for a full disk.
    ended = room.setup("gemini", "--yes", limit="8192")
    assert ended.returncode == 1
    assert "cannot be written" in ended.stderr
    assert file.read_text(encoding="utf-8") == text
    assert list(file.parent.iterdir()) == [file]


def test_a_link_stays_a_link_and_its_file_is_changed(room: Room) -> None:
    kept = room.home / "dotfiles.json"
    kept.write_text("{}", encoding="utf-8")
    file = room.file("cursor")
    file.parent.mkdir()
    file.symlink_to(kept)
    room.done("cursor")
    assert file.is_symlink()
    assert "postwright" in json.loads(kept.read_text(encoding="utf-8"))["mcpServers"]


def test_without_a_terminal_nothing_is_written_unasked(room: Room) -> None:
    ended = room.setup("codex")
    assert ended.returncode == 2
    assert "+[mcp_servers.postwright]" in ended.stdout
    assert "--yes" in ended.stderr
    assert not room.file("codex").exists()


@pytest.mark.parametrize(("answer", "written"), [("y", True), ("n", False), ("", False)])
def test_a_person_sees_the_change_and_decides(answer: str, written: bool, room: Room) -> None:
    with Terminal(room.environment(), ("setup", "codex")) as terminal:
        assert "[mcp_servers.postwright]" in terminal.until("Write it?")
        terminal.type(answer)
        assert terminal.end() == (0 if written else 1)
    assert room.file("codex").exists() is written


def test_a_file_that_changes_while_a_person_thinks_is_not_written_over(room: Room) -> None:
    file = room.file("claude-code")
    file.write_text('{"old": 1}', encoding="utf-8")
    with Terminal(room.environment(), ("setup", "claude-code")) as terminal:
        terminal.until("Write it?")
        file.write_text('{"new": 2}', encoding="utf-8")
        terminal.type("y")
        assert terminal.end() == 1
        assert "changed meanwhile" in terminal.shown
    assert file.read_text(encoding="utf-8") == '{"new": 2}'


@pytest.mark.parametrize("client", CLIENTS)
def test_print_prints_the_entry_alone_and_writes_nothing(client: str, room: Room) -> None:
    ended = room.setup(client, "--print")
    assert ended.returncode == 0, ended.stderr
    read = tomllib.loads if CLIENTS[client].language == "toml" else json.loads
    assert CLIENTS[client].key[0] in read(ended.stdout)
    assert ended.stderr
    assert not [*room.home.iterdir(), *room.folder.iterdir()]


def test_without_a_client_those_on_this_machine_are_shown_with_how_each_stands(room: Room) -> None:
    nothing = room.setup(PATH="")
    assert nothing.returncode == 0
    assert "Not found here: claude-code, openclaw, codex" in nothing.stdout
    room.done("codex")
    room.file("gemini").parent.mkdir()
    room.file("cursor").parent.mkdir()
    room.file("cursor").write_text("{", encoding="utf-8")
    (room.home / "bin").mkdir()
    for program in ("claude", "uvx"):
        (room.home / "bin" / program).write_text("#!/bin/sh\n", encoding="utf-8")
        (room.home / "bin" / program).chmod(0o755)
    room.done("claude-code", "--scope", "project")
    shown = room.setup(PATH=f"{room.home}/bin").stdout
    told = {words.splitlines()[0].partition(": postwright setup")[0]: words for words in reversed(shown.split("\n\n"))}
    assert told["Codex"].rstrip().endswith("postwright is there")
    assert "postwright would be added" in told["Gemini CLI"]
    assert "cannot get it" in told["Cursor"]
    assert "postwright would be added" in told["Claude Code"]
    assert "--scope project" in shown
    assert "openclaw" in shown.rpartition("Not found here")[2]
    assert "postwright is there, set up otherwise" in room.setup("--from", "elsewhere").stdout
