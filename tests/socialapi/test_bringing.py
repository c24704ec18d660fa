"""Files on their way to SocialAPI's library: whole, once, streamed, and to no place of our own network."""

import base64
import json
import tracemalloc
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path

import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from engine.clock import utc_now
from providers.protocol import Failure
from providers.socialapi.bringing import MAX_FORM
from providers.socialapi.provider import SocialAPI
from sandbox.serve import running
from schemas.account import Account
from schemas.asset import Asset, Brought, Measures
from schemas.errors import ErrorCode
from schemas.post import Absent, Change, Order, Post, Receipt
from tests.desk import Body
from tests.media.files import png
from tests.socialapi.desk import FACEBOOK, INSTAGRAM, Agent, Service, agent, assert_one, later, lose, socialapi

pytestmark = pytest.mark.anyio

MEGABYTE = 1024 * 1024
FORM, LINK, VERIFY = "/media/upload", "/media/upload-url", "/media/{id}/verify"
LARGE = MAX_FORM + 1
ACCOUNTS = (Account(INSTAGRAM, "instagram", "Lumen"), Account(FACEBOOK, "facebook", "Lumen"))


@dataclass
class Desk:
    """SocialAPI as a provider, without a tool before it: files come in by another one."""

    provider: SocialAPI
    home: Path
    told: list[tuple[float, float]] = field(default_factory=list[tuple[float, float]])

    def asset(self, size: int = 9, name: str = "lamp.jpg", media_type: str = "image/jpeg") -> Asset:
        """Keep a file, of zeros that take no room."""
        path = self.home / "kept"
        with path.open("wb") as file:
            file.truncate(size)
        return Asset("media:1", str(path), name, Measures(media_type, size))

    async def bring(self, asset: Asset) -> Brought:
        return await self.provider.bring(asset, self._tell)

    async def refusal(self, asset: Asset) -> Failure:
        with pytest.raises(Failure) as refused:
            await self.bring(asset)
        return refused.value

    async def _tell(self, done: float, total: float, doing: str) -> None:
        assert doing
        self.told.append((done, total))


@asynccontextmanager
async def bringing(tmp_path: Path) -> AsyncGenerator[tuple[Desk, Service]]:
    async with socialapi(tmp_path) as (agent, service):
        yield Desk(agent.provider, tmp_path), service


async def library(service: Service) -> list[Body]:
    return (await service.call("GET", "/media"))["data"]


@pytest.mark.parametrize("size", [1, 9, MEGABYTE])
async def test_a_file_goes_in_a_form_under_its_name_and_its_measured_type(tmp_path: Path, size: int) -> None:
    async with bringing(tmp_path) as (desk, service):
        brought = await desk.bring(desk.asset(size, media_type="image/webp"))
        [found] = await library(service)
        assert (found["id"], found["status"]) == (brought.reference, "ready")
        assert (found["filename"], found["content_type"], found["size_bytes"]) == ("lamp.jpg", "image/webp", size)
        assert (brought.expires_at, desk.told[-1]) == (None, (size, size))
        assert await service.requests("POST", FORM) == 1


async def test_a_large_file_goes_to_a_link_and_is_made_ready(tmp_path: Path) -> None:
    async with bringing(tmp_path) as (desk, service):
        brought = await desk.bring(desk.asset(LARGE, "clip.mp4", "video/mp4"))
        [found] = await library(service)
        assert (found["id"], found["status"], found["size_bytes"]) == (brought.reference, "ready", LARGE)
        assert (found["filename"], found["content_type"]) == ("clip.mp4", "video/mp4")
        assert [await service.requests("POST", path) for path in (FORM, "/verify")] == [0, 1]
        assert desk.told[-1] == (LARGE, LARGE)


@pytest.mark.parametrize("size", [MAX_FORM, LARGE], ids=["form", "link"])
async def test_no_file_is_read_into_memory(tmp_path: Path, size: int) -> None:
    async with bringing(tmp_path) as (desk, _):
        await desk.bring(desk.asset(1))
        asset = desk.asset(size)
        tracemalloc.start()
        try:
            await desk.bring(asset)
            peak = tracemalloc.get_traced_memory()[1]
        finally:
            tracemalloc.stop()
        assert peak < 12 * MEGABYTE


@pytest.mark.parametrize("name", ['a "quoted" name.jpg', "späti ☀.jpg", "two\r\nlines.jpg", "a;b=c.jpg", "x" * 200])
async def test_odd_names_stay_names(tmp_path: Path, name: str) -> None:
    async with bringing(tmp_path) as (desk, service):
        await desk.bring(desk.asset(name=name))
        [found] = await library(service)
        assert (found["size_bytes"], found["content_type"]) == (9, "image/jpeg")
        assert found["filename"].replace("%22", '"').replace("%0D%0A", "\r\n") == name


async def test_a_file_that_a_proxy_finds_too_large_goes_to_a_link(tmp_path: Path) -> None:
    async with bringing(tmp_path) as (desk, service):
        await service.fault("page:413", FORM)
        brought = await desk.bring(desk.asset())
        assert [found["id"] for found in await library(service)] == [brought.reference]
        assert await service.requests("GET", LINK) == 1


@pytest.mark.parametrize("size", [9, LARGE], ids=["form", "link"])
async def test_a_full_storage_is_for_the_user(tmp_path: Path, size: int) -> None:
    async with bringing(tmp_path) as (desk, service):
        await service.limits(storage_bytes=0)
        refused = await desk.refusal(desk.asset(size))
        assert (refused.code, refused.doubt) == (ErrorCode.QUOTA_REACHED, False)
        assert "delete unused media" in (refused.advice or "")
        assert await service.requests("POST", "/verify") == 0


@pytest.mark.parametrize(
    ("fault", "code"),
    [
        ("status:413:billing.storage_quota", ErrorCode.QUOTA_REACHED),
        ("status:404:media.not_found", ErrorCode.NOT_FOUND),
        ("status:403:auth.insufficient_scope", ErrorCode.FORBIDDEN),
    ],
)
async def test_a_file_that_is_not_made_ready_is_told_as_not_there(tmp_path: Path, fault: str, code: ErrorCode) -> None:
    async with bringing(tmp_path) as (desk, service):
        await service.fault(fault, VERIFY)
        refused = await desk.refusal(desk.asset(LARGE))
        assert (refused.code, refused.doubt) == (code, False)
        assert await library(service) == []


async def test_a_storage_that_fills_while_a_file_is_on_its_way_is_told(tmp_path: Path) -> None:
    async with bringing(tmp_path) as (desk, service):
        await service.limits(storage_bytes=LARGE - 1)
        refused = await desk.refusal(desk.asset(LARGE))
        assert refused.code is ErrorCode.QUOTA_REACHED
        assert await library(service) == []


@pytest.mark.parametrize("fault", ["accept_then_drop", "drop_before", "html_500", "accept_then_status:502"])
@pytest.mark.parametrize("where", [(VERIFY, "POST"), (LINK, "GET")], ids=["verify", "link"])
async def test_what_harms_nobody_is_asked_again_when_its_answer_is_lost(
    tmp_path: Path, where: tuple[str, str], fault: str
) -> None:
    async with bringing(tmp_path) as (desk, service):
        await service.fault(fault, *where)
        brought = await desk.bring(desk.asset(LARGE))
        assert [found["id"] for found in await library(service)] == [brought.reference]


@pytest.mark.parametrize("fault", ["accept_then_drop", "drop_before", "html_500"])
async def test_a_form_whose_answer_is_lost_is_not_sent_again_by_itself(tmp_path: Path, fault: str) -> None:
    async with bringing(tmp_path) as (desk, service):
        await service.fault(fault, FORM)
        assert (await desk.refusal(desk.asset())).doubt
        assert await service.requests("POST", FORM) == 1


@pytest.mark.parametrize("size", [9, LARGE], ids=["form", "link"])
@pytest.mark.parametrize("change", [-1, 1], ids=["shorter", "longer"])
async def test_a_file_that_is_not_as_it_was_measured_is_not_there(tmp_path: Path, size: int, change: int) -> None:
    async with bringing(tmp_path) as (desk, service):
        asset = desk.asset(size + change)
        refused = await desk.refusal(replace(asset, measures=Measures("image/jpeg", size)))
        assert refused.code is ErrorCode.STORAGE_FAILED
        assert await library(service) == []


@pytest.mark.parametrize("size", [9, LARGE], ids=["form", "link"])
async def test_a_file_that_is_gone_is_told(tmp_path: Path, size: int) -> None:
    async with bringing(tmp_path) as (desk, service):
        asset = replace(desk.asset(size), path=str(tmp_path / "gone"))
        assert (await desk.refusal(asset)).code is ErrorCode.STORAGE_FAILED
        assert await library(service) == []


@dataclass
class Trap:
    """A server in our own network that nobody may lead us to."""

    url: str
    seen: list[str] = field(default_factory=list[str])


@asynccontextmanager
async def led(tmp_path: Path, answer: Body) -> AsyncGenerator[tuple[Desk, Trap]]:
    """A service whose upload-url answers so, with ``{trap}`` for a server beside it."""
    seen: list[str] = []

    async def caught(request: Request) -> Response:
        seen.append(request.method)
        return Response(status_code=200)

    trapped = Starlette(routes=[Route("/{rest:path}", caught, methods=["GET", "PUT", "POST"])])
    async with running(trapped) as inside:

        async def place(_: Request) -> Response:
            return Response(json.dumps(answer).replace("{trap}", inside), media_type="application/json")

        app = Starlette(routes=[Route("/media/upload-url", place)])
        async with running(app) as url, agent(tmp_path, url) as found:
            yield Desk(found.provider, tmp_path), Trap(inside, seen)


@pytest.mark.parametrize(
    "link",
    [
        "{trap}/bucket/1",
        "http://169.254.169.254/latest/meta-data",
        "http://10.0.0.1/bucket",
        "http://[::1]/bucket",
        "http://localhost/bucket",
        "file:///etc/passwd",
        "//bucket",
        "",
    ],
)
async def test_a_link_that_leads_inside_is_refused_and_nothing_goes_there(tmp_path: Path, link: str) -> None:
    async with led(tmp_path, {"media_id": "m_1", "upload_url": link}) as (desk, trap):
        refused = await desk.refusal(desk.asset(LARGE))
        assert (refused.code, refused.doubt) == (ErrorCode.UNEXPECTED_ANSWER, False)
        assert trap.seen == []


@pytest.mark.parametrize("answer", [{}, {"media_id": 7}, {"media_id": ""}, {"upload_url": "{trap}/1"}], ids=str)
async def test_an_answer_without_an_id_brings_nothing(tmp_path: Path, answer: Body) -> None:
    async with led(tmp_path, {"a": "b", **answer}) as (desk, trap):
        assert (await desk.refusal(desk.asset(LARGE))).code is ErrorCode.UNEXPECTED_ANSWER
        assert trap.seen == []


def order(asset: Asset, **changes: object) -> Order:
    given: Body = {
        "caption": "Launch day",
        "accounts": ACCOUNTS,
        "key": "k1",
        "media": {"type": "slideshow", "urls": ["media:1", "https://cdn.example.com/2.jpg"]},
        "assets": {"media:1": asset},
        "opened_at": utc_now(),
        **changes,
    }
    return Order(**given)


async def brought(desk: Desk) -> Asset:
    asset = desk.asset()
    return replace(asset, remote=(await desk.bring(asset)).reference)


async def test_a_post_names_the_file_that_was_brought(tmp_path: Path) -> None:
    async with bringing(tmp_path) as (desk, service):
        asset = await brought(desk)
        await desk.provider.rehearse(order(asset))
        receipt = await desk.provider.create(order(asset))
        [post] = await service.posts()
        assert (post["id"], post["status"]) == (receipt.id, "published")
        assert post["media"] == [
            {"source_type": "media_id", "source": asset.remote, "type": "image"},
            {"source_type": "url", "source": "https://cdn.example.com/2.jpg", "type": "image"},
        ]


@pytest.mark.parametrize("known", [True, False], ids=["kept", "gone from our keeping"])
async def test_a_post_of_a_brought_file_is_found_again_when_its_answer_is_lost(tmp_path: Path, *, known: bool) -> None:
    async with bringing(tmp_path) as (desk, service):
        wanted = order(await brought(desk), key="k2")
        await service.fault("accept_then_drop")
        with pytest.raises(Failure) as lost:
            await desk.provider.create(wanted)
        assert lost.value.doubt
        found = await desk.provider.settle(wanted if known else replace(wanted, assets={}))
        assert isinstance(found, Receipt)
        assert [post["id"] for post in await service.posts()] == [found.id]


async def test_a_post_of_another_file_is_not_taken_for_it(tmp_path: Path) -> None:
    async with bringing(tmp_path) as (desk, _):
        asset = await brought(desk)
        await desk.provider.create(order(asset))
        other = await desk.provider.settle(order(replace(asset, remote="another"), key="k2"))
        assert isinstance(other, Absent)


async def test_a_change_names_the_file_that_was_brought(tmp_path: Path) -> None:
    async with bringing(tmp_path) as (desk, service):
        asset = await brought(desk)
        made = await desk.provider.create(order(asset, media=None, assets={}, draft=True, accounts=ACCOUNTS[1:]))
        post: Post = await desk.provider.post(made.id)
        changed = await desk.provider.update(
            post, Change(media={"type": "video", "url": "media:1"}, assets={"media:1": asset})
        )
        assert changed.media == {"type": "slideshow", "urls": [asset.remote]}
        [record] = await service.posts()
        assert record["media"] == [{"source_type": "media_id", "source": asset.remote, "type": "image"}]


async def test_a_file_that_the_service_lost_is_told_by_the_post(tmp_path: Path) -> None:
    async with bringing(tmp_path) as (desk, service):
        asset = replace(desk.asset(), remote="00000000-0000-0000-0000-000000000000")
        with pytest.raises(Failure) as refused:
            await desk.provider.create(order(asset))
        assert "was not found" in refused.value.problems[0].message
        assert await service.posts() == []


async def uploaded(agent: Agent, noise: bytes = b"") -> str:
    """Take a picture in, as an agent does, and return its handle."""
    picture = base64.b64encode(png(600, 600, noise=noise)).decode()
    handle: str = (await agent.call("upload_media", data=picture, filename="lamp.png"))["data"]["media"]
    return handle


async def test_an_agent_posts_and_changes_files_by_their_handles(tmp_path: Path) -> None:
    async with socialapi(tmp_path) as (agent, service):
        handles = [await uploaded(agent, noise) for noise in (b"", b"another")]
        media: list[Body] = [{"type": "slideshow", "urls": [handle]} for handle in handles]
        body = await agent.create(accounts=[FACEBOOK], media=media[0], scheduled_at=later(hours=3))
        assert body["ok"], body
        assert "LINKS_READ_LATER" not in {warning["code"] for warning in body["data"]["warnings"]}
        files = {found["id"] for found in await library(service)}
        [post] = await service.posts()
        first = [(item["source_type"], item["source"]) for item in post["media"]]
        changed = await agent.call("update_post", post_id=body["data"]["id"], media=media[1])
        assert changed["ok"], changed
        [post] = await service.posts()
        second = [(item["source_type"], item["source"]) for item in post["media"]]
        assert {*first, *second} == {("media_id", file) for file in files}
        assert len(files) == await service.requests("POST", FORM) == 2


async def test_a_post_of_a_file_whose_answer_is_lost_is_settled_without_a_double(tmp_path: Path) -> None:
    async with socialapi(tmp_path) as (agent, service):
        media: Body = {"type": "slideshow", "urls": [await uploaded(agent)]}
        await service.fault("accept_then_drop")
        following = await lose(agent, accounts=[FACEBOOK], media=media)
        settled = await agent.call(following["tool"], **following["arguments"])
        assert settled["data"]["status"] == "published"
        await assert_one(service)


async def test_a_dry_run_brings_nothing_and_says_that_the_service_did_not_look(tmp_path: Path) -> None:
    (tmp_path / "a.png").write_bytes(png(800, 600))
    async with socialapi(tmp_path / "home", MEDIA_ROOTS=str(tmp_path)) as (agent, service):
        media = {"type": "slideshow", "urls": [str(tmp_path / "a.png")]}
        body = await agent.create(media=media, accounts=[FACEBOOK], dry_run=True)
        assert [warn["code"] for warn in body["data"]["warnings"]] == ["NOT_CHECKED_BY_SERVICE"]
        assert await service.requests("POST", "/media/upload") == 0
