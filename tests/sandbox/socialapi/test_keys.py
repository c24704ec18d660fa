"""Who may call, and what (seed 004; reference socialapi 12)."""

import pytest

from sandbox.socialapi import BASE_PATH, create_app
from sandbox.socialapi.app import OPERATIONS
from tests.sandbox.socialapi.caller import KEY, Caller, calling, draft, post

pytestmark = pytest.mark.anyio


async def state(caller: Caller, header: str | None, method: str = "GET", path: str = "/accounts") -> tuple[int, str]:
    headers = {} if header is None else {"Authorization": header}
    answer = await caller.http.request(method, f"{caller.url}{BASE_PATH}{path}", headers=headers)
    body = answer.json()
    assert body["request_id"] == answer.headers["X-Request-ID"]
    return answer.status_code, body["error"]["code"]


@pytest.mark.parametrize(
    ("header", "refused"),
    [
        (None, (401, "auth.missing_header")),
        ("Bearer", (401, "auth.empty_token")),
        ("bearer", (401, "auth.empty_token")),
        ("", (401, "auth.not_authenticated")),
        ("Bearer one two", (401, "auth.not_authenticated")),
        (f"Basic {KEY}", (401, "auth.not_authenticated")),
        (KEY, (401, "auth.not_authenticated")),
        ("Bearer eyJhbGciOiJFZERTQSJ9.e30.x", (401, "auth.invalid_token")),
        ("Bearer sapi_key_revoked_1", (401, "auth.invalid_key")),
        ("Bearer sapi_key_ghost_1", (401, "auth.user_not_found")),
    ],
)
async def test_a_key_that_may_not_is_refused_with_its_reason(
    socialapi: Caller, header: str | None, refused: tuple[int, str]
) -> None:
    assert await state(socialapi, header) == refused


@pytest.mark.parametrize(("method", "path"), [(one.method, one.path) for one in OPERATIONS])
async def test_every_route_asks_for_a_key_before_it_looks_at_anything_else(
    socialapi: Caller, method: str, path: str
) -> None:
    assert await state(socialapi, None, method, path.replace("{id}", "7")) == (401, "auth.missing_header")


async def test_only_the_listed_keys_are_accepted_when_there_is_a_list() -> None:
    async with calling(create_app(tokens=[KEY, "an.oauth.token"])) as caller:
        await caller.data("GET", "/accounts")
        headers = {"Authorization": "Bearer an.oauth.token"}
        assert (await caller.send("GET", "/accounts", headers=headers)).status_code == 200
        assert await state(caller, "Bearer sapi_key_other") == (401, "auth.invalid_key")
        assert await state(caller, "Bearer another.oauth.token") == (401, "auth.invalid_token")


async def test_a_key_for_reading_may_not_write_and_is_told_the_scope(socialapi: Caller) -> None:
    headers = {"Authorization": "Bearer sapi_key_readonly_1"}
    assert (await socialapi.send("GET", "/posts", headers=headers)).status_code == 200
    assert (await socialapi.send("GET", "/usage", headers=headers)).status_code == 200
    answer = await socialapi.send("POST", "/posts", draft(), headers=headers)
    assert answer.status_code == 403
    error = answer.json()["error"]
    assert (error["code"], error["meta"]) == ("auth.insufficient_scope", {"required_scope": "posts:write"})
    assert (await socialapi.look("/posts"))["posts"] == []


async def test_what_is_for_the_dashboard_refuses_every_key(socialapi: Caller) -> None:
    assert await socialapi.refusal("POST", "/users/provision") == (403, "auth.dashboard_only", {})


async def test_no_key_is_ever_shown(socialapi: Caller) -> None:
    await socialapi.create()
    await socialapi.fault("status:500")
    await socialapi.send("POST", "/posts", post())
    for path in ("/posts", "/requests", "/faults", "/delivery", "/accounts", "/limits"):
        answer = await socialapi.http.get(f"{socialapi.url}/_sandbox{path}")
        assert answer.is_success
        assert KEY not in answer.text
