"""How a client's file comes to hold an entry: worked out and checked before anything is written."""

import os
from collections.abc import Mapping
from copy import deepcopy
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import platformdirs

from schemas.jsonvalue import items, members
from server.clients import files, jsontext, tomltext
from server.clients.entry import Entry
from server.clients.jsontext import Step, UnreadableError
from server.clients.table import Client, JsonObject, Language, Scope

Put = tuple[tuple[Step, ...], object]


@dataclass(frozen=True, slots=True)
class Change:
    """What a file holds, and what it is to hold. ``before`` is ``None`` where there is no file."""

    file: Path
    before: str | None
    after: str
    #: Whether an entry of the name is there already.
    there: bool

    @property
    def needed(self) -> bool:
        """Whether it changes anything."""
        return self.after != self.before


def place(client: Client, scope: Scope, folder: Path, environment: Mapping[str, str] = os.environ) -> Path:
    """Find a client's file: the first of its row whose variable is set. A project's lies in ``folder``."""
    config = platformdirs.user_config_dir(roaming=True)
    for template in client.files[scope]:
        first, slash, rest = template.partition("/")
        if not first.startswith("$"):
            return folder / Path(template.replace("{config}", config)).expanduser()
        if environment.get(first[1:]):
            return folder / Path(environment[first[1:]] + slash + rest).expanduser()
    raise LookupError(client.name)


@dataclass(frozen=True, slots=True)
class Named:
    """An entry under a name, in the form of one client."""

    client: Client
    name: str
    entry: Entry

    def alone(self) -> str:
        """Write it as a file would hold it that has nothing else."""
        text = ""
        for path, value in self._puts({}):
            text = _put(self.client, text, path, value)
        return text

    def into(self, file: Path) -> Change:
        """Work out how a file comes to hold it, with all else in it as it is.

        Raises:
            UnreadableError: the file is not what the client reads, or cannot be changed without risk to the rest of it.
            OSError: it cannot be read.
        """
        before = files.read(file)
        windows = before is not None and 0 < before.count("\n") == before.count("\r\n")
        text = (before or "").replace("\r\n", "\n") if windows else before or ""
        known = _load(self.client, text)
        puts = self._puts(known)
        after = text
        for path, value in puts:
            after = _put(self.client, after, path, value)
        if _load(self.client, after) != _having(known, puts):
            raise UnreadableError("it is written in a way that cannot be changed without risk to the rest of it")
        there = self.name in members(_at(known, self.client.key))
        return Change(file, before, after.replace("\n", "\r\n") if windows else after, there)

    def _puts(self, known: JsonObject) -> list[Put]:
        """List what must be put where: as little as can be, so that what stands beside it keeps its form."""
        path = (*self.client.key, self.name)
        there = _at(known, path)
        puts = _differences(there, self.entry.over(there), path)
        asked = items(known.get("inputs"))
        ids = {members(one).get("id") for one in asked}
        new = [one for one in self.entry.inputs if one["id"] not in ids]
        if new and "inputs" not in known:
            return [*puts, (("inputs",), new)]
        return puts + [(("inputs", len(asked) + place), one) for place, one in enumerate(new)]


def _differences(known: object, wanted: JsonObject, path: tuple[Step, ...]) -> list[Put]:
    there = members(known)
    if not there or there.keys() - wanted.keys():
        return [(path, wanted)]
    puts: list[Put] = []
    for key, value in wanted.items():
        if key in there and there[key] == value:
            continue
        inner = members(value)
        puts += _differences(there.get(key), inner, (*path, key)) if inner else [((*path, key), value)]
    return puts


def _at(value: object, path: tuple[Step, ...]) -> object:
    for step in path:
        value = members(value).get(str(step))
    return value


def _having(known: JsonObject, puts: list[Put]) -> JsonObject:
    """Return what the whole file must mean once everything is put."""
    whole = deepcopy(known)
    for (*way, last), value in puts:
        inside: Any = whole
        for step in way:
            inside = inside.setdefault(step, {})
        if isinstance(inside, list):
            inside.append(value)  # pyright: ignore[reportUnknownMemberType]
        else:
            inside[last] = value
    return whole


def _load(client: Client, text: str) -> JsonObject:
    if client.language is Language.TOML:
        return tomltext.load(text)
    return jsontext.load(text, comments=client.language is Language.JSONC)


def _put(client: Client, text: str, path: tuple[Step, ...], value: object) -> str:
    return (tomltext if client.language is Language.TOML else jsontext).put(text, path, value)
