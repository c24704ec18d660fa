"""A read tool that answers from cache, over stdio."""

from pathlib import Path

from bench.line import Budget, Line
from bench.loopback import sandbox
from bench.plan import Plan
from bench.program import MeasurementError, bare, postwright
from bench.sample import Sample
from bench.session import Session

BUDGET = Budget(1.3, "x")
WARM_UP = 10


def measure(plan: Plan, scratch: Path) -> list[Line]:
    """Time list_accounts and bare's tool in turn; the first list_accounts fills the cache and is not counted."""
    with (
        sandbox(scratch / "read-api.log") as api,
        Session(bare(), scratch / "read-bare.log") as constant,
        Session(postwright(scratch / "read", api=api.url), scratch / "read-ours.log") as ours,
    ):
        first = ours.call("list_accounts", {})
        for _ in range(WARM_UP):
            constant.call("constant", {})
            ours.call("list_accounts", {})
        if not first.data.get("ok"):
            raise MeasurementError(f"list_accounts: {first.result}")
        pairs = [
            (constant.call("constant", {}).seconds, ours.call("list_accounts", {}).seconds) for _ in range(plan.calls)
        ]
    base, sample = (Sample(values) for values in zip(*pairs, strict=True))
    number = len(first.data["data"]["accounts"])
    what = f"list_accounts from cache, {number} accounts"
    return [Line(what, sample.told("ms", 1e3), base.told("ms", 1e3), sample.ratio(base), BUDGET)]
