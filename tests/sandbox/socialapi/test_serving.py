"""Serving: accounts from a file, states of their own, a quiet stdout, faults on a real socket."""

import json
import logging
from pathlib import Path

import httpx2
import pytest

from sandbox.serve import running_in_thread
from sandbox.socialapi import BASE_PATH, AccountsError, create_app, load_accounts
from tests.local.passing import pass_time
from tests.sandbox.socialapi.caller import FACEBOOK, KEY, Caller, calling, draft, post, to

AUTH = {"Authorization": f"Bearer {KEY}"}
SEED = {"id": "acc_one", "platform": "threads", "username": "a", "name": "A", "brand_id": "b", "metadata": {"x": 1}}


def test_a_caller_without_a_loop_is_served_from_a_thread() -> None:
    with running_in_thread(create_app()) as url, httpx2.Client(verify=False, timeout=60) as http:
        assert http.post(f"{url}{BASE_PATH}/posts", json=post(), headers=AUTH).status_code == 201


@pytest.mark.anyio
async def test_every_application_has_a_state_of_its_own() -> None:
    async with calling(create_app()) as one, calling(create_app()) as other:
        await one.create()
        await one.login(FACEBOOK, token_expires_in=0)
        await one.send("DELETE", f"/accounts/{FACEBOOK}")
        assert (await other.data("GET", "/posts"))["data"] == []
        assert (await other.account(FACEBOOK))["status"] == "active"


@pytest.mark.anyio
async def test_nothing_is_printed_or_logged_whatever_happens(
    capfd: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO, "uvicorn")
    async with calling(create_app()) as caller:
        await caller.create()
        await caller.fault("accept_then_drop")
        with pytest.raises(httpx2.ReadError):
            await caller.send("POST", "/posts", post())
        await caller.send("GET", "/nowhere")
    assert capfd.readouterr() == ("", "")
    assert caplog.records == []


@pytest.mark.anyio
@pytest.mark.parametrize(("fault", "posts"), [("drop_before", 0), ("accept_then_drop", 1), ("accept_then_drop:eof", 1)])
async def test_a_lost_answer_leaves_a_draft_that_can_be_found(socialapi: Caller, fault: str, posts: int) -> None:
    await socialapi.fault(fault, method="POST")
    with pytest.raises(httpx2.TransportError):
        await socialapi.send("POST", "/posts", draft(text="Find me"))
    found = await socialapi.data("GET", "/posts", status="draft", sort="created_desc", search="find me")
    assert len(found["data"]) == posts


@pytest.mark.anyio
async def test_a_slow_publish_happens_after_its_caller_gave_up(socialapi: Caller) -> None:
    created = await socialapi.create_draft()
    await socialapi.fault("slow:3600", "/posts/{id}/publish")
    with pytest.raises(httpx2.ReadTimeout):
        await socialapi.http.post(
            f"{socialapi.url}{BASE_PATH}/posts/{created['id']}/publish",
            headers=AUTH,
            timeout=httpx2.Timeout(10, read=0.05),
        )
    assert (await socialapi.shown(created["id"]))["status"] == "draft"
    pass_time(3600)
    while (await socialapi.shown(created["id"]))["status"] == "draft":
        pass


@pytest.mark.anyio
async def test_every_request_is_on_record_but_not_the_controls(socialapi: Caller) -> None:
    await socialapi.create()
    await socialapi.send("GET", "/posts/7")
    found = await socialapi.look("/requests")
    assert [(one["method"], one["path"], one["status"]) for one in found["requests"]] == [
        ("POST", f"{BASE_PATH}/posts", 201),
        ("GET", f"{BASE_PATH}/posts/7", 404),
    ]


@pytest.mark.anyio
async def test_accounts_come_from_a_file(tmp_path: Path) -> None:
    file = tmp_path / "accounts.json"
    file.write_text(json.dumps([SEED, {"id": "acc_two", "platform": "myspace"}]), encoding="utf-8")
    async with calling(create_app(load_accounts(file))) as caller:
        first, second = (await caller.data("GET", "/accounts"))["data"]
        assert first == SEED | {"status": "active"}
        assert (second["username"], second["status"]) == ("", "active")
        await caller.create(targets=to("acc_one"))


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("[", "not JSON"),
        ("\xff", "not JSON"),
        ("{}", "a list of accounts"),
        ("[1]", r"\[0\]: an object is needed"),
        (json.dumps([SEED | {"id": "1"}]), r"\[0\]: id must start with acc_"),
        (json.dumps([SEED, SEED]), r"\[1\]: the id acc_one occurs twice"),
        (json.dumps([SEED | {"handle": "x", "name": 7}]), "name must be a text; handle is unknown"),
        (json.dumps([SEED | {"metadata": []}]), "metadata must be an object"),
        (json.dumps([SEED | {"status": "dead"}]), "status must be active or reconnect_required"),
        (json.dumps([{"id": "acc_1"}]), "platform is missing"),
        (json.dumps([SEED | {"token_expires_at": "now"}]), "token_expires_at is unknown"),
    ],
)
def test_a_bad_file_of_accounts_is_a_clear_error(tmp_path: Path, text: str, reason: str) -> None:
    file = tmp_path / "accounts.json"
    file.write_bytes(text.encode("latin-1"))
    with pytest.raises(AccountsError, match=reason) as caught:
        load_accounts(file)
    assert str(file) in str(caught.value)


def test_a_missing_file_of_accounts_is_a_clear_error(tmp_path: Path) -> None:
    with pytest.raises(AccountsError, match="No such file"):
        load_accounts(tmp_path / "nothing.json")
