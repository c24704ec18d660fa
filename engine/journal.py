"""The durable record written BEFORE anything is sent: what makes repeats harmless (design section 6).

An intent is opened in one transaction that also looks for its twins, so two processes racing with the
same post agree on who sends it.
"""

import hashlib
import json
import secrets
import sqlite3
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from unicodedata import normalize

from providers.database import Database
from schemas.instant import Clock, wire
from schemas.jsonvalue import JsonObject

MIGRATIONS = (
    """
    CREATE TABLE intent (
        id TEXT PRIMARY KEY,
        key TEXT NOT NULL UNIQUE,
        fingerprint TEXT NOT NULL,
        provider TEXT NOT NULL,
        state TEXT NOT NULL,
        request TEXT NOT NULL,
        answer TEXT,
        post_id TEXT,
        opened_at REAL NOT NULL,
        changed_at REAL NOT NULL
    ) STRICT, WITHOUT ROWID;
    CREATE INDEX intent_by_fingerprint ON intent (fingerprint, opened_at)
    """,
)

#: The same content without a key is the same post within this; within the next it is refused (design 6.2).
REPEAT_WINDOW = timedelta(minutes=10)
DUPLICATE_WINDOW = timedelta(hours=24)
#: An intent still ``sending`` after this belongs to a process that died: nobody knows what became of it.
SEND_DEADLINE = timedelta(seconds=60)


class State(StrEnum):
    """Where an intent stands."""

    SENDING = "sending"
    ACCEPTED = "accepted"
    REFUSED = "refused"
    UNKNOWN = "unknown"


class Standing(StrEnum):
    """What opening an intent found."""

    NEW = "new"
    REPLAY = "replay"
    CONFLICT = "conflict"
    DUPLICATE = "duplicate"
    BUSY = "busy"
    OPEN = "open"


@dataclass(frozen=True, slots=True)
class Intent:
    """One row: what was to be sent, under which key, and what came of it."""

    id: str
    key: str
    provider: str
    state: State
    request: JsonObject
    answer: JsonObject | None
    post_id: str | None
    opened_at: float


@dataclass(frozen=True, slots=True)
class Wanted:
    """What create_post wants to send; ``key`` only when the caller gave one."""

    provider: str
    request: JsonObject
    key: str | None = None
    allow_duplicate: bool = False

    @property
    def fingerprint(self) -> str:
        """A digest of the content: the same however accounts are ordered and text is composed."""
        text = json.dumps(self.request, sort_keys=True, ensure_ascii=False)
        composed = normalize("NFC", text.replace(r"\r\n", r"\n"))
        return hashlib.sha256(f"{self.provider}\n{composed}".encode()).hexdigest()


class Journal:
    """Intents in the shared database, told in the clock's time."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    async def open(self, wanted: Wanted) -> tuple[Standing, Intent]:
        """Record the intent to send, or find the one that already stands for it.

        With ``NEW`` the caller must send and then ``close``; with every other standing it must not send.

        Raises:
            sqlite3.Error, OSError: nothing was recorded, so nothing may be sent.
        """
        now = self._clock()
        return await self._database.write(lambda connection: _open(connection, wanted, now))

    async def close(
        self, intent: Intent, state: State, answer: JsonObject | None = None, post_id: str | None = None
    ) -> None:
        """Record what came of an intent; an accepted one never changes again."""
        values = (state, json.dumps(answer) if answer else None, post_id, self._clock().timestamp(), intent.id)
        await self._database.write(lambda connection: connection.execute(_CLOSE, values))

    async def find(self, intent_id: str) -> Intent | None:
        """Read one intent by its id; a sending one past its deadline is told as unknown."""
        now = self._clock()
        row = await self._database.read(
            lambda connection: connection.execute("SELECT * FROM intent WHERE id = ?", (intent_id,)).fetchone()
        )
        return _intent(row, now) if row else None


_CLOSE = "UPDATE intent SET state = ?, answer = ?, post_id = ?, changed_at = ? WHERE id = ? AND state != 'accepted'"


def _open(connection: sqlite3.Connection, wanted: Wanted, now: datetime) -> tuple[Standing, Intent]:
    twin = _by_key(connection, wanted, now) if wanted.key else _by_content(connection, wanted, now)
    if twin is None:
        return Standing.NEW, _insert(connection, wanted, now)
    standing, intent = twin
    if standing is Standing.NEW:
        # Nothing came of the first attempt, so a corrected one may have its key.
        again = (State.SENDING, wanted.fingerprint, json.dumps(wanted.request), now.timestamp(), intent.id)
        connection.execute(_TAKE_UP, again)
        return standing, replace(intent, state=State.SENDING, request=wanted.request)
    return standing, intent


def _by_key(connection: sqlite3.Connection, wanted: Wanted, now: datetime) -> tuple[Standing, Intent] | None:
    row = connection.execute("SELECT * FROM intent WHERE key = ?", (wanted.key,)).fetchone()
    if row is None:
        return None
    intent = _intent(row, now)
    other = row["fingerprint"] != wanted.fingerprint and intent.state is not State.REFUSED
    return (Standing.CONFLICT if other else _BY_STATE[intent.state]), intent


def _by_content(connection: sqlite3.Connection, wanted: Wanted, now: datetime) -> tuple[Standing, Intent] | None:
    if wanted.allow_duplicate:
        return None
    since = (now - DUPLICATE_WINDOW).timestamp()
    row = connection.execute(_LATEST_TWIN, (wanted.fingerprint, since)).fetchone()
    if row is None:
        return None
    intent = _intent(row, now)
    if intent.state is State.ACCEPTED and row["opened_at"] < (now - REPEAT_WINDOW).timestamp():
        return Standing.DUPLICATE, intent
    return _BY_STATE[intent.state], intent


# A refused intent is as good as none: it is taken up again under its own key.
_BY_STATE = {
    State.ACCEPTED: Standing.REPLAY,
    State.SENDING: Standing.BUSY,
    State.UNKNOWN: Standing.OPEN,
    State.REFUSED: Standing.NEW,
}
# A case that is still open is a twin at any age.
_LATEST_TWIN = (
    "SELECT * FROM intent WHERE fingerprint = ? AND (opened_at >= ? OR state IN ('sending', 'unknown'))"
    " ORDER BY opened_at DESC LIMIT 1"
)
_TAKE_UP = "UPDATE intent SET state = ?, fingerprint = ?, request = ?, changed_at = ? WHERE id = ?"


def _insert(connection: sqlite3.Connection, wanted: Wanted, now: datetime) -> Intent:
    intent_id = f"jrn_{secrets.token_hex(8)}"
    key = wanted.key or _derived_key(connection, wanted, now)
    moment = now.timestamp()
    intent = Intent(intent_id, key, wanted.provider, State.SENDING, wanted.request, None, None, moment)
    connection.execute(
        "INSERT INTO intent VALUES (?, ?, ?, ?, ?, ?, NULL, NULL, ?, ?)",
        (
            intent_id,
            key,
            wanted.fingerprint,
            wanted.provider,
            State.SENDING,
            json.dumps(wanted.request),
            moment,
            moment,
        ),
    )
    return intent


def _derived_key(connection: sqlite3.Connection, wanted: Wanted, now: datetime) -> str:
    """Name a keyless post by content, day and count, so that a service that knows keys stops another machine's twin."""
    if wanted.allow_duplicate:
        return f"pw-{secrets.token_hex(16)}"
    count = connection.execute("SELECT count(*) FROM intent WHERE fingerprint = ?", (wanted.fingerprint,)).fetchone()[0]
    return f"pw-{wanted.fingerprint[:32]}-{wire(now)[:10]}-{count}"


def _intent(row: sqlite3.Row, now: datetime) -> Intent:
    state = State(row["state"])
    if state is State.SENDING and row["changed_at"] < (now - SEND_DEADLINE).timestamp():
        state = State.UNKNOWN
    return Intent(
        id=row["id"],
        key=row["key"],
        provider=row["provider"],
        state=state,
        request=json.loads(row["request"]),
        answer=json.loads(row["answer"]) if row["answer"] else None,
        post_id=row["post_id"],
        opened_at=row["opened_at"],
    )
