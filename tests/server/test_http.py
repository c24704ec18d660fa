"""The HTTP transports keep strangers out and stay within bounds."""

import base64
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path

import anyio
import httpx2
import pytest
from mcp.client import Client
from mcp.client.sse import sse_client
from mcp.client.streamable_http import streamable_http_client

from engine.taking import MOST_DATA
from schemas.jsonvalue import members
from server import http
from server.app import build
from server.settings import SettingsError, load
from tests.desk import SLIDES
from tests.media.files import png

pytestmark = pytest.mark.anyio

TOKEN = "a-long-random-token"
PING = {"jsonrpc": "2.0", "id": 1, "method": "ping"}
HEADERS = {"Accept": "application/json, text/event-stream", "Content-Type": "application/json"}


@asynccontextmanager
async def serving(home: Path, transport: str = "http", **settings: str) -> AsyncGenerator[str]:
    """A server on a free port of loopback, as ``postwright serve`` runs it; yields its URL."""
    environment = {f"POSTWRIGHT_{name}": value for name, value in settings.items()}
    loaded = load({"POSTWRIGHT_HOME": str(home), **environment})
    ports: list[int] = []
    ready = anyio.Event()

    async def note(port: int) -> None:
        ports.append(port)
        ready.set()

    async with build(loaded) as app, anyio.create_task_group() as group:
        served = http.http_app if transport == "http" else http.sse_app
        group.start_soon(http.listen, served(app.server, loaded, "127.0.0.1"), "127.0.0.1", 0, note)
        with anyio.fail_after(100):
            await ready.wait()
        yield f"http://127.0.0.1:{ports[0]}"
        group.cancel_scope.cancel()


async def status(url: str, **headers: str) -> int:
    async with httpx2.AsyncClient(timeout=60) as client:
        return (await client.post(url, json=PING, headers={**HEADERS, **headers})).status_code


async def test_a_client_posts_over_http(tmp_path: Path) -> None:
    async with serving(tmp_path) as url, Client(streamable_http_client(f"{url}/mcp")) as client:
        result = await client.call_tool("create_post", {"caption": "Hello", "accounts": ["local:outbox"]})
        assert not result.is_error


async def test_without_the_token_nothing_is_answered(tmp_path: Path) -> None:
    async with serving(tmp_path, HTTP_TOKEN=TOKEN) as url:
        assert await status(f"{url}/mcp") == 401
        assert await status(f"{url}/mcp", Authorization="Bearer wrong") == 401
        assert await status(f"{url}/mcp", Authorization=TOKEN) == 401
        assert await status(f"{url}/mcp", Authorization=f"Bearer {TOKEN}") != 401


async def test_the_token_guards_sse_too(tmp_path: Path) -> None:
    async with serving(tmp_path, "sse", HTTP_TOKEN=TOKEN) as url:
        assert await status(f"{url}/messages/") == 401
        async with httpx2.AsyncClient(timeout=60) as client:
            assert (await client.get(f"{url}/sse")).status_code == 401


@pytest.mark.parametrize("transport", ["http", "sse"])
@pytest.mark.parametrize(
    ("headers", "refused"),
    [
        ({"Host": "evil.example"}, 421),
        ({"Host": "127.0.0.1.evil.example"}, 421),
        ({"Origin": "http://evil.example"}, 403),
    ],
)
async def test_other_hosts_and_origins_are_refused(
    tmp_path: Path, transport: str, headers: dict[str, str], refused: int
) -> None:
    async with serving(tmp_path, transport) as url:
        path = "/mcp" if transport == "http" else "/messages/"
        assert await status(f"{url}{path}", **headers) == refused


async def test_a_host_that_the_settings_add_is_let_in(tmp_path: Path) -> None:
    async with serving(tmp_path, HTTP_ALLOWED_HOSTS="posts.example") as url:
        assert await status(f"{url}/mcp", Host="posts.example") not in {403, 421}


@pytest.mark.parametrize("path", ["/mcp", "/messages/"])
async def test_a_huge_body_is_refused(tmp_path: Path, path: str) -> None:
    async with serving(tmp_path, "http" if path == "/mcp" else "sse") as url, httpx2.AsyncClient(timeout=60) as client:
        body = b'{"x": "' + b"x" * (http.MAX_BODY + 1) + b'"}'
        assert (await client.post(f"{url}{path}", content=body, headers=HEADERS)).status_code == 413


@pytest.mark.parametrize("transport", ["http", "sse"])
async def test_a_call_may_carry_the_largest_file_that_is_taken(tmp_path: Path, transport: str) -> None:
    picture = png() + bytes(MOST_DATA - len(png()))
    async with serving(tmp_path, transport) as url:
        by = streamable_http_client(f"{url}/mcp") if transport == "http" else sse_client(f"{url}/sse")
        async with Client(by) as client:
            given = {"data": base64.b64encode(picture).decode(), "filename": "a.png"}
            result = await client.call_tool("upload_media", given)
            assert not result.is_error, result
            assert members(members(result.structured_content)["data"])["bytes"] == MOST_DATA


async def test_posting_to_the_stream_of_sse_is_not_allowed(tmp_path: Path) -> None:
    async with serving(tmp_path, "sse") as url:
        assert await status(f"{url}/sse") == 405


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.0.2.1", "posts.example"])
def test_other_hosts_than_loopback_need_a_token(host: str) -> None:
    with pytest.raises(SettingsError, match="POSTWRIGHT_HTTP_TOKEN"):
        http.refuse_open_door(host, None)
    http.refuse_open_door(host, load({"POSTWRIGHT_HTTP_TOKEN": TOKEN}).http_token)


async def test_progress_reaches_http_clients_where_answers_are_streams(tmp_path: Path) -> None:
    heard = anyio.Event()

    async def hear(progress: float, total: float | None, message: str | None) -> None:
        heard.set()

    async with (
        serving(tmp_path, HTTP_RESPONSES="sse") as url,
        Client(streamable_http_client(f"{url}/mcp"), mode="legacy") as client,
    ):
        arguments = {"caption": "x", "accounts": ["local:outbox"], "mode": "draft", "media": SLIDES}
        made = await client.call_tool("create_post", arguments)
        post = members(made.structured_content)["data"]["id"]
        async with anyio.create_task_group() as group:
            waiting = {"post_id": post, "wait_seconds": 50}
            group.start_soon(lambda: client.call_tool("check_status", waiting, progress_callback=hear))
            with anyio.fail_after(100):
                await heard.wait()
            group.cancel_scope.cancel()
