"""``postwright accounts``: who the embedded engine may post as, added, tried and removed by a person."""

from collections.abc import AsyncGenerator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass

from engine.clock import utc_now
from providers.fetch import Fetcher
from providers.local.accounts import Added, Waiting
from providers.local.register import Register
from providers.local.roster import Roster
from providers.local.vault import hidden
from providers.networks.catalogue import KINDS
from providers.networks.kind import Kind, Login, Means
from providers.networks.network import Network
from providers.protocol import Failure
from schemas.account import Account
from schemas.errors import ErrorCode
from schemas.untrusted import clean
from server.app import database_of
from server.audit import Audit, entry
from server.caller import Caller, os_user
from server.embedded import means_of, register_of, roster_of
from server.home import using
from server.log import redact
from server.parts import Parts
from server.settings import PREFIX, Settings

#: Says one thing that was found or done: whether it is good, and what.
Say = Callable[[bool, str], None]


@dataclass(frozen=True, slots=True)
class Books:
    """The accounts of a home, opened for one command."""

    settings: Settings
    register: Register
    roster: Roster
    means: Means

    def plain(self, words: str) -> str:
        """Make foreign words fit for a terminal, with no secret in them."""
        return redact(clean(words, _LONGEST), self.settings.hidden)


@asynccontextmanager
async def opened(settings: Settings) -> AsyncGenerator[Books]:
    """Open the accounts of a home.

    Raises:
        InUseError: a restore is at work on the home.
        SettingsError: PostgreSQL is asked for, and the extra is not installed.
    """
    with using(settings.home):
        database = database_of(settings)
        parts = Parts(settings, utc_now, database, Fetcher)
        register, roster = register_of(settings, database, utc_now), roster_of(parts)
        try:
            yield Books(settings, register, roster, means_of(parts, register))
        finally:
            await roster.aclose()
            await database.aclose()


async def add(settings: Settings, kind: Kind, told: Mapping[str, str], say: Say) -> bool:
    """Log in, and keep the login; tell whether that went well.

    Raises:
        VaultError: the secrets cannot be kept; nothing was changed.
        sqlite3.Error, OSError: the database cannot be written.
    """
    asked = {ask.name: told[ask.name] for ask in kind.asks if ask.secret and told.get(ask.name)}
    settings.hidden.hide("asked", hidden(asked))
    async with opened(settings) as books:
        try:
            login = await kind.log_in(told, books.means)
        except ValueError as error:
            say(False, f"Nothing was added: {books.plain(str(error))}.")
            return False
        except Failure as failure:
            say(False, f"Nothing was added: {books.plain(failure.message)}")
            return False
        account = login.account
        waited = await books.register.waiting(account.id)
        is_new, where = await books.register.add(login)
        await _note(settings, "accounts add", account.id)
        say(True, f"{books.plain(who(account))} {'is added' if is_new else 'is logged in anew'} as {account.id}")
        if login.secrets:
            say(True, f"its secrets are in {where}")
        if waited.count and not is_new:
            say(True, f"{_posts(waited.count)} there, and can go out now")
        if "local" not in settings.providers_on:
            others = ",".join(settings.providers_on)
            say(False, f"the provider local is not on, so nobody can post there: set {PREFIX}PROVIDERS={others},local")
        return True


async def rows(settings: Settings) -> list[tuple[Account, Waiting]]:
    """Read all accounts as they stand, and what waits on each.

    Raises:
        sqlite3.Error, OSError: the database cannot be read.
    """
    async with opened(settings) as books:
        return [(account, await books.register.waiting(account.id)) for account in await books.roster.accounts()]


async def added(settings: Settings) -> tuple[str, ...]:
    """Name the accounts that somebody added.

    Raises:
        sqlite3.Error, OSError: the database cannot be read.
    """
    async with opened(settings) as books:
        _, everyone = await books.register.everyone()
        return tuple(row.account.id for row in everyone)


async def try_all(settings: Settings, ids: tuple[str, ...], say: Say) -> bool:
    """Ask each account's network who it is; tell whether all answered.

    Raises:
        sqlite3.Error, OSError: the database cannot be used.
    """
    async with opened(settings) as books:
        known = {account.id: account for account in await books.roster.accounts()}
        unknown = [name for name in ids if name not in known]
        for name in unknown:
            say(False, f"{clean(name, _SHORT)}: there is no such account. `postwright accounts list` shows all.")
        found = [await _try(books, known[name], say) for name in ids or known if name in known]
        return all(found) and not unknown


async def _try(books: Books, account: Account, say: Say) -> bool:
    network = await books.roster.network(account.id)
    if network is None:
        say(False, f"{account.id}: {account.note or 'it cannot be reached from here.'}")
        return False
    try:
        name = await greeted(books.register, network)
        news = await _refreshed(books, account)
    except (Failure, ValueError) as failure:
        words = failure.message if isinstance(failure, Failure) else str(failure)
        dead = isinstance(failure, Failure) and failure.code is ErrorCode.ACCOUNT_NEEDS_RECONNECT
        mend = f" Log in anew: `postwright accounts add {account.platform}`." if dead else ""
        say(False, f"{account.id}: {books.plain(words)}{mend}")
        return False
    say(True, f"{account.id}: {books.plain(name)}{news}")
    return True


async def greeted(register: Register, network: Network) -> str:
    """Ask a network who its account is, and note what that tells: a dead login holds it, a live one opens it.

    Raises:
        Failure: it does not answer, or refuses the login.
    """
    account = network.account.id
    try:
        name = await network.greet()
    except Failure as failure:
        if failure.code is ErrorCode.ACCOUNT_NEEDS_RECONNECT:
            await register.hold(account, failure.message)
        raise
    hold = (await register.holds()).get(account)
    if hold and hold.until is None:
        await register.open(account)
    return name


async def _refreshed(books: Books, account: Account) -> str:
    """Ask anew what the account's server allows, where that can be asked; tell what changed of it."""
    kind = KINDS.get(account.platform)
    row = await _row(books, account.id)
    secrets = await books.register.secrets(account.id) if row else None
    if kind is None or kind.again is None or row is None or secrets is None:
        return ""
    before = row.login(secrets)
    after = await kind.log_in(kind.again(before), books.means)
    if _told(after) == _told(before) or after.account.id != account.id:
        return ""
    await books.register.add(Login(after.account, after.settings, {**secrets, **after.secrets}))
    return " (what its server allows has changed, and is noted)"


def _told(login: Login) -> tuple[object, ...]:
    account = login.account
    return account.name, account.username, account.capabilities, dict(login.settings)


async def _row(books: Books, account: str) -> Added | None:
    _, everyone = await books.register.everyone()
    return next((row for row in everyone if row.account.id == account), None)


async def look(settings: Settings, account: str) -> tuple[Account, Waiting] | None:
    """Read one account that was added, and what waits there; ``None``: there is none of that id.

    Raises:
        sqlite3.Error, OSError: the database cannot be read.
    """
    async with opened(settings) as books:
        row = await _row(books, account)
        return (row.account, await books.register.waiting(account)) if row else None


async def remove(settings: Settings, account: str) -> int:
    """Remove an account, and cancel what waits there; tell how many deliveries that were.

    Raises:
        VaultError: its secrets cannot be removed; nothing was changed.
        sqlite3.Error, OSError: the database cannot be written; its secrets are gone from this machine.
    """
    async with opened(settings) as books:
        cancelled = await books.register.remove(account)
        await _note(settings, "accounts remove", account)
        return cancelled


async def _note(settings: Settings, verb: str, account: str) -> None:
    """Let what a person did to an account land in the audit trail; what cannot be written is told in the log."""
    person = Caller("postwright", "terminal", os_user())
    line = {**entry(person, verb, settings.mode, {"accounts": [account]}, None), "ok": True}
    await Audit(settings.home, utc_now, settings.hidden).write(line)


def who(account: Account) -> str:
    """Name an account as a person would: the network, and who it is there."""
    username = f", {account.username}" if account.username and account.username != account.name else ""
    network = title(account.platform)
    named = account.name if account.name.startswith(network) else f"{network}: {account.name}"
    return f"{named}{username}"


def title(platform: str) -> str:
    """Name a network."""
    kind = KINDS.get(platform)
    return kind.title.partition(" (")[0].partition(",")[0] if kind else platform


def _posts(count: int) -> str:
    return "1 post waits" if count == 1 else f"{count} posts wait"


_LONGEST, _SHORT = 400, 100
