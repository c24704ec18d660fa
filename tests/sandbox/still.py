"""The time inside a stand-in, for tests: it stands until a control moves it, however long a machine takes."""

from datetime import UTC, datetime

from sandbox.clock import Clock

BEGIN = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)


def still() -> Clock:
    """Make a clock that stands in the middle of a month."""
    return Clock(lambda: BEGIN)
