"""list_accounts: who can be posted to, and what each accepts."""

from collections import Counter

from engine.budget import LARGE, USUAL, fitting
from engine.desk import Desk
from engine.telling import counted
from engine.verdict import read_failed
from schemas.account import Account
from schemas.instant import local, wire
from schemas.jsonvalue import JsonObject
from schemas.result import Result
from schemas.untrusted import clean


async def list_accounts(desk: Desk, provider: str | None, platform: str | None, *, refresh: bool) -> Result:
    """List the accounts of all providers; one that cannot be asked is a warning, not a failure."""
    found, failed = await desk.directory.everywhere(only=provider, refresh=refresh)
    if failed and not found:
        name, error = next(iter(failed.items()))
        return read_failed(error, name)
    chosen = [account for listed in found.values() for account in listed if platform in (None, account.platform)]
    now = desk.clock()
    data: JsonObject = {
        **_told(desk, chosen),
        "now": wire(now),
        "now_local": local(now, desk.zone),
        "timezone": desk.zone,
    }
    warnings = [{"provider": name, "message": error.message} for name, error in failed.items()]
    warnings += [
        {"provider": name, "message": limit.words(now)} for name in found for limit in await desk.limits.met(name)
    ]
    if warnings:
        data["warnings"] = warnings
    return Result(ok=True, code=200, message=counted(len(chosen), "account"), data=data)


def _told(desk: Desk, accounts: list[Account]) -> JsonObject:
    """Tell accounts as far as they fit: all that is known of them, else of more of them the least."""
    entries = [_entry(desk, account) for account in accounts]
    if fitting(entries, USUAL) == len(entries):
        return {"accounts": entries}
    short = [{name: entry[name] for name in _LEAST if name in entry} for entry in entries]
    fit = fitting(short, LARGE)
    left = Counter(f"{account.provider} {account.platform}" for account in accounts[fit:])
    more = f" {left.total()} more are left out ({', '.join(f'{n} {name}' for name, n in left.most_common(8))})."
    narrow = "too many to say what each accepts: call list_accounts with provider and platform for that."
    return {"accounts": short[:fit], "cut_off": f"{len(accounts)} accounts are {narrow}{more if left else ''}"}


def _entry(desk: Desk, account: Account) -> JsonObject:
    entry: JsonObject = {
        "id": account.id,
        "platform": account.platform,
        "name": clean(account.name, _NAME),
        "username": clean(account.username, _NAME) if account.username and account.username != account.name else None,
        "status": account.status,
        "kind": account.kind,
        "note": account.note,
        "accepts": desk.directory.accepts(account),
    }
    return {key: value for key, value in entry.items() if value is not None}


_NAME = 80
_LEAST = ("id", "platform", "name", "status")
