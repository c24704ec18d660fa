"""Whatever SocialAPI answers to a change, a deletion or a retry: a verdict, and no claim that it does not bear out."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from anyio.from_thread import BlockingPortal, start_blocking_portal
from hypothesis import example, given, settings
from hypothesis import strategies as st

from schemas.jsonvalue import members
from tests.desk import Body
from tests.hostile.service import said
from tests.hostile.test_any_json import STATUSES, values
from tests.hostile.victims import KINDS, Victim, at_the_mercy

SOCIALAPI = next(kind for kind in KINDS if kind.name == "socialapi")
WORDS = ["deleted", "not_supported", "failed", "draft", "scheduled", "published", "acc_1", "p_1"]
#: Answers that look like the service's, with anything in their places.
_NAMES = ("id", "status", "targets", "success", "deleted", "retry_count", "text")
_results = st.lists(st.dictionaries(st.sampled_from(["account_id", "outcome", "message"]), st.sampled_from(WORDS)))
_odd = st.none() | st.booleans() | st.integers() | st.text(max_size=8) | st.lists(st.sampled_from(WORDS), max_size=3)
_places: dict[str, st.SearchStrategy[Any]] = {name: st.sampled_from(WORDS) | _odd for name in _NAMES}
likely = st.fixed_dictionaries({}, optional={**_places, "results": _results | _odd})
#: A call, by the state that it needs.
CALLS: dict[str, tuple[str, Body]] = {
    "update_post": ("draft", {"caption": "New words", "mode": "publish"}),
    "delete_post": ("published", {}),
    "retry_post": ("failed", {}),
}


@pytest.fixture(scope="module")
def portal() -> Iterator[BlockingPortal]:
    with start_blocking_portal() as found:
        yield found


@pytest.fixture(scope="module")
def victim(portal: BlockingPortal, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Victim]:
    home: Path = tmp_path_factory.mktemp("victim")
    with portal.wrap_async_context_manager(at_the_mercy(SOCIALAPI, home, portal)) as found:
        yield found


@given(value=values | likely, status=st.sampled_from([200, 200, 201, *STATUSES]), tool=st.sampled_from(list(CALLS)))
@settings(max_examples=200, deadline=None)
@example(value={"id": "p_1", "status": "deleted"}, status=422, tool="delete_post")
def test_any_answer_ends_in_a_verdict(victim: Victim, value: Any, status: int, tool: str) -> None:
    state, wanted = CALLS[tool]
    error = {"code": "platform.facebook.rate_limit", "message": "Why"}
    target = {"account_id": "acc_1", "platform": "facebook", "status": state, "error": error}
    post: Body = {"id": "p_1", "status": state, "text": "Old", "retry_count": 0, "targets": [target]}
    victim.behave()
    victim.service.honest["GET", "/posts/p_1"] = said(200, json.dumps(post).encode())
    victim.hears(said(status, json.dumps(value).encode() if status != 204 else b""))
    body = victim.call(tool, post_id="socialapi:p_1", **wanted)
    if tool == "update_post":
        # The post is still to be read as it was: only a post in the answer itself may tell otherwise.
        assert not body["ok"] or (members(value).get("id") == "p_1" and members(value).get("status"))
        assert not body["ok"] or body["data"]["id"] == "socialapi:p_1"
    elif tool == "delete_post" and body["ok"]:
        [sent] = body["data"]["deliveries"]
        assert sent["removed"] is not sent["stays_live"]
        assert status in {200, 201, 204, 207, 501}
    elif body["ok"]:
        assert status in {200, 201, 204, 207, 422}
