"""list_accounts: who can be posted to, and what each accepts."""

from engine.desk import Desk
from engine.telling import counted
from engine.verdict import read_failed
from schemas.account import Account
from schemas.instant import local, wire
from schemas.jsonvalue import JsonObject
from schemas.result import Result


async def list_accounts(desk: Desk, provider: str | None, platform: str | None, *, refresh: bool) -> Result:
    """List the accounts of all providers; one that cannot be asked is a warning, not a failure."""
    found, failed = await desk.directory.everywhere(only=provider, refresh=refresh)
    if failed and not found:
        name, error = next(iter(failed.items()))
        return read_failed(error, name)
    accounts = [
        _entry(desk, account) for listed in found.values() for account in listed if platform in (None, account.platform)
    ]
    now = desk.clock()
    data: JsonObject = {
        "accounts": accounts,
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
    return Result(ok=True, code=200, message=counted(len(accounts), "account"), data=data)


def _entry(desk: Desk, account: Account) -> JsonObject:
    entry: JsonObject = {
        "id": account.id,
        "platform": account.platform,
        "name": account.name,
        "username": account.username if account.username != account.name else None,
        "status": account.status,
        "kind": account.kind,
        "accepts": desk.directory.accepts(account),
    }
    return {key: value for key, value in entry.items() if value is not None}
