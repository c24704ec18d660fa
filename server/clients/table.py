"""The table of clients: one row says all that ``postwright setup``, docs/install.md and the tests know of a client.

Measured with the clients' own packages, but for the files of VS Code, Cursor and Claude Desktop, which are from their
documentation.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

JsonObject = dict[str, Any]

#: What stands in a row for what is known only when an entry is written.
NAME, URL, TOKEN, COMMAND, ARGUMENTS = "NAME", "URL", "TOKEN", "COMMAND", "ARGUMENTS"

_PLAIN: JsonObject = {"command": COMMAND, "args": ARGUMENTS}
_TYPED: JsonObject = {"type": "stdio", **_PLAIN}
_BEARER: JsonObject = {"headers": {"Authorization": f"Bearer {TOKEN}"}}


class Scope(StrEnum):
    """Whose a file is: one person's on this machine, or that of all who share a folder."""

    USER = "user"
    PROJECT = "project"


class Language(StrEnum):
    """What a file is written in. ``jsonc``: JSON in which the client takes comments and trailing commas."""

    JSON = "json"
    JSONC = "jsonc"
    TOML = "toml"


@dataclass(frozen=True, slots=True, kw_only=True)
class Client:
    """One client.

    ``files`` are tried in their order: the first whose variables are all set is the file. ``~`` is the home, and
    ``{config}`` the system's folder of configuration. ``unless_set`` is what an entry has besides, where a person
    has not set it otherwise. ``expands`` and ``asks`` are how an entry refers to a variable, and to a secret that
    the client asks its user for; ``lists`` is the key under which variables are let through by their names. A
    client with none of them is given values. ``bare_path``: it may not have the ``PATH`` of a terminal. ``adds`` is
    its own command that writes the same entry, and ``then`` what is left to a person.
    """

    name: str
    title: str
    files: Mapping[Scope, tuple[str, ...]]
    key: tuple[str, ...]
    language: Language = Language.JSON
    programs: tuple[str, ...] = ()
    stdio: JsonObject = field(default_factory=_PLAIN.copy)
    remote: JsonObject | None = None
    bearer: JsonObject = field(default_factory=dict[str, Any])
    unless_set: JsonObject = field(default_factory=dict[str, Any])
    expands: str | None = None
    asks: str | None = None
    lists: str | None = None
    bare_path: bool = False
    adds: str | None = None
    then: str = ""


_ROWS = (
    Client(
        name="claude-code",
        title="Claude Code",
        programs=("claude",),
        files={
            Scope.USER: ("$CLAUDE_CONFIG_DIR/.claude.json", "~/.claude.json"),
            Scope.PROJECT: (".mcp.json",),
        },
        key=("mcpServers",),
        stdio=_TYPED,
        remote={"type": "http", "url": URL},
        bearer=_BEARER,
        expands="${NAME}",
        adds="claude mcp add --scope user {name} -- {command}",
        then="`claude mcp list` says Connected. Before it uses a server of a project's file, it asks once.",
    ),
    Client(
        name="openclaw",
        title="OpenClaw",
        programs=("openclaw",),
        files={
            Scope.USER: (
                "$OPENCLAW_CONFIG_PATH",
                "$OPENCLAW_STATE_DIR/openclaw.json",
                "$OPENCLAW_HOME/.openclaw/openclaw.json",
                "~/.openclaw/openclaw.json",
            )
        },
        key=("mcp", "servers"),
        language=Language.JSONC,
        # Its own is 5 seconds, which the first start may take longer than: uv fetches what the server needs.
        unless_set={"connectionTimeoutMs": 60_000},
        remote={"url": URL, "transport": "streamable-http"},
        bearer=_BEARER,
        expands="${NAME}",
        bare_path=True,
        adds="openclaw mcp add {name} --command uvx {arguments} --connect-timeout 60",
        then="`openclaw mcp probe {name}` connects and counts the tools.",
    ),
    Client(
        name="codex",
        title="Codex",
        programs=("codex",),
        files={Scope.USER: ("$CODEX_HOME/config.toml", "~/.codex/config.toml")},
        key=("mcp_servers",),
        language=Language.TOML,
        # Unless required, the first turn begins before the server is up, and has none of its tools. A required one that
        # is late ends the session, and its own limit is 30 seconds.
        unless_set={"required": True, "startup_timeout_sec": 60},
        remote={"url": URL},
        bearer={"bearer_token_env_var": NAME},
        lists="env_vars",
        adds="codex mcp add {name} -- {command}",
        then="`codex mcp get {name}` shows it. Its own command leaves `required` out, without which the first turn may "
        "begin before the tools are there: setup adds that to what is written.",
    ),
    Client(
        name="gemini",
        title="Gemini CLI",
        programs=("gemini",),
        files={
            Scope.USER: ("$GEMINI_CLI_HOME/.gemini/settings.json", "~/.gemini/settings.json"),
            Scope.PROJECT: (".gemini/settings.json",),
        },
        key=("mcpServers",),
        language=Language.JSONC,
        # Its own limit for a call; but `gemini mcp list` waits for 5 seconds unless a limit is written.
        unless_set={"timeout": 600_000},
        remote={"httpUrl": URL},
        bearer=_BEARER,
        expands="${NAME}",
        adds="gemini mcp add --scope user --timeout 600000 {name} {command}",
        then="`gemini mcp list` says Connected, in a folder that it trusts.",
    ),
    Client(
        name="vscode",
        title="VS Code",
        programs=("code",),
        files={Scope.USER: ("{config}/Code/User/mcp.json",), Scope.PROJECT: (".vscode/mcp.json",)},
        key=("servers",),
        language=Language.JSONC,
        stdio=_TYPED,
        remote={"type": "http", "url": URL},
        bearer=_BEARER,
        expands="${env:NAME}",
        asks="${input:NAME}",
        bare_path=True,
        then="Start it with `MCP: List Servers` of the command palette; VS Code asks for keys then, and keeps them.",
    ),
    Client(
        name="cursor",
        title="Cursor",
        programs=("cursor",),
        files={Scope.USER: ("~/.cursor/mcp.json",), Scope.PROJECT: (".cursor/mcp.json",)},
        key=("mcpServers",),
        language=Language.JSONC,
        remote={"url": URL},
        bearer=_BEARER,
        expands="${env:NAME}",
        bare_path=True,
        then="Its settings list the server, under MCP.",
    ),
    Client(
        name="claude-desktop",
        title="Claude Desktop",
        files={Scope.USER: ("{config}/Claude/claude_desktop_config.json",)},
        key=("mcpServers",),
        bare_path=True,
        then="Quit Claude Desktop and start it anew.",
    ),
    Client(
        name="generic",
        title="Other clients (mcp.json)",
        files={Scope.PROJECT: ("mcp.json",)},
        key=("mcpServers",),
        stdio=_TYPED,
        remote={"type": "http", "url": URL},
        bearer=_BEARER,
        expands="${NAME}",
        then="Clients differ in the file's place (`--file`), in the key, and in how they expand variables.",
    ),
)

#: Every client by the name that ``postwright setup`` takes.
CLIENTS = {row.name: row for row in _ROWS}
