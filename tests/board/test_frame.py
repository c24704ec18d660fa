"""The page in a client's frame: sandboxed, without a network, all it knows told by the client."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import mcp_types as types
import pytest
from mcp.client import Client
from mcp.client.extension import advertise
from mcp.server.apps import APP_MIME_TYPE, EXTENSION_ID
from mcp.shared.exceptions import MCPError
from playwright.async_api import FrameLocator, Page, Route, expect

from engine.clock import utc_now
from schemas.instant import wire
from server.app import build
from server.board.apps import PAGE
from server.settings import load
from tests.board.boards import OUTBOX
from tests.board.browser import AXE, browser_page, needs_axe, needs_chromium

pytestmark = [pytest.mark.anyio, needs_chromium]
#: Where the client of host.html is.
NEW_YORK = ZoneInfo("America/New_York")
HOST = (Path(__file__).parent / "host.html").read_text(encoding="utf-8")
#: What a client lets a page do that asks for no address: run what is in it, and nothing else.
POLICY = "default-src 'none'; script-src 'self' 'unsafe-inline'; style-src 'self' 'unsafe-inline'"


@dataclass
class Framed:
    """A client's window, the frame in it, and the client that reads for it."""

    window: Page
    frame: FrameLocator
    client: Client

    async def create(self, caption: str, at: str | None) -> dict[str, Any]:
        made = {"caption": caption, "accounts": [OUTBOX], **({"scheduled_at": at} if at else {})}
        return (await self.client.call_tool("create_post", made)).structured_content or {}

    async def said(self, method: str) -> list[dict[str, Any]]:
        """What the page said by this method."""
        return await self.window.evaluate("(method) => said.filter((one) => one.method === method)", method)

    async def show(self) -> None:
        found = await self.client.read_resource(PAGE)
        [held] = found.contents
        assert isinstance(held, types.TextResourceContents)
        await self.window.evaluate("(html) => show(html)", held.text)


@asynccontextmanager
async def framed(home: Path, *, reads: bool = True) -> AsyncGenerator[Framed]:
    """A client with a window, at a server of ours; ``reads``: it lets pages read."""
    shows = advertise(EXTENSION_ID, {"mimeTypes": [APP_MIME_TYPE]})

    async def serve(route: Route) -> None:
        assert route.request.url == "https://client.example/"
        await route.fulfill(body=HOST, content_type="text/html", headers={"Content-Security-Policy": POLICY})

    async with (
        build(load({"POSTWRIGHT_HOME": str(home)})) as app,
        Client(app.server, extensions=[shows]) as client,
        browser_page() as page,
    ):

        async def read(uri: str) -> dict[str, Any]:
            if not reads:
                raise MCPError(code=types.METHOD_NOT_FOUND, message="not here")
            return (await client.read_resource(uri)).model_dump(mode="json", by_alias=True, exclude_none=True)

        await page.expose_function("readResource", read)  # pyright: ignore[reportUnknownMemberType]  (untyped there)
        await page.route("**/*", serve)
        await page.goto("https://client.example/")
        yield Framed(page, page.frame_locator("iframe"), client)


async def test_it_shows_the_posts_in_the_clients_zone_and_colours(tmp_path: Path) -> None:
    at = (utc_now() + timedelta(days=2)).replace(hour=15, minute=0, second=0, microsecond=0)
    async with framed(tmp_path) as there:
        assert (await there.create("From the frame", wire(at)))["ok"]
        await there.show()
        row = there.frame.get_by_role("listitem").filter(has_text="From the frame")
        await expect(row).to_contain_text(f"{at.astimezone(NEW_YORK):%H:%M}")
        await expect(row).to_contain_text("15:00 UTC")
        await expect(there.frame.get_by_text("Times in America/New_York")).to_be_visible()
        scheme = "getComputedStyle(document.documentElement).colorScheme"
        assert await there.frame.locator("html").evaluate(scheme) == "dark"
        assert await there.said("ui/notifications/initialized")
        await there.window.wait_for_function("said.some((one) => one.method === 'ui/notifications/size-changed')")
        sizes = await there.said("ui/notifications/size-changed")
        assert all(0 < size["params"]["height"] <= 2000 for size in sizes)


async def test_the_result_of_a_call_of_the_agents_is_a_sign_to_look_again(tmp_path: Path) -> None:
    async with framed(tmp_path) as there:
        await there.show()
        await expect(there.frame.get_by_role("heading", name="Nothing is planned yet")).to_be_visible()
        made = await there.create("Made in the chat", wire(utc_now() + timedelta(days=1)))
        result: dict[str, Any] = {"content": [], "structuredContent": made}
        await there.window.evaluate(
            "(params) => tell({ method: 'ui/notifications/tool-result', params })",
            result,
        )
        await expect(there.frame.get_by_role("button", name="Made in the chat")).to_be_visible()


async def test_another_month_is_read_through_the_client(tmp_path: Path) -> None:
    async with framed(tmp_path) as there:
        far = (utc_now() + timedelta(days=75)).astimezone(NEW_YORK)
        assert (await there.create("Far away", wire(far)))["ok"]
        await there.show()
        await there.frame.get_by_role("button", name="Month", exact=True).click()
        for _ in range(2):
            await there.frame.get_by_role("button", name="Later").click()
        label = there.frame.locator("#label")
        while await label.inner_text() != f"{far:%B %Y}":
            await there.frame.get_by_role("button", name="Later").click()
        await expect(there.frame.get_by_role("button", name="Far away")).to_be_visible()


async def test_a_client_that_does_not_let_pages_read_is_said_in_words(tmp_path: Path) -> None:
    async with framed(tmp_path, reads=False) as there:
        await there.show()
        await expect(there.frame.get_by_text("In a terminal, postwright board shows them.")).to_be_visible()


async def test_it_answers_the_client_and_heeds_nobody_else(tmp_path: Path) -> None:
    async with framed(tmp_path) as there:
        await there.show()
        await expect(there.frame.get_by_role("heading", name="Nothing is planned yet")).to_be_visible()
        await there.window.evaluate("tell({ id: 'p', method: 'ping' }); tell({ id: 'u', method: 'no/such' })")
        await there.window.evaluate("tell({ id: 't', method: 'ui/resource-teardown', params: {} })")
        await there.window.wait_for_function("said.some((one) => one.id === 't')")
        said = {one["id"]: one for one in await there.window.evaluate("said.filter((one) => !one.method)")}
        assert said["p"]["result"] == {}
        assert said["t"]["result"] == {}
        assert said["u"]["error"]["code"] == -32601
        # A window inside the frame is not the client.
        theme = "dispatchEvent(new MessageEvent('message', { source: window, data: { jsonrpc: '2.0', "
        theme += "method: 'ui/notifications/host-context-changed', params: { theme: 'light' } } }))"
        page = there.frame.locator("html")
        await page.evaluate(f"() => {theme}")
        assert await page.evaluate("() => document.documentElement.style.colorScheme") == "dark"
        await there.window.evaluate(
            "tell({ method: 'ui/notifications/host-context-changed', params: { theme: 'light' } })"
        )
        await expect(page).to_have_css("color-scheme", "light")


@needs_axe
async def test_axe_finds_nothing_wrong_in_the_frame(tmp_path: Path) -> None:
    async with framed(tmp_path) as there:
        assert (await there.create("From the frame", wire(utc_now() + timedelta(days=1))))["ok"]
        await there.show()
        await there.frame.get_by_role("button", name="From the frame").click()
        page = there.frame.locator("html")
        await page.evaluate(f"() => {{ {AXE.read_text(encoding='utf-8')} }}")
        found = await page.evaluate("() => axe.run(document, { resultTypes: ['violations'] })")
        assert [one["id"] for one in found["violations"]] == []
