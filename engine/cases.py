"""Cases: intents of which nobody knows what became. One process at a time looks into each, under lease and fence."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from engine.intent import SKEW, Intent, State, intent_of
from providers.store import Connection, Store
from schemas.instant import Clock

#: How long one look at a service may take; then another process may look.
LOOK_LEASE = timedelta(seconds=60)
#: Posts that were made longer than this before an intent are not taken for its own by any service's search.
BEFORE = timedelta(days=1)
#: Closed intents that are forgotten in one transaction.
BATCH = 500


@dataclass(frozen=True, slots=True)
class Pauses:
    """When a case may be closed as "nothing came of it": so many looks that found nothing, so far apart.

    ``first`` is the pause before the first look that counts, ``between`` the one before each further look.
    """

    first: timedelta
    between: timedelta
    looks: int


#: A service that cannot be asked is asked ever less often, but at least this often.
RAREST = timedelta(hours=1)


class Cases:
    """The open cases of the shared database. ``pauses`` are those of each provider, by tenant and name."""

    def __init__(self, database: Store, clock: Clock, pauses: Mapping[tuple[str, str], Pauses]) -> None:
        self._database = database
        self._clock = clock
        self._pauses = pauses
        self._mine = [" ".join(known) for known in pauses]

    def pauses(self, intent: Intent) -> Pauses | None:
        """The pauses for a case; ``None``: it was sent under another key than this process has."""
        return self._pauses.get((intent.tenant, intent.provider))

    async def open(self) -> list[Intent]:
        """List the cases of these providers, and what is being sent at this moment; 200 at most.

        Raises:
            sqlite3.Error, OSError: the journal cannot be read.
        """
        now = self._clock()
        mine = _OPEN.format(", ".join("?" * len(self._mine)) or "NULL")
        rows = await self._database.read(lambda connection: connection.execute(mine, self._mine).fetchall())
        return [intent_of(row, now) for row in rows]

    async def due(self) -> list[str]:
        """Name the cases whose next look is due; those that their senders left open begin their pauses.

        Raises:
            sqlite3.Error, OSError: the journal cannot be used.
        """
        now = self._clock()
        found = await self.open()
        left = [case for case in found if case.state is State.UNKNOWN and not _is_leased(case, now)]
        for case in left:
            if not _is_armed(case, now):
                await self.put_back(case, now + self._pauses[case.tenant, case.provider].first)
        return [case.id for case in left if _is_due(case, now)]

    async def claim(self, intent_id: str) -> Intent | None:
        """Take a case for one look; ``None`` while another process is at it or at its twin, or when it is closed."""
        now = self._clock()
        return await self._database.write(lambda connection: _claim(connection, intent_id, now))

    async def found_nothing(self, intent: Intent) -> Intent | None:
        """Count a look that found nothing, if it was due; tell how the case stands, ``None`` when it was taken over."""
        now = self._clock()
        pauses = self._pauses[intent.tenant, intent.provider]
        if _is_due(intent, now):
            return await self.put_back(replace(intent, looks=intent.looks + 1), now + pauses.between)
        return await self.put_back(intent, intent.look_at if _is_armed(intent, now) else now + pauses.first)

    async def unreadable(self, intent: Intent) -> Intent | None:
        """Put a case off whose service could not be asked: the older it is, the longer."""
        now = self._clock()
        pause = max(self._pauses[intent.tenant, intent.provider].between, min((now - intent.opened_at) / 10, RAREST))
        # A time from before the clock was set back would put it off for as long as that was.
        armed = intent.look_at if intent.look_at and _is_armed(intent, now) else now
        return await self.put_back(intent, max(armed, now + pause))

    async def put_back(self, intent: Intent, look_at: datetime | None) -> Intent | None:
        """Let go of a case until its next look; ``None`` when it was taken over or closed meanwhile."""
        now = self._clock().timestamp()
        at = look_at.timestamp() if look_at else None
        values = (intent.looks, intent.post_id, at, now, now, intent.id, intent.fence)
        kept = await self._database.write(lambda connection: connection.execute(_PUT_BACK, values).rowcount, ())
        return replace(intent, state=State.UNKNOWN, look_at=look_at) if kept else None

    async def taken(self, intent: Intent) -> frozenset[str]:
        """The posts that are known to have come of other intents: none of them came of this one."""
        values = ((intent.opened_at - BEFORE).timestamp(), intent.provider, intent.id)
        rows = await self._database.read(lambda connection: connection.execute(_TAKEN, values).fetchall())
        return frozenset(row["post_id"] for row in rows)

    async def forget(self, older_than: datetime, keep: int) -> int:
        """Delete closed intents that are older, or more than ``keep``; tell how many went. Open ones stay."""
        values = (older_than.timestamp(), keep, BATCH)
        return await self._database.write(lambda connection: connection.execute(_FORGET, values).rowcount)


def _is_leased(case: Intent, now: datetime) -> bool:
    """Tell whether somebody looks into a case; a lease longer than any is from before the clock was set back."""
    return now < case.leased_until < now + LOOK_LEASE + SKEW


def _is_armed(case: Intent, now: datetime) -> bool:
    """Tell whether the next look has a time that means anything: not if the clock was set back since."""
    return case.look_at is not None and case.changed_at <= now + SKEW


def _is_due(case: Intent, now: datetime) -> bool:
    return _is_armed(case, now) and case.look_at is not None and case.look_at <= now


def _claim(connection: Connection, intent_id: str, now: datetime) -> Intent | None:
    row = connection.execute("SELECT * FROM intent WHERE id = ?", (intent_id,)).fetchone()
    case = intent_of(row, now) if row else None
    if case is None or case.state is not State.UNKNOWN:
        return None
    if connection.execute(
        _LEASED, (case.fingerprint, now.timestamp(), (now + LOOK_LEASE + SKEW).timestamp())
    ).fetchone():
        return None
    claimed = replace(case, fence=case.fence + 1, leased_until=now + LOOK_LEASE)
    connection.execute(_CLAIM, (claimed.fence, claimed.leased_until.timestamp(), case.id))
    return claimed


_OPEN = (
    "SELECT * FROM intent WHERE state IN ('sending', 'unknown')"
    " AND tenant || ' ' || provider IN ({}) ORDER BY look_at NULLS FIRST LIMIT 200"
)
#: Of several open cases with the same content one is looked into at a time, so that two never find the same post.
_LEASED = (
    "SELECT 1 FROM intent WHERE fingerprint = ? AND state = 'unknown' AND leased_until > ? AND leased_until < ? LIMIT 1"
)
_CLAIM = "UPDATE intent SET state = 'unknown', fence = ?, leased_until = ? WHERE id = ?"
_PUT_BACK = (
    "UPDATE intent SET state = 'unknown', looks = ?, post_id = ?, look_at = ?, leased_until = ?, changed_at = ?"
    " WHERE id = ? AND fence = ? AND state IN ('sending', 'unknown')"
)
_TAKEN = "SELECT post_id FROM intent WHERE changed_at >= ? AND provider = ? AND id != ? AND post_id IS NOT NULL"
_FORGET = (
    "DELETE FROM intent WHERE id IN (SELECT id FROM intent WHERE state IN ('accepted', 'refused') AND (changed_at < ?"
    " OR changed_at <= (SELECT changed_at FROM intent ORDER BY changed_at DESC LIMIT 1 OFFSET ?)) LIMIT ?)"
)
