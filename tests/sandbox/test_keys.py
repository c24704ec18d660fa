"""Who may call: 401, 402 and 403 (seed 000)."""

import pytest

from sandbox.genviral import BASE_PATH, create_app
from sandbox.genviral.app import ROUTES
from tests.sandbox.caller import TOKEN, Caller, calling

pytestmark = pytest.mark.anyio


async def state(caller: Caller, header: str | None, method: str = "GET", path: str = "/accounts") -> tuple[int, str]:
    headers = {} if header is None else {"Authorization": header}
    answer = await caller.http.request(method, f"{caller.url}{BASE_PATH}{path}", headers=headers)
    body = answer.json()
    assert (body["ok"], body["code"]) == (False, answer.status_code)
    return answer.status_code, body["error_code"]


@pytest.mark.parametrize(
    ("header", "refused"),
    [
        (None, (401, "invalid_token")),
        ("", (401, "invalid_token")),
        ("Bearer", (401, "invalid_token")),
        ("Bearer one two", (401, "invalid_token")),
        (f"Basic {TOKEN}", (401, "invalid_token")),
        (TOKEN, (401, "invalid_token")),
        ("Bearer revoked", (401, "invalid_token")),
        ("Bearer nosub_1.secret", (402, "subscription_required")),
        ("Bearer scheduler_1.secret", (403, "tier_not_allowed")),
    ],
)
async def test_a_key_that_may_not_is_refused_with_its_reason(
    genviral: Caller, header: str | None, refused: tuple[int, str]
) -> None:
    assert await state(genviral, header) == refused


@pytest.mark.parametrize(("method", "path"), [(method, path) for method, path, _ in ROUTES])
async def test_every_route_asks_for_a_key_before_it_looks_at_anything_else(
    genviral: Caller, method: str, path: str
) -> None:
    assert await state(genviral, None, method, path.replace("{id}", "7")) == (401, "invalid_token")


async def test_only_the_listed_keys_are_accepted_when_there_is_a_list() -> None:
    async with calling(create_app(tokens=[TOKEN])) as caller:
        await caller.data("GET", "/accounts")
        assert await state(caller, "Bearer another.key") == (401, "invalid_token")


async def test_no_key_is_ever_shown(genviral: Caller) -> None:
    await genviral.create()
    await genviral.fault("status:500")
    await genviral.send("POST", "/posts", {})
    for path in ("/posts", "/requests", "/faults", "/delivery"):
        answer = await genviral.http.get(f"{genviral.url}/_sandbox{path}")
        assert TOKEN not in answer.text
