"""Ledgers filled from outside: posts that wait for the year that begins tomorrow, and posts that are due soon."""

import random
import sqlite3
from collections.abc import Sequence
from contextlib import closing
from datetime import datetime, timedelta
from pathlib import Path

from engine.clock import utc_now
from providers.local.identity import ulid
from providers.local.ledger import stamp
from schemas.account import Account


def fill(path: Path, number: int, accounts: Sequence[Account]) -> None:
    """Write so many posts, each with one delivery, spread over the accounts and over the year."""
    first = stamp(utc_now() + timedelta(days=1))
    step = timedelta(days=365) // timedelta(microseconds=1) // number
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("PRAGMA synchronous=OFF")
        connection.execute("CREATE TEMP TABLE place (n INTEGER PRIMARY KEY, account TEXT, platform TEXT)")
        places = [(place, account.id, account.platform) for place, account in enumerate(accounts)]
        connection.executemany("INSERT INTO place VALUES (?, ?, ?)", places)
        connection.execute(_POSTS, {"number": number, "first": first, "step": step})
        connection.execute(_DELIVERIES, {"places": len(places)})


def due(path: Path, moments: Sequence[datetime], accounts: Sequence[Account]) -> None:
    """Write one post for each moment, on the accounts in turn; captions count them on each account."""
    now, rows = utc_now(), list[tuple[str, int, Account]]()
    for number, moment in enumerate(moments):
        rows.append((ulid(now), stamp(moment), accounts[number % len(accounts)]))
    posts = [
        (f"pst_{name}", f"due-{name}", f"{number // len(accounts)}", at, stamp(now))
        for number, (name, at, _) in enumerate(rows)
    ]
    deliveries = [(f"dlv_{name}", f"pst_{name}", account.id, account.platform, at, at) for name, at, account in rows]
    with closing(sqlite3.connect(path, timeout=30)) as connection, connection:
        connection.executemany(_DUE_POST, posts)
        connection.executemany(_DUE_DELIVERY, deliveries)


def published(path: Path) -> int:
    """Count the posts that are out."""
    with closing(sqlite3.connect(path, timeout=30)) as connection:
        return connection.execute("SELECT count(*) FROM post WHERE status = 'published'").fetchone()[0]


def spread(number: int, seconds: float, after: float) -> list[datetime]:
    """Draw moments over so many seconds, which begin ``after`` seconds from now."""
    chance, begin = random.Random(number), utc_now() + timedelta(seconds=after)
    return sorted(begin + timedelta(seconds=chance.uniform(0, seconds)) for _ in range(number))


_POSTS = """
    WITH RECURSIVE counted (n) AS (SELECT 0 UNION ALL SELECT n + 1 FROM counted WHERE n + 1 < :number)
    INSERT INTO post (id, key, status, caption, scheduled_at, created_at)
    SELECT printf('pst_%026d', n), printf('key-%d', n), 'scheduled', printf('%d', n), :first + n * :step, :first
    FROM counted
"""
_DELIVERIES = """
    INSERT INTO delivery (id, post_id, account, platform, state, wake_at, due_at)
    SELECT replace(id, 'pst_', 'dlv_'), id, account, platform, 'scheduled', scheduled_at, scheduled_at
    FROM post JOIN place ON place.n = CAST(caption AS INTEGER) % :places
"""
_DUE_POST = "INSERT INTO post (id, key, status, caption, scheduled_at, created_at) VALUES (?, ?, 'scheduled', ?, ?, ?)"
_DUE_DELIVERY = (
    "INSERT INTO delivery (id, post_id, account, platform, state, wake_at, due_at)"
    " VALUES (?, ?, ?, ?, 'scheduled', ?, ?)"
)
