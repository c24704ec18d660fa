"""Failures on demand, as a caller meets them on its socket."""

from typing import Any

import anyio
import httpx2
import pytest

from sandbox.genviral import BASE_PATH
from tests.local.passing import pass_time
from tests.sandbox.caller import IMPATIENT, TIKTOK, TOKEN, Caller, post

pytestmark = pytest.mark.anyio


async def recorded(genviral: Caller) -> list[Any]:
    return (await genviral.look("/posts"))["posts"]


async def raw(genviral: Caller, **options: Any) -> httpx2.Response:
    """Create a post without any expectation of the answer."""
    headers = {"Authorization": f"Bearer {TOKEN}"}
    return await genviral.http.post(f"{genviral.url}{BASE_PATH}/posts", json=post(), headers=headers, **options)


@pytest.mark.parametrize(
    ("fault", "status", "code"),
    [
        ("status:500", 500, None),
        ("status:500:create_failed", 500, "create_failed"),
        ("status:409:create_failed", 409, "create_failed"),
        ("status:429:rate_limited", 429, "rate_limited"),
        ("status:403:subscription_required", 403, "subscription_required"),
        ("status:599", 599, None),
    ],
)
async def test_any_status_can_be_had_in_the_envelope(
    genviral: Caller, fault: str, status: int, code: str | None
) -> None:
    await genviral.fault(fault)
    answer = await genviral.send("POST", "/posts", post())
    assert answer.status_code == status
    assert answer.json().get("error_code") == code
    assert await recorded(genviral) == []


@pytest.mark.parametrize(
    ("fault", "shape"),
    [
        ("status:422:invalid_payload", dict),
        ("status:422:invalid_payload:object", dict),
        ("status:422:invalid_payload:array", list),
        ("status:422:invalid_payload:strings", list),
        ("status:422:invalid_payload:absent", None),
    ],
)
async def test_issues_can_be_had_in_every_shape(genviral: Caller, fault: str, shape: type | None) -> None:
    await genviral.fault(fault)
    _, code, answer = await genviral.refusal("POST", "/posts", post())
    assert code == "invalid_payload"
    assert ("issues" in answer) is (shape is not None)
    assert shape is None or isinstance(answer["issues"], shape)


async def test_a_proxys_page_instead_of_an_answer(genviral: Caller) -> None:
    await genviral.fault("html_500")
    answer = await raw(genviral)
    assert answer.status_code == 500
    assert answer.headers["Content-Type"].startswith("text/html")
    assert answer.text.startswith("<!DOCTYPE html>")
    assert await recorded(genviral) == []


@pytest.mark.parametrize(
    ("fault", "status", "kind", "text"),
    [
        ("page:404", 404, "text/html", "<h1>Not Found</h1>"),
        ("page:413", 413, "text/html", "<title>413</title>"),
        ("page:403:error code: 1010", 403, "text/plain", "error code: 1010"),
    ],
)
async def test_any_status_can_be_had_as_a_proxy_answers(
    genviral: Caller, fault: str, status: int, kind: str, text: str
) -> None:
    await genviral.fault(fault)
    answer = await raw(genviral)
    assert (answer.status_code, answer.headers["Content-Type"].partition(";")[0]) == (status, kind)
    assert text in answer.text
    assert await recorded(genviral) == []


async def test_too_many_requests_with_the_time_to_wait(genviral: Caller) -> None:
    await genviral.fault("retry_after:7:rate_limited")
    answer = await genviral.send("POST", "/posts", post())
    assert (answer.status_code, answer.headers["Retry-After"]) == (429, "7")
    assert answer.json()["error_code"] == "rate_limited"


@pytest.mark.parametrize(
    ("ending", "error"), [("", httpx2.ReadError), (":reset", httpx2.ReadError), (":eof", httpx2.RemoteProtocolError)]
)
@pytest.mark.parametrize(("fault", "posts"), [("drop_before", 0), ("accept_then_drop", 1)])
async def test_a_connection_is_really_dropped(
    genviral: Caller, fault: str, posts: int, ending: str, error: type[Exception]
) -> None:
    await genviral.data("GET", "/accounts")
    await genviral.fault(fault + ending)
    with pytest.raises(error):
        await raw(genviral)
    assert len(await recorded(genviral)) == posts
    [_, dropped] = (await genviral.look("/requests"))["requests"]
    assert (dropped["status"], dropped["fault"]) == (None, fault + ending)
    assert (await raw(genviral)).status_code == 201


@pytest.mark.parametrize(("fault", "status"), [("accept_then_status:502", 502), ("accept_then_html_500", 500)])
async def test_an_accepted_post_can_be_answered_with_a_failure(genviral: Caller, fault: str, status: int) -> None:
    await genviral.fault(fault)
    assert (await raw(genviral)).status_code == status
    assert len(await recorded(genviral)) == 1


@pytest.mark.parametrize("fault", ["slow:0.05", "accept_then_slow:0.05"])
async def test_a_slow_answer_is_the_true_one(genviral: Caller, fault: str) -> None:
    await genviral.fault(fault)
    started = anyio.current_time()
    assert (await raw(genviral)).status_code == 201
    assert anyio.current_time() - started >= 0.05


async def test_a_caller_who_gives_up_waiting_may_have_posted_all_the_same(genviral: Caller) -> None:
    await genviral.fault("accept_then_slow:60")
    with pytest.raises(httpx2.ReadTimeout):
        await raw(genviral, timeout=IMPATIENT)
    assert len(await recorded(genviral)) == 1


async def test_a_post_can_appear_after_its_caller_gave_up_and_looked(genviral: Caller) -> None:
    await genviral.fault("slow:3600")
    with pytest.raises(httpx2.ReadTimeout):
        await raw(genviral, timeout=IMPATIENT)
    assert (await genviral.data("GET", "/posts"))["posts"] == []
    pass_time(3600)
    while not await recorded(genviral):
        pass
    assert (await genviral.look("/requests"))["requests"][0]["fault"] == "slow:3600"


async def test_a_fault_is_used_up_as_often_as_it_was_armed(genviral: Caller) -> None:
    await genviral.fault("status:500", times=2)
    await genviral.fault("status:503")
    answers = [(await raw(genviral)).status_code for _ in range(4)]
    assert answers == [500, 500, 503, 201]


async def test_a_fault_waits_for_its_method_and_path(genviral: Caller) -> None:
    created = await genviral.create()
    await genviral.fault("status:500", "/posts/{id}", method="GET")
    await genviral.fault("status:502", f"/posts/{created['id']}")
    await genviral.create()
    await genviral.data("GET", "/posts")
    answer = await genviral.send("PATCH", f"/posts/{created['id']}", {})
    assert answer.status_code == 502
    assert (await genviral.send("GET", f"/posts/{created['id']}")).status_code == 500
    await genviral.shown(created["id"])


async def test_faults_are_shown_and_cleared(genviral: Caller) -> None:
    await genviral.fault("status:500", method="POST", times=3)
    await raw(genviral)
    assert (await genviral.look("/faults"))["faults"] == [
        {"method": "POST", "path": "/posts", "fault": "status:500", "times": 2}
    ]
    assert await genviral.control("/faults", method="DELETE") == {"faults": []}
    assert (await raw(genviral)).status_code == 201


@pytest.mark.parametrize(
    "changes",
    [
        {"fault": "explode"},
        {"fault": "status"},
        {"fault": "status:200"},
        {"fault": "status:5000"},
        {"fault": "status:500:a:object:b"},
        {"fault": "status:422:invalid_payload:sideways"},
        {"fault": "slow:fast"},
        {"fault": "slow:-1"},
        {"fault": "slow:nan"},
        {"fault": "slow:1e3"},
        {"fault": "retry_after:\u0665"},
        {"fault": "slow:99999"},
        {"fault": "drop_before:softly"},
        {"fault": "html_500:x"},
        {"fault": "page"},
        {"fault": "page:200"},
        {"fault": 500},
        {"path": "posts"},
        {"path": None},
        {"method": "post"},
        {"method": 7},
        {"times": 0},
        {"times": True},
        {"times": "2"},
        {"status": 500},
    ],
)
async def test_a_fault_that_cannot_be_understood_is_refused_with_a_reason(genviral: Caller, changes: Any) -> None:
    body = {"method": "POST", "path": "/posts", "fault": "status:500", **changes}
    answer = await genviral.http.post(f"{genviral.url}/_sandbox/faults", json=body)
    assert answer.status_code == 422
    assert answer.json()["error"]
    assert (await genviral.look("/faults"))["faults"] == []


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("/faults", "[]"),
        ("/faults", "{"),
        ("/clock", "{}"),
        ("/clock", '{"advance_seconds": "1"}'),
        ("/clock", '{"advance_seconds": 1, "now": "2990-01-01T00:00:00Z"}'),
        ("/clock", '{"advance_seconds": 1e300}'),
        ("/clock", '{"advance_seconds": 1e999}'),
        ("/clock", '{"now": "soon"}'),
        ("/clock", '{"now": "9999-12-31T23:59:59Z"}'),
        ("/delivery", f'{{"{TIKTOK}": "no"}}'),
        ("/delivery", f'{{"{TIKTOK}": {{"fail": 1}}}}'),
        ("/delivery", f'{{"{TIKTOK}": {{"fail": "no", "times": 1}}}}'),
        ("/delivery", '{"11111111-1111-1111-1111-111111111111": {"fail": "no"}}'),
    ],
)
async def test_a_control_that_cannot_be_understood_is_refused_with_a_reason(
    genviral: Caller, path: str, body: str
) -> None:
    answer = await genviral.http.post(f"{genviral.url}/_sandbox{path}", content=body)
    assert answer.status_code == 422
    assert answer.json()["error"]


async def test_every_request_is_on_record_but_not_the_controls(genviral: Caller) -> None:
    await genviral.create()
    await genviral.send("GET", "/posts/7")
    found = await genviral.look("/requests")
    assert found["total"] == 2
    assert [(one["method"], one["path"], one["status"], one["fault"]) for one in found["requests"]] == [
        ("POST", f"{BASE_PATH}/posts", 201, None),
        ("GET", f"{BASE_PATH}/posts/7", 404, None),
    ]
