"""The time inside a sandbox: real time plus an offset, so that a rehearsal can jump to next Tuesday."""

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

#: The clock stops short of what a datetime can hold, so that adding a delay to "now" never overflows.
LAST_YEAR = 9000

_ISO = re.compile(
    r"(?P<day>\d{4}-\d{2}-\d{2})(?P<time>T\d{2}:\d{2}(:\d{2}([.]\d{1,9})?)?(?P<offset>Z|[+-]\d{2}:\d{2})?)?", re.ASCII
)


def real_time() -> datetime:
    """Tell the time of this machine, aware and in UTC."""
    return datetime.now(UTC)


class Clock:
    """Tells the sandbox's time; moved only from outside. ``source`` is what it goes by."""

    def __init__(self, source: Callable[[], datetime] = real_time) -> None:
        self._source = source
        self._offset = timedelta()

    def now(self) -> datetime:
        """Tell the time, aware and in UTC; in whole milliseconds, so that it survives being written and read."""
        now = self._source() + self._offset
        return now.replace(microsecond=now.microsecond // 1000 * 1000)

    def advance(self, seconds: float) -> None:
        """Move by ``seconds``, which may be negative.

        Raises:
            ValueError: the clock would leave the years that it knows.
        """
        try:
            self.set(self.now() + timedelta(seconds=seconds))
        except OverflowError as error:
            raise ValueError(f"{seconds:g} s are too many.") from error

    def set(self, moment: datetime) -> None:
        """Make it ``moment`` now; time goes on from there.

        Raises:
            ValueError: ``moment`` lies outside the years that the clock knows.
        """
        if not 1 < moment.year < LAST_YEAR:
            raise ValueError(f"The clock knows the years 2 to {LAST_YEAR - 1}.")
        self._offset = moment - self._source()


def instant(text: str, *, day_alone: bool = False) -> datetime | None:
    """Read an ISO 8601 date-time, in UTC where it names no offset; None for anything else.

    ``day_alone`` lets a date without a time stand for its midnight.
    """
    match = _ISO.fullmatch(text)
    if match is None or not (match["time"] or day_alone):
        return None
    try:
        moment = datetime.fromisoformat(text)
        return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def iso(moment: datetime) -> str:
    """Write ``moment`` as ISO 8601 with ``Z``: whole seconds as such, anything else in milliseconds."""
    precision = "milliseconds" if moment.microsecond >= 1000 else "seconds"  # noqa: PLR2004  (one millisecond)
    return moment.astimezone(UTC).isoformat(timespec=precision).replace("+00:00", "Z")
