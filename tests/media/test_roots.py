"""Which folders are open to a call: the settings', else the client's, else the working folder; none to strangers."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import anyio
import mcp_types as types
import pytest
from mcp.client import Client
from mcp.shared.exceptions import MCPError
from pydantic import FileUrl

from engine.workers import Kind
from server.app import build
from server.settings import load
from tests.desk import Agent, Body
from tests.media.files import png

pytestmark = pytest.mark.anyio


@pytest.fixture(autouse=True)
def patience(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let a client take as long as a busy machine may."""
    monkeypatch.setattr("server.roots.ASKED_SECONDS", 100.0)


@asynccontextmanager
async def client(
    home: Path, offered: list[str] | Exception | None, *, mode: str = "legacy", same_machine: bool = True, **more: str
) -> AsyncGenerator[Agent]:
    """An agent whose client offers these roots; ``None``: it has no such thing."""

    async def tell(context: object) -> types.ListRootsResult:
        if isinstance(offered, Exception):
            raise offered
        return types.ListRootsResult(roots=[types.Root(uri=FileUrl(root)) for root in offered or ()])

    settings = load({"POSTWRIGHT_HOME": str(home), **more})
    asked = None if offered is None else tell
    async with (
        build(settings, kind=Kind.SESSION if same_machine else Kind.HTTP) as app,
        Client(app.server, mode=mode, list_roots_callback=asked) as found,
    ):
        yield Agent(found)


@pytest.fixture
def pictures(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The working folder, with a folder below and another beside, a picture in each."""
    for name in ("work/deep", "beside"):
        (tmp_path / name).mkdir(parents=True)
    for name in ("work", "work/deep", "beside"):
        (tmp_path / name / "a.png").write_bytes(png())
    monkeypatch.chdir(tmp_path / "work")
    return tmp_path


async def taken(agent: Agent, path: Path | str) -> bool:
    body = await agent.call("upload_media", path=str(path))
    if not body["ok"]:
        [problem] = body["problems"]
        assert "outside the folders" in problem["message"], body
    return body["ok"]


async def test_the_clients_roots_are_open_and_the_working_folder_is_not(pictures: Path) -> None:
    async with client(pictures / "home", [(pictures / "beside").as_uri()]) as agent:
        assert await taken(agent, pictures / "beside" / "a.png")
        assert await taken(agent, "./a.png")
        assert not await taken(agent, pictures / "work" / "a.png")


@pytest.mark.parametrize("mode", ["legacy", "2026-07-28"])
async def test_the_working_folder_is_open_where_a_client_tells_no_roots(pictures: Path, mode: str) -> None:
    async with client(pictures / "home", None, mode=mode) as agent:
        assert await taken(agent, pictures / "work" / "a.png")
        assert await taken(agent, "./deep/a.png")
        assert not await taken(agent, pictures / "beside" / "a.png")


async def test_the_folders_of_the_settings_count_alone(pictures: Path) -> None:
    roots = f"{pictures / 'beside'},{pictures / 'none'}"
    async with client(pictures / "home", ["file:///"], POSTWRIGHT_MEDIA_ROOTS=roots) as agent:
        assert await taken(agent, pictures / "beside" / "a.png")
        assert not await taken(agent, pictures / "work" / "a.png")


@pytest.mark.parametrize(
    "offered",
    [
        [],
        ["file:///"],
        ["file://elsewhere/"],
        ["file:///%00"],
        MCPError(code=types.INTERNAL_ERROR, message="no"),
        anyio.BrokenResourceError(),
    ],
    ids=str,
)
async def test_a_client_that_opens_no_sensible_folder_opens_none(pictures: Path, offered: Any) -> None:
    async with client(pictures / "home", offered) as agent:
        assert not await taken(agent, pictures / "work" / "a.png")


async def test_a_client_that_never_tells_its_roots_is_not_waited_for(
    pictures: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("server.roots.ASKED_SECONDS", 2.0)
    asked = anyio.Event()

    async def hang(context: object) -> types.ListRootsResult:
        asked.set()
        await anyio.sleep_forever()
        raise AssertionError

    settings = load({"POSTWRIGHT_HOME": str(pictures / "home")})
    async with (
        build(settings) as app,
        Client(app.server, mode="legacy", list_roots_callback=hang) as found,
    ):
        with anyio.fail_after(100):
            assert not await taken(Agent(found), pictures / "work" / "a.png")
        assert asked.is_set()


@pytest.mark.parametrize("folder", ["/", "home", "above"])
async def test_a_server_started_in_a_folder_that_holds_everything_opens_none(
    pictures: Path, monkeypatch: pytest.MonkeyPatch, folder: str
) -> None:
    monkeypatch.setenv("HOME", str(pictures / "work"))
    monkeypatch.chdir({"home": pictures / "work", "above": pictures}.get(folder, Path("/")))
    async with client(pictures / "state", None) as agent:
        assert not await taken(agent, pictures / "work" / "a.png")


async def test_a_folder_of_the_home_folder_is_open(pictures: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(pictures / "work"))
    monkeypatch.chdir(pictures / "work" / "deep")
    async with client(pictures / "state", None) as agent:
        assert await taken(agent, "~/deep/a.png")
        assert not await taken(agent, "~/a.png")


async def test_a_working_folder_that_is_gone_opens_nothing(pictures: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    gone = pictures / "gone"
    gone.mkdir()
    monkeypatch.chdir(gone)
    gone.rmdir()
    async with client(pictures / "home", None) as agent:
        for path in (pictures / "work" / "a.png", "./a.png"):
            body: Body = await agent.call("upload_media", path=str(path))
            assert body["error_code"] == "invalid_payload", body


async def test_a_client_on_another_machine_has_no_files_here(pictures: Path) -> None:
    async with client(pictures / "home", [pictures.as_uri()], same_machine=False) as agent:
        assert not await taken(agent, pictures / "work" / "a.png")
        body = await agent.call(
            "create_post", caption="Hi", accounts=["local:outbox"], media={"type": "slideshow", "urls": ["./a.png"]}
        )
        [problem] = body["problems"]
        assert "Open: none" in problem["fix"]


async def test_roots_are_asked_for_once_a_call(pictures: Path) -> None:
    asked = 0

    async def tell(context: object) -> types.ListRootsResult:
        nonlocal asked
        asked += 1
        return types.ListRootsResult(roots=[types.Root(uri=FileUrl(pictures.as_uri()))])

    urls = [str(pictures / name / "a.png") for name in ("work", "beside", "work/deep")]
    settings = load({"POSTWRIGHT_HOME": str(pictures / "home")})
    async with build(settings) as app, Client(app.server, mode="legacy", list_roots_callback=tell) as found:
        body = await Agent(found).call(
            "create_post",
            caption="Hi",
            accounts=["local:outbox"],
            media={"type": "slideshow", "urls": urls},
            mode="draft",
        )
    assert (body["ok"], asked) == (True, 1), body
