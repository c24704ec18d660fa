"""``postwright status``: how everything stands, for a person or as JSON."""

from collections.abc import Callable, Iterable

from pydantic import TypeAdapter

from engine.overview import Overview
from engine.workers import Kind
from schemas.instant import relative
from schemas.jsonvalue import JsonObject
from schemas.untrusted import clean
from server.app import open_desk
from server.settings import Settings

_FEW = 5
#: One line: whether it is good, what it is about, words.
Line = tuple[bool, str, str]


async def look(settings: Settings) -> Overview:
    """Look at everything, and deliver nothing meanwhile.

    Raises:
        InUseError: a restore is at work on the home.
        sqlite3.Error, OSError: the database cannot be read.
    """
    async with open_desk(settings, kind=Kind.COMMAND) as opened:
        return await opened.lookout.look()


def report(found: Overview) -> JsonObject:
    """Tell an overview as JSON, with the fields that docs/operations.md lists."""
    return {"healthy": not found.wrong, **TypeAdapter(Overview).dump_python(found, mode="json")}


def lines(found: Overview) -> Iterable[Line]:
    """Tell an overview in lines."""
    wrong = {entry.code for entry in found.wrong}
    yield "late" not in wrong, "queue", _queue(found)
    yield True, "lateness", _lateness(found)
    alive = len(found.workers)
    yield "nobody_delivers" not in wrong, "alive", f"{alive or 'no'} process{'' if alive == 1 else 'es'}"
    for worker in found.workers:
        does = "delivers" if worker.delivers else "does not deliver"
        name = "session" if worker.kind is Kind.SESSION else worker.kind.value
        since = relative(worker.started_at, found.now)
        yield True, "", f"{name:8} {does}, process {worker.pid} on {clean(worker.host, 40)}, started {since}"
    settling, unknown = found.queue.settling, found.queue.unknown
    yield True, "open", f"{found.open_cases} outcomes and {settling} deliveries looked for, {unknown} unknown"
    paused = f": {', '.join(list(found.paused)[:_FEW])}" if found.paused else ""
    yield "account_paused" not in wrong, "accounts", f"{len(found.paused) or 'none'} paused{paused}"
    yield True, "approvals", f"{found.held} wait for a person{' (`postwright pending`)' if found.held else ''}"


def show(found: Overview, say: Callable[[bool, str], None]) -> None:
    """Say the lines, then what is wrong with its fix."""
    for good, about, words in lines(found):
        say(good, f"{about:10} {words}")
    for entry in found.wrong:
        say(False, f"{entry.message}.\n           {entry.fix}")


def _queue(found: Overview) -> str:
    queue = found.queue
    following = f", the next {relative(queue.next_at, found.now)}" if queue.next_at else ""
    due = f"{queue.due} due" + (f" (for {found.late_seconds:.1f} s)" if queue.due else "")
    return f"{queue.scheduled - queue.due} scheduled{following}; {due}; {queue.in_hand} in hand"


def _lateness(found: Overview) -> str:
    told = found.lateness
    if told is None or told.p50_seconds is None or told.p99_seconds is None:
        return "nothing was published in the last hour"
    return (
        f"{told.published} published in the last hour: half within {told.p50_seconds:.2f} s of their time,"
        f" 99 % within {told.p99_seconds:.2f} s"
    )
