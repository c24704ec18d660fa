"""How much one run measures."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Plan:
    """Sizes of one run. ``send_timeout`` of ``None`` leaves the server's default in force."""

    calls: int
    spawns: int
    http_rounds: int
    http_calls: int
    journal_seconds: float
    hammer_seconds: float
    scheduled: int
    ticks: int
    due_posts: int
    due_seconds: float
    due_rounds: int
    burst: int
    alarms: int
    send_timeout: float | None = None


FULL = Plan(
    calls=300,
    spawns=11,
    http_rounds=5,
    http_calls=480,
    journal_seconds=8.0,
    hammer_seconds=10.0,
    scheduled=1_000_000,
    ticks=200,
    due_posts=500,
    due_seconds=10.0,
    due_rounds=5,
    burst=10_000,
    alarms=5_000,
)
#: A smoke run: every row, on samples too small to judge by.
QUICK = Plan(
    calls=30,
    spawns=1,
    http_rounds=1,
    http_calls=64,
    journal_seconds=2.0,
    hammer_seconds=2.0,
    scheduled=20_000,
    ticks=40,
    due_posts=40,
    due_seconds=1.0,
    due_rounds=1,
    burst=500,
    alarms=200,
    send_timeout=2.0,
)
