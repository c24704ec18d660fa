"""Serving: ports, threads, a quiet stdout, and an end that waits for nobody."""

import asyncio
import json
import logging
import socket
from contextlib import suppress
from pathlib import Path

import anyio
import httpx2
import pytest
from starlette.testclient import TestClient

from sandbox.genviral import BASE_PATH, AccountsError, create_app, load_accounts
from sandbox.serve import running, running_in_thread, serve
from tests.sandbox.caller import IMPATIENT, STRANGER, TOKEN, Caller, calling, post

SEED = {"id": STRANGER, "platform": "threads", "type": "byo", "username": "a", "display_name": "A"}


@pytest.mark.anyio
async def test_serve_reports_its_port_and_ends_when_cancelled() -> None:
    ports: asyncio.Queue[int] = asyncio.Queue()
    task = asyncio.create_task(serve(create_app(), on_ready=ports.put_nowait))
    with anyio.fail_after(60):
        port = await ports.get()
    async with httpx2.AsyncClient(verify=False, timeout=60) as http:
        assert (await http.get(f"http://127.0.0.1:{port}/_sandbox/clock")).status_code == 200
    task.cancel()
    assert isinstance((await asyncio.gather(task, return_exceptions=True))[0], asyncio.CancelledError)
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(("127.0.0.1", port))


@pytest.mark.anyio
async def test_a_taken_port_is_an_error_of_the_system() -> None:
    async with running(create_app()) as url:
        with pytest.raises(OSError, match="in use"):
            await serve(create_app(), port=int(url.rpartition(":")[2]), on_ready=lambda port: None)


def test_a_caller_without_a_loop_is_served_from_a_thread() -> None:
    with running_in_thread(create_app()) as url, httpx2.Client(verify=False, timeout=60) as http:
        headers = {"Authorization": f"Bearer {TOKEN}"}
        assert http.post(f"{url}{BASE_PATH}/posts", json=post(), headers=headers).status_code == 201


@pytest.mark.anyio
async def test_every_application_has_a_state_of_its_own() -> None:
    async with calling(create_app()) as one, calling(create_app()) as other:
        await one.create()
        assert (await other.data("GET", "/posts"))["posts"] == []


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
        await caller.fault("accept_then_slow:600")
        with pytest.raises(httpx2.ReadTimeout):
            await caller.http.post(f"{caller.url}{BASE_PATH}/posts", timeout=IMPATIENT)
    assert capfd.readouterr() == ("", "")
    assert caplog.records == []


@pytest.mark.anyio
async def test_an_open_connection_does_not_keep_a_server_from_ending() -> None:
    with anyio.fail_after(60):
        async with running(create_app()) as url:
            reader, writer = await asyncio.open_connection("127.0.0.1", int(url.rpartition(":")[2]))
            writer.write(b"POST /api/partner/v1/posts HTTP/1.1\r\nHost: a\r\nContent-Length: 9\r\n\r\nhalf")
            await writer.drain()
        with suppress(ConnectionResetError):
            assert await reader.read() == b""
        writer.close()


@pytest.mark.anyio
async def test_a_caller_who_leaves_in_the_middle_of_a_request_harms_nothing(genviral: Caller) -> None:
    for fault in (None, "slow:0", "drop_before"):
        if fault is not None:
            await genviral.fault(fault)
        _, writer = await asyncio.open_connection("127.0.0.1", int(genviral.url.rpartition(":")[2]))
        writer.write(b"POST /api/partner/v1/posts HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer a\r\n")
        writer.write(b"Content-Length: 9\r\n\r\nhalf")
        await writer.drain()
        writer.close()
        await writer.wait_closed()
        await genviral.create()


def test_a_server_that_cannot_drop_connections_says_so() -> None:
    with TestClient(create_app()) as client:
        client.post("/_sandbox/faults", json={"path": "/posts", "fault": "drop_before"})
        with pytest.raises(ConnectionResetError, match=r"sandbox\.serve can"):
            client.post(f"{BASE_PATH}/posts", json=post())


@pytest.mark.anyio
async def test_accounts_come_from_a_file(tmp_path: Path) -> None:
    file = tmp_path / "accounts.json"
    file.write_text(json.dumps([SEED, SEED | {"id": STRANGER.replace("1", "2"), "workspace_id": None}]))
    async with calling(create_app(load_accounts(file))) as caller:
        first, second = (await caller.data("GET", "/accounts"))["accounts"]
        assert first == SEED | {"status": "active", "workspace_id": first["workspace_id"]}
        assert second["workspace_id"] is None


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("[", "not JSON"),
        ("\xff", "not JSON"),
        ("{}", "a list of accounts"),
        ("[1]", r"\[0\]: Expected object, received number"),
        (json.dumps([SEED | {"id": "1"}]), r"\[0\]: id: Invalid uuid"),
        (json.dumps([SEED, SEED]), r"\[1\]: the id 1+-.* occurs twice"),
        (json.dumps([SEED | {"type": "own", "handle": "x"}]), r"type: Invalid enum.*; Unrecognized key"),
        (json.dumps([{"id": STRANGER}]), "platform: Required"),
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
