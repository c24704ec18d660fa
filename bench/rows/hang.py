"""What create_post does when the hosted API hangs: it must answer, with a verdict, while its client still listens."""

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from bench.line import Budget, Line
from bench.loopback import PICTURE, Api, sandbox
from bench.plan import Plan
from bench.program import MeasurementError, postwright
from bench.session import Reply, Session

BUDGET = Budget(50, " s")
#: The server's own default for one request to a service, in seconds (POSTWRIGHT_SEND_TIMEOUT).
DEFAULT_TIMEOUT = 30.0
#: Longer than any client waits.
NEVER = 600
#: More often than anything is tried.
ALWAYS = 999
PATIENCE = 200.0


@dataclass(frozen=True, slots=True)
class _Case:
    """One way to hang: after which part of the time-out accounts are answered, and how many creates come at once."""

    what: str
    accounts_after: float = 0.0
    creates: int = 1


CASES = (
    _Case("nothing is answered", accounts_after=NEVER),
    _Case("the create is taken and never answered"),
    _Case("the same, after accounts that came late", accounts_after=0.9),
    _Case("the same, four creates at once", creates=4),
)


def measure(plan: Plan, scratch: Path) -> list[Line]:
    """Try every case, all at once: they mostly wait."""
    with ThreadPoolExecutor(len(CASES)) as pool:
        tries = [pool.submit(_try, case, plan, scratch / f"hang-{index}") for index, case in enumerate(CASES)]
        return [one.result() for one in tries]


def _try(case: _Case, plan: Plan, scratch: Path) -> Line:
    timeout = plan.send_timeout or DEFAULT_TIMEOUT
    with sandbox(scratch.with_suffix(".api.log")) as api:
        accounts = [f"genviral:{api.account()}"]
        api.arm("GET", "/accounts", f"slow:{min(case.accounts_after * timeout, NEVER):g}", ALWAYS)
        api.arm("POST", "/posts", f"accept_then_slow:{NEVER}", ALWAYS)
        program = postwright(scratch, api=api.url, send_timeout=plan.send_timeout)
        with Session(program, scratch.with_suffix(".log")) as session:
            posts = [{"caption": f"Post {n}", "accounts": accounts, "media": PICTURE} for n in range(case.creates)]
            replies = session.call_together("create_post", posts, PATIENCE)
        verdicts = _verdicts(replies, api)
    slowest = max(reply.seconds for reply in replies)
    shortened = f" (time-out {timeout:g} s instead of {DEFAULT_TIMEOUT:g} s)" if plan.send_timeout else ""
    return Line(f"{case.what}{shortened}", f"{slowest:.1f} s: {verdicts}", budget=BUDGET, value=slowest)


def _verdicts(replies: list[Reply], api: Api) -> str:
    """Hold the verdicts against what was made, and say them.

    Raises:
        MeasurementError: an answer is none of the two right ones, or is not true.
    """
    said = Counter(f"{r.data.get('outcome')}, {r.data.get('retry', {}).get('decision')}" for r in replies)
    if set(said) - {_NOTHING, _MAYBE} or said[_MAYBE] != api.made(again=True):
        raise MeasurementError(
            f"{api.made(again=True)} posts were made, and the answers are {[r.result for r in replies]}"
        )
    return " and ".join(said)


_NOTHING, _MAYBE = "nothing_sent, wait_then_retry", "unknown, check_first"
