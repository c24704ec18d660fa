"""The register of accounts: the table in the database, and with it the secrets of those that this machine has."""

from collections.abc import Mapping
from functools import partial

import structlog
from anyio import to_thread

from providers.local import accounts, gates
from providers.local.accounts import Added, Waiting
from providers.local.state import Hold
from providers.local.vault import Vault, VaultError
from providers.networks.kind import Login
from providers.store import Store
from schemas.instant import Clock

log = structlog.get_logger(__name__)


class Register:
    """Adds, reads and removes accounts, for all processes and machines that share the database."""

    def __init__(self, database: Store, vault: Vault, clock: Clock) -> None:
        self._database = database
        self._vault = vault
        self._clock = clock

    async def revision(self) -> int:
        """Tell a number that is another after every change.

        Raises:
            sqlite3.Error, OSError: the database cannot be read.
        """
        return await self._database.read(accounts.revision)

    async def everyone(self) -> tuple[int, list[Added]]:
        """Read all accounts, and the number that goes with them.

        Raises:
            sqlite3.Error, OSError: the database cannot be read.
        """
        return await self._database.read(accounts.everyone)

    async def holds(self) -> Mapping[str, Hold]:
        """Tell which accounts are held, and why.

        Raises:
            sqlite3.Error, OSError: the database cannot be read.
        """
        return await self._database.read(partial(gates.held, now=self._clock()))

    async def secrets(self, account: str) -> Mapping[str, str] | None:
        """Read the secrets of an account; ``None``: this machine has none.

        Raises:
            VaultError: they cannot be read.
        """
        return await to_thread.run_sync(self._vault.read, account)

    async def add(self, login: Login) -> tuple[bool, str]:
        """Add an account, or renew its login; tell whether it is new, and where its secrets are.

        Raises:
            VaultError: its secrets cannot be kept; nothing was changed.
            sqlite3.Error, OSError: the database cannot be written.
        """
        where = await to_thread.run_sync(self._vault.keep, login.account.id, login.secrets)
        is_new = await self._database.write(partial(accounts.put, login=login, now=self._clock()))
        return is_new, where

    async def keep(self, account: str, secrets: Mapping[str, str]) -> None:
        """Keep changed secrets, such as those of a renewed session; what cannot be kept is told in the log."""
        try:
            await to_thread.run_sync(self._vault.keep, account, secrets)
        except VaultError as error:
            log.warning("secrets_not_kept", account=account, error=str(error))

    async def hold(self, account: str, reason: str) -> None:
        """Note that an account has to be logged in anew before anything more goes there.

        Raises:
            sqlite3.Error, OSError: the database cannot be written.
        """
        await self._database.write(partial(gates.hold, account=account, why=Hold(reason)))

    async def open(self, account: str) -> None:
        """Note that an account works again.

        Raises:
            sqlite3.Error, OSError: the database cannot be written.
        """
        await self._database.write(partial(gates.release, account=account))

    async def waiting(self, account: str) -> Waiting:
        """Tell what waits on an account.

        Raises:
            sqlite3.Error, OSError: the database cannot be read.
        """
        return await self._database.read(partial(accounts.waiting, account_id=account))

    async def remove(self, account: str) -> int:
        """Remove an account with its secrets, and cancel what waits there; tell how many deliveries that were.

        Raises:
            VaultError: its secrets cannot be removed; nothing was changed.
            sqlite3.Error, OSError: the database cannot be written; its secrets are gone from this machine.
        """
        await to_thread.run_sync(self._vault.forget, account)
        return await self._database.write(partial(accounts.remove, account_id=account))
