"""Backup and restore: nothing lost that was there, and nothing sent twice after it."""

import json
import shutil
import sqlite3
import stat
import subprocess
import sys
import zipfile
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager, closing
from datetime import timedelta
from pathlib import Path

import anyio
import pytest

from engine.clock import utc_now
from providers.networks.webhook.network import Webhook
from schemas.post import Query, Receipt
from schemas.status import Status
from tests.desk import Body, agent
from tests.local.embedded import OUTBOX, WEBHOOK, Embedded, order, until
from tests.local.receiver import Receiver, answers, receiver
from tests.media.files import png
from tests.operations.commands import ROOT, environment, logged, run, started, stop

pytestmark = pytest.mark.anyio


@asynccontextmanager
async def posting(home: Path) -> AsyncGenerator[tuple[Embedded, Receiver]]:
    """An engine that delivers when it is told to: to its outbox, and to a webhook that takes everything."""
    async with receiver(answers(204)) as hook, Embedded(home, utc_now, Webhook(hook.url, None, utc_now)) as engine:
        yield engine, hook


def back_up(home: Path, name: str = "saved.zip", *options: str) -> Path:
    shown = run(home, "backup", str(home.parent / name), *options)
    assert shown.returncode == 0, shown.stderr
    return home.parent / name


def restore(home: Path, saved: Path, *options: str, hook: Receiver | None = None) -> str:
    shown = run(home, "restore", str(saved), *options, **({"WEBHOOK_URL": hook.url} if hook else {}))
    assert shown.returncode == 0, shown.stderr
    return shown.stdout


async def deliver(home: Path, hook: Receiver) -> None:
    """Do all that is due, as a worker would."""
    async with Embedded(home, utc_now, Webhook(hook.url, None, utc_now)) as engine:
        await engine.courier.step()


async def states(home: Path, hook: Receiver) -> dict[str, dict[str, str]]:
    async with Embedded(home, utc_now, Webhook(hook.url, None, utc_now)) as engine:
        posts = (await engine.local.posts(Query(limit=100))).posts
    return {post.caption: {sent.account: sent.status.value for sent in post.deliveries} for post in posts}


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def lose(home: Path) -> None:
    """Let a disk die."""
    for path in home.glob("postwright.db*"):
        path.unlink()


async def test_a_backup_is_one_file_that_only_its_owner_may_read(tmp_path: Path) -> None:
    home = tmp_path / "home"
    async with posting(home) as (engine, _):
        await engine.local.create(order("One"))
    saved = back_up(home)
    assert stat.S_IMODE(saved.stat().st_mode) == 0o600
    assert names(tmp_path) == ["home", "saved.zip"]
    with zipfile.ZipFile(saved) as archive:
        manifest = json.loads(archive.read("manifest.json"))
        assert (manifest["format"], manifest["version"], manifest["posts"]) == ("postwright-backup", 1, 1)
    again = run(home, "backup", str(saved))
    assert again.returncode == 1
    assert "--replace" in again.stderr
    assert back_up(home, "saved.zip", "--replace") == saved


def test_a_home_without_a_database_and_a_folder_that_is_not_there_are_said_so(tmp_path: Path) -> None:
    shown = run(tmp_path / "home", "backup", str(tmp_path / "saved.zip"))
    assert (shown.returncode, "nothing was ever posted" in shown.stderr) == (1, True)
    assert not (tmp_path / "saved.zip").exists()


@pytest.mark.parametrize("command", ["backup", "restore"])
def test_a_database_on_a_server_is_left_to_its_own_tools(tmp_path: Path, command: str) -> None:
    address = "postgresql://postwright:never-shown@127.0.0.1:9/postwright"
    told = run(tmp_path / "home", command, str(tmp_path / "kept"), DATABASE_URL=address)
    assert told.returncode == 1
    assert "pg_dump" in told.stderr
    assert "never-shown" not in told.stdout + told.stderr
    assert not (tmp_path / "kept").exists()


async def test_what_went_out_since_the_backup_is_taken_over_and_not_sent_again(tmp_path: Path) -> None:
    home = tmp_path / "home"
    async with posting(home) as (engine, hook):
        await engine.local.create(order("Due", OUTBOX, WEBHOOK))
        later = await engine.local.create(order("Later", WEBHOOK, scheduled_at=utc_now() + timedelta(hours=1)))
        saved = back_up(home)
        await engine.courier.step()
        await engine.local.create(order("Since", WEBHOOK))
        await engine.courier.step()
        await engine.local.create(order("Since, and waits", WEBHOOK, scheduled_at=utc_now() + timedelta(hours=1)))
        assert len(hook.seen) == 2
        told = restore(home, saved, hook=hook)
        assert "2 posts that went out" in told
        assert "1 posts of it that wait are not in the backup" in told
        await deliver(home, hook)
        assert len(hook.seen) == 2
        assert await states(home, hook) == {
            "Due": {"local:outbox": "published", "local:webhook": "published"},
            "Since": {"local:webhook": "published"},
            "Later": {"local:webhook": "scheduled"},
        }
        assert later.id
    [aside] = [path for path in home.glob("postwright.db.before-*") if path.name.endswith("Z")]
    with closing(sqlite3.connect(aside)) as connection:
        assert connection.execute("SELECT count(*) FROM post").fetchone() == (4,)


@pytest.mark.parametrize("left", ["nothing", "an empty database", "no database at all"])
async def test_without_what_came_of_it_a_restored_post_that_may_be_out_is_unknown(tmp_path: Path, left: str) -> None:
    home = tmp_path / "home"
    async with posting(home) as (engine, hook):
        await engine.local.create(order("Due", OUTBOX, WEBHOOK))
        await engine.local.create(order("Later", OUTBOX, WEBHOOK, scheduled_at=utc_now() + timedelta(hours=1)))
        saved = back_up(home)
        await engine.courier.step()
        assert (len(hook.seen), len(engine.files)) == (1, 1)
    lose(home)
    if left == "an empty database":
        assert run(home, "status").returncode == 0
    elif left == "no database at all":
        (home / "postwright.db").write_bytes(b"broken" * 1000)
    told = restore(home, saved, hook=hook)
    assert "1 deliveries may have gone out since" in told
    assert "1 deliveries of later are held back" in told
    async with receiver(answers(204)) as hook:
        await deliver(home, hook)
        assert hook.seen == []
        found = await states(home, hook)
    assert found == {
        "Due": {"local:outbox": "published", "local:webhook": "unknown"},
        "Later": {"local:outbox": "scheduled", "local:webhook": "draft"},
    }
    assert len(list((home / "outbox").glob("*.md"))) == 1


async def test_what_was_handed_over_since_the_backup_stays_given_away(tmp_path: Path) -> None:
    home = tmp_path / "home"
    async with posting(home) as (engine, hook):
        await engine.local.create(order("Later", WEBHOOK, scheduled_at=utc_now() + timedelta(hours=1)))
        saved = back_up(home)
        shown = run(home, "export", str(tmp_path / "moved.jsonl"), "--hand-over")
        assert shown.returncode == 0, shown.stderr
        restore(home, saved, hook=hook)
        assert await states(home, hook) == {"Later": {"local:webhook": "cancelled"}}


async def test_words_say_why_a_restored_post_is_not_sent(tmp_path: Path) -> None:
    home = tmp_path / "home"
    async with posting(home) as (engine, hook):
        made = await engine.local.create(order("Due", WEBHOOK))
        saved = back_up(home)
        await engine.courier.step()
    lose(home)
    restore(home, saved, hook=hook)
    async with agent(home, MODE="read", WEBHOOK_URL=hook.url) as reader:
        told = await reader.call("check_status", post_id=f"local:{made.id}")
    assert "Restored from a backup of 20" in told["data"]["deliveries"][0]["error"]


async def test_the_schedule_is_kept_for_those_who_know_that_nothing_went_out_early(tmp_path: Path) -> None:
    home = tmp_path / "home"
    async with posting(home) as (engine, hook):
        await engine.local.create(order("Later", WEBHOOK, scheduled_at=utc_now() + timedelta(hours=1)))
        saved = back_up(home)
    lose(home)
    restore(home, saved, "--keep-schedule", hook=hook)
    assert await states(home, hook) == {"Later": {"local:webhook": "scheduled"}}


async def test_restoring_twice_does_not_make_the_first_restore_a_witness(tmp_path: Path) -> None:
    home = tmp_path / "home"
    async with posting(home) as (engine, hook):
        await engine.local.create(order("Later", WEBHOOK, scheduled_at=utc_now() + timedelta(hours=1)))
        saved = back_up(home)
    lose(home)
    restore(home, saved, hook=hook)
    restore(home, saved, hook=hook)
    assert await states(home, hook) == {"Later": {"local:webhook": "draft"}}


async def test_a_failed_delivery_of_a_backup_is_not_retried_unseen(tmp_path: Path) -> None:
    home = tmp_path / "home"
    async with posting(home) as (engine, hook):
        made = await engine.local.create(order("Missed", WEBHOOK))
    async with Embedded(home, lambda: utc_now() + timedelta(hours=2), Webhook(hook.url, None, utc_now)) as late:
        await late.courier.step()
        assert (await late.local.post(made.id)).deliveries[0].retry is True
    saved = back_up(home)
    lose(home)
    assert "1 failed or missed" in restore(home, saved, hook=hook)
    async with agent(home, WEBHOOK_URL=hook.url) as writer:
        told = await writer.call("check_status", post_id=f"local:{made.id}")
        assert told["data"]["deliveries"][0]["retry"] is False


async def test_the_journal_knows_after_a_restore_what_was_made_since(tmp_path: Path) -> None:
    home = tmp_path / "home"
    post: Body = {"caption": "Once", "accounts": ["local:outbox"], "idempotency_key": "k-1"}
    async with agent(home) as writer:
        await writer.call("create_post", caption="Before", accounts=["local:outbox"])
        saved = back_up(home)
        made = await writer.call("create_post", None, **post)
        await writer.call("check_status", post_id=made["data"]["id"], wait_seconds=50)
        kept = await writer.call(
            "create_post", caption="Waits", accounts=["local:outbox"], mode="draft", idempotency_key="k-2"
        )
    restore(home, saved)
    async with agent(home) as writer:
        again = await writer.call("create_post", None, **post)
        assert (again["data"]["replayed"], again["data"]["id"]) == (True, made["data"]["id"])
        anew = await writer.call(
            "create_post", caption="Waits", accounts=["local:outbox"], mode="draft", idempotency_key="k-2"
        )
        assert (anew["data"]["replayed"], anew["data"]["id"] == kept["data"]["id"]) == (False, False)


async def test_what_waited_for_a_person_is_withdrawn_where_nobody_knows_whether_it_was_approved(tmp_path: Path) -> None:
    home = tmp_path / "home"
    async with agent(home, MODE="approve", ASK_SECONDS="0") as writer:
        await writer.call("create_post", caption="Held", accounts=["local:outbox"])
    saved = back_up(home)
    lose(home)
    assert "1 actions that waited for a person were withdrawn" in restore(home, saved)
    assert "Held" not in run(home, "pending", MODE="approve").stdout


async def test_a_backup_brings_posts_back_with_their_files_even_into_another_home(tmp_path: Path) -> None:
    home, other = tmp_path / "home", tmp_path / "other"
    picture = png(64, 64)
    (tmp_path / "picture.png").write_bytes(picture)
    async with agent(home, MEDIA_ROOTS=str(tmp_path)) as writer:
        file = await writer.call("upload_media", path=str(tmp_path / "picture.png"))
        await writer.call(
            "create_post",
            caption="With a picture",
            accounts=["local:outbox"],
            media={"type": "slideshow", "urls": [file["data"]["media"]]},
            scheduled_at=(utc_now() + timedelta(hours=1)).isoformat(),
        )
    saved = back_up(home)
    shutil.rmtree(home)
    (tmp_path / "picture.png").unlink()
    restore(other, saved)
    async with Embedded(other, lambda: utc_now() + timedelta(hours=1)) as engine:
        await engine.courier.step()
        [found] = [path for path in engine.folder.iterdir() if path.suffix == ".png"]
        assert found.read_bytes() == picture
    [kept] = (other / "media").iterdir()
    assert stat.S_IMODE(kept.stat().st_mode) == 0o600


async def test_a_restore_is_refused_while_anybody_uses_the_home(tmp_path: Path) -> None:
    home = tmp_path / "home"
    async with posting(home) as (engine, _):
        await engine.local.create(order("One"))
    saved = back_up(home)
    with started(home, "serve", "--port", "0", MODE="read") as server:
        await until(lambda: _listening(home))
        shown = run(home, "restore", str(saved))
        assert shown.returncode == 1
        assert f"process {server.pid}" in shown.stderr
        assert not list(home.glob("postwright.db.before-*"))
        server.kill()
        server.wait()
    # What a process that was killed left behind is in nobody's way.
    restore(home, saved)


async def _listening(home: Path) -> bool:
    return "listening" in logged(home)


def _cut(saved: Path) -> None:
    saved.write_bytes(saved.read_bytes()[:-200])


def _flip(saved: Path) -> None:
    content = bytearray(saved.read_bytes())
    content[len(content) // 3] ^= 0xFF
    saved.write_bytes(content)


def _text(saved: Path) -> None:
    saved.write_text("not a backup", encoding="utf-8")


def _other(saved: Path) -> None:
    with zipfile.ZipFile(saved, "w") as archive:
        archive.writestr("hello.txt", "hello")


def _rewritten(saved: Path, **changes: object) -> None:
    with zipfile.ZipFile(saved) as archive:
        manifest, database = json.loads(archive.read("manifest.json")), archive.read("postwright.db")
    with zipfile.ZipFile(saved, "w") as archive:
        archive.writestr("manifest.json", json.dumps({**manifest, **changes}))
        archive.writestr("postwright.db", database)


def _newer(saved: Path) -> None:
    _rewritten(saved, database={"components": {"local": 9_999}})


def _mismatched(saved: Path) -> None:
    _rewritten(saved, database={"sha256": "0" * 64})


@pytest.mark.parametrize("spoil", [_cut, _flip, _text, _other, _newer, _mismatched])
async def test_a_backup_that_is_not_sound_changes_nothing(tmp_path: Path, spoil: Callable[[Path], None]) -> None:
    home = tmp_path / "home"
    async with posting(home) as (engine, _):
        for number in range(50):
            await engine.local.create(order(f"Post {number}"))
    saved = back_up(home)
    spoil(saved)
    before = (home / "postwright.db").read_bytes()
    shown = run(home, "restore", str(saved))
    assert shown.returncode == 1
    assert shown.stderr.startswith("Nothing was done: ")
    assert (home / "postwright.db").read_bytes() == before
    assert not list(home.glob("postwright.db.before-*"))
    assert not list(home.glob(".restore-*"))


async def test_names_in_a_backup_lead_nowhere_else(tmp_path: Path) -> None:
    home = tmp_path / "home"
    async with posting(home) as (engine, _):
        await engine.local.create(order("One"))
    saved = back_up(home)
    _rewritten(saved, media=["../../escaped", "..%2fescaped", "/etc/passwd", "a/b"])
    restore(home, saved)
    assert list((home / "media").iterdir()) == []
    assert not (tmp_path / "escaped").exists()


@pytest.mark.timeout(900)  # four backups of a folder in use, on a machine that is
async def test_backups_under_load_hold_everything_that_was_accepted_before_them(tmp_path: Path) -> None:
    home, made = tmp_path / "home", list[Receipt]()
    async with Embedded(home, utc_now) as engine, anyio.create_task_group() as group:
        with started(home, "worker") as worker:

            async def write() -> None:
                while True:
                    made.append(await engine.local.create(order(f"Post {len(made)}")))
                    await anyio.sleep(0.05)  # as fast as it can would be thousands, all to be delivered at the end

            group.start_soon(write)
            for number in range(4):
                before = len(made)

                async def went_on(goal: int = before + 20) -> bool:
                    return len(made) >= goal

                await until(went_on)
                accepted = {receipt.id for receipt in made}
                shown = await anyio.to_thread.run_sync(run, home, "backup", str(tmp_path / f"{number}.zip"))
                assert shown.returncode == 0, shown.stderr
                assert accepted <= _posts(tmp_path / f"{number}.zip", tmp_path)
            assert await anyio.to_thread.run_sync(stop, worker) == 0
            group.cancel_scope.cancel()
    posts = {receipt.id for receipt in made}
    restore(home, tmp_path / "1.zip")
    # What was in somebody's hand is taken up when its lease is over, and then once more.
    for minutes in (0, 5, 10):
        async with Embedded(home, lambda ahead=minutes: utc_now() + timedelta(minutes=ahead)) as engine:
            await engine.courier.step()
    async with Embedded(home, utc_now) as engine:
        summary = (await engine.local.posts(Query(limit=1))).summary
        files = len([name for name in engine.files if name.endswith(".md")])
    assert set(summary) == {Status.PUBLISHED.value}
    assert files == summary["published"] <= len(posts) + 1


def _posts(saved: Path, folder: Path) -> set[str]:
    with zipfile.ZipFile(saved) as archive:
        copy = Path(archive.extract("postwright.db", folder / saved.stem))
    with closing(sqlite3.connect(copy)) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        return {row[0] for row in connection.execute("SELECT id FROM post")}


async def test_a_backup_that_is_killed_leaves_the_old_one_whole(tmp_path: Path) -> None:
    home = tmp_path / "home"
    async with posting(home) as (engine, _):
        for number in range(20):
            await engine.local.create(order(f"Post {number}"))
    saved = back_up(home)
    before = saved.read_bytes()
    with started(home, "backup", str(saved), "--replace") as process:

        async def begun() -> bool:
            return process.poll() is not None or any(name.startswith(".saved") for name in names(tmp_path))

        await until(begun)
        process.kill()
        process.wait()
    whole = saved.read_bytes()
    assert whole == before or zipfile.ZipFile(saved).testzip() is None
    restore(home, saved)


def test_a_full_disk_leaves_no_half_backup(tmp_path: Path) -> None:
    home = tmp_path / "home"
    assert run(home, "status").returncode == 0
    limited = "import resource, signal; resource.setrlimit(resource.RLIMIT_FSIZE, (20_000, 20_000))"
    words = f"{limited}; signal.signal(signal.SIGXFSZ, signal.SIG_IGN); from server.cli import main; main()"
    shown = subprocess.run(
        [sys.executable, "-c", words, "backup", str(tmp_path / "saved.zip")],
        cwd=ROOT,
        env=environment(home),
        capture_output=True,
        text=True,
        check=False,
        timeout=240,
    )
    assert shown.returncode == 1, shown.stderr
    assert "Nothing was done" in shown.stderr
    assert [path.name for path in tmp_path.iterdir()] == ["home"]
