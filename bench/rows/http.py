"""Streamable HTTP at concurrency 16: what one call costs the server's processor."""

from contextlib import AsyncExitStack
from itertools import count
from pathlib import Path

import anyio

from bench.line import Budget, Line
from bench.loopback import PICTURE, Api, free_port, sandbox, serving
from bench.plan import Plan
from bench.program import MeasurementError, Program, bare, postwright
from bench.sample import Sample
from bench.storm import Ask, Storm

BUDGET = Budget(0.6, "x")


def measure(plan: Plan, scratch: Path) -> list[Line]:
    """Load each server in turn, round after round, over sessions of protocol 2025-11-25.

    In the newer protocol the SDK replies in JSON whatever it is told, so there is no SSE reply to compare with.
    """
    with sandbox(scratch / "http-api.log") as api:
        costs = anyio.run(_costs, plan, scratch, api)
        made = api.made()
    # The first round warms up, and is not counted.
    wanted = plan.http_calls * (plan.http_rounds + 1)
    if made != wanted:
        raise MeasurementError(f"{wanted} posts were asked for, and {made} were made")
    found = {name: Sample(tuple(values[1:])) for name, values in costs.items()}
    base = found["bare, SSE"]
    return [
        Line(
            f"server CPU per call: {name}",
            found[name].told("ms", 1e3),
            base.told("ms", 1e3),
            found[name].ratio(base),
            BUDGET if name in _OURS else None,
        )
        for name in (*_OURS, "bare, JSON (for comparison)")
    ]


async def _costs(plan: Plan, scratch: Path, api: Api) -> dict[str, list[float]]:
    async with AsyncExitStack() as stack:

        async def storm(name: str, program: Program, port: int) -> Storm:
            pid = stack.enter_context(serving(program, port, scratch / f"http-{name}.log"))
            return await stack.enter_async_context(Storm(f"http://127.0.0.1:{port}/mcp", pid))

        ports = [free_port() for _ in range(3)]
        sse = await storm("sse", bare("http-sse", str(ports[0])), ports[0])
        json = await storm("json", bare("http-json", str(ports[1])), ports[1])
        server = postwright(scratch / "http", "serve", "--port", str(ports[2]), api=api.url)
        ours = await storm("ours", server, ports[2])
        targets: dict[str, tuple[Storm, Ask]] = {
            "bare, SSE": (sse, lambda: {"name": "constant", "arguments": {}}),
            "bare, JSON (for comparison)": (json, lambda: {"name": "constant", "arguments": {}}),
            _OURS[0]: (ours, lambda: {"name": "list_accounts", "arguments": {}}),
            _OURS[1]: (ours, _posts(f"genviral:{api.account()}")),
        }
        costs: dict[str, list[float]] = {name: [] for name in targets}
        for _ in range(plan.http_rounds + 1):
            for name, (target, ask) in targets.items():
                costs[name].append(await target.blow(ask, plan.http_calls))
    return costs


def _posts(account: str) -> Ask:
    numbers = count()
    return lambda: {
        "name": "create_post",
        "arguments": {"caption": f"Post {next(numbers)} over HTTP", "accounts": [account], "media": PICTURE},
    }


_OURS = ("list_accounts from cache", "create_post")
