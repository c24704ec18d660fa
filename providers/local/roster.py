"""Who the embedded engine delivers to: the built-in accounts, and those that somebody added."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import structlog
from anyio import Lock, current_time

from providers.local.accounts import Added
from providers.local.register import Register
from providers.local.state import Hold
from providers.local.vault import VaultError
from providers.networks.catalogue import KINDS
from providers.networks.kind import Means
from providers.networks.network import Network
from schemas.account import Account

log = structlog.get_logger(__name__)

#: Seconds until a change that another process made is noticed, at the latest.
LOOK_SECONDS = 0.5
#: Seconds until a login that is not here is looked for again.
AGAIN_SECONDS = 30.0
#: Seconds after which a connection that nobody is given any more is closed: a delivery may be on it still.
PARTING_SECONDS = 900.0


@dataclass(frozen=True, slots=True)
class _Absent:
    """An account that cannot be connected here, why not, and when that was tried."""

    why: str
    tried: float


class Roster:
    """The networks of all accounts, each connected when it is first needed. They are closed with it."""

    def __init__(
        self, networks: Sequence[Network], register: Register | None = None, means: Means | None = None
    ) -> None:
        self._built_in = {network.account.id: network for network in networks}
        self._register = register
        self._means = means
        self._added: dict[str, Added] = {}
        self._connected: dict[str, Network] = {}
        self._absent: dict[str, _Absent] = {}
        self._parting: list[tuple[float, Network]] = []
        self._revision = -1
        self._looked = float("-inf")
        self._turn = Lock()

    async def accounts(self) -> list[Account]:
        """Tell all accounts as they stand at this moment.

        Raises:
            sqlite3.Error, OSError: the accounts cannot be read.
        """
        await self._look()
        for account in self._added:
            await self._connect(account)
        holds: Mapping[str, Hold] = await self._register.holds() if self._register else {}
        known = [network.account for network in self._built_in.values()]
        known += [added.account for added in self._added.values()]
        return [self._as_it_stands(account, holds.get(account.id)) for account in known]

    async def network(self, account: str) -> Network | None:
        """Find the network of an account; ``None``: there is no such account, or this machine has no login for it.

        Raises:
            sqlite3.Error, OSError: the accounts cannot be read.
        """
        if account in self._built_in:
            return self._built_in[account]
        if current_time() - self._looked > LOOK_SECONDS:
            await self._look()
        return await self._connect(account)

    async def networks(self) -> Mapping[str, Network]:
        """Tell all that can be connected here, by account.

        Raises:
            sqlite3.Error, OSError: the accounts cannot be read.
        """
        await self._look()
        found = {account: await self._connect(account) for account in list(self._added)}
        return {**self._built_in, **{account: network for account, network in found.items() if network}}

    async def aclose(self) -> None:
        """Close every network."""
        parting = [network for _, network in self._parting]
        for network in (*self._built_in.values(), *self._connected.values(), *parting):
            await network.aclose()

    async def _look(self) -> None:
        """See whether somebody added, changed or removed an account, and let go of what is not so any more."""
        if self._register is None:
            return
        async with self._turn:
            self._looked = current_time()
            if await self._register.revision() != self._revision:
                self._revision, rows = await self._register.everyone()
                now = {row.account.id: row for row in rows}
                for account, row in self._added.items():
                    if account not in now or now[account].revision != row.revision:
                        self._part(account)
                self._added = now
            await self._close_parted()

    async def _connect(self, account: str) -> Network | None:
        if account in self._connected:
            return self._connected[account]
        async with self._turn:
            row, absent = self._added.get(account), self._absent.get(account)
            if row is None or (absent and current_time() - absent.tried < AGAIN_SECONDS):
                return None
            if account not in self._connected:
                made = await self._made(row)
                if isinstance(made, str):
                    self._absent[account] = _Absent(made, current_time())
                    return None
                self._absent.pop(account, None)
                self._connected[account] = made
            return self._connected[account]

    async def _made(self, row: Added) -> Network | str:
        """Make the network of a row; or say why that cannot be done here."""
        kind = KINDS.get(row.account.platform)
        if kind is None or self._register is None or self._means is None:
            return f"This version of postwright knows no network {row.account.platform}: update it."
        try:
            secrets = await self._register.secrets(row.account.id)
            if secrets is None:
                return _ELSEWHERE
            return kind.connect(row.login(secrets), self._means)
        except VaultError as error:
            return str(error)
        except Exception as error:
            # One account that cannot be used must not keep the others from being used.
            log.exception("account_not_connected", account=row.account.id)
            return f"It cannot be used here ({type(error).__name__})."

    def _as_it_stands(self, account: Account, hold: Hold | None) -> Account:
        if hold and hold.until is None:
            mend = f"{hold.reason[:_LONGEST]} Have the user run `postwright accounts add {account.platform}`.".strip()
            return replace(account, status="needs_reconnect", note=mend)
        absent = self._absent.get(account.id)
        return replace(account, note=absent.why) if absent else account

    def _part(self, account: str) -> None:
        self._absent.pop(account, None)
        network = self._connected.pop(account, None)
        if network is not None:
            self._parting.append((current_time(), network))

    async def _close_parted(self) -> None:
        due = [network for at, network in self._parting if current_time() - at > PARTING_SECONDS]
        self._parting = [(at, network) for at, network in self._parting if network not in due]
        for network in due:
            await network.aclose()


_ELSEWHERE = (
    "This machine has no login for it: what is posted there waits for one that has. "
    "To log in here too, run `postwright accounts add`."
)
_LONGEST = 200
