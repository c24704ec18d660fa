"""Which clients are on this machine, and how each stands with an entry."""

import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from server.clients.change import Named, place
from server.clients.entry import NoEntryError, Wanted, entry, uvx
from server.clients.jsontext import UnreadableError
from server.clients.table import CLIENTS, Client, Scope


@dataclass(frozen=True, slots=True)
class Standing:
    """One file of a client: what is to be said of it."""

    client: Client
    scope: Scope
    file: Path
    words: str


def found(client: Client, folder: Path) -> bool:
    """Tell whether a client is on this machine: its program, or what it keeps its configuration in."""
    if any(shutil.which(program) for program in client.programs):
        return True
    files = [place(client, scope, folder) for scope in client.files]
    kept = [file.parent for file in files if file.parent not in (Path.home(), folder)]
    return any(file.exists() for file in files) or any(path.is_dir() for path in kept)


def survey(folder: Path, name: str, wanted: Wanted) -> Iterator[Standing]:
    """Look at the files of the clients that are found: one's own files, and those of this folder that are there."""
    for client in CLIENTS.values():
        if found(client, folder):
            for scope in client.files:
                file = place(client, scope, folder)
                if scope is Scope.USER or file.exists():
                    yield _standing(client, scope, file, name, wanted)


def _standing(client: Client, scope: Scope, file: Path, name: str, wanted: Wanted) -> Standing:
    try:
        change = Named(client, name, entry(client, scope, wanted, uvx(client, scope))).into(file)
    except (NoEntryError, UnreadableError) as error:
        return Standing(client, scope, file, f"cannot get it: {error}")
    except OSError as error:
        return Standing(client, scope, file, f"cannot be read: {error.strerror}")
    state = "is there" if not change.needed else "is there, set up otherwise" if change.there else "would be added"
    return Standing(client, scope, file, f"{name} {state}")
