"""The register of accounts on either store: two machines that share a database, each with secrets of its own."""

from datetime import UTC, datetime
from functools import partial
from pathlib import Path

import pytest

from providers.local import ledger
from providers.local.accounts import ACCOUNT_MIGRATIONS
from providers.local.ledger import LEDGER_MIGRATIONS
from providers.local.register import Register
from providers.local.vault import Place, Vault
from providers.networks.kind import Login
from providers.store import Store
from schemas.account import Account, Capabilities
from schemas.post import Order
from schemas.status import Status
from schemas.units import Unit
from server.hidden import Hidden
from tests.local.embedded import OUTBOX, Watch
from tests.store.stores import Open

pytestmark = pytest.mark.anyio

ALICE = Account(
    "local:mastodon-alice@example.org",
    "mastodon",
    "Alice",
    "alice@example.org",
    capabilities=Capabilities(frozenset({"text"}), 500, 4, None, Unit.MASTODON, 23),
)
LOGIN = Login(ALICE, {"server": "https://example.org"}, {"token": "a-token-of-alice"})


def machine(store: Store, home: Path) -> Register:
    return Register(store, Vault(home, Place.FILE, Hidden().hide), Watch())


async def test_machines_share_accounts_and_not_their_secrets(tmp_path: Path, connect: Open) -> None:
    store = connect({"local": LEDGER_MIGRATIONS, "accounts": ACCOUNT_MIGRATIONS})
    here, there = machine(store, tmp_path / "here"), machine(store, tmp_path / "there")
    before = await there.revision()
    assert (await here.add(LOGIN))[0]
    revision, [row] = await there.everyone()
    assert revision > before
    assert (row.account, dict(row.settings)) == (ALICE, {"server": "https://example.org"})
    assert await here.secrets(ALICE.id) == {"token": "a-token-of-alice"}
    assert await there.secrets(ALICE.id) is None


async def test_a_new_login_opens_an_account_and_is_told_from_a_new_account(tmp_path: Path, connect: Open) -> None:
    store = connect({"local": LEDGER_MIGRATIONS, "accounts": ACCOUNT_MIGRATIONS})
    here = machine(store, tmp_path)
    await here.add(LOGIN)
    await here.hold(ALICE.id, "The token was revoked.")
    assert (await here.holds())[ALICE.id].until is None
    first = await here.revision()
    assert not (await here.add(LOGIN))[0]
    assert await here.revision() > first
    assert await here.holds() == {}
    assert len((await here.everyone())[1]) == 1


async def test_removing_cancels_what_waits_there_and_nothing_else(tmp_path: Path, connect: Open) -> None:
    store = connect({"local": LEDGER_MIGRATIONS, "accounts": ACCOUNT_MIGRATIONS})
    here = machine(store, tmp_path)
    await here.add(LOGIN)
    due = datetime(2999, 1, 1, tzinfo=UTC)
    order = Order("Later", (OUTBOX, ALICE), "key", scheduled_at=due)
    entry = ledger.Entry("pst_1", ["dlv_1", "dlv_2"])
    await store.write(partial(ledger.enter, order=order, entry=entry, now=Watch()()))
    waiting = await here.waiting(ALICE.id)
    assert (waiting.count, waiting.soonest, waiting.in_hand) == (1, due, 0)
    assert await here.remove(ALICE.id) == 1
    post = await store.read(partial(ledger.find, post_id="pst_1"))
    assert post is not None
    stand = {sent.account: sent.status for sent in post.deliveries}
    assert stand == {OUTBOX.id: Status.SCHEDULED, ALICE.id: Status.CANCELLED}
    assert (await here.everyone())[1] == []
    assert await here.secrets(ALICE.id) is None
