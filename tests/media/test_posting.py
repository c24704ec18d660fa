"""Files in posts: recorded by what they are, brought ahead, and never the reason for a second post or a lost one."""

import sqlite3
from collections.abc import AsyncGenerator
from contextlib import AbstractAsyncContextManager, asynccontextmanager, closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import anyio
import httpx2
import pytest

from engine import approving
from engine.call import Call
from engine.held import Held
from sandbox.genviral import BASE_PATH, create_app
from sandbox.serve import running
from schemas.instant import wire
from schemas.result import Result
from server.app import open_desk
from server.settings import load
from tests.desk import INSTAGRAM, KEY, TRIES, Agent, Body, Service, agent, genviral
from tests.lifecycle.stages import Watch
from tests.local.embedded import until
from tests.media.files import encoded, png
from tests.socialapi.desk import FACEBOOK, THREADS, socialapi
from tests.socialapi.desk import INSTAGRAM as META
from tests.socialapi.desk import Service as Hosted
from tools.again import carry_out
from tools.create_post import TOOL, create_post

pytestmark = pytest.mark.anyio

FILES = "/files"


@pytest.fixture(scope="module")
def films(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Films of so many seconds, made once."""
    folder = tmp_path_factory.mktemp("films")
    for seconds in (1, 4, 5):
        encoded(folder / f"{seconds}.mp4", width=360, height=640, seconds=seconds)
    return folder


@pytest.fixture(autouse=True)
def pictures(tmp_path: Path, films: Path) -> Path:
    """A folder that is open to calls, with a film and a picture in it."""
    folder = tmp_path / "pictures"
    folder.mkdir()
    (folder / "a.png").write_bytes(png(1080, 1080))
    (folder / "clip.mp4").write_bytes((films / "4.mp4").read_bytes())
    return folder


async def silent(done: float, total: float, doing: str) -> None:
    """Let progress go."""


@asynccontextmanager
async def posting(tmp_path: Path, watch: Watch | None = None, **settings: str) -> AsyncGenerator[tuple[Agent, Service]]:
    """An agent at Genviral to whom the folder ``pictures`` is open."""
    given = {"MEDIA_ROOTS": str(tmp_path / "pictures"), **settings}
    async with genviral(tmp_path / "home", watch or Watch(), **given) as (agent, service):
        yield agent, service


def clip(tmp_path: Path, name: str = "clip.mp4") -> Body:
    return {"type": "video", "url": str(tmp_path / "pictures" / name)}


def in_hours(hours: float) -> str:
    return wire(datetime.now(UTC) + timedelta(hours=hours))


def forget_where_files_are(tmp_path: Path) -> None:
    """Lose what the services call the files, as if that were long ago."""
    with closing(sqlite3.connect(tmp_path / "home" / "postwright.db", timeout=60)) as connection, connection:
        assert connection.execute("DELETE FROM media_at").rowcount


def known_to_services(tmp_path: Path) -> int:
    """Count the files of which it is known what a service calls them."""
    with closing(sqlite3.connect(tmp_path / "home" / "postwright.db", timeout=60)) as connection:
        return connection.execute("SELECT count(*) FROM media_at").fetchone()[0]


async def test_a_file_named_by_its_path_is_brought_and_posted_by_the_link_that_it_got(tmp_path: Path) -> None:
    async with posting(tmp_path) as (agent, service):
        made = await agent.create(media=clip(tmp_path))
        assert made["ok"], made
        [post] = await service.posts()
        assert post["media"]["url"].startswith("https://cdn.vireel.io/")
        assert str(tmp_path) not in str(post) + str(made)


async def test_what_a_file_is_called_makes_no_second_post(tmp_path: Path) -> None:
    async with posting(tmp_path) as (agent, service):
        made = await agent.create(media=clip(tmp_path))
        copy = tmp_path / "pictures" / "another name.mp4"
        copy.write_bytes((tmp_path / "pictures" / "clip.mp4").read_bytes())
        uploaded = await agent.call("upload_media", path=str(copy))
        for media in (clip(tmp_path, copy.name), {"type": "video", "url": uploaded["data"]["media"]}):
            again = await agent.create(media=media)
            assert (again["data"]["id"], again["data"]["replayed"]) == (made["data"]["id"], True)
        assert len(await service.posts()) == 1
        assert await service.requests("POST", FILES) == 1


async def test_a_file_is_brought_once_for_all_its_posts(tmp_path: Path) -> None:
    async with posting(tmp_path) as (agent, service):
        for caption in ("one", "two"):
            assert (await agent.create(media=clip(tmp_path), caption=caption))["ok"]
        assert len({post["media"]["url"] for post in await service.posts()}) == 1
        assert await service.requests("POST", FILES) == 1


async def test_many_files_are_brought_beside_each_other_in_their_order_with_progress_that_only_rises(
    tmp_path: Path,
) -> None:
    told: list[tuple[float, float | None]] = []

    async def tell(progress: float, total: float | None, message: str | None) -> None:
        assert message
        told.append((progress, total))

    async with posting(tmp_path) as (agent, service):
        paths = [tmp_path / "pictures" / f"{number}.png" for number in range(7)]
        for number, path in enumerate(paths):
            path.write_bytes(png(1080, 1080, noise=b"x" * number))
        media = {"type": "slideshow", "urls": [str(path) for path in [*paths, paths[0]]]}
        made = await agent.call("create_post", tell, caption="Seven", accounts=[INSTAGRAM], media=media)
        assert made["ok"], made
        [post] = await service.posts()
        links = post["media"]["urls"]
        assert [link.rpartition("/")[2] for link in links] == [path.name for path in [*paths, paths[0]]]
        assert await service.requests("POST", FILES) == 7
    done = [part for part, _ in told]
    assert done == sorted(set(done))
    assert all(total is not None and part <= total for part, total in told)
    assert told[-1][0] == told[-1][1]


async def test_of_many_files_one_that_does_not_arrive_holds_the_post_back_and_the_others_stay_there(
    tmp_path: Path,
) -> None:
    async with posting(tmp_path) as (agent, service):
        for number in range(5):
            (tmp_path / "pictures" / f"{number}.png").write_bytes(png(1080, 1080, noise=b"x" * number))
        media = {"type": "slideshow", "urls": [str(tmp_path / "pictures" / f"{number}.png") for number in range(5)]}
        await service.fault("status:401", FILES)
        refused = await agent.create(media=media)
        assert (refused["ok"], refused["outcome"], await service.posts()) == (False, "nothing_sent", [])
        asked, there = await service.requests("POST", FILES), known_to_services(tmp_path)
        made = await agent.create(media=media)
        assert made["ok"], made
        assert await service.requests("POST", FILES) - asked == 5 - there
        assert len(await service.posts()) == 1


async def test_another_content_under_the_same_name_is_another_post(tmp_path: Path, films: Path) -> None:
    async with posting(tmp_path) as (agent, service):
        assert (await agent.create(media=clip(tmp_path)))["ok"]
        (tmp_path / "pictures" / "clip.mp4").write_bytes((films / "5.mp4").read_bytes())
        again = await agent.create(media=clip(tmp_path))
        assert again["data"]["replayed"] is False
        assert len(await service.posts()) == 2


async def test_a_repeat_is_answered_before_its_files_are_brought_anew(tmp_path: Path) -> None:
    async with posting(tmp_path) as (agent, service):
        made = await agent.create(media=clip(tmp_path))
        forget_where_files_are(tmp_path)
        await service.fault("status:503", FILES, times=TRIES)
        again = await agent.create(media=clip(tmp_path))
        assert again["ok"], again
        assert (again["data"]["id"], again["data"]["replayed"]) == (made["data"]["id"], True)
        assert await service.requests("POST", FILES) == 1


async def test_a_repeat_whose_time_has_passed_is_known_by_the_content_of_its_file(tmp_path: Path) -> None:
    watch = Watch()
    async with posting(tmp_path, watch) as (agent, service):
        wanted: Body = {"media": clip(tmp_path), "scheduled_at": in_hours(1)}
        made = await agent.create(**wanted)
        assert made["ok"], made
        watch.move(timedelta(hours=2))
        again = await agent.create(**wanted)
        assert (again["error_code"], made["data"]["id"] in str(again)) == ("duplicate_post", True)
        assert len(await service.posts()) == 1


@pytest.mark.parametrize("fault", ["status:503", "drop_before", "status:401"])
async def test_where_a_file_cannot_be_brought_nothing_is_posted_and_the_next_try_may_succeed(
    tmp_path: Path, fault: str
) -> None:
    async with posting(tmp_path) as (agent, service):
        await service.fault(fault, FILES, times=TRIES)
        refused = await agent.create(media=clip(tmp_path))
        assert (refused["ok"], refused["outcome"]) == (False, "nothing_sent")
        assert await service.posts() == []
        assert await service.requests("POST", "/posts") == 0
        await service.http.delete(f"{service.url}/_sandbox/faults")
        made = await agent.create(media=clip(tmp_path))
        assert made["ok"], made
        assert len(await service.posts()) == 1


async def test_a_lost_answer_about_a_post_with_a_file_is_found_again_as_one_post(tmp_path: Path) -> None:
    async with posting(tmp_path, SETTLE_SECONDS="0.2") as (agent, service):
        await service.fault("accept_then_drop", times=TRIES)
        lost = await agent.create(media=clip(tmp_path))
        assert lost["outcome"] == "unknown"
        [look] = [step for step in lost["next"] if step["tool"] == "check_status"]
        found = await agent.call("check_status", post_id=look["arguments"]["post_id"], wait_seconds=50)
        assert found["ok"], found
        assert len(await service.posts()) == 1
        again = await agent.create(media=clip(tmp_path))
        assert again["data"]["replayed"] is True
        assert len(await service.posts()) == 1


async def test_a_rehearsal_measures_a_file_and_brings_it_nowhere(tmp_path: Path) -> None:
    async with posting(tmp_path) as (agent, service):
        checked = await agent.create(media=clip(tmp_path), dry_run=True)
        assert checked["ok"], checked
        (tmp_path / "pictures" / "clip.mp4").write_bytes(b"no film")
        refused = await agent.create(media=clip(tmp_path), dry_run=True)
        assert [problem["path"] for problem in refused["problems"]] == ["/media/url"]
        assert await service.requests("POST", FILES) == 0


async def test_all_that_is_wrong_with_media_is_told_at_once_beside_other_problems(tmp_path: Path) -> None:
    async with posting(tmp_path) as (agent, service):
        folder = tmp_path / "pictures"
        media = {
            "type": "slideshow",
            "urls": [
                "media:" + "0" * 32,
                str(folder / "clip.mp4"),
                "/etc/passwd",
                str(folder / "gone.png"),
                str(folder / "a.png"),
            ],
        }
        refused = await agent.create(media=media, caption="")
        paths = {problem["path"] for problem in refused["problems"]}
        assert paths == {"/caption", *(f"/media/urls/{index}" for index in range(4))}
        assert all(problem["fix"] for problem in refused["problems"])
        assert "POSTWRIGHT_MEDIA_ROOTS" in str(refused["problems"])
        assert await service.requests("POST", "/posts") == 0


async def test_a_file_that_a_platform_does_not_take_is_told_with_the_account_before_anything_is_brought(
    tmp_path: Path, films: Path
) -> None:
    async with posting(tmp_path) as (agent, service):
        (tmp_path / "pictures" / "clip.mp4").write_bytes((films / "1.mp4").read_bytes())
        refused = await agent.create(media=clip(tmp_path))
        [problem] = refused["problems"]
        assert (problem["path"], problem["unit"], problem["limit"]) == ("/media/url", "seconds", 3)
        assert problem["accounts"] == [INSTAGRAM]
        assert await service.requests("POST", FILES) == 0


async def test_alternative_text_that_has_no_place_is_said_to_be_dropped(tmp_path: Path) -> None:
    async with posting(tmp_path) as (agent, _):
        path = str(tmp_path / "pictures" / "clip.mp4")
        uploaded = await agent.call("upload_media", path=path, alt_text="A cat on a keyboard")
        made = await agent.create(media={"type": "video", "url": uploaded["data"]["media"]})
        assert "ALT_TEXT_DROPPED" in {warn["code"] for warn in made["data"]["warnings"]}


async def test_the_alternative_text_of_an_image_goes_to_the_platforms_that_have_a_place_for_it(tmp_path: Path) -> None:
    path = str(tmp_path / "pictures" / "a.png")
    async with socialapi(tmp_path / "home", MEDIA_ROOTS=str(tmp_path / "pictures")) as (agent, service):
        handle = (await agent.call("upload_media", path=path, alt_text="A cat"))["data"]["media"]
        media = {"type": "slideshow", "urls": [handle]}
        settings = {"instagram": {"location_id": "1"}, "facebook": {"alt_text": "Said outright"}}
        wanted = {"media": media, "accounts": [META, FACEBOOK, THREADS]}
        made = await agent.create(**wanted, scheduled_at=in_hours(3), **settings)
        [warned] = [warn for warn in made["data"]["warnings"] if warn["code"] == "ALT_TEXT_DROPPED"]
        assert "," not in warned["message"]
        [post] = await service.posts()
        told = {f"socialapi:{name}": set(settings.values()) for name, settings in post["settings"].items()}
        assert told[META] >= {"A cat", "1"}
        assert told[FACEBOOK] == {"Said outright"}
        assert told[THREADS] == set()


async def test_a_post_is_given_another_file_by_its_path(tmp_path: Path, films: Path) -> None:
    async with posting(tmp_path) as (agent, service):
        made = await agent.create(media=clip(tmp_path), scheduled_at=in_hours(5))
        [before] = await service.posts()
        (tmp_path / "pictures" / "better.mp4").write_bytes((films / "5.mp4").read_bytes())
        changed = await agent.call("update_post", post_id=made["data"]["id"], media=clip(tmp_path, "better.mp4"))
        assert changed["ok"], changed
        [after] = await service.posts()
        assert after["media"]["url"] != before["media"]["url"]
        assert await service.requests("POST", FILES) == 2


async def test_a_person_approves_the_content_of_a_file_and_not_what_lies_there_by_then(
    tmp_path: Path, films: Path
) -> None:
    path = tmp_path / "pictures" / "clip.mp4"
    async with posting(tmp_path, MODE="approve") as (agent, service):
        held = await agent.create(media=clip(tmp_path))
        assert held["data"]["status"] == "awaiting_approval"
        assert await service.requests("POST", FILES) == 0
        shown, size = str(held), path.stat().st_size
        assert str(path) not in shown
        path.write_bytes((films / "5.mp4").read_bytes())
        settings = {"GENVIRAL_API_KEY": KEY, "GENVIRAL_BASE_URL": f"{service.url}{BASE_PATH}"}
        given = {f"POSTWRIGHT_{name}": value for name, value in settings.items()}
        async with open_desk(load({"POSTWRIGHT_HOME": str(tmp_path / "home"), **given})) as opened:
            approvals = opened.desk.approvals
            waits = approvals and await approvals.find(held["data"]["id"])
            assert approvals
            assert waits

            async def run(taken: Held) -> Result:
                return await carry_out(opened.desk, taken, "a person")

            result = await approving.approve(opened.desk, approvals, waits, "a person", run)
        assert result.ok, result
        headers = {"Authorization": f"Bearer {KEY}"}
        listed = await service.http.get(f"{service.url}{BASE_PATH}/files", headers=headers)
        assert [file["size"] for file in listed.json()["data"]["files"]] == [size]
        assert len(await service.posts()) == 1


@pytest.mark.parametrize("seconds", [0.0, 0.4])
async def test_a_file_that_needs_longer_than_a_post_has_is_to_be_uploaded_first(tmp_path: Path, seconds: float) -> None:
    async with running(create_app(worker_delay=0.0)) as url, httpx2.AsyncClient(timeout=60) as http:
        service = Service(url, http)
        given = {"HOME": str(tmp_path / "home"), "GENVIRAL_API_KEY": KEY, "GENVIRAL_BASE_URL": f"{url}{BASE_PATH}"}
        async with open_desk(load({f"POSTWRIGHT_{name}": value for name, value in given.items()})) as opened:
            desk = opened.desk
            await desk.directory.find("genviral", [INSTAGRAM])
            asset = await desk.takings.path(str(clip(tmp_path)["url"]), [tmp_path / "pictures"], None, silent)
            await service.fault("slow:20", FILES)
            arguments = {
                "caption": "Too slow",
                "accounts": [INSTAGRAM],
                "media": {"type": "video", "url": asset.handle},
            }
            reading = TOOL.reader([provider.rules for provider in desk.providers.values()]).read(arguments)
            result = await create_post(desk, reading, Call(silent, ready_by=anyio.current_time() + seconds))
        assert (result.ok, result.outcome, await service.posts()) == (False, "nothing_sent", [])
        assert "upload_media" in str(result.retry)


def local(tmp_path: Path, watch: Watch, **settings: str) -> AbstractAsyncContextManager[Agent]:
    """An agent at the embedded engine, who soon sees that the clock was moved on."""
    given = {"MEDIA_ROOTS": str(tmp_path / "pictures"), "MEDIA_DAYS": "1", "SETTLE_SECONDS": "0.4", **settings}
    return agent(tmp_path / "home", watch, **given)


async def tidied(agent: Agent, tmp_path: Path, watch: Watch, after: timedelta) -> None:
    """Let time pass until a file that no post uses was forgotten."""
    (tmp_path / "pictures" / "unused.png").write_bytes(png(300, 300, noise=b"unused"))
    handle = (await agent.call("upload_media", path=str(tmp_path / "pictures" / "unused.png")))["data"]["media"]
    watch.move(after)
    with closing(sqlite3.connect(tmp_path / "home" / "postwright.db", timeout=60)) as connection:

        async def forgotten() -> bool:
            return connection.execute("SELECT 1 FROM media WHERE handle = ?", (handle,)).fetchone() is None

        await until(forgotten)


async def in_the_outbox(tmp_path: Path) -> bytes:
    """Wait for the one post with its file, and read the file."""
    outbox = tmp_path / "home" / "outbox"

    async def landed() -> bool:
        return any(outbox.glob("*.md"))

    await until(landed)
    [media] = [path for path in outbox.iterdir() if path.suffix != ".md" and not path.name.startswith(".")]
    return media.read_bytes()


def picture(tmp_path: Path) -> Body:
    return {"type": "slideshow", "urls": [str(tmp_path / "pictures" / "a.png")]}


async def test_a_file_lies_beside_its_post_in_the_outbox(tmp_path: Path) -> None:
    async with local(tmp_path, Watch()) as agent:
        made = await agent.create(accounts=["local:outbox"], media=picture(tmp_path))
        assert made["ok"], made
        assert await in_the_outbox(tmp_path) == (tmp_path / "pictures" / "a.png").read_bytes()


async def test_the_file_of_a_draft_is_there_when_it_is_published_weeks_later(tmp_path: Path) -> None:
    watch = Watch()
    async with local(tmp_path, watch) as agent:
        made = await agent.create(accounts=["local:outbox"], media=picture(tmp_path), mode="draft")
        await tidied(agent, tmp_path, watch, timedelta(days=60))
        published = await agent.call("update_post", post_id=made["data"]["id"], mode="publish")
        assert published["ok"], published
        assert await in_the_outbox(tmp_path) == (tmp_path / "pictures" / "a.png").read_bytes()


@pytest.mark.parametrize("change", ["moved", "paused"])
async def test_the_file_of_a_post_that_is_put_off_waits_with_it(tmp_path: Path, change: str) -> None:
    watch = Watch()
    async with local(tmp_path, watch) as agent:
        made = await agent.create(accounts=["local:outbox"], media=picture(tmp_path), scheduled_at=in_hours(1))
        wanted = {"scheduled_at": in_hours(50 * 24)} if change == "moved" else {"mode": "draft"}
        changed = await agent.call("update_post", None, post_id=made["data"]["id"], **wanted)
        assert changed["ok"], changed
        await tidied(agent, tmp_path, watch, timedelta(days=49))
        published = await agent.call("update_post", post_id=made["data"]["id"], mode="publish")
        assert published["ok"], published
        assert await in_the_outbox(tmp_path) == (tmp_path / "pictures" / "a.png").read_bytes()


async def test_a_webhook_that_is_sent_links_is_told_as_an_account_that_takes_no_files(tmp_path: Path) -> None:
    async with local(tmp_path, Watch(), WEBHOOK_URL="http://127.0.0.1:9/hook") as agent:
        wanted: Body = {"accounts": ["local:outbox", "local:webhook"], "media": picture(tmp_path)}
        for dry_run in (True, False):
            refused = await agent.create(**wanted, dry_run=dry_run)
            [problem] = refused["problems"]
            assert (problem["path"], problem["accounts"]) == ("/media/urls/0", ["local:webhook"])
        listed = await agent.call("list_posts")
        assert listed["data"]["posts"] == []


async def test_an_upload_that_does_not_reach_the_service_says_under_which_handle_the_file_is_kept(
    tmp_path: Path,
) -> None:
    async with posting(tmp_path) as (agent, service):
        await service.fault("status:503", FILES, times=TRIES)
        path = str(tmp_path / "pictures" / "clip.mp4")
        refused = await agent.call("upload_media", path=path)
        assert (refused["ok"], refused["outcome"]) == (False, "nothing_sent")
        await service.http.delete(f"{service.url}/_sandbox/faults")
        uploaded = await agent.call("upload_media", path=path)
        assert uploaded["data"]["media"] in refused["message"]
        assert uploaded["data"]["brought_to"] == "genviral"


async def lose(agent: Agent, service: Hosted, path: Path) -> None:
    """Let a file be there and then be removed, as a person does at the service."""
    before = {file["id"] for file in (await service.call("GET", "/media"))["data"]}
    assert (await agent.call("upload_media", path=str(path)))["data"]["brought_to"] == "socialapi"
    [lost] = {file["id"] for file in (await service.call("GET", "/media"))["data"]} - before
    headers = {"Authorization": "Bearer sapi_key_another"}
    (await service.http.delete(f"{service.url}/v1/media/{lost}", headers=headers)).raise_for_status()


async def test_a_file_that_the_service_lost_is_brought_anew_with_the_next_try(tmp_path: Path) -> None:
    folder = tmp_path / "pictures"
    (folder / "b.png").write_bytes(png(1080, 1080, noise=b"another"))
    first, second = ({"type": "slideshow", "urls": [str(folder / name)]} for name in ("a.png", "b.png"))
    async with socialapi(tmp_path / "home", MEDIA_ROOTS=str(folder)) as (agent, service):
        await lose(agent, service, folder / "a.png")
        wanted: Body = {"accounts": [FACEBOOK], "media": first, "scheduled_at": in_hours(3)}
        refused = await agent.create(**wanted)
        assert (refused["ok"], await service.posts()) == (False, [])
        made = await agent.create(**wanted)
        assert made["ok"], made
        await lose(agent, service, folder / "b.png")
        refused = await agent.call("update_post", post_id=made["data"]["id"], media=second)
        assert refused["ok"] is False
        changed = await agent.call("update_post", post_id=made["data"]["id"], media=second)
        assert changed["ok"], changed
        assert len(await service.posts()) == 1
