"""The clock of another machine, told by this one's steady clock and the last measurement."""

import time
from collections.abc import Callable
from datetime import datetime, timedelta
from threading import Lock

from schemas.instant import Clock

#: A measurement older than this is made anew; until that, clocks drift apart by far less than a message takes.
FRESH_SECONDS = 60.0
#: One that took this long says less than an old one: the error is at most half of it.
SLOW_SECONDS = 0.25


class MeasuredClock:
    """Tells the other's time; before the first measurement, this machine's own."""

    def __init__(self) -> None:
        self._lock = Lock()
        #: The other's time when our steady clock showed ``_at``, and by how much it may be wrong.
        self._known: datetime | None = None
        self._at = 0.0
        self.error = timedelta.max

    @property
    def is_old(self) -> bool:
        """Whether it should be measured again."""
        return self._known is None or _steady() - self._at > FRESH_SECONDS

    def measure(self, ask: Callable[[], datetime]) -> None:
        """Ask for the other's time: it was that some time between the question and the answer."""
        before = _steady()
        told = ask()
        after = _steady()
        with self._lock:
            slow = after - before > SLOW_SECONDS and self._known is not None and after - self._at < 10 * FRESH_SECONDS
            if not slow:
                self._known, self._at = told, (before + after) / 2
                self.error = timedelta(seconds=(after - before) / 2)

    def now(self, local: Clock) -> datetime:
        """Tell the time."""
        with self._lock:
            if self._known is None:
                return local()
            return self._known + timedelta(seconds=_steady() - self._at)


def _steady() -> float:
    """Count seconds on a clock that nobody sets; where there is one, on one that counts through a machine's sleep."""
    return time.clock_gettime(time.CLOCK_BOOTTIME) if hasattr(time, "CLOCK_BOOTTIME") else time.monotonic()
