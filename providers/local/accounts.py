"""The accounts that somebody added: a table that all processes share, with nothing secret in it.

Each function is the inside of one transaction. Every change of the table counts its revision up, so that whoever keeps
what it read asks for one number; a row has the revision that it came with.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from pydantic import TypeAdapter

from providers.local import gates
from providers.local.ledger import moment, refold, stamp
from providers.networks.kind import Login
from providers.store import Connection, Row
from schemas.account import Account, Capabilities

ACCOUNT_MIGRATIONS: tuple[str, ...] = (
    """
    CREATE TABLE account (
        id TEXT PRIMARY KEY,
        platform TEXT NOT NULL,
        name TEXT NOT NULL,
        username TEXT,
        kind TEXT,
        capabilities TEXT,
        settings TEXT NOT NULL,
        revision INTEGER NOT NULL,
        added_at INTEGER NOT NULL,
        changed_at INTEGER NOT NULL
    ) STRICT;
    CREATE TABLE account_table (
        name TEXT PRIMARY KEY,
        revision INTEGER NOT NULL
    ) STRICT;
    INSERT INTO account_table (name, revision) VALUES ('account', 0)
    """,
)


@dataclass(frozen=True, slots=True)
class Added:
    """One row: an account, what may be shown of its login, and since when it is so."""

    account: Account
    settings: Mapping[str, str]
    revision: int
    added_at: datetime
    changed_at: datetime

    def login(self, secrets: Mapping[str, str]) -> Login:
        """Put it together with its secrets again."""
        return Login(self.account, self.settings, secrets)


@dataclass(frozen=True, slots=True)
class Waiting:
    """What is still to come on an account: how many deliveries wait for their time, and when the first of them comes.

    Beside them the drafts, which wait for nothing, and the deliveries that are under way at this moment.
    """

    count: int
    soonest: datetime | None
    drafts: int
    in_hand: int


def revision(connection: Connection) -> int:
    """Tell the revision of the table."""
    return connection.execute(_REVISION).fetchone()["revision"]


def everyone(connection: Connection) -> tuple[int, list[Added]]:
    """Read the whole table, and its revision."""
    rows = connection.execute("SELECT * FROM account ORDER BY added_at, id").fetchall()
    return revision(connection), [_added(row) for row in rows]


def put(connection: Connection, login: Login, now: datetime) -> bool:
    """Add an account, or write its login anew and open it again for what waits; tell whether it is a new one."""
    account = login.account
    is_new = connection.execute("SELECT 1 FROM account WHERE id = ?", (account.id,)).fetchone() is None
    capabilities = _CAPABILITIES.dump_json(account.capabilities).decode() if account.capabilities else None
    facts = (account.id, account.platform, account.name, account.username, account.kind, capabilities)
    connection.execute(_PUT, (*facts, json.dumps(dict(login.settings)), _next(connection), stamp(now), stamp(now)))
    gates.release(connection, account.id)
    return is_new


def remove(connection: Connection, account_id: str) -> int:
    """Take an account out, and cancel what waits there; tell how many deliveries were.

    What is under way ends as it ends: who carries it has the login already.
    """
    posts = connection.execute(_WAITING_POSTS, (account_id,)).fetchall()
    reason = f"The account {account_id} was removed before this went out."
    # What an earlier try may have sent is never told as if it had not been.
    cancelled = connection.execute(_CANCEL, (reason, f"{reason} An earlier try may have sent it.", account_id)).rowcount
    for row in posts:
        refold(connection, row["post_id"])
    connection.execute("DELETE FROM account WHERE id = ?", (account_id,))
    _next(connection)
    return cancelled


def waiting(connection: Connection, account_id: str) -> Waiting:
    """Tell what waits on an account."""
    row = connection.execute(_WAITING, (account_id,)).fetchone()
    in_hand = connection.execute(_IN_HAND, (account_id,)).fetchone()
    soonest = row["soonest"]
    return Waiting(row["waiting"], moment(soonest) if soonest is not None else None, row["drafts"], in_hand["in_hand"])


def _next(connection: Connection) -> int:
    connection.execute("UPDATE account_table SET revision = revision + 1 WHERE name = 'account'")
    return revision(connection)


def _added(row: Row) -> Added:
    account = Account(
        id=row["id"],
        platform=row["platform"],
        name=row["name"],
        username=row["username"],
        kind=row["kind"],
        capabilities=_CAPABILITIES.validate_json(row["capabilities"]) if row["capabilities"] else None,
    )
    added_at, changed_at = moment(row["added_at"]), moment(row["changed_at"])
    return Added(account, json.loads(row["settings"]), row["revision"], added_at, changed_at)


_CAPABILITIES: TypeAdapter[Capabilities] = TypeAdapter(Capabilities)
_REVISION = "SELECT revision FROM account_table WHERE name = 'account'"
_PUT = (
    "INSERT INTO account (id, platform, name, username, kind, capabilities, settings, revision, added_at, changed_at)"
    " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (id) DO UPDATE SET platform = excluded.platform,"
    " name = excluded.name, username = excluded.username, kind = excluded.kind, capabilities = excluded.capabilities,"
    " settings = excluded.settings, revision = excluded.revision, changed_at = excluded.changed_at"
)
_OF_WAITING = "FROM delivery WHERE account = ? AND state IN ('draft', 'scheduled', 'queued', 'settling')"
_WAITING = (
    "SELECT count(*) FILTER (WHERE state != 'draft') AS waiting, count(*) FILTER (WHERE state = 'draft') AS drafts,"
    f" min(wake_at) AS soonest {_OF_WAITING}"
)
_WAITING_POSTS = f"SELECT post_id {_OF_WAITING}"
_IN_HAND = (
    "SELECT count(*) AS in_hand FROM delivery WHERE account = ? AND state IN ('leased', 'sending', 'reconciling')"
)
_CANCEL = (
    "UPDATE delivery SET state = CASE WHEN doubt = 1 OR state = 'settling' THEN 'unknown' ELSE 'cancelled' END,"
    " error = CASE WHEN doubt = 1 OR state = 'settling' THEN CAST(?2 AS TEXT) ELSE CAST(?1 AS TEXT) END,"
    " wake_at = NULL, retry = NULL"
    " WHERE account = ?3 AND state IN ('draft', 'scheduled', 'queued', 'settling')"
)
