"""A held action as a person is shown it: all of it, and nothing in it that could pass for something else."""

from collections.abc import Iterator
from datetime import datetime

from engine.desk import Desk
from engine.held import Held
from schemas.instant import local, relative, resolve, wire
from schemas.jsonvalue import JsonObject, text
from schemas.result import compact
from schemas.untrusted import clean

#: Arguments that have a line of their own, or say nothing to a person.
_TOLD = frozenset({"caption", "accounts", "scheduled_at", "timezone", "post_id"})


def lines(desk: Desk, held: Held, longest: int = 100_000) -> Iterator[str]:
    """Show what would be done; every line that was written elsewhere is marked by a bar, so that none can be forged.

    ``longest`` bounds the text in characters; a longer one says so.
    """
    arguments = held.arguments
    yield f"{held.tool}: {plain(held.summary, 500)}"
    yield f"  asked by   {plain(held.caller, 200) or 'an agent that gave no name'}"
    for name in held.accounts:
        yield f"  account    {plain(desk.directory.name(name), 200)} = {plain(name, 200)}"
    if post_id := text(arguments.get("post_id")):
        yield f"  post       {plain(post_id, 200)}"
    yield from _when(arguments, desk.clock())
    if (caption := text(arguments.get("caption"))) is not None:
        yield f"  text       {len(caption)} characters:"
        yield from _quoted(caption, longest)
    for name, value in arguments.items():
        if name not in _TOLD:
            yield f"  {plain(name, 40)}:"
            yield from _quoted(value if isinstance(value, str) else compact({"": value})[4:-1], longest)


def _when(arguments: JsonObject, now: datetime) -> Iterator[str]:
    asked, zone = text(arguments.get("scheduled_at")), text(arguments.get("timezone"))
    if asked is None:
        return
    moment = resolve(asked, zone, now)
    if not isinstance(moment, datetime):
        yield f"  time       {plain(asked, 80)}: {'now' if moment is None else plain(moment.message, 200)}"
        return
    there = local(moment, zone)
    yield f"  time       {wire(moment)}, {relative(moment, now)}"
    yield f"             {there} {plain(zone or '', 60)}" if there else f"             {_here(moment)} on this machine"


def _here(moment: datetime) -> str:
    return moment.astimezone().isoformat(timespec="seconds")


def _quoted(told: str, longest: int) -> Iterator[str]:
    shown = clean(told, longest)
    hidden = len(told[:longest]) - len(shown[:longest]) - told[:longest].count("\r")
    yield from (f"    | {line}" for line in shown.split("\n"))
    if len(told) > longest:
        yield f"    ({len(told) - longest} more characters are not shown: `postwright approve` shows all)"
    elif hidden > 0:
        yield f"    ({hidden} characters that cannot be seen are not shown)"


def plain(told: str, longest: int) -> str:
    """Make one line of a text that was written elsewhere."""
    return clean(told, longest).replace("\n", " ").replace("\t", " ")
