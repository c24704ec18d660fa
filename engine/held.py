"""One action that waits for a person: what exactly would be done, for whom, and what came of it."""

import hashlib
import json
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from engine.intent import moment
from providers.store import Row
from schemas.jsonvalue import JsonObject, text

APPROVAL_MIGRATIONS = (
    """
    CREATE TABLE held (
        id TEXT PRIMARY KEY,
        seal TEXT NOT NULL,
        digest TEXT NOT NULL,
        provider TEXT NOT NULL,
        tenant TEXT NOT NULL,
        tool TEXT NOT NULL,
        arguments TEXT NOT NULL,
        summary TEXT NOT NULL,
        accounts TEXT NOT NULL,
        caller TEXT NOT NULL,
        state TEXT NOT NULL,
        created_at REAL NOT NULL,
        expires_at REAL NOT NULL,
        decided_at REAL,
        decided_by TEXT,
        leased_until REAL,
        result TEXT
    ) STRICT, WITHOUT ROWID;
    CREATE UNIQUE INDEX held_once ON held (digest) WHERE state = 'awaiting';
    CREATE INDEX held_by_digest ON held (digest);
    CREATE INDEX held_by_state ON held (state, created_at)
    """,
)

#: How every id of a held action begins.
PREFIX = "hld_"


class HeldState(StrEnum):
    """Where a held action stands; an approved one is done when it has a result."""

    AWAITING = "awaiting"
    APPROVED = "approved"
    DECLINED = "declined"
    WITHDRAWN = "withdrawn"
    EXPIRED = "expired"


class Answer(StrEnum):
    """What a person says who is asked; ``none``: nobody could be asked, or nobody answered."""

    YES = "yes"
    NO = "no"
    NONE = "none"


@dataclass(frozen=True, slots=True)
class Intended:
    """What is to be held: a call as it passed every check, on which accounts, and one sentence for a person."""

    provider: str
    tenant: str
    tool: str
    arguments: JsonObject
    summary: str
    accounts: tuple[str, ...]
    caller: str

    @property
    def digest(self) -> str:
        """What a person's yes is bound to."""
        named = [self.provider, self.tenant, self.tool, self.arguments]
        return hashlib.sha256(json.dumps(named, sort_keys=True).encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class Held(Intended):
    """One row. ``seal`` is a secret that the client alone is given, to bring with the person's answer.

    ``result`` is the verdict of the run that a person approved; of one that awaits approval again, of the last run.
    """

    id: str
    seal: str
    state: HeldState
    created_at: datetime
    expires_at: datetime
    decided_by: str | None
    leased_until: datetime | None
    result: JsonObject | None

    @property
    def under_way(self) -> bool:
        """Whether it was approved, and nobody has written down yet what came of it."""
        return self.state is HeldState.APPROVED and self.result is None

    @property
    def made(self) -> str | None:
        """The post that came of it, or the journal's id of one whose outcome is open."""
        told = self.result or {}
        if told.get("data"):
            return text(told["data"].get("id"))
        looked = [call["arguments"].get("post_id") for call in told.get("next", []) if call["tool"] == "check_status"]
        return looked[0] if looked and told.get("outcome") == "unknown" else None


def held_of(row: Row, now: datetime) -> Held:
    """Read a row; one that nobody decided in time has expired."""
    state, expires_at = HeldState(row["state"]), moment(row["expires_at"])
    if state is HeldState.AWAITING and expires_at <= now:
        state = HeldState.EXPIRED
    return Held(
        provider=row["provider"],
        tenant=row["tenant"],
        tool=row["tool"],
        arguments=json.loads(row["arguments"]),
        summary=row["summary"],
        accounts=tuple(json.loads(row["accounts"])),
        caller=row["caller"],
        id=row["id"],
        seal=row["seal"],
        state=state,
        created_at=moment(row["created_at"]),
        expires_at=expires_at,
        decided_by=row["decided_by"],
        leased_until=moment(row["leased_until"]) if row["leased_until"] is not None else None,
        result=json.loads(row["result"]) if row["result"] else None,
    )
