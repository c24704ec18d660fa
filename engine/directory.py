"""The accounts of all providers: read when needed, kept for a while, looked up by id."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from difflib import get_close_matches

from providers.protocol import Failure, Provider
from schemas.account import Account
from schemas.instant import Clock
from schemas.jsonvalue import JsonObject
from schemas.problem import Problem, ProblemCode
from schemas.rule import Check, RuleSet
from schemas.units import THINGS

#: How long a provider's account list is believed before it is read again.
FRESH = timedelta(minutes=5)


@dataclass(frozen=True, slots=True)
class _Listing:
    accounts: tuple[Account, ...]
    accepts: dict[str, JsonObject]
    read_at: datetime


class Directory:
    """Accounts by provider, cached; a provider that cannot be asked raises its ``Failure``.

    Those ``at_once`` are read for every call: they are in a table of ours.
    """

    def __init__(self, providers: dict[str, Provider], clock: Clock, at_once: frozenset[str] = frozenset()) -> None:
        self._providers = providers
        self._at_once = at_once
        self._clock = clock
        self._listings: dict[str, _Listing] = {}

    async def accounts(self, provider: str, *, refresh: bool = False) -> tuple[Account, ...]:
        """List one provider's accounts, from the cache while it is fresh.

        Raises:
            Failure: the provider could not be asked.
        """
        kept = self._listings.get(provider)
        fresh = timedelta() if provider in self._at_once else FRESH
        if kept and not refresh and self._clock() - kept.read_at < fresh:
            return kept.accounts
        found = tuple(await self._providers[provider].accounts())
        if kept and kept.accounts == found:
            self._listings[provider] = replace(kept, read_at=self._clock())
            return found
        rules = self._providers[provider].rules
        self._listings[provider] = _Listing(found, {one.id: _accepts(one, rules) for one in found}, self._clock())
        return found

    def accepts(self, account: Account) -> JsonObject:
        """Say what one account takes: the tightest caption limit with its unit, media kinds, settings objects."""
        return self._listings[account.provider].accepts[account.id]

    def everyone(self) -> list[Account]:
        """List the accounts read so far, of all providers."""
        return [account for kept in self._listings.values() for account in kept.accounts]

    def known(self, account_id: str) -> Account | None:
        """Find an account among those read so far."""
        return next((account for account in self.everyone() if account.id == account_id), None)

    def name(self, account_id: str) -> str:
        """Say an account as a person would, as far as it is known."""
        account = self.known(account_id)
        return account.label if account else account_id

    async def find(self, provider: str, ids: Sequence[str]) -> tuple[tuple[Account, ...], list[Problem]]:
        """Look ids up; an unknown one is looked for once more in a fresh list before it is a problem.

        Raises:
            Failure: the provider could not be asked.
        """
        known = {account.id: account for account in await self.accounts(provider)}
        if any(account_id not in known for account_id in ids):
            known = {account.id: account for account in await self.accounts(provider, refresh=True)}
        problems = [_stranger(index, name, known) for index, name in enumerate(ids) if name not in known]
        found = [(index, known[name]) for index, name in enumerate(ids) if name in known]
        problems += [_unusable(index, account) for index, account in found if account.status != "active"]
        return tuple(account for _, account in found), problems

    async def everywhere(
        self, *, only: str | None = None, refresh: bool = False
    ) -> tuple[dict[str, tuple[Account, ...]], dict[str, Failure]]:
        """Read every provider's accounts (or ``only`` one's); those that could not be asked are told apart."""
        found: dict[str, tuple[Account, ...]] = {}
        failed: dict[str, Failure] = {}
        for provider in [only] if only else self._providers:
            try:
                found[provider] = await self.accounts(provider, refresh=refresh)
            except Failure as failure:
                failed[provider] = failure
        return found, failed


def _accepts(account: Account, rules: RuleSet) -> JsonObject:
    captions = [
        rule
        for rule in (*rules.rules, *rules.own(account))
        if rule.path == "/caption"
        and rule.check is Check.MAX_LENGTH
        and rule.unit not in THINGS
        and isinstance(rule.limit, int)
        and (rule.scope is None or rule.scope.covers(account, rule.scope.media))
    ]
    tightest = min(captions, key=lambda rule: int(rule.limit), default=None)
    kinds = account.capabilities.content_kinds if account.capabilities else frozenset[str]()
    media = ["video", "slideshow"] if "media" in rules.model.model_fields else []
    required = any(rule.path == "/media" and rule.check is Check.REQUIRED for rule in rules.rules)
    return {
        **({"caption": {"limit": tightest.limit, "unit": tightest.unit.value}} if tightest else {}),
        "media": [kind for kind in media if not kinds or kind in kinds],
        "media_required": required or bool(kinds and "text" not in kinds),
        "settings": [name for name, scope in rules.settings.items() if scope.covers(account, None)],
    }


def _stranger(index: int, name: str, known: dict[str, Account]) -> Problem:
    by_word = {word: account for account in known.values() for word in (account.native_id, account.username or "")}
    meant = by_word.get(name) or by_word.get(name.lstrip("@"))
    close = [meant.id] if meant else get_close_matches(name, known, n=1, cutoff=0.8)
    fix = f"Did you mean {close[0]}, {known[close[0]].label}?" if close else "Use an id from list_accounts."
    return Problem(
        path=f"/accounts/{index}",
        code=ProblemCode.UNKNOWN_ACCOUNT,
        message=f"no account has the id {name[:100]}",
        fix=fix,
        rule="accounts_exist",
    )


def _unusable(index: int, account: Account) -> Problem:
    return Problem(
        path=f"/accounts/{index}",
        code=ProblemCode.ACCOUNT_STATE,
        message=f"{account.label} is {account.status}",
        fix=f"Leave it out. {account.note}" if account.note else "Leave it out, or ask the user to reconnect it.",
        accounts=[account.id],
        rule="accounts_exist",
    )
