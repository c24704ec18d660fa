"""get_usage: what each provider allows, what of it is used, and which limits were met in the past hour."""

from collections.abc import Sequence

from anyio import create_task_group, fail_after

from engine.desk import Desk
from engine.limits import Met
from engine.telling import counted
from engine.verdict import read_failed
from providers.protocol import Failure, Provider
from schemas.errors import ErrorCode
from schemas.instant import wire
from schemas.jsonvalue import JsonObject
from schemas.post import Limit, Usage
from schemas.result import Result
from schemas.untrusted import clean


async def get_usage(desk: Desk, provider: str | None) -> Result:
    """Ask all providers at once; one that cannot be asked is a warning, not a failure."""
    names = [provider] if provider else list(desk.providers)
    usages, failed = await _asked([desk.providers[name] for name in names])
    if failed and not usages:
        name, error = next(iter(failed.items()))
        return read_failed(error, name)
    met = [limit for name in names for limit in await desk.limits.met(name)]
    rows = [_limit(name, limit) for name, usage in usages.items() for limit in usage.limits]
    now = desk.clock()
    data: JsonObject = {
        "limits": rows[:_ROWS],
        "providers": [_provider(name, usage) for name, usage in usages.items()],
        "met": [limit.told(now) for limit in met],
        "now": wire(now),
    }
    if len(rows) > _ROWS:
        data["cut_off"] = f"{len(rows) - _ROWS} more limits: call get_usage with one provider."
    if failed:
        data["warnings"] = [{"provider": name, "message": error.message} for name, error in failed.items()]
    return Result(ok=True, code=200, message=_summary(usages, met), data=data)


async def _asked(providers: Sequence[Provider]) -> tuple[dict[str, Usage], dict[str, Failure]]:
    found: dict[str, Usage | Failure] = {}

    async def ask(provider: Provider) -> None:
        try:
            with fail_after(_SECONDS):
                found[provider.name] = await provider.usage()
        except TimeoutError:
            found[provider.name] = Failure(ErrorCode.PROVIDER_TIMEOUT, f"It was not told within {_SECONDS:g} s.")
        except Failure as failure:
            found[provider.name] = failure

    async with create_task_group() as group:
        for provider in providers:
            group.start_soon(ask, provider)
    told = [(provider.name, found[provider.name]) for provider in providers]
    usages = {name: answer for name, answer in told if isinstance(answer, Usage)}
    return usages, {name: answer for name, answer in told if isinstance(answer, Failure)}


def _limit(provider: str, limit: Limit) -> JsonObject:
    """One allowance; what is not told, or has no end, is left out."""
    entry = {
        "provider": provider,
        "metric": clean(limit.metric, 100),
        "limit": limit.limit,
        "used": limit.used,
        "remaining": limit.remaining,
        "resets_at": wire(limit.resets_at) if limit.resets_at else None,
    }
    return {name: value for name, value in entry.items() if value is not None}


def _provider(name: str, usage: Usage) -> JsonObject:
    plan = {"plan": clean(usage.plan, 60)} if usage.plan else {}
    return {"provider": name, **plan, "notes": [clean(note, 300) for note in usage.notes[:_NOTES]]}


def _summary(usages: dict[str, Usage], met: Sequence[Met]) -> str:
    """Say which allowances are used up, and how many limits were met."""
    empty = [
        f"{name} {clean(limit.metric, 60)}"
        for name, usage in usages.items()
        for limit in usage.limits
        if limit.remaining is not None and limit.remaining <= 0
    ]
    used_up = f" Used up: {', '.join(empty[:_NAMED])}." if empty else ""
    lately = f" {counted(len(met), 'limit', ' met in the past hour')}" if met else ""
    return f"{counted(sum(len(usage.limits) for usage in usages.values()), 'limit')}{used_up}{lately}"


#: With what a service may take to answer at most, a call ends in under 50 s.
_SECONDS = 40.0
_ROWS, _NOTES, _NAMED = 40, 8, 5
