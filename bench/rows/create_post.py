"""create_post over stdio, against a hosted API that answers on loopback."""

import http.client
import json
import tempfile
import time
from collections.abc import Callable
from contextlib import ExitStack
from itertools import count
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from bench.line import Budget, Line
from bench.loopback import PICTURE, Api, sandbox
from bench.plan import Plan
from bench.program import KEY, MeasurementError, bare, postwright
from bench.sample import Sample, short
from bench.session import Session

BUDGET = Budget(2.5, "x")
WARM_UP = 10
MEMORY = Path("/dev/shm")  # noqa: S108  (a RAM disk is what is wanted: there a durable write costs nothing)

#: Makes one post or one call, and tells the seconds it took.
Timed = Callable[[], float]


def measure(plan: Plan, scratch: Path) -> list[Line]:
    """Time one call of each server in turn, so that what else the machine does meets them all alike."""
    with ExitStack() as stack:
        api = stack.enter_context(sandbox(scratch / "create-api.log"))
        timed = _contenders(stack, api, scratch)
        for _ in range(WARM_UP):
            for one in timed.values():
                one()
        before = api.made()
        series: dict[str, list[float]] = {name: [] for name in timed}
        for _ in range(plan.calls):
            for name, one in timed.items():
                series[name].append(one())
        made = api.made() - before
    # All but bare post, each time another post.
    sent = plan.calls * (len(timed) - 1)
    if made != sent:
        raise MeasurementError(f"{sent} posts were sent, and {made} were made")
    return _lines({name: Sample(tuple(seconds)) for name, seconds in series.items()})


def _contenders(stack: ExitStack, api: Api, scratch: Path) -> dict[str, Timed]:
    """Start all that is compared, at once; every call of each is a different post, but for bare's constant."""
    programs = {
        "bare": bare(),
        "disk": postwright(scratch / "create", api=api.url),
        "relay": bare("relay", api.url, KEY),
    }
    if MEMORY.is_dir():
        home = stack.enter_context(tempfile.TemporaryDirectory(dir=MEMORY, prefix="postwright-bench-"))
        programs["memory"] = postwright(Path(home), api=api.url)
    sessions = {name: Session(program, scratch / f"create-{name}.log") for name, program in programs.items()}
    for session in sessions.values():
        stack.push(session)
    for session in sessions.values():
        session.shake_hands()
    native = api.account()
    timed: dict[str, Timed] = {"bare": lambda: sessions["bare"].call("constant", {}).seconds}
    timed |= {name: _poster(sessions[name], f"genviral:{native}") for name in ("disk", "memory") if name in sessions}
    return {**timed, "relay": _relay(sessions["relay"], native), "direct": _direct(stack, api, native)}


def _poster(session: Session, account: str) -> Timed:
    numbers = count()

    def post() -> float:
        caption = f"Post {next(numbers)} of process {session.process.pid}"
        reply = session.call("create_post", {"caption": caption, "accounts": [account], "media": PICTURE})
        if reply.data.get("outcome") != "accepted" or reply.data["data"]["replayed"]:
            raise MeasurementError(f"create_post: {reply.result}")
        return reply.seconds

    return post


def _relay(session: Session, account: str) -> Timed:
    numbers = count()

    def post() -> float:
        reply = session.call("constant", _body(f"Relayed {next(numbers)}", account))
        if not reply.data.get("ok"):
            raise MeasurementError(f"relay: {reply.result}")
        return reply.seconds

    return post


def _direct(stack: ExitStack, api: Api, account: str) -> Timed:
    parts = urlsplit(api.url)
    connection = http.client.HTTPConnection(parts.hostname or "", parts.port)
    stack.callback(connection.close)
    headers = {"Authorization": f"Bearer {KEY}", "Content-Type": "application/json"}
    numbers = count()

    def post() -> float:
        body = json.dumps(_body(f"Direct {next(numbers)}", account))
        began = time.perf_counter()
        connection.request("POST", f"{parts.path}/posts", body, headers)
        answer = connection.getresponse()
        said = answer.read()
        seconds = time.perf_counter() - began
        if answer.status != _CREATED:
            raise MeasurementError(f"the API answered {answer.status}: {said[:500]!r}")
        return seconds

    return post


def _body(caption: str, account: str) -> dict[str, Any]:
    return {"caption": caption, "accounts": [{"id": account}], "media": PICTURE, "external_id": caption}


def _lines(series: dict[str, Sample]) -> list[Line]:
    base = series["bare"]

    def line(what: str, name: str, budget: Budget | None = None) -> Line:
        sample = series[name]
        return Line(what, sample.told("ms", 1e3), base.told("ms", 1e3), sample.ratio(base), budget)

    lines = [line("create_post, journal on disk", "disk", BUDGET)]
    if "memory" in series:
        durable = (series["disk"].p50 - series["memory"].p50) * 1e3
        share = durable / series["disk"].p50 / 10
        lines.append(line("create_post, journal on a RAM disk (no fsync)", "memory", BUDGET))
        lines.append(Line("of it, durable writes (disk less RAM disk)", f"{short(durable)} ms, {share:.0f} %"))
    lines.append(line("for comparison: bare with one pooled client, no checks, no journal", "relay"))
    lines.append(Line("for comparison: the API alone, over one kept connection", series["direct"].told("ms", 1e3)))
    return lines


_CREATED = 201
