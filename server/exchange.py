"""``postwright export`` and ``import``: everything but secrets as JSON lines, from any database into any other."""

import os
import secrets
from collections.abc import AsyncGenerator, Callable, Generator
from contextlib import contextmanager
from datetime import datetime
from functools import partial
from itertools import islice
from pathlib import Path
from typing import IO, Annotated, Literal

from pydantic import Field, TypeAdapter, ValidationError

from engine import exchange as journal
from providers.local import exchange as ledger
from providers.local.exchange import BATCH
from providers.local.ledger import stamp
from providers.local.lines import VERSION, AccountLine, IntentLine, Line, PostLine
from providers.store import Store
from schemas.instant import wire
from server.backup import MEDIA, settle
from server.version import own_version


class HeadLine(Line):
    """The first line."""

    type: Literal["export"] = "export"
    version: int = VERSION
    postwright: str
    exported_at: str


class EndLine(Line):
    """The last line: without it, a file has been cut off."""

    type: Literal["end"] = "end"
    lines: int


AnyLine = Annotated[HeadLine | AccountLine | PostLine | IntentLine | EndLine, Field(discriminator="type")]
_LINE: TypeAdapter[AnyLine] = TypeAdapter(AnyLine)
#: The longest line that is read, in characters.
LONGEST = 4_000_000


class UnreadableError(Exception):
    """Raised when a file cannot be taken in; nothing of it was. The message says which line, and why."""


async def export(
    database: Store, write: Callable[[str], object], now: datetime, since: datetime | None, *, hand_over: bool
) -> dict[str, int]:
    """Write everything out, oldest first; tell how much of what.

    ``hand_over`` gives away what waits: it is cancelled here, and goes out from where the file is imported.

    Raises:
        sqlite3.Error, OSError: it cannot be read or written.
    """
    told = {"handed_over": 0, "account": 0, "post": 0, "intent": 0}
    words = f"Handed over at {wire(now)}: it goes out from where the export is imported."
    while hand_over and (given := await database.write(partial(ledger.hand_over, words=words))):
        told["handed_over"] += given
    write(HeadLine(postwright=own_version(), exported_at=wire(now)).model_dump_json() + "\n")
    async for line in _lines(database, since):
        write(line.model_dump_json() + "\n")
        told[line.type] += 1
    count = told["account"] + told["post"] + told["intent"]
    write(EndLine(lines=count).model_dump_json() + "\n")
    return told


async def _lines(database: Store, since: datetime | None) -> AsyncGenerator[AccountLine | PostLine | IntentLine]:
    for account in await database.read(ledger.accounts):
        yield account
    after = (stamp(since) - 1 if since else -(2**62), "")
    while posts := await database.read(partial(ledger.posts, after=after)):
        for post in posts:
            yield post
        after = (posts[-1].created_at, posts[-1].id)
    begun = (since.timestamp() if since else float(-(2**62)), "")
    while intents := await database.read(partial(journal.intents, after=begun)):
        for intent in intents:
            yield intent
        begun = (intents[-1].opened_at, intents[-1].id)


async def take_in(database: Store, source: Path, home: Path) -> dict[str, int]:
    """Take an export in, once all of it has been checked; twice is the same as once. Tell what came of how much.

    Raises:
        UnreadableError: it is no whole export of this version.
        sqlite3.Error, OSError: the database cannot be written; what was taken in is taken in once, if tried again.
    """
    with source.open(encoding="utf-8", errors="replace") as opened:
        for _ in _read(opened):
            pass
    told: dict[str, int] = {}
    with source.open(encoding="utf-8", errors="replace") as opened:
        lines = _read(opened)
        while batch := list(islice(lines, BATCH)):
            accounts = [line for line in batch if isinstance(line, AccountLine)]
            posts = [line for line in batch if isinstance(line, PostLine)]
            intents = [line for line in batch if isinstance(line, IntentLine)]
            found = await database.write(partial(ledger.take_in, lines=posts, media=home / MEDIA))
            found["accounts"] = await database.write(partial(ledger.take_accounts_in, lines=accounts))
            found["intents"] = await database.write(partial(journal.take_in, lines=intents))
            told = {name: told.get(name, 0) + count for name, count in found.items()}
    return told


def _read(opened: IO[str]) -> Generator[AccountLine | PostLine | IntentLine]:
    """Read the lines between the first and the last, and see that these are there."""
    count, ended = -1, False
    for number, text in enumerate(iter(lambda: opened.readline(LONGEST + 1), ""), 1):
        line = _parsed(number, text)
        if (number == 1) is not isinstance(line, HeadLine) or ended:
            raise UnreadableError(f"Line {number} stands where it cannot: is this one whole export?")
        if isinstance(line, HeadLine) and line.version != VERSION:
            raise UnreadableError(f"It is of version {line.version} of the format; this postwright reads {VERSION}.")
        count += 1
        if isinstance(line, EndLine):
            ended = True
            if line.lines != count - 1:
                raise UnreadableError(f"It has {count - 1} lines, and says that it had {line.lines}: export again.")
        elif not isinstance(line, HeadLine):
            yield line
    if not ended:
        raise UnreadableError("It was cut off: its last line is missing. Export again.")


def _parsed(number: int, text: str) -> AnyLine:
    if len(text) > LONGEST:
        raise UnreadableError(f"Line {number} is longer than any of an export.")
    try:
        return _LINE.validate_json(text)
    except ValidationError as error:
        first = error.errors(include_input=False, include_url=False)[0]
        where = "".join(f"{place}: " for place in first["loc"])
        raise UnreadableError(f"Line {number} is none of an export ({where}{first['msg']}).") from None


@contextmanager
def whole_file(target: Path) -> Generator[IO[str]]:
    """Write a file that only its owner may read, whole or not at all."""
    scratch = target.with_name(f".{target.name}.{secrets.token_hex(4)}")
    descriptor = os.open(scratch, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
    try:
        with os.fdopen(descriptor, "w", encoding="utf-8", newline="\n") as opened:
            yield opened
            opened.flush()
            os.fsync(opened.fileno())
        scratch.replace(target)
        settle(target.parent)
    finally:
        scratch.unlink(missing_ok=True)
