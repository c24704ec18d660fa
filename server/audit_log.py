"""``postwright log``: show the audit trail, and hold its chain against what stands there."""

import json
from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from itertools import zip_longest
from pathlib import Path

from schemas.instant import parse
from schemas.jsonvalue import JsonObject, items, members, text
from schemas.untrusted import clean
from server.audit import FOLDER, NONE_BEFORE, digest, files

Show = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Line:
    """One line as it stands: where, its bytes, and what it says (nothing, if it is damaged)."""

    place: str
    raw: bytes
    told: JsonObject


def lines(home: Path) -> Iterator[Line]:
    """Read all lines, oldest first."""
    for path in files(home / FOLDER):
        for number, raw in enumerate(path.read_bytes().removesuffix(b"\n").split(b"\n"), 1):
            if raw or number > 1:
                yield Line(f"{path.name} line {number}", raw, _told(raw))


def _told(raw: bytes) -> JsonObject:
    try:
        return members(json.loads(raw))
    except (ValueError, RecursionError):
        return {}


def show(home: Path, show: Show, note: Show, since: datetime | None, limit: int, *, raw: bool) -> None:
    """Show the last ``limit`` lines (0: all) since a moment, as a table or as they stand; ``note`` tells of none."""
    found = (line for line in lines(home) if since is None or _at(line) is None or (_at(line) or since) >= since)
    last = deque(found, limit or None)
    if raw:
        for line in last:
            show(line.raw.decode(errors="backslashreplace"))
        return
    rows = [_cells(line) for line in last]
    if not rows:
        note(f"No line since then, or at all, in {home / FOLDER}.")
    widths = [max(map(len, column)) for column in zip_longest(*rows, fillvalue="")]
    for row in rows:
        show("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=False)).rstrip())


def _at(line: Line) -> datetime | None:
    return parse(text(line.told.get("at")) or "")


def _cells(line: Line) -> list[str]:
    """Write one line for people; damaged or forged ones cannot break out of it."""
    told = line.told
    if not told:
        return ["damaged", line.place]
    verdict = "ok" if told.get("ok") is True else told.get("error_code") or told.get("outcome") or "no verdict"
    who = f"{told.get('user')} {told.get('client') or ''} ({told.get('transport')})"
    what = told.get("post") or told.get("held") or ", ".join(map(str, items(told.get("accounts")))) or "-"
    return [_cell(cell) for cell in (told.get("at"), told.get("tool"), told.get("mode"), verdict, what, who)]


def _cell(value: object) -> str:
    return clean(str(value), _WIDEST).replace("\n", " ").replace("\t", " ")


def verify(home: Path, show: Show) -> bool:
    """Check every link of the chain, show where it breaks, and tell whether it holds."""
    count, breaks, before = 0, 0, None
    for line in lines(home):
        count += 1
        named = line.told.get("prev")
        if before is None and named not in (None, NONE_BEFORE):
            show(f"It begins at {line.place}: what came before is gone.")
        elif named != (before or NONE_BEFORE):
            breaks += 1
            show(f"{line.place}: {'the line before it is not the one it follows' if line.told else 'damaged'}.")
        before = digest(line.raw)
    show(f"{count} lines; {f'the chain breaks at {breaks}' if breaks else 'the chain holds'}.")
    return not breaks


_WIDEST = 80
