"""What a restored journal and restored approvals say of what was done since their backup was made.

``before`` is the database that was there until then, where it could be read: what it knows of sending is believed.
"""

import secrets
from collections.abc import Mapping
from datetime import datetime

from providers.local.restoring import columns
from providers.store import Connection

#: A database and its backups have one name; one that was restored without its successor gets a new one, because it
#: does not know what went out since.
LINEAGE_MIGRATIONS = ("CREATE TABLE lineage (id TEXT PRIMARY KEY, named_at REAL NOT NULL) STRICT",)


def lineage(connection: Connection, *, before: bool = False) -> str | None:
    """Tell the name of the database, or of that ``before``, if it has one."""
    query = "SELECT id FROM before.lineage" if before else "SELECT id FROM main.lineage"
    row = connection.execute(query).fetchone()
    return row["id"] if row else None


def name(connection: Connection, now: datetime) -> None:
    """Give a database a name, unless it has one."""
    if lineage(connection) is None:
        connection.execute("INSERT INTO lineage (id, named_at) VALUES (?, ?)", (secrets.token_hex(16), now.timestamp()))


def take_over(connection: Connection) -> None:
    """Bring over what was recorded before, once the posts are: intents, held actions, files, accounts.

    An intent whose local post is not there any more is left out, so that the post can be made again.
    """
    connection.execute(_KNOWN_BETTER)
    connection.execute(_DECIDED)
    for table, condition in _TABLES.items():
        names = ", ".join(columns(connection, table))
        connection.execute(_BRING.format(table=table, names=names, condition=condition))
    connection.execute("UPDATE account_table SET revision = revision + 1 WHERE name = 'account'")
    connection.execute("DELETE FROM worker")


def doubt(connection: Connection, now: datetime) -> Mapping[str, int]:
    """Withdraw what waited for a person, for it may have been approved and done since; tell how many."""
    withdrawn = connection.execute(_WITHDRAW, (now.timestamp(), "postwright restore")).rowcount
    (cases,) = connection.execute("SELECT count(*) FROM intent WHERE state IN ('sending', 'unknown')").fetchone()
    connection.execute("DELETE FROM worker")
    connection.execute("DELETE FROM lineage")
    name(connection, now)
    return {"withdrawn": withdrawn, "open_cases": cases}


# What the journal knew last about an intent counts, and so does who decided what.
_KNOWN_BETTER = (
    "DELETE FROM intent WHERE id IN (SELECT id FROM before.intent) OR EXISTS (SELECT 1 FROM before.intent AS known"
    " WHERE known.tenant = intent.tenant AND known.key = intent.key)"
)
_DECIDED = "DELETE FROM held WHERE id IN (SELECT id FROM before.held)"
_TABLES = {
    "intent": "provider <> 'local' OR state <> 'accepted' OR post_id IN (SELECT id FROM main.post)",
    "held": "1 = 1",
    "media": "1 = 1",
    "media_at": "1 = 1",
    "account": "1 = 1",
    "handed_over": "1 = 1",
}
_BRING = (
    "INSERT INTO main.{table} ({names}) SELECT {names} FROM before.{table} WHERE {condition} ON CONFLICT DO NOTHING"
)
_WITHDRAW = (
    "UPDATE held SET state = 'withdrawn', decided_at = ?, decided_by = ?, leased_until = NULL"
    " WHERE state = 'awaiting' OR state = 'approved' AND result IS NULL"
)
