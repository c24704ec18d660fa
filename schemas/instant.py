"""Times as agents write them and as people read them (design section 7)."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TypeAlias
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from schemas.problem import Problem, ProblemCode

#: What tells the time: aware, in UTC. One is made at start and passed to whoever needs it.
Clock: TypeAlias = Callable[[], datetime]

#: What UTC is called as a zone.
UTC_NAME = "UTC"
#: Within this of now, a time means "now" (seed 001).
NOW_WINDOW = timedelta(seconds=30)


@dataclass(frozen=True, slots=True)
class Deadline:
    """A moment by two clocks: the wall's, which may be set, and a steady one, which may stand still in a sleep."""

    wall: datetime
    steady: float

    def passed(self, now: datetime, steady: float) -> bool:
        """Tell whether it is over by either clock."""
        return now > self.wall or steady > self.steady


def wire(moment: datetime) -> str:
    """Write an aware time as ISO 8601 in UTC, whole seconds, with ``Z``."""
    return moment.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")


def parse(text: str) -> datetime | None:
    """Read an ISO 8601 time with an offset into UTC; ``None`` when it is not one."""
    try:
        moment = datetime.fromisoformat(text)
        return moment.astimezone(UTC) if moment.tzinfo else None
    except (ValueError, OverflowError):
        return None


def zone(name: str) -> ZoneInfo | None:
    """Find an IANA time zone; ``None`` when there is no such zone."""
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return None


def resolve(text: str, timezone: str | None, now: datetime, home: str = UTC_NAME) -> datetime | Problem | None:
    """Turn ``scheduled_at`` (and ``timezone``) into UTC; ``None`` means now, a Problem what is wrong.

    ``home`` is the zone that a time without any is also read in, to show what it may mean. Wall-clock times that a zone
    skips or repeats are problems with the nearest valid times in the fix.
    """
    try:
        wall = datetime.fromisoformat(text.strip())
        moment = _place(wall, timezone, home) if wall.tzinfo is None else wall.astimezone(UTC)
    except (ValueError, OverflowError):
        return _problem(
            ProblemCode.BAD_FORMAT,
            "not an ISO 8601 time",
            f"Write it like {wire(now + timedelta(hours=1))}.",
            text,
        )
    if isinstance(moment, Problem):
        return moment
    if moment < now - NOW_WINDOW:
        return _problem(
            ProblemCode.IN_THE_PAST,
            f"{wire(moment)} is {relative(moment, now)}",
            f"Leave scheduled_at out to publish now, or give a time after {wire(now)}.",
            text,
        )
    return None if moment <= now + NOW_WINDOW else moment


def relative(moment: datetime, now: datetime) -> str:
    """Say how far away a time is, as a person would: ``in 3 h 12 min``, ``2 d ago``."""
    seconds = int((moment - now).total_seconds())
    days, rest = divmod(abs(seconds), 86_400)
    hours, minutes = rest // 3600, rest % 3600 // 60
    parts = [(days, "d"), (hours, "h"), (minutes, "min")] if abs(seconds) >= _MINUTE else [(abs(seconds), "s")]
    words = " ".join(f"{value} {unit}" for value, unit in parts if value) or "0 s"
    return f"in {words}" if seconds >= 0 else f"{words} ago"


def local(moment: datetime, timezone: str | None) -> str | None:
    """Write a time on the wall clock of ``timezone``; ``None`` without a zone, or where that clock has no such time."""
    found = zone(timezone) if timezone else None
    try:
        return moment.astimezone(found).isoformat(timespec="seconds") if found else None
    except OverflowError:
        return None


def _place(wall: datetime, timezone: str | None, home: str) -> datetime | Problem:
    found = zone(timezone) if timezone else None
    if found is None:
        return _problem(
            ProblemCode.NO_OFFSET,
            f"{wall.isoformat(timespec='minutes')} names no offset, so it could be any of 26 hours",
            _readings(wall, home),
            wall.isoformat(),
        )
    first, second = (wall.replace(tzinfo=found, fold=fold).astimezone(UTC) for fold in (0, 1))
    if first == second:
        return first
    skipped = first.astimezone(found).replace(tzinfo=None) != wall
    earlier, later = sorted((first, second))
    choices = " or ".join(time.astimezone(found).isoformat(timespec="seconds") for time in (earlier, later))
    return _problem(
        ProblemCode.NO_SUCH_TIME if skipped else ProblemCode.AMBIGUOUS_TIME,
        f"{wall.isoformat(timespec='minutes')} {'does not exist' if skipped else 'happens twice'} in {timezone}",
        f"Write {choices}.",
        wall.isoformat(),
        choices,
    )


def _readings(wall: datetime, home: str) -> str:
    """Show what a time without a zone may mean."""
    here = None if home == UTC_NAME else _place(wall, home, home)
    utc = f"Write {wall.isoformat(timespec='seconds')}Z if it is UTC"
    if here is None:
        return f"{utc}, or give timezone too, such as Europe/Berlin."
    if isinstance(here, Problem):
        return f"{utc}. If it is the time in {home}, this server's zone: {here.message}; write {here.limit}."
    return (
        f"{utc}, or {local(here, home)} if it is the time in {home}, this server's zone ({wire(here)}). "
        "If it is that of another place, give timezone too."
    )


def _problem(code: ProblemCode, message: str, fix: str, actual: str, limit: str | None = None) -> Problem:
    return Problem(
        path="/scheduled_at",
        code=code,
        message=message[:200],
        fix=fix,
        actual=actual[:60],
        limit=limit,
        rule="scheduled_at_is_a_time_to_come",
    )


_MINUTE = 60
