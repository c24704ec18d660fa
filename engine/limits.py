"""Limits that were met in the past hour: remembered over all processes of a home, and told before the next call.

A service tells most of its limits only in the refusal. Whoever meets one need not be the one who calls next.
"""

import json
import sqlite3
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial

import structlog

from engine.call import Call
from providers.store import Connection, Row, Store, Work
from schemas.errors import ENTRIES, Category, ErrorCode
from schemas.instant import Clock, parse, relative, wire
from schemas.jsonvalue import JsonObject, items
from schemas.post import Warn
from schemas.result import Result
from schemas.untrusted import clean

log = structlog.get_logger(__name__)

LIMITS_MIGRATIONS = (
    """
    CREATE TABLE limit_met (
        tenant TEXT NOT NULL,
        provider TEXT NOT NULL,
        error_code TEXT NOT NULL,
        provider_code TEXT NOT NULL,
        accounts TEXT NOT NULL,
        message TEXT NOT NULL,
        seen_at REAL NOT NULL,
        not_before REAL,
        PRIMARY KEY (tenant, provider, error_code, provider_code, accounts)
    ) STRICT
    """,
)

#: How long a limit is remembered, and how many are at most.
REMEMBERED = timedelta(hours=1)
MOST = 50
#: The errors that tell a limit of the plan, or of the pace.
TELLING = frozenset(code for code, entry in ENTRIES.items() if entry.category in (Category.PLAN, Category.THROTTLE))


@dataclass(frozen=True, slots=True)
class Met:
    """One limit as it was met; ``accounts`` are those of the call, where it named any."""

    provider: str
    error_code: ErrorCode
    provider_code: str | None
    message: str
    seen_at: datetime
    accounts: tuple[str, ...] = ()
    not_before: datetime | None = None

    def told(self, now: datetime) -> JsonObject:
        """The limit as agents see it."""
        entry = {
            "provider": self.provider,
            "error_code": self.error_code.value,
            "provider_code": self.provider_code,
            "message": self.message,
            "seen_at": wire(self.seen_at),
            "seen": relative(self.seen_at, now),
            "not_before": wire(self.not_before) if self.not_before else None,
            "accounts": list(self.accounts) or None,
        }
        return {name: value for name, value in entry.items() if value is not None}

    def words(self, now: datetime) -> str:
        """Say it in one sentence."""
        until = f" It is to be over at {wire(self.not_before)}." if self.not_before else ""
        return f"A limit was met {relative(self.seen_at, now)} ({self.error_code.value}): {self.message}{until}"


class Limits:
    """Limits met, in the shared database. A disk that fails loses only a hint.

    ``tenants`` say for each provider whose key met them; ``cut`` takes secrets out of what is kept.
    """

    def __init__(self, database: Store, clock: Clock, tenants: Mapping[str, str], cut: Callable[[str], str]) -> None:
        self._database = database
        self._clock = clock
        self._tenants = tenants
        self._cut = cut

    async def met(self, provider: str) -> tuple[Met, ...]:
        """Tell what one provider refused in the past hour, the latest first."""
        now = self._clock()
        values = (self._tenant(provider), provider, (now - REMEMBERED).timestamp(), (now + _SKEW).timestamp())
        try:
            rows = await self._database.read(lambda connection: connection.execute(_MET, values).fetchall())
        except (sqlite3.Error, OSError):
            log.exception("limits_unreadable")
            return ()
        return tuple(map(_met, rows))

    async def note(self, call: Call, result: Result, began: datetime) -> None:
        """Remember the limit that a call met; forget what a post that was made since ``began`` disproves."""
        if result.provider is None:
            return
        accounts = [name for name in items(call.arguments.get("accounts")) if isinstance(name, str)]
        if result.error_code and result.error_code in TELLING:
            await self._remember(self._limit(result, result.provider, result.error_code, accounts))
        elif _made(call, result) and await self.met(result.provider):
            scope = (self._tenant(result.provider), result.provider, began.timestamp())
            await self._write(partial(_clear, scope=scope, accounts=frozenset(accounts)))

    def _tenant(self, provider: str) -> str:
        return self._tenants.get(provider, "")

    def _limit(self, result: Result, provider: str, code: ErrorCode, accounts: Sequence[str]) -> Met:
        now, error, retry = self._clock(), result.provider_error, result.retry
        told = parse(retry.not_before) if retry and retry.not_before else None
        waits = retry.after_seconds if retry and retry.after_seconds != ENTRIES[code].after_seconds else None
        return Met(
            provider=provider,
            error_code=code,
            provider_code=self._cut(clean(error.code, 80)) if error and error.code else None,
            message=self._cut(clean(result.message, 300)),
            seen_at=now,
            accounts=tuple(sorted(accounts)[:_ACCOUNTS]),
            not_before=told or (now + min(timedelta(seconds=waits), _LONGEST) if waits else None),
        )

    async def _remember(self, met: Met) -> None:
        """Keep a limit for an hour; the same one met again is kept once."""
        values = (
            self._tenant(met.provider),
            met.provider,
            met.error_code.value,
            met.provider_code or "",
            json.dumps(met.accounts),
            met.message,
            met.seen_at.timestamp(),
            met.not_before.timestamp() if met.not_before else None,
        )

        def work(connection: Connection) -> None:
            connection.execute(_KEEP, values)
            connection.execute(_FORGET, ((met.seen_at - REMEMBERED).timestamp(), MOST))

        await self._write(work)

    async def _write(self, work: Work[object]) -> None:
        try:
            await self._database.write(work)
        except (sqlite3.Error, OSError):
            log.exception("limits_unwritable")


def warned(limits: Sequence[Met], now: datetime) -> tuple[Warn, ...]:
    """Say limits as warnings of a post that is only checked."""
    return tuple(Warn("LIMIT_MET", met.words(now)) for met in limits[:_WARNED])


def _made(call: Call, result: Result) -> bool:
    """Tell whether a call made a new post: only that shows that a limit is over."""
    data = result.data or {}
    return call.tool == "create_post" and result.ok and not data.get("dry_run") and not data.get("replayed")


def _clear(connection: Connection, *, scope: tuple[str, str, float], accounts: frozenset[str]) -> None:
    """Forget what a post on these accounts disproves: of a pace that named others it says nothing."""
    found = connection.execute(_FOUND, scope).fetchall()
    connection.executemany(_CLEAR, [tuple(row) for row in found if _is_disproved(row, accounts)])


def _is_disproved(row: Row, accounts: frozenset[str]) -> bool:
    """Tell whether a post on these accounts shows that a limit is over: an allowance of the plan is everybody's."""
    named: list[str] = json.loads(row["accounts"])
    return row["error_code"] != ErrorCode.RATE_LIMITED or not named or not accounts.isdisjoint(named)


def _met(row: Row) -> Met:
    return Met(
        provider=row["provider"],
        error_code=ErrorCode(row["error_code"]),
        provider_code=row["provider_code"] or None,
        message=row["message"],
        seen_at=datetime.fromtimestamp(row["seen_at"], UTC),
        accounts=tuple(name for name in items(json.loads(row["accounts"])) if isinstance(name, str)),
        not_before=datetime.fromtimestamp(row["not_before"], UTC) if row["not_before"] is not None else None,
    )


#: A limit seen further ahead than this was seen before the clock was set back.
_SKEW = timedelta(seconds=5)
_ACCOUNTS, _WARNED = 10, 3
#: The longest wait that is believed.
_LONGEST = timedelta(days=31)
_MET = (
    "SELECT * FROM limit_met WHERE tenant = ? AND provider = ? AND seen_at BETWEEN ? AND ?"
    " ORDER BY seen_at DESC LIMIT 10"
)
_KEEP = (
    "INSERT INTO limit_met (tenant, provider, error_code, provider_code, accounts, message, seen_at, not_before)"
    " VALUES (?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (tenant, provider, error_code, provider_code, accounts)"
    " DO UPDATE SET message = excluded.message, seen_at = excluded.seen_at, not_before = excluded.not_before"
)
_FORGET = (
    "DELETE FROM limit_met WHERE seen_at < ? OR (tenant, provider, error_code, provider_code, accounts) NOT IN"
    " (SELECT tenant, provider, error_code, provider_code, accounts FROM limit_met ORDER BY seen_at DESC LIMIT ?)"
)
_FOUND = (
    "SELECT tenant, provider, error_code, provider_code, accounts FROM limit_met"
    " WHERE tenant = ? AND provider = ? AND seen_at <= ?"
)
_CLEAR = (
    "DELETE FROM limit_met WHERE tenant = ? AND provider = ? AND error_code = ? AND provider_code = ? AND accounts = ?"
)
