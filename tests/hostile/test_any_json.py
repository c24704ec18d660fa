"""Whatever JSON a service answers with, under whatever status: a verdict, bounded and in strict JSON."""

import json
import math
from collections.abc import Iterator
from copy import deepcopy
from typing import Any

from hypothesis import example, given, settings
from hypothesis import strategies as st

from schemas.jsonvalue import items, members
from tests.desk import Body
from tests.hostile.service import said
from tests.hostile.victims import KINDS, MOMENT, Victim

STATUSES = [200, 201, 204, 207, 302, 400, 401, 402, 403, 404, 409, 412, 413, 422, 429, 500, 501, 502, 503]


def _names(value: Any) -> set[str]:
    inner = [*members(value).values(), *items(value)]
    return set(members(value)).union(*map(_names, inner))


#: The words that mean something to one of the providers, so that what is drawn gets past the first look.
NAMES = sorted(
    {name for kind in KINDS for body in (kind.accounts, kind.created, kind.listed, kind.read) for name in _names(body)}
    | {"error", "error_code", "issues", "formErrors", "fieldErrors", "meta", "field", "max", "limit", "used", "resets"}
    | {"request_id", "retry_after_seconds", "metric", "validation", "errors", "valid", "planName", "canExpand", "scope"}
)
WORDS = [MOMENT, "0001-01-01T00:00:00+14:00", "draft", "scheduled", "partial", "failed", "POST_LIMIT_REACHED", "x.auth"]
values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.sampled_from(WORDS)
    | st.text(st.characters(codec=None)),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.sampled_from(NAMES) | st.text(), inner, max_size=6),
    max_leaves=12,
)


#: The calls, by what an honest service answers to them.
TOOLS = ["accounts", "created", "listed", "read"]


@st.composite
def spoilt(draw: st.DrawFn) -> tuple[str, Any]:
    """Draw something else in up to three places of an honest answer: which one, and what to put where."""
    which = draw(st.sampled_from(TOOLS))
    return which, draw(st.lists(st.tuples(st.integers(0, 99), values), min_size=1, max_size=3))


def _put(body: Any, changes: list[tuple[int, Any]]) -> Any:
    for place, value in changes:
        spots = list(_spots(body))
        if spots:
            owner, at = spots[place % len(spots)]
            owner[at] = value
    return body


def _spots(owner: Any) -> Iterator[tuple[Any, Any]]:
    """Every place in an answer, by the object or list that it is in."""
    inner: list[tuple[Any, Any]] = list(members(owner).items()) + list(enumerate(items(owner)))
    for at, part in inner:
        yield owner, at
        yield from _spots(part)


@given(value=values, status=st.sampled_from(STATUSES), tool=st.sampled_from(TOOLS))
@settings(max_examples=100, deadline=None)
@example(value={"error": {"meta": {"retry_after_seconds": 10**400, "max": math.nan}}}, status=429, tool="created")
@example(value={"code": "POST_LIMIT_REACHED", "limit": math.inf, "used": [], "resets": {}}, status=403, tool="created")
def test_any_json_under_any_status_ends_in_a_verdict(victim: Victim, value: Any, status: int, tool: str) -> None:
    ask(victim, tool, said(status, json.dumps(value).encode() if status != 204 else b""), status)


@given(drawn=spoilt(), status=st.sampled_from([200, 200, 201, 422]))
@settings(max_examples=100, deadline=None)
def test_an_honest_answer_in_which_anything_may_stand_ends_in_a_verdict(
    victim: Victim, drawn: tuple[str, Any], status: int
) -> None:
    tool, changes = drawn
    body = _put(deepcopy(getattr(victim.kind, tool)), changes)
    ask(victim, tool, said(status, json.dumps(body).encode()), status)


def ask(victim: Victim, tool: str, answer: bytes, status: int) -> None:
    """Make the call for which an answer is meant."""
    victim.hears(answer)
    if tool == "created":
        assert_told(victim.create(scheduled_at="2031-01-01T09:00:00", timezone="Asia/Tokyo"), status)
        return
    body = victim.read(tool)
    assert body["ok"] or body["outcome"] == "nothing_sent"


def assert_told(body: Body, status: int) -> None:
    """Check what was said of a create: a refusal proves that nothing came of it, and nothing else does."""
    if body["ok"]:
        assert status in {200, 201, 207, 422}
        assert body["outcome"] in {"accepted", "partial"}
        assert body["data"]["id"].partition(":")[2]
    else:
        assert body["outcome"] in {"unknown", "rejected"} if status >= 400 else {"unknown", "nothing_sent"}
