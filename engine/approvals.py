"""The actions that wait for a person, in the database that all processes of a home share."""

import json
import secrets
from collections.abc import Mapping
from datetime import datetime, timedelta

from engine.held import PREFIX, Held, HeldState, Intended, held_of
from providers.store import Connection, Store
from schemas.instant import Clock
from schemas.jsonvalue import JsonObject

#: How long an approved action belongs to the process that runs it: longer than a call takes.
LEASE = timedelta(seconds=60)
#: So many may wait at one time: nobody looks through more.
MOST = 1_000
#: How long what came of an action is told.
KEPT = timedelta(days=30)
#: Tools that the journal keeps from doing a thing twice, so that a run that broke off is gone on with at once.
_JOURNALLED = frozenset({"create_post"})


class Approvals:
    """Held actions, told in the clock's time; each is decided once, whoever decides it.

    ``patience`` is how long one may wait. All methods raise sqlite3.Error or OSError when the file cannot be used.
    """

    def __init__(self, database: Store, clock: Clock, patience: timedelta) -> None:
        self._database = database
        self._clock = clock
        self._patience = patience

    async def hold(self, intended: Intended) -> Held | None:
        """Hold an action, or join the same one that waits or is under way; ``None``: too many wait."""
        now = self._clock()
        return await self._database.write(lambda connection: _hold(connection, intended, now, now + self._patience))

    async def find(self, held_id: str) -> Held | None:
        """Read one."""
        now, query = self._clock(), "SELECT * FROM held WHERE id = ?"
        row = await self._database.read(lambda connection: connection.execute(query, (held_id,)).fetchone())
        return held_of(row, now) if row else None

    async def open(self, tenants: Mapping[str, str]) -> list[Held]:
        """List what waits or was left under way, of these providers and tenants, newest first."""
        now = self._clock()
        rows = await self._database.read(lambda connection: connection.execute(_OPEN).fetchall())
        found = [held_of(row, now) for row in rows]
        mine = [one for one in found if tenants.get(one.provider) == one.tenant]
        return [one for one in mine if one.state is HeldState.AWAITING or one.under_way]

    async def approve(self, held: Held, by: str) -> Held | None:
        """Take an action for its one run, if it still is what was shown and nobody else decided or runs it."""
        now = self._clock()
        return await self._database.write(lambda connection: _approve(connection, held, by, now))

    async def refuse(self, held: Held, state: HeldState, by: str) -> bool:
        """Decline or withdraw an action that waits; false if it does not wait any more."""
        now = self._clock().timestamp()
        values = (state, now, by, held.id, now)
        return await self._database.write(lambda connection: connection.execute(_REFUSE, values).rowcount == 1)

    async def close(self, held: Held, result: JsonObject, *, again: bool) -> None:
        """Write down what came of a run; ``again``: nothing did, for now, and so it waits as before."""
        state = HeldState.AWAITING if again else HeldState.APPROVED
        values = (state, json.dumps(result), held.id)
        await self._database.write(lambda connection: connection.execute(_CLOSE, values))


def _hold(connection: Connection, intended: Intended, now: datetime, until: datetime) -> Held | None:
    connection.execute(_EXPIRE, (now.timestamp(), now.timestamp()))
    connection.execute(_FORGET, ((now - KEPT).timestamp(),))
    row = connection.execute(_SAME, (intended.digest,)).fetchone()
    if row:
        return held_of(row, now)
    if connection.execute("SELECT count(*) FROM held WHERE state = 'awaiting'").fetchone()[0] >= MOST:
        return None
    held_id = f"{PREFIX}{secrets.token_hex(8)}"
    values = (held_id, secrets.token_hex(16), intended.digest, intended.provider, intended.tenant, intended.tool)
    rest = (json.dumps(intended.arguments), intended.summary, json.dumps(intended.accounts), intended.caller)
    connection.execute(_INSERT, (*values, *rest, now.timestamp(), until.timestamp()))
    return held_of(connection.execute("SELECT * FROM held WHERE id = ?", (held_id,)).fetchone(), now)


def _approve(connection: Connection, held: Held, by: str, now: datetime) -> Held | None:
    row = connection.execute("SELECT * FROM held WHERE id = ?", (held.id,)).fetchone()
    found = held_of(row, now) if row else None
    # The digest of what stands there now, not the one that was written down beside it.
    if found is None or found.digest != held.digest or row["digest"] != held.digest:
        return None
    free = found.leased_until is None or found.leased_until <= now or found.tool in _JOURNALLED
    if found.state is not HeldState.AWAITING and not (found.under_way and free):
        return None
    connection.execute(_APPROVE, (now.timestamp(), by, (now + LEASE).timestamp(), held.id))
    return found


_INSERT = (
    "INSERT INTO held (id, seal, digest, provider, tenant, tool, arguments, summary, accounts, caller, created_at,"
    " expires_at, state) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 'awaiting')"
)
_SAME = "SELECT * FROM held WHERE digest = ? AND (state = 'awaiting' OR state = 'approved' AND result IS NULL)"
_OPEN = (
    "SELECT * FROM held WHERE state = 'awaiting' OR state = 'approved' AND result IS NULL ORDER BY created_at DESC, id"
)
_APPROVE = (
    "UPDATE held SET state = 'approved', decided_at = ?, decided_by = ?, leased_until = ?, result = NULL WHERE id = ?"
)
_REFUSE = (
    "UPDATE held SET state = ?, decided_at = ?, decided_by = ? WHERE id = ? AND state = 'awaiting' AND expires_at > ?"
)
_CLOSE = "UPDATE held SET state = ?, result = ?, leased_until = NULL WHERE id = ? AND state = 'approved'"
_EXPIRE = "UPDATE held SET state = 'expired', decided_at = ? WHERE state = 'awaiting' AND expires_at <= ?"
_FORGET = (
    "DELETE FROM held WHERE state != 'awaiting' AND decided_at < ? AND (state != 'approved' OR result IS NOT NULL)"
)
