"""Who may call, and as whom (seed 002; reference postpost 1, 7A, 13)."""

import pytest

from sandbox.postpost import BASE_PATH, MANAGED, OWNER, create_app
from sandbox.postpost.app import ROUTES
from tests.sandbox.postpost.caller import KEY, NOBODY, TWITTER, Body, Caller, calling

pytestmark = pytest.mark.anyio

WORKSPACE = "Workspace access is not enabled for this key"


async def refused(caller: Caller, method: str = "GET", path: str = "/list-posts", **headers: str) -> tuple[int, Body]:
    sent = {name.replace("_", "-"): value for name, value in headers.items()}
    answer = await caller.http.request(method, f"{caller.url}{BASE_PATH}{path}", headers=sent)
    return answer.status_code, answer.json() if answer.is_error else {}


@pytest.mark.parametrize(
    ("headers", "status", "message"),
    [
        ({}, 401, "API key is required"),
        ({"x_api_key": ""}, 401, "API key is required"),
        ({"authorization": f"Bearer {KEY}"}, 401, "API key is required"),
        ({"x_api_key": "sk_revoked_1.secret"}, 401, "Invalid API key"),
        ({"x_api_key": "revoked"}, 401, "Invalid API key"),
        ({"x_api_key": "sk_orphan_1.secret"}, 401, "Invalid API key owner"),
        ({"x_api_key": "sk_starter_1.secret"}, 403, "API access is not enabled for this account"),
        (
            {"x_api_key": "sk_nomcp_1.secret", "x_postpost_client": "mcp"},
            403,
            "MCP access is not enabled for this account",
        ),
        ({"x_api_key": "sk_solo_1.secret", "x_postpost_user_id": MANAGED}, 403, WORKSPACE),
        ({"x_api_key": "sk_solo_1.secret", "x_postpost_user_id": NOBODY}, 403, WORKSPACE),
        ({"x_api_key": KEY, "x_postpost_user_id": NOBODY}, 403, "User is not managed by key"),
        ({"x_api_key": KEY, "x_postpost_user_id": "me"}, 400, "Invalid x-postpost-user-id"),
    ],
)
async def test_a_call_that_may_not_be_is_refused_with_its_reason(
    postpost: Caller, headers: dict[str, str], status: int, message: str
) -> None:
    assert await refused(postpost, **headers) == (status, {"error": message})


@pytest.mark.parametrize(
    "headers",
    [
        {"x_api_key": "an-old-key-without-a-prefix"},
        {"x_api_key": KEY, "x_postpost_client": "mcp"},
        {"x_api_key": "sk_nomcp_1.secret"},
        {"x_api_key": "sk_nomcp_1.secret", "x_postpost_client": "api"},
        {"x_api_key": KEY, "x_postpost_user_id": MANAGED},
        {"x_api_key": KEY, "x_postpost_user_id": ""},
        {"x_api_key": "sk_solo_1.secret"},
        {"x_api_key": "sk_solo_1.secret", "x_postpost_user_id": OWNER},
    ],
)
async def test_any_other_call_may_be(postpost: Caller, headers: dict[str, str]) -> None:
    assert await refused(postpost, **headers) == (200, {})


@pytest.mark.parametrize(("method", "path"), [(method, path) for method, path, _, _ in ROUTES])
async def test_every_route_asks_for_a_key(postpost: Caller, method: str, path: str) -> None:
    found = await refused(postpost, method, path.replace("{id}", "7"))
    assert found == (401, {"error": "API key is required"})


async def test_only_the_listed_keys_are_accepted_when_there_is_a_list() -> None:
    async with calling(create_app(keys=[KEY])) as caller:
        await caller.data("GET", "/list-posts")
        assert await refused(caller, x_api_key="sk_another") == (401, {"error": "Invalid API key"})


@pytest.mark.parametrize("access", ["api_access", "mcp_access", "workspace_access"])
async def test_access_can_be_switched_off_for_every_key(postpost: Caller, access: str) -> None:
    await postpost.control("/limits", {access: False})
    status, _ = await refused(postpost, x_api_key=KEY, x_postpost_client="mcp", x_postpost_user_id=MANAGED)
    assert status == 403


async def test_a_managed_user_has_posts_and_connections_of_its_own(postpost: Caller, managed: Caller) -> None:
    [own] = [one["platformId"] for one in (await managed.data("GET", "/platform-connections"))["connections"]][:1]
    assert own != TWITTER
    group = await managed.create(platforms=[own], scheduledTime=await postpost.ahead(seconds=1))
    assert (await postpost.data("GET", "/list-posts"))["posts"] == []
    assert await postpost.refusal("GET", f"/get-post/{group}") == (404, {"error": "Post group not found"})
    await postpost.wait(10)
    assert (await managed.listed(group))["status"] == "published"
    foreign = await managed.schedule(platforms=[TWITTER])
    assert (await managed.listed(foreign))["status"] == "failed"


async def test_users_are_listed_created_and_detached(postpost: Caller) -> None:
    listed = await postpost.data("GET", "/workspace/users")
    assert listed.keys() == {"users"}
    [first] = listed["users"]
    assert first["_id"] == MANAGED
    assert first.keys() == {"_id", "username", "displayName", "role", "dailyPostsLeft"}

    body = {"username": "new@example.com", "displayName": "New"}
    created = await postpost.send("POST", "/workspace/users", body)
    assert created.status_code == 201
    user = created.json()["user"]
    assert (user["username"], user["displayName"], user["role"]) == ("new@example.com", "New", "managed")
    acting = Caller(postpost.url, postpost.http, user["_id"])
    assert (await acting.data("GET", "/platform-connections"))["connections"] == []

    assert await postpost.data("DELETE", f"/workspace/users/{user['_id']}") == {"success": True}
    assert await acting.refusal("GET", "/list-posts") == (403, {"error": "User is not managed by key"})
    assert await postpost.refusal("DELETE", f"/workspace/users/{user['_id']}") == (
        404,
        {"error": "User not found or not managed by this key"},
    )


@pytest.mark.parametrize(
    ("method", "path", "body", "refusal"),
    [
        ("POST", "/workspace/users", {}, (400, {"error": "Email is required"})),
        ("POST", "/workspace/users", {"username": ""}, (400, {"error": "Email is required"})),
        (
            "POST",
            "/workspace/users",
            {"username": "hello@harborbakery.example"},
            (409, {"error": "User with this email already exists"}),
        ),
        ("DELETE", "/workspace/users/1", None, (400, {"error": "Invalid userId"})),
        ("DELETE", f"/workspace/users/{OWNER}", None, (404, {"error": "User not found or not managed by this key"})),
    ],
)
async def test_a_workspace_call_that_is_wrong_is_refused(
    postpost: Caller, method: str, path: str, body: Body | None, refusal: tuple[int, Body]
) -> None:
    assert await postpost.refusal(method, path, body) == refusal


@pytest.mark.parametrize(
    ("method", "path"),
    [("GET", "/workspace/users"), ("POST", "/workspace/users"), ("DELETE", f"/workspace/users/{MANAGED}")],
)
async def test_a_workspace_call_needs_a_key_with_a_workspace(postpost: Caller, method: str, path: str) -> None:
    assert await refused(postpost, method, path, x_api_key="sk_solo_1.secret") == (403, {"error": WORKSPACE})


async def test_no_key_is_ever_shown(postpost: Caller) -> None:
    await postpost.create()
    await postpost.fault("status:500")
    await postpost.send("POST", "/create-post", {})
    for path in ("posts", "media", "delivery", "tokens", "limits", "requests", "faults"):
        answer = await postpost.http.get(f"{postpost.url}/_sandbox/{path}")
        assert answer.status_code == 200
        assert KEY not in answer.text
