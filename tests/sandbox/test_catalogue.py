"""The catalogue of errors (reference genviral 13): every row of it can be had from the stand-in."""

import json
from typing import Any

import pytest

from sandbox.genviral import BASE_PATH, create_app
from sandbox.genviral.accounts import DEFAULT
from sandbox.genviral.envelope import REFUSALS
from tests.sandbox.caller import INSTAGRAM, STRANGER, TIKTOK, TOKEN, VIDEO, Body, calling, post, to

ASLEEP = {"id": STRANGER, "platform": "x", "type": "byo", "username": "a", "display_name": "A", "status": "paused"}
ACCOUNTS = [
    {"id": one.id, "platform": one.platform, "type": one.type, "username": "a", "display_name": "A"} for one in DEFAULT
]
NOWHERE = VIDEO | {"url": "https://nowhere.invalid/clip.mp4"}
MANY = [f"00000000-0000-0000-0000-{number:012}" for number in range(51)]

#: Status, error code, method, path ({id}: a scheduled post whose external_id is launch-1), body (text: as it is).
ROWS: list[tuple[int, str, str, str, Any]] = [
    (400, "invalid_json", "POST", "/posts", "{"),
    (422, "invalid_payload", "POST", "/posts", {}),
    (400, "unknown_accounts", "POST", "/posts", post(accounts=to(TIKTOK, STRANGER))),
    (400, "missing_accounts", "POST", "/posts", post(accounts=to(STRANGER))),
    (400, "validation_failed", "POST", "/posts", post(tiktok={}, accounts=to(INSTAGRAM))),
    (400, "invalid_music_url", "POST", "/posts", post(music_url="https://example.com/")),
    (400, "media_unreachable", "POST", "/posts", post(media=NOWHERE)),
    (409, "create_failed", "POST", "/posts", post(external_id="launch-1", caption="Another")),
    (409, "external_id_immutable", "PATCH", "/posts/{id}", {"external_id": "launch-2"}),
    (400, "invalid_since", "GET", "/posts?since=monday", ""),
    (400, "invalid_until", "GET", "/posts?until=friday", ""),
    (400, "too_many_post_ids", "POST", "/posts/delete", {"postIds": MANY}),
    (400, "invalid_query_parameter", "GET", "/files?limit=0", ""),
    (404, "not_found", "GET", f"/posts/{STRANGER}", ""),
]
KEYS = [
    (401, "invalid_token", "revoked"),
    (402, "subscription_required", "nosub_1"),
    (403, "tier_not_allowed", "scheduler_1"),
]
#: What a working service never does: it takes a fault.
FAULTS = [
    (429, "rate_limited", "POST", "/posts"),
    (500, "create_failed", "POST", "/posts"),
    (500, "list_failed", "GET", "/posts"),
    (500, "get_failed", "GET", "/posts/{id}"),
    (500, "update_failed", "PATCH", "/posts/{id}"),
    (500, "accounts_failed", "GET", "/accounts"),
    (500, "retry_failed", "POST", "/posts/retry"),
    (500, "bulk_delete_failed", "POST", "/posts/delete"),
    (500, "subscription_lookup_failed", "GET", "/subscription"),
]


async def ask(method: str, path: str, body: Any, *, token: str = TOKEN, fault: str | None = None) -> tuple[int, Body]:
    """Ask a fresh stand-in that has one scheduled post."""
    async with calling(create_app([*ACCOUNTS, ASLEEP])) as caller:
        created = await caller.create(external_id="launch-1", scheduled_at="2990-01-01T00:00:00Z")
        if fault is not None:
            await caller.fault(fault, path, method=method)
        answer = await caller.http.request(
            method,
            f"{caller.url}{BASE_PATH}{path.replace('{id}', created['id'])}",
            content=body if isinstance(body, str) else json.dumps(body),
            headers={"Authorization": f"Bearer {token}"},
        )
        return answer.status_code, answer.json()


def is_refusal(body: Body, status: int, code: str) -> bool:
    return set(body) - {"issues"} == {"ok", "code", "message", "error_code"} and (
        body["ok"],
        body["code"],
        body["error_code"],
    ) == (False, status, code)


@pytest.mark.anyio
@pytest.mark.parametrize(("status", "code", "method", "path", "body"), ROWS, ids=[row[1] for row in ROWS])
async def test_a_refusal_is_had_by_asking_for_it(status: int, code: str, method: str, path: str, body: Any) -> None:
    found, answer = await ask(method, path, body)
    assert found == status
    assert is_refusal(answer, status, code)


@pytest.mark.anyio
@pytest.mark.parametrize(("status", "code", "token"), KEYS)
async def test_a_plan_is_had_by_its_key(status: int, code: str, token: str) -> None:
    found, answer = await ask("GET", "/accounts", "", token=token)
    assert found == status
    assert is_refusal(answer, status, code)


@pytest.mark.anyio
@pytest.mark.parametrize(("status", "code", "method", "path"), FAULTS, ids=[row[1] for row in FAULTS])
async def test_a_breakdown_is_had_by_a_fault(status: int, code: str, method: str, path: str) -> None:
    found, answer = await ask(method, path, {}, fault=f"status:{status}:{code}")
    assert found == status
    assert is_refusal(answer, status, code)


def test_no_refusal_of_the_stand_in_is_left_out() -> None:
    assert {(status, code) for status, code, *_ in (*ROWS, *KEYS)} == {
        (status, code) for code, (status, _) in REFUSALS.items()
    }
