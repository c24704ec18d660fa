"""Clients that show pages are offered the board beside list_posts; the others see nothing of it."""

import json
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import mcp_types as types
import pytest
from mcp.client import Client
from mcp.client.extension import advertise
from mcp.server.apps import APP_MIME_TYPE, EXTENSION_ID
from mcp.shared.exceptions import MCPError

from engine.clock import utc_now
from schemas.instant import wire
from server.app import build
from server.board.apps import PAGE, POSTS
from server.board.page import page
from server.settings import load
from tests.board.boards import OUTBOX

pytestmark = pytest.mark.anyio
SHOWS = advertise(EXTENSION_ID, {"mimeTypes": [APP_MIME_TYPE]})
ERAS = pytest.mark.parametrize("era", ["legacy", "auto"])


@asynccontextmanager
async def clients(home: Path, era: Any) -> AsyncGenerator[tuple[Client, Client]]:
    """Two clients of one server: one that shows pages, one that does not."""
    async with (
        build(load({"POSTWRIGHT_HOME": str(home)})) as app,
        Client(app.server, mode=era, extensions=[SHOWS]) as shows,
        Client(app.server, mode=era) as plain,
    ):
        yield shows, plain


def _text(result: types.ReadResourceResult) -> str:
    [held] = result.contents
    assert isinstance(held, types.TextResourceContents)
    return held.text


@ERAS
async def test_list_posts_has_the_page_for_clients_that_show_it_and_is_else_the_same(tmp_path: Path, era: str) -> None:
    async with clients(tmp_path, era) as (shows, plain):
        # What a server extends is told since 2026-07-28.
        assert (EXTENSION_ID in (shows.server_capabilities.extensions or {})) is (era == "auto")
        offered = {tool.name: tool for tool in (await shows.list_tools()).tools}
        usual = {tool.name: tool for tool in (await plain.list_tools()).tools}
        assert [name for name in offered if offered[name] != usual[name]] == ["list_posts"]
        meta = offered["list_posts"].meta or {}
        assert meta["ui"]["resourceUri"] == PAGE
        assert offered["list_posts"].model_copy(update={"meta": usual["list_posts"].meta}) == usual["list_posts"]
        assert list(offered) == list(usual)


@ERAS
async def test_a_client_that_shows_other_pages_alone_is_not_offered_this_one(tmp_path: Path, era: Any) -> None:
    other = advertise(EXTENSION_ID, {"mimeTypes": ["text/plain"]})
    async with (
        build(load({"POSTWRIGHT_HOME": str(tmp_path)})) as app,
        Client(app.server, mode=era, extensions=[other]) as client,
    ):
        assert not any("ui" in (tool.meta or {}) for tool in (await client.list_tools()).tools)


@ERAS
async def test_the_page_is_one_document_that_needs_nothing_from_anywhere(tmp_path: Path, era: str) -> None:
    async with clients(tmp_path, era) as (shows, plain):
        listed = {str(one.uri): one for one in (await shows.list_resources()).resources}
        assert listed[PAGE].mime_type == APP_MIME_TYPE
        assert PAGE not in {str(one.uri) for one in (await plain.list_resources()).resources}
        found = await shows.read_resource(PAGE)
        [held] = found.contents
        assert held.mime_type == APP_MIME_TYPE
        assert (held.meta or {})["ui"]["csp"] == {}
        html = _text(found)
        assert html == page().html
        assert not any(loads in html for loads in (" src=", "@import", "url(", "<link", "import("))


@ERAS
async def test_the_page_reads_the_posts_of_a_span_of_time_through_its_client(tmp_path: Path, era: str) -> None:
    async with clients(tmp_path, era) as (shows, plain):
        templates = [one.uri_template for one in (await shows.list_resource_templates()).resource_templates]
        assert f"{POSTS}{{?since,until}}" in templates
        assert not [
            one for one in (await plain.list_resource_templates()).resource_templates if POSTS in one.uri_template
        ]
        for days in (1, 90):
            at = wire(utc_now() + timedelta(days=days))
            made = {"caption": f"In {days} days", "accounts": [OUTBOX], "scheduled_at": at}
            assert not (await shows.call_tool("create_post", made)).is_error
        read = await shows.read_resource(POSTS)
        # Posts are never those of a while ago.
        assert read.ttl_ms == 0
        near = json.loads(_text(read))
        assert [post["caption"] for post in near["posts"]] == ["In 1 days"]
        span = f"since={wire(utc_now() + timedelta(days=60))}&until={wire(utc_now() + timedelta(days=100))}"
        far = json.loads(_text(await shows.read_resource(f"{POSTS}?{span}")))
        assert [post["caption"] for post in far["posts"]] == ["In 90 days"]


@ERAS
async def test_a_span_that_is_none_is_refused_in_words(tmp_path: Path, era: str) -> None:
    async with clients(tmp_path, era) as (shows, _):
        with pytest.raises(MCPError, match="since is not an ISO 8601 time"):
            await shows.read_resource(f"{POSTS}?since=soon")
