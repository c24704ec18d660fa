"""Whether an account may be posted to now, over all processes: holds, its server's failures, its pace.

Each function is the inside of a transaction. A hold is for a time (the network asked for it, or its server fails), or
until somebody logs in anew. The pace is a GCRA (reference engine 2.5): one number says from when on the next may go.
"""

from collections.abc import Mapping
from datetime import datetime

from providers.local.ledger import moment, span, stamp
from providers.local.state import Hold, Verdict, closed_for
from providers.networks.kind import Pace
from providers.store import Connection

#: A hold without an end, in the column; as far off as its integers go.
_FOR_GOOD = 2**62


def opens_at(connection: Connection, account: str, now: datetime, pace: Pace) -> datetime | Hold | None:
    """Tell when an account may be posted to, if not now; the hold, where only a new login ends it."""
    row = connection.execute("SELECT held_until, reason, free_at FROM gate WHERE account = ?", (account,)).fetchone()
    if row is None:
        return None
    if row["held_until"] == _FOR_GOOD:
        return Hold(row["reason"] or "")
    latest = max(row["held_until"] or 0, row["free_at"] - span(pace.every) * (pace.burst - 1))
    return moment(latest) if latest > stamp(now) else None


def passed(connection: Connection, account: str, now: datetime, pace: Pace) -> None:
    """Count one post that goes out now."""
    if pace.every:
        step = span(pace.every)
        connection.execute(_COUNT, (account, stamp(now) + step, stamp(now), step))


def conclude(connection: Connection, account: str, verdict: Verdict, now: datetime) -> None:
    """Close an account that is to be held, or whose server fails again and again; or note that it works."""
    if verdict.hold:
        hold(connection, account, verdict.hold)
    elif verdict.down:
        connection.execute(_FAILED, (account,))
        row = connection.execute("SELECT failures FROM gate WHERE account = ?", (account,)).fetchone()
        pause = closed_for(row["failures"])
        if pause:
            hold(connection, account, Hold(f"Its server failed {row['failures']} times in a row.", now + pause))
    elif verdict.down is False:
        connection.execute("UPDATE gate SET failures = 0 WHERE account = ? AND failures > 0", (account,))


def hold(connection: Connection, account: str, why: Hold) -> None:
    """Close an account; a hold that ends later than this one stays."""
    until = stamp(why.until) if why.until else _FOR_GOOD
    connection.execute(_HOLD, (account, until, why.reason[:500]))


def release(connection: Connection, account: str) -> None:
    """Open an account that was logged in anew."""
    connection.execute("UPDATE gate SET held_until = NULL, reason = NULL, failures = 0 WHERE account = ?", (account,))


def held(connection: Connection, now: datetime) -> Mapping[str, Hold]:
    """Tell which accounts are closed, and why."""
    rows = connection.execute("SELECT account, held_until, reason FROM gate WHERE held_until > ?", (stamp(now),))
    return {row["account"]: _hold(row["held_until"], row["reason"]) for row in rows.fetchall()}


def _hold(until: int, reason: str | None) -> Hold:
    return Hold(reason or "", None if until == _FOR_GOOD else moment(until))


_HOLD = (
    "INSERT INTO gate (account, held_until, reason, failures, free_at) VALUES (?1, ?2, ?3, 0, 0)"
    " ON CONFLICT (account) DO UPDATE SET held_until = ?2, reason = ?3"
    " WHERE gate.held_until IS NULL OR gate.held_until < ?2"
)
_FAILED = (
    "INSERT INTO gate (account, failures, free_at) VALUES (?, 1, 0)"
    " ON CONFLICT (account) DO UPDATE SET failures = gate.failures + 1"
)
# A post that goes out while its account is ahead of its pace is counted from where that stands.
_COUNT = (
    "INSERT INTO gate (account, failures, free_at) VALUES (?1, 0, ?2)"
    " ON CONFLICT (account) DO UPDATE SET free_at ="
    " CASE WHEN gate.free_at > ?3 THEN gate.free_at + ?4 ELSE ?2 END"
)
