"""The durable record written BEFORE anything is sent: what makes repeats harmless (design section 6).

An intent is opened in one transaction that also looks for its twins, so two processes racing with the same post agree
on who sends it. Every later write carries the intent's fence: whoever took the case over since has moved it, and a
process that was asleep meanwhile writes nothing (reference engine 2.2).

::

    (none) --open--> sending --close--> accepted | refused
                        |                   ^
                        +---> unknown ------+   by looks at the service: engine/settling.py, engine/cases.py
"""

import json
import secrets
from dataclasses import replace
from datetime import datetime, timedelta
from enum import StrEnum
from functools import partial

from engine.intent import Intent, State, Wanted, intent_of
from providers.store import Connection, Store
from schemas.instant import Clock, wire
from schemas.jsonvalue import JsonObject

#: The same content without a key is the same post within this; within the next it is refused (design 6.2).
REPEAT_WINDOW = timedelta(minutes=10)
DUPLICATE_WINDOW = timedelta(hours=24)


class Standing(StrEnum):
    """What opening an intent found."""

    NEW = "new"
    REPLAY = "replay"
    CONFLICT = "conflict"
    DUPLICATE = "duplicate"
    BUSY = "busy"
    OPEN = "open"


class Journal:
    """Intents in the shared database, told in the clock's time.

    ``lease`` is how long an intent belongs to the process that opened it: longer than a create may take.
    """

    def __init__(self, database: Store, clock: Clock, lease: timedelta) -> None:
        self._database = database
        self._clock = clock
        self._lease = lease

    async def open(self, wanted: Wanted) -> tuple[Standing, Intent]:
        """Record the intent to send, or find the one that already stands for it.

        With ``NEW`` the caller must send and then ``close``; with every other standing it must not send.

        Raises:
            sqlite3.Error, OSError: nothing was recorded, so nothing may be sent.
        """
        now = self._clock()
        work = partial(_open, wanted=wanted, now=now, until=now + self._lease)
        return await self._database.write(work, _turn(wanted))

    async def peek(self, wanted: Wanted) -> tuple[Standing, Intent] | None:
        """Find the intent that already stands for a post, without recording anything.

        Raises:
            sqlite3.Error, OSError: the journal cannot be read.
        """
        now = self._clock()
        twin = await self._database.read(lambda connection: _twin(connection, wanted, now))
        return twin if twin and twin[0] is not Standing.NEW else None

    async def close(
        self,
        intent: Intent,
        state: State,
        answer: JsonObject | None = None,
        post_id: str | None = None,
        *,
        look_at: datetime | None = None,
        told: bool = False,
    ) -> bool:
        """Record what came of an intent; false when it is closed already or another process has taken it over."""
        at = look_at.timestamp() if look_at else None
        now = self._clock().timestamp()
        values = (state, json.dumps(answer) if answer else None, post_id, told, at, now, intent.id, intent.fence)
        return await self._database.write(lambda connection: connection.execute(_CLOSE, values).rowcount == 1, ())

    async def find(self, intent_id: str) -> Intent | None:
        """Read one intent by its id; a sending one past its lease is told as unknown."""
        now = self._clock()
        row = await self._database.read(
            lambda connection: connection.execute("SELECT * FROM intent WHERE id = ?", (intent_id,)).fetchone()
        )
        return intent_of(row, now) if row else None

    async def made(self, provider: str, tenant: str, post_id: str) -> Intent | None:
        """Find the intent that a post came of, if this journal sent it.

        Raises:
            sqlite3.Error, OSError: the journal cannot be read.
        """
        now, values = self._clock(), (post_id, provider, tenant)
        row = await self._database.read(lambda connection: connection.execute(_MADE, values).fetchone())
        return intent_of(row, now) if row else None


_MADE = "SELECT * FROM intent WHERE post_id = ? AND provider = ? AND tenant IN (?, '') AND state = 'accepted' LIMIT 1"
# Evidence of a post is believed late, too, as long as nobody is sending again; anything else only under the fence.
_CLOSE = (
    "UPDATE intent SET state = ?1, answer = ?2, post_id = ?3, told = ?4, look_at = ?5, leased_until = ?6,"
    " changed_at = ?6 WHERE id = ?7 AND (fence = ?8 AND state IN ('sending', 'unknown')"
    " OR ?1 = 'accepted' AND state IN ('unknown', 'refused'))"
)


def _turn(wanted: Wanted) -> list[str]:
    """Name all by which another could find, or make, the twin of a post at this moment."""
    names = {"content": wanted.fingerprint, "key": wanted.key, "hint": wanted.hint}
    return [f"journal {kind} {name}" for kind, name in names.items() if name]


def _open(connection: Connection, wanted: Wanted, now: datetime, until: datetime) -> tuple[Standing, Intent]:
    while True:
        twin = _twin(connection, wanted, now)
        if twin is None:
            return Standing.NEW, _insert(connection, wanted, now, until)
        standing, intent = twin
        if standing is not Standing.NEW:
            return standing, intent
        taken = _take_up(connection, intent, wanted, now, until)
        if taken:
            return standing, taken


def _twin(connection: Connection, wanted: Wanted, now: datetime) -> tuple[Standing, Intent] | None:
    """Find the intent that stands for a post already: by its key, as the very same call, or by its content."""
    if wanted.key:
        return _by_key(connection, wanted, now)
    return _by_hint(connection, wanted, now) or _by_content(connection, wanted, now)


def _by_key(connection: Connection, wanted: Wanted, now: datetime) -> tuple[Standing, Intent] | None:
    row = connection.execute(_OF_KEY, (wanted.tenant, wanted.key, wanted.provider)).fetchone()
    if row is None:
        return None
    intent = intent_of(row, now)
    other = row["fingerprint"] != wanted.fingerprint and intent.state is not State.REFUSED
    return (Standing.CONFLICT if other else _BY_STATE[intent.state]), intent


def _by_hint(connection: Connection, wanted: Wanted, now: datetime) -> tuple[Standing, Intent] | None:
    if wanted.hint is None:
        return None
    row = connection.execute(_OF_HINT, (wanted.hint, wanted.tenant, wanted.fingerprint)).fetchone()
    intent = intent_of(row, now) if row else None
    return (_BY_STATE[intent.state], intent) if intent else None


def _by_content(connection: Connection, wanted: Wanted, now: datetime) -> tuple[Standing, Intent] | None:
    """Look at the content alone, whoever's it is: the accounts in it are only one tenant's, whatever the key now is."""
    if wanted.allow_duplicate:
        return None
    since = (now - DUPLICATE_WINDOW).timestamp()
    row = connection.execute(_LATEST_TWIN, (wanted.fingerprint, since)).fetchone()
    if row is None:
        return None
    intent = intent_of(row, now)
    if intent.state is State.REFUSED and intent.tenant != wanted.tenant:
        return None  # nothing came of it, and its case would be looked into under a key that did not send it
    if intent.state is State.ACCEPTED and intent.opened_at < now - REPEAT_WINDOW:
        return Standing.DUPLICATE, intent
    return _BY_STATE[intent.state], intent


# A refused intent is as good as none: it is taken up again under its own key.
_BY_STATE = {
    State.ACCEPTED: Standing.REPLAY,
    State.SENDING: Standing.BUSY,
    State.UNKNOWN: Standing.OPEN,
    State.REFUSED: Standing.NEW,
}
# Intents of the first schema name no tenant: their keys are those of whoever posts through the same provider now.
_OF_KEY = (
    "SELECT * FROM intent WHERE tenant IN (?1, '') AND key = ?2 AND (tenant = ?1 OR provider = ?3)"
    " ORDER BY tenant DESC LIMIT 1"
)
# An open case comes first; of closed ones the latest, and a live post before a refused one.
_FOREMOST = (
    "SELECT * FROM intent WHERE {}"
    " ORDER BY state IN ('sending', 'unknown') DESC, state = 'accepted' DESC, opened_at DESC LIMIT 1"
)
# One call may stand for several posts: made under two keys, say, and then repeated without one.
_OF_HINT = _FOREMOST.format("hint = ? AND tenant = ? AND fingerprint = ?")
# An open case is a twin at any age.
_LATEST_TWIN = _FOREMOST.format("fingerprint = ? AND (opened_at >= ? OR state IN ('sending', 'unknown'))")


def _take_up(connection: Connection, intent: Intent, wanted: Wanted, now: datetime, until: datetime) -> Intent | None:
    """Send a refused intent anew: nothing came of it, so a corrected one may have its key.

    ``None``: another was faster, who found it by something else.
    """
    again = replace(
        intent,
        tenant=wanted.tenant,
        provider=wanted.provider,
        state=State.SENDING,
        fingerprint=wanted.fingerprint,
        request=wanted.request,
        answer=None,
        post_id=None,
        told=False,
        fence=intent.fence + 1,
        leased_until=until,
        looks=0,
        look_at=None,
        opened_at=now,
        changed_at=now,
        approved=wanted.approved,
    )
    values = (again.tenant, again.provider, again.fingerprint, json.dumps(again.request), again.fence)
    rest = (again.leased_until.timestamp(), wanted.hint, now.timestamp(), now.timestamp(), wanted.approved, intent.id)
    taken = connection.execute(_TAKE_UP, (*values, *rest, intent.fence)).rowcount
    return again if taken else None


_TAKE_UP = (
    "UPDATE intent SET state = 'sending', answer = NULL, post_id = NULL, told = 0, looks = 0, look_at = NULL,"
    " tenant = ?, provider = ?, fingerprint = ?, request = ?, fence = ?, leased_until = ?, hint = ?, opened_at = ?,"
    " changed_at = ?, approved = ? WHERE id = ? AND fence = ? AND state = 'refused'"
)


def _insert(connection: Connection, wanted: Wanted, now: datetime, until: datetime) -> Intent:
    intent = Intent(
        id=f"jrn_{secrets.token_hex(8)}",
        tenant=wanted.tenant,
        key=wanted.key or _derived_key(connection, wanted, now),
        fingerprint=wanted.fingerprint,
        provider=wanted.provider,
        state=State.SENDING,
        request=wanted.request,
        answer=None,
        post_id=None,
        told=False,
        fence=1,
        leased_until=until,
        looks=0,
        look_at=None,
        opened_at=now,
        changed_at=now,
        approved=wanted.approved,
    )
    values = (intent.id, intent.tenant, intent.key, wanted.hint, intent.fingerprint, intent.provider, intent.state)
    rest = (json.dumps(intent.request), intent.leased_until.timestamp(), now.timestamp(), now.timestamp())
    rest = (*rest, wanted.approved)
    connection.execute(_INSERT, (*values, *rest))
    return intent


_INSERT = (
    "INSERT INTO intent (id, tenant, key, hint, fingerprint, provider, state, request, leased_until, opened_at,"
    " changed_at, approved, told, fence, looks) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 0, 1, 0)"
)


def _derived_key(connection: Connection, wanted: Wanted, now: datetime) -> str:
    """Name a keyless post by content, day and count, so that a service that knows keys stops another machine's twin."""
    if wanted.allow_duplicate:
        return f"pw-{secrets.token_hex(16)}"
    count = connection.execute("SELECT count(*) FROM intent WHERE fingerprint = ?", (wanted.fingerprint,)).fetchone()[0]
    return f"pw-{wanted.fingerprint[:32]}-{wire(now)[:10]}-{count}"
