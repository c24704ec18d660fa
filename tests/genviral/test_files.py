"""Files on their way to Genviral: streamed to the link that it gives, and sent in posts by the link that they get."""

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import anyio
import pytest
from starlette.types import Receive, Scope, Send

from providers.protocol import Failure, Provider
from schemas.asset import Asset, Measures
from schemas.errors import ErrorCode
from schemas.instant import parse
from schemas.post import Absent, Change, Order, Receipt
from tests.desk import INSTAGRAM, KEY, TRIES, Body, Service
from tests.genviral.impostor import Impostor
from tests.genviral.lives import FRIDAY
from tests.genviral.provided import provided
from tests.local.receiver import answers, receiver

pytestmark = pytest.mark.anyio

HANDLE = "media:0f3a"
STORAGE = ("/storage/{id}", "PUT")
FILES = ("/files", "POST")
SIZE = 3 * 1024 * 1024 + 1


def asset(folder: Path, media_type: str = "video/mp4", **changes: object) -> Asset:
    path = folder / "clip"
    path.write_bytes(b"v" * SIZE)
    measures = Measures(media_type, SIZE, 720, 1280, 20.5 if media_type.startswith("video/") else None)
    return replace(Asset(HANDLE, str(path), "clip.mp4", measures), **changes)  # pyright: ignore[reportArgumentType]


async def ignored(done: float, total: float, doing: str) -> None:
    """Let progress go."""


async def bring(provider: Provider, file: Asset) -> str:
    brought = await provider.bring(file, ignored)
    assert brought is not None
    return brought.reference


async def refusal(provider: Provider, file: Asset) -> Failure:
    with pytest.raises(Failure) as refused:
        await provider.bring(file, ignored)
    assert KEY not in refused.value.message
    return refused.value


async def stored(service: Service) -> list[Body]:
    """List the files that the service has, as it tells them."""
    headers = {"Authorization": f"Bearer {KEY}"}
    return (await service.http.get(f"{service.url}/api/partner/v1/files", headers=headers)).json()["data"]["files"]


async def test_a_file_is_brought_with_its_type_name_size_and_length_and_its_progress_is_told(tmp_path: Path) -> None:
    told: list[tuple[float, float]] = []

    async def tell(done: float, total: float, doing: str) -> None:
        told.append((done, total))

    async with provided(tmp_path) as (provider, service):
        brought = await provider.bring(asset(tmp_path), tell)
        assert brought is not None
        [file] = await stored(service)
        shown = {name: file[name] for name in ("url", "contentType", "filename", "size")}
        assert shown == {
            "url": brought.reference,
            "contentType": "video/mp4",
            "filename": "clip.mp4",
            "size": SIZE,
        }
        assert brought.expires_at is None
        assert (told[-1], told) == ((SIZE, SIZE), sorted(set(told)))


async def test_what_is_known_of_a_brought_video_spares_its_post_the_warnings(tmp_path: Path) -> None:
    async with provided(tmp_path) as (provider, service):
        file = asset(tmp_path)
        link = await bring(provider, file)
        receipt = await provider.create(await order(provider, replace(file, remote=link)))
        assert [warn.code for warn in receipt.warnings if warn.code == "VIDEO_DURATION_MISSING"] == []
        [post] = await service.posts()
        assert post["media"] == {"type": "video", "url": link}


async def order(provider: Provider, file: Asset) -> Order:
    accounts = tuple(account for account in await provider.accounts() if account.id == INSTAGRAM)
    media: Body = {"type": "video", "url": HANDLE}
    at = parse(FRIDAY)
    return Order("Launch day", accounts, "pw-1", media, at, opened_at=datetime.now(UTC), assets={HANDLE: file})


async def test_an_order_that_is_settled_sends_the_very_same_body(tmp_path: Path) -> None:
    async with provided(tmp_path) as (provider, service):
        file = asset(tmp_path)
        wanted = await order(provider, replace(file, remote=await bring(provider, file)))
        await service.fault("accept_then_drop", times=TRIES)
        with pytest.raises(Failure) as lost:
            await provider.create(wanted)
        assert lost.value.doubt
        settled = await provider.settle(wanted)
        assert isinstance(settled, Receipt)
        [post] = await service.posts()
        assert (post["id"], settled.replayed) == (settled.id, True)


@pytest.mark.parametrize("known", [{}, {HANDLE: None}], ids=["forgotten", "no longer there"])
async def test_a_post_whose_file_is_forgotten_is_searched_for_and_never_called_refused(
    tmp_path: Path, known: dict[str, None]
) -> None:
    async with provided(tmp_path) as (provider, service):
        file = asset(tmp_path)
        wanted = await order(provider, replace(file, remote=await bring(provider, file)))
        assets = {handle: replace(file, remote=remote) for handle, remote in known.items()}
        assert await provider.settle(replace(wanted, assets=assets)) == Absent()
        await service.fault("accept_then_drop", times=TRIES)
        with pytest.raises(Failure):
            await provider.create(wanted)
        sent = await service.requests("POST", "/posts")
        settled = await provider.settle(replace(wanted, assets=assets))
        assert isinstance(settled, Receipt)
        assert [post["id"] for post in await service.posts()] == [settled.id]
        assert await service.requests("POST", "/posts") == sent


async def test_files_take_the_place_of_their_links_among_others_in_their_order(tmp_path: Path) -> None:
    async with provided(tmp_path) as (provider, service):
        file = asset(tmp_path, "image/jpeg", name="a.jpg")
        named = replace(file, remote=await bring(provider, file))
        plain = await order(provider, named)
        far = "https://cdn.example.com/1.jpg"
        media: Body = {"type": "slideshow", "urls": [far, HANDLE, far]}
        made = await provider.create(replace(plain, media=media))
        [post] = await service.posts()
        assert post["media"]["urls"] == [far, named.remote, far]
        change = Change(media={"type": "slideshow", "urls": [HANDLE]}, assets={HANDLE: named})
        await provider.update(await provider.post(made.id), change)
        [post] = await service.posts()
        assert post["media"] == {"type": "slideshow", "urls": [named.remote]}


@pytest.mark.parametrize(
    "fault", ["accept_then_drop", "drop_before", "html_500", "accept_then_slow:3600", "retry_after:1", "status:503"]
)
async def test_a_link_whose_answer_is_lost_is_asked_for_again(tmp_path: Path, fault: str) -> None:
    async with provided(tmp_path) as (provider, service):
        await service.fault(fault, *FILES)
        link = await bring(provider, asset(tmp_path))
        assert [file["url"] for file in await stored(service)] == [link]
        assert await service.requests("POST", "/files") == 2


@pytest.mark.parametrize(
    ("fault", "code"),
    [
        ("status:401:invalid_token", ErrorCode.UNAUTHORIZED),
        ("status:402:subscription_required", ErrorCode.SUBSCRIPTION_REQUIRED),
        ("status:403:tier_not_allowed", ErrorCode.PLAN_FORBIDS),
        ("status:422:invalid_payload", ErrorCode.INVALID_PAYLOAD),
        ("status:400:invalid_json", ErrorCode.INVALID_PAYLOAD),
        ("status:429", ErrorCode.RATE_LIMITED),
    ],
)
async def test_a_refusal_of_a_link_is_told_by_the_error_table(tmp_path: Path, fault: str, code: ErrorCode) -> None:
    async with provided(tmp_path) as (provider, service):
        await service.fault(fault, *FILES)
        assert (await refusal(provider, asset(tmp_path))).code is code


@pytest.mark.parametrize(
    ("fault", "code"),
    [
        ("status:403", ErrorCode.UNEXPECTED_ANSWER),
        ("status:503", ErrorCode.PROVIDER_ERROR),
        ("accept_then_drop", ErrorCode.UNEXPECTED_ANSWER),
        ("drop_before:eof", ErrorCode.UNEXPECTED_ANSWER),
    ],
)
async def test_storage_that_refuses_or_breaks_off_is_told_and_the_next_call_brings_the_file(
    tmp_path: Path, fault: str, code: ErrorCode
) -> None:
    async with provided(tmp_path) as (provider, service):
        await service.fault(fault, *STORAGE)
        assert (await refusal(provider, asset(tmp_path))).code is code
        assert await bring(provider, asset(tmp_path))


async def test_a_file_of_a_type_that_the_service_does_not_take_is_never_offered(tmp_path: Path) -> None:
    async with provided(tmp_path) as (provider, service):
        refused = await refusal(provider, asset(tmp_path, "video/x-matroska"))
        assert refused.code is ErrorCode.VALIDATION_FAILED
        assert "mp4" in refused.problems[0].fix
        assert await service.requests("POST", "/files") == 0


async def test_a_name_full_of_tricks_is_sent_without_them(tmp_path: Path) -> None:
    async with provided(tmp_path) as (provider, service):
        await bring(provider, asset(tmp_path, name="\u202egpj.\x00exe" + "n" * 400))
        [file] = await stored(service)
        assert file["filename"].startswith("gpj.exe")
        assert len(file["filename"]) <= 255


LINK = "https://cdn.vireel.io/partner/1/clip.mp4"
#: What a 201 may say that is no place for a file.
NO_PLACES: list[Body] = [
    {},
    {"uploadUrl": None, "url": LINK},
    {"uploadUrl": "https://storage.test/1"},
    {"uploadUrl": "https://storage.test/1", "url": "javascript:alert(1)"},
    {"uploadUrl": "https://storage.test/1", "url": f"{LINK}\u202e"},
    {"uploadUrl": "https://storage.test/1", "url": LINK + "x" * 2_000},
    {"uploadUrl": "ftp://storage.test/1", "url": LINK},
    {"uploadUrl": "http://[", "url": LINK},
    {"uploadUrl": "http://169.254.169.254/latest", "url": LINK},
    {"uploadUrl": "http://10.0.0.5/1", "url": LINK},
    {"uploadUrl": "http://[::1]/1", "url": LINK},
    {"uploadUrl": "http://user:word@storage.test/1", "url": LINK},
    {"uploadUrl": "http://storage.test:22/1", "url": LINK},
]


@pytest.mark.parametrize("data", NO_PLACES, ids=str)
async def test_a_place_that_is_none_or_leads_inside_gets_nothing(tmp_path: Path, data: Body) -> None:
    impostor = Impostor("scheduled", ("POST", "/files"), data)
    async with provided(tmp_path, impostor) as (provider, _):
        refused = await refusal(provider, asset(tmp_path))
        assert refused.code is ErrorCode.UNEXPECTED_ANSWER
        assert impostor.seen


async def test_a_neighbour_of_the_service_gets_nothing(tmp_path: Path) -> None:
    async with receiver(answers()) as neighbour:
        data: Body = {"uploadUrl": f"http://127.0.0.1:{neighbour.port}/1", "url": LINK}
        async with provided(tmp_path, Impostor("scheduled", ("POST", "/files"), data)) as (provider, _):
            refused = await refusal(provider, asset(tmp_path))
            assert refused.message.startswith("The place named for the file cannot be used: port")
        assert neighbour.seen == []


async def test_storage_that_hangs_is_given_up_when_its_link_has_expired(tmp_path: Path) -> None:
    impostor = Impostor("scheduled", ("POST", "/files"), {"url": LINK, "expiresIn": 5})

    async def hangs(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and scope["method"] == "PUT":
            while (await receive()).get("more_body"):
                pass
            await anyio.sleep_forever()
        host = dict(scope["headers"])[b"host"].decode() if scope["type"] == "http" else ""
        impostor.data["uploadUrl"] = f"http://{host}/bucket"
        await impostor(scope, receive, send)

    async with provided(tmp_path, hangs) as (provider, _):
        refused = await refusal(provider, asset(tmp_path))
        assert (refused.code, refused.message) == (ErrorCode.PROVIDER_TIMEOUT, "No answer within 5 s.")


async def test_a_file_that_is_gone_or_changed_is_told(tmp_path: Path) -> None:
    async with provided(tmp_path) as (provider, service):
        file = asset(tmp_path)
        await anyio.Path(file.path).write_bytes(b"v")
        assert (await refusal(provider, file)).code is ErrorCode.STORAGE_FAILED
        await anyio.Path(file.path).unlink()
        assert (await refusal(provider, file)).code is ErrorCode.STORAGE_FAILED
        assert await stored(service) == []
