"""Virtual time: an event loop that jumps to its next timer whenever nothing else is left to do."""

import asyncio
import selectors
from collections.abc import Callable, Coroutine
from datetime import UTC, datetime, timedelta
from typing import Any, TypeVar

T = TypeVar("T")

#: When every history begins.
BEGINNING = datetime(2026, 12, 1, 9, tzinfo=UTC)


class _Leaping(selectors.DefaultSelector):
    """Waits for no socket: where others would wait, it tells its loop to leap."""

    def __init__(self, leap: Callable[[float], None]) -> None:
        super().__init__()
        self._leap = leap

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        """Look for events that are there; leap if there are none."""
        ready = super().select(0)
        if not ready and timeout is None:
            raise RuntimeError("everything waits, and nothing will happen any more")
        if not ready and timeout:
            self._leap(timeout)
        return ready


class VirtualLoop(asyncio.SelectorEventLoop):
    """An event loop whose time passes only by waiting."""

    def __init__(self) -> None:
        self._passed = 0.0
        super().__init__(_Leaping(self._leap))

    def time(self) -> float:
        """Seconds since the beginning."""
        return self._passed

    def _leap(self, seconds: float) -> None:
        self._passed += seconds


class WallClock:
    """A machine's clock by the loop's time; it may be set, as clocks are."""

    def __init__(self) -> None:
        self._set_by = timedelta()

    def __call__(self) -> datetime:
        """Tell the time."""
        return BEGINNING + timedelta(seconds=asyncio.get_running_loop().time()) + self._set_by

    def set_by(self, change: timedelta) -> None:
        """Set it forward, or back."""
        self._set_by += change


def run(history: Callable[[], Coroutine[Any, Any, T]]) -> T:
    """Play something in virtual time from its beginning."""
    with asyncio.Runner(loop_factory=VirtualLoop) as runner:
        return runner.run(history())
