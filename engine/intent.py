"""One intent to post, as the journal keeps it: what was to be sent, under which key, and what came of it."""

import hashlib
import json
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from unicodedata import normalize

from providers.store import Row
from schemas.jsonvalue import JsonObject

#: In a recorded request: its time was so near that it was sent for now. It does not make another post of it.
GOES_NOW = "goes_now"
#: How far a moment may lie ahead without the clock having been set back.
SKEW = timedelta(seconds=5)

#: The intents' table, as it grew.
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
    """
    ALTER TABLE intent RENAME TO intent_1;
    DROP INDEX intent_by_fingerprint;
    CREATE TABLE intent (
        id TEXT PRIMARY KEY,
        tenant TEXT NOT NULL,
        key TEXT NOT NULL,
        hint TEXT,
        fingerprint TEXT NOT NULL,
        provider TEXT NOT NULL,
        state TEXT NOT NULL,
        request TEXT NOT NULL,
        answer TEXT,
        post_id TEXT,
        told INTEGER NOT NULL,
        fence INTEGER NOT NULL,
        leased_until REAL NOT NULL,
        looks INTEGER NOT NULL,
        look_at REAL,
        opened_at REAL NOT NULL,
        changed_at REAL NOT NULL,
        UNIQUE (tenant, key)
    ) STRICT, WITHOUT ROWID;
    INSERT INTO intent (id, tenant, key, hint, fingerprint, provider, state, request, answer, post_id, told, fence,
        leased_until, looks, look_at, opened_at, changed_at)
        SELECT id, '', key, NULL, fingerprint, provider, state, request, answer, post_id,
        0, 1, changed_at + 60, 0, NULL, opened_at, changed_at FROM intent_1;
    DROP TABLE intent_1;
    CREATE INDEX intent_by_fingerprint ON intent (fingerprint, opened_at);
    CREATE INDEX intent_by_hint ON intent (hint) WHERE hint IS NOT NULL;
    CREATE INDEX intent_open ON intent (look_at) WHERE state IN ('sending', 'unknown');
    CREATE INDEX intent_by_age ON intent (changed_at)
    """,
    "CREATE INDEX intent_by_post ON intent (post_id) WHERE post_id IS NOT NULL",
    "ALTER TABLE intent ADD COLUMN approved INTEGER NOT NULL DEFAULT 0",
)


class State(StrEnum):
    """Where an intent stands."""

    SENDING = "sending"
    ACCEPTED = "accepted"
    REFUSED = "refused"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Intent:
    """One row: what was to be sent, for whom, under which key, and what came of it.

    ``answer`` is what was told: the ``data`` of an accepted post, the whole verdict of a refused one. ``post_id`` of an
    open one is the post that it is known to have begun; ``told``: its sender lived to say how far it came. ``looks``
    counts the looks at the service that found nothing; the next is due at ``look_at`` (``None``: not set).
    ``approved``: a person approved it.
    """

    id: str
    tenant: str
    key: str
    fingerprint: str
    provider: str
    state: State
    request: JsonObject
    answer: JsonObject | None
    post_id: str | None
    told: bool
    fence: int
    leased_until: datetime
    looks: int
    look_at: datetime | None
    opened_at: datetime
    changed_at: datetime
    approved: bool = False


@dataclass(frozen=True, slots=True)
class Wanted:
    """What create_post wants to send.

    ``tenant`` is whose keys these are; ``key`` is there only when the caller gave one; ``hint`` is the client's name
    for this very call, the same when it repeats a call whose answer it did not get; ``approved``: a person approved it.
    """

    provider: str
    request: JsonObject
    tenant: str = ""
    key: str | None = None
    hint: str | None = None
    allow_duplicate: bool = False
    approved: bool = False

    @property
    def fingerprint(self) -> str:
        """A digest of the content: the same however accounts are ordered and text is composed."""
        body = {name: value for name, value in self.request.items() if name != GOES_NOW}
        text = json.dumps(body, sort_keys=True, ensure_ascii=False)
        return _digest(self.provider, normalize("NFC", text.replace(r"\r\n", r"\n")))


def intent_of(row: Row, now: datetime) -> Intent:
    """Read a row; one still sending past its lease belongs to a process that died or sleeps, so nobody knows."""
    state = State(row["state"])
    # What was changed in the future was changed before the clock was set back: its times mean nothing any more.
    set_back = row["changed_at"] > (now + SKEW).timestamp()
    if state is State.SENDING and (set_back or row["leased_until"] <= now.timestamp()):
        state = State.UNKNOWN
    return Intent(
        id=row["id"],
        tenant=row["tenant"],
        key=row["key"],
        fingerprint=row["fingerprint"],
        provider=row["provider"],
        state=state,
        request=json.loads(row["request"]),
        answer=json.loads(row["answer"]) if row["answer"] else None,
        post_id=row["post_id"],
        told=bool(row["told"]),
        fence=row["fence"],
        leased_until=moment(row["leased_until"]),
        looks=row["looks"],
        look_at=moment(row["look_at"]) if row["look_at"] is not None else None,
        opened_at=moment(row["opened_at"]),
        changed_at=moment(row["changed_at"]),
        approved=bool(row["approved"]),
    )


def moment(seconds: float) -> datetime:
    """Read a stored time."""
    return datetime.fromtimestamp(seconds, UTC)


def _digest(*parts: str) -> str:
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()
