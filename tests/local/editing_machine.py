"""A courier at one connection, edits at another, in any order: nothing cancelled goes out, nothing sent is denied."""

import asyncio
import shutil
import tempfile
from collections.abc import Awaitable
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, initialize, invariant, multiple, rule

from providers.database import Database, Work
from providers.local import dispatch
from providers.local.dispatch import Claim, Terms
from providers.local.ledger import LEDGER_MIGRATIONS
from providers.local.provider import Local
from providers.local.roster import Roster
from providers.local.state import Nature, State, Verdict, judge
from providers.networks.kind import Pace
from providers.protocol import Failure
from providers.store import Connection, Store
from schemas.account import Account
from schemas.errors import ErrorCode
from schemas.post import Change
from tests.local.embedded import OUTBOX, WEBHOOK, order
from tests.local.stand_in import StandIn

T = TypeVar("T")
LEASE = timedelta(seconds=60)
LATE = timedelta(hours=1)
ACCOUNTS = st.sampled_from([(OUTBOX,), (WEBHOOK,), (OUTBOX, WEBHOOK)])
FAILURES = {
    "refused": Failure(ErrorCode.REJECTED, "No."),
    "throttled": Failure(ErrorCode.RATE_LIMITED, "Later."),
    "unreachable": Failure(ErrorCode.PROVIDER_UNREACHABLE, "Not there."),
}
DOUBT = Failure(ErrorCode.PROVIDER_TIMEOUT, "No answer.", doubt=True)


class EditingMachine(RuleBasedStateMachine):
    """``posts`` are ids; ``hands`` are deliveries that a courier took up, whether or not they are still its own."""

    posts = Bundle("posts")
    hands = Bundle("hands")

    @initialize(target=posts)
    def begin(self) -> Any:
        self.folder = Path(tempfile.mkdtemp(dir="/dev/shm" if Path("/dev/shm").is_dir() else None))
        self.loop = asyncio.Runner()
        self.now = datetime(2026, 12, 1, tzinfo=UTC)
        self.courier, self.editor = self.connect(), self.connect()
        places = Roster([StandIn(OUTBOX, exact=True), StandIn(WEBHOOK)])
        self.local = Local(self.editor, lambda: self.now, places)
        self.made = 0
        self.intended: set[tuple[str, int]] = set()
        #: Every sending that reached a network: by delivery, the fences under which it was sent.
        self.sent: dict[str, list[int]] = {}
        self.removed: set[str] = set()
        return multiple(self.create((OUTBOX,), None, draft=False), self.create((WEBHOOK,), None, draft=False))

    def connect(self) -> Store:
        return Database(self.folder / "postwright.db", {"local": LEDGER_MIGRATIONS})

    def teardown(self) -> None:
        self.run(self.courier.aclose())
        self.run(self.editor.aclose())
        self.loop.close()
        shutil.rmtree(self.folder)

    async def _await(self, work: Awaitable[T]) -> T:
        return await work

    def run(self, work: Awaitable[T]) -> T:
        return self.loop.run(self._await(work))

    def write(self, work: Work[T]) -> T:
        return self.run(self.courier.write(work))

    def rows(self) -> dict[str, dict[str, Any]]:
        found = self.run(self.courier.read(lambda c: c.execute("SELECT * FROM delivery").fetchall()))
        return {row["id"]: dict(row) for row in found}

    def everything(self) -> list[tuple[object, ...]]:
        def read(connection: Connection) -> list[tuple[object, ...]]:
            tables = ("SELECT * FROM post ORDER BY id", "SELECT * FROM delivery ORDER BY id")
            return [tuple(row) for table in tables for row in connection.execute(table)]

        return self.run(self.courier.read(read))

    @rule(
        target=posts,
        accounts=ACCOUNTS,
        minutes=st.sampled_from([None, None, 1]),
        draft=st.sampled_from([False, False, True]),
    )
    def creates(self, accounts: tuple[Account, ...], minutes: int | None, *, draft: bool) -> str:
        return self.create(accounts, minutes, draft=draft)

    def create(self, accounts: tuple[Account, ...], minutes: int | None, *, draft: bool) -> str:
        self.made += 1
        at = self.now + timedelta(minutes=minutes) if minutes else None
        made = self.run(self.local.create(order(f"Post {self.made}", *accounts, scheduled_at=at, draft=draft)))
        return made.id

    @rule(target=hands, account=st.sampled_from([OUTBOX, WEBHOOK]), steps=st.sampled_from([0, 1, 2, 3, 3]))
    def take(self, account: Account, steps: int) -> Any:
        """Take a delivery up, and stop after some ``steps``; the last is to get no answer."""
        hand = self.write(partial(dispatch.take, account=account.id, now=self.now, terms=Terms(LATE, LEASE, Pace())))
        found = [hand] if isinstance(hand, Claim) else []
        for hand in found:
            for step in (self.intend, self.send, partial(self.conclude, end="doubt"))[:steps]:
                step(hand)
        return multiple(*found)

    @rule(hand=hands)
    def intends(self, hand: Claim) -> None:
        self.intend(hand)

    @rule(hand=hands)
    def sends(self, hand: Claim) -> None:
        self.send(hand)

    def intend(self, hand: Claim) -> None:
        if self.write(partial(dispatch.intend, claim=hand, until=self.now + LEASE)):
            self.intended.add((hand.parcel.delivery_id, hand.fence))

    def send(self, hand: Claim) -> None:
        """Send what was intended, once; to an exact network even late, to any other only before the lease ends."""
        delivery_id = hand.parcel.delivery_id
        if (delivery_id, hand.fence) not in self.intended or hand.fence in self.sent.get(delivery_id, []):
            return
        row = self.rows()[delivery_id]
        own = row["state"] == State.SENDING and row["fence"] == hand.fence
        if not own and hand.parcel.account == WEBHOOK.id:
            return
        post = self.run(self.local.post(hand.parcel.post_id))
        assert row["state"] != State.CANCELLED
        assert post.caption == hand.parcel.caption
        assert delivery_id not in self.removed
        self.sent.setdefault(delivery_id, []).append(hand.fence)

    @rule(hand=hands, end=st.sampled_from(["answered", "doubt", *FAILURES]))
    def concludes(self, hand: Claim, end: str) -> None:
        self.conclude(hand, end)

    def conclude(self, hand: Claim, end: str) -> None:
        if (hand.parcel.delivery_id, hand.fence) not in self.intended:
            return
        if hand.fence in self.sent.get(hand.parcel.delivery_id, []):
            verdict = Verdict(State.PUBLISHED, published_at=self.now) if end == "answered" else self.judged(hand, DOUBT)
        else:
            verdict = self.judged(hand, FAILURES.get(end, DOUBT))
        self.write(partial(dispatch.conclude, claim=hand, verdict=verdict, now=self.now))
        # Whoever has concluded sends no more.
        self.intended.discard((hand.parcel.delivery_id, hand.fence))

    def refused_whole(self, refused: Failure, before: list[tuple[object, ...]]) -> None:
        assert refused.code is ErrorCode.STATE_CONFLICT
        assert self.everything() == before

    def judged(self, hand: Claim, failure: Failure) -> Verdict:
        return judge(failure, hand.record, self.now, lambda _: 0.0, Nature(exact=hand.parcel.account == OUTBOX.id))

    @rule(seconds=st.sampled_from([1, 61, 4000]))
    def later(self, seconds: int) -> None:
        """Let time pass, and leases and late posts be decided."""
        self.now += timedelta(seconds=seconds)
        self.write(partial(dispatch.lapse, now=self.now, judge=lambda claim: self.judged(claim, DOUBT), limit=50))
        self.write(partial(dispatch.miss, earliest=self.now - LATE, tell=lambda due, doubt, closed: "Late.", limit=50))

    @rule(
        post=posts,
        caption=st.booleans(),
        accounts=st.none() | ACCOUNTS,
        when=st.sampled_from(["as it is", "now", "pause", "later"]),
    )
    def update(self, post: str, accounts: tuple[Account, ...] | None, when: str, *, caption: bool) -> None:
        self.made += 1
        change = Change(
            caption=f"Changed {self.made}" if caption else None,
            accounts=accounts,
            scheduled_at=self.now + timedelta(minutes=5) if when == "later" else None,
            now=when == "now",
            pause=when == "pause",
        )
        before, rows = self.everything(), self.rows()
        read = self.run(self.local.post(post))
        try:
            told = self.run(self.local.update(read, change))
        except Failure as refused:
            self.refused_whole(refused, before)
            return
        assert not {row["id"] for row in rows.values() if row["post_id"] == post} & self.sent.keys()
        self.removed |= rows.keys() - self.rows().keys()
        assert not caption or told.caption == change.caption
        assert accounts is None or {sent.account for sent in told.deliveries} == {one.id for one in accounts}
        assert told == self.run(self.local.post(post))

    @rule(post=posts)
    def delete(self, post: str) -> None:
        before = self.everything()
        ids = {row["account"]: row["id"] for row in self.rows().values() if row["post_id"] == post}
        try:
            removals = self.run(self.local.delete(self.run(self.local.post(post))))
        except Failure as refused:
            self.refused_whole(refused, before)
            return
        for removal in removals:
            assert removal.removed is not removal.stays_live
            # What may have been sent may be called live; what was sent must be.
            assert not (removal.removed and ids[removal.account] in self.sent)
            if removal.removed:
                self.removed.add(ids[removal.account])

    @rule(post=posts, accounts=ACCOUNTS)
    def retry(self, post: str, accounts: tuple[Account, ...]) -> None:
        before = self.rows()
        with suppress(Failure):
            self.run(self.local.retry(self.run(self.local.post(post)), [one.id for one in accounts]))
        for delivery_id, row in self.rows().items():
            if row != before[delivery_id]:
                assert (before[delivery_id]["state"], row["state"]) in {("failed", "queued"), ("missed", "queued")}
                assert before[delivery_id]["retry"] != 0
                assert row["account"] in {one.id for one in accounts}

    @invariant()
    def what_is_told_is_true(self) -> None:
        rows = self.rows() if hasattr(self, "courier") else {}
        for delivery_id, fences in getattr(self, "sent", {}).items():
            row = rows[delivery_id]
            assert row["state"] in {State.SENDING, State.PUBLISHED, State.UNKNOWN} or row["doubt"]
            assert row["state"] != State.CANCELLED
            assert row["account"] == OUTBOX.id or len(fences) == 1
        for row in rows.values():
            assert (row["wake_at"] is None) == (row["state"] not in {"scheduled", "queued", "leased", "sending"})
