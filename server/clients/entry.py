"""The entry that a client gets: what starts the server, or its address, and which variables go along."""

import os
import shutil
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from schemas.jsonvalue import items, members
from server.clients.table import ARGUMENTS, COMMAND, NAME, TOKEN, URL, Client, JsonObject, Scope

#: The variable that holds the token of a server over HTTP.
HTTP_TOKEN = "POSTWRIGHT_HTTP_TOKEN"  # noqa: S105  (a name)


class NoEntryError(Exception):
    """Raised when a client cannot have the entry that was asked for; the message says why, and what can be done."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What the entry is to do.

    ``arguments`` are those of uvx, unless ``url`` says where the server is. ``settings`` are variables with their
    values, or ``None`` where the value is the client's to find; ``secret`` are the names of those that are secrets.
    ``write_keys`` lets the values of secrets into a file that is one person's.
    """

    arguments: tuple[str, ...] = ("postwright",)
    url: str | None = None
    settings: Mapping[str, str | None] = field(default_factory=dict[str, str | None])
    secret: frozenset[str] = frozenset()
    write_keys: bool = False


@dataclass(slots=True)
class Entry:
    """The entry in a client's own shape.

    ``unless_set`` stands in it where nothing else does. ``values`` are variables that it holds itself, ``references``
    those that it refers to, and ``names`` those that it lists under ``lists``; ``inputs`` are what VS Code asks its
    user for, and ``left_out`` what the client has no way to get.
    """

    body: JsonObject
    unless_set: JsonObject
    lists: str | None = None
    names: list[str] = field(default_factory=list[str])
    references: JsonObject = field(default_factory=dict[str, Any])
    values: JsonObject = field(default_factory=dict[str, Any])
    inputs: list[JsonObject] = field(default_factory=list[JsonObject])
    left_out: list[str] = field(default_factory=list[str])

    def over(self, known: object = None) -> JsonObject:
        """Return it as it stands over an entry that is there: what else that one has stays, unless it starts otherwise.

        So does a variable that is written there, but where this entry has a value for it.
        """
        there = members(known)
        if ("command" in there) != ("command" in self.body):
            there = {}
        merged = there | {key: _over(there.get(key), value) for key, value in self.body.items()}
        merged = merged | {key: value for key, value in self.unless_set.items() if key not in there}
        listed = items(there.get(self.lists)) if self.lists else []
        if new := [name for name in self.names if name not in listed]:
            merged |= {str(self.lists): [*listed, *new]}
        variables = self.references | members(there.get("env")) | self.values
        return merged | ({"env": variables} if variables else {})


def entry(client: Client, scope: Scope, wanted: Wanted, command: str) -> Entry:
    """Write the entry of a client for a file of this scope; ``command`` is uvx, by name or by path.

    Raises:
        NoEntryError: the client reads no addresses.
    """
    if wanted.url is not None:
        return _remote(client, scope, wanted, wanted.url)
    made = Entry(
        _filled(client.stdio, {COMMAND: command, ARGUMENTS: [*wanted.arguments]}), client.unless_set, client.lists
    )
    for name, value in sorted(wanted.settings.items()):
        secret = name in wanted.secret
        if value is not None and scope is Scope.USER and (wanted.write_keys or not secret):
            made.values[name] = value
        elif client.asks and secret:
            made.inputs.append(_input(name))
            made.references[name] = client.asks.replace(NAME, name.lower())
        elif client.lists:
            made.names.append(name)
        elif client.expands:
            made.references[name] = client.expands.replace(NAME, name)
        else:
            made.left_out.append(name)
    return made


def uvx(client: Client, scope: Scope, environment: Mapping[str, str] = os.environ) -> str:
    """Tell how a client calls uvx: by its path where the client may not find it, else by name.

    A file that a project shares names no path of this machine.

    Raises:
        NoEntryError: there is no uvx on this machine.
    """
    beside = Path(environment.get("UV", "")).parent
    path = shutil.which("uvx", path=os.pathsep.join((environment.get("PATH", ""), str(beside))))
    if path is None:
        raise NoEntryError("There is no uvx on the PATH: install uv first (pip install uv).")
    return str(Path(path).absolute()) if client.bare_path and scope is Scope.USER else "uvx"


def _remote(client: Client, scope: Scope, wanted: Wanted, url: str) -> Entry:
    if client.remote is None:
        raise NoEntryError(f"{client.title} reads no addresses from its file: leave --url out, and it starts a server.")
    made = Entry(_filled(client.remote, {URL: url}), client.unless_set)
    if HTTP_TOKEN in wanted.settings:
        value = wanted.settings[HTTP_TOKEN]
        name, reference = HTTP_TOKEN, client.expands or ""
        if client.asks:
            name, reference = HTTP_TOKEN.lower(), client.asks
            made.inputs.append(_input(HTTP_TOKEN))
        token = reference.replace(NAME, name)
        if value is not None and wanted.write_keys and scope is Scope.USER and client.expands:
            token, made.inputs = value, []
        made.body |= _filled(client.bearer, {TOKEN: token, NAME: HTTP_TOKEN})
    return made


def _input(name: str) -> JsonObject:
    return {"type": "promptString", "id": name.lower(), "description": name, "password": True}


def _filled(template: Any, values: Mapping[str, Any]) -> Any:
    """Return a template with what stands for something replaced by it."""
    if inside := members(template):
        return {key: _filled(inner, values) for key, inner in inside.items()}
    if not isinstance(template, str) or template in values:
        return values.get(template, template)
    for place, value in values.items():
        template = template.replace(place, str(value))
    return template


def _over(known: object, ours: Any) -> Any:
    return members(known) | inside if (inside := members(ours)) else ours
