"""Files in our keeping: each once, whoever brings it, while it is needed, and no more than there is room for."""

import base64
import json
import os
import shutil
import signal
import sqlite3
import stat
import subprocess
import sys
from collections.abc import Generator
from contextlib import closing, contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from typing import IO

import pytest

from engine.clock import utc_now
from engine.media import INCOMING
from providers.database import SAFE_WAL
from schemas.instant import wire
from tests.desk import Agent, Body, agent, genviral
from tests.lifecycle.stages import Watch
from tests.media.files import png
from tests.media.keeper import FILES, add, consistent, content, store

pytestmark = pytest.mark.anyio

ROOT = Path(__file__).parents[2]


@contextmanager
def keepers(home: Path, *jobs: tuple[str, ...]) -> Generator[list[subprocess.Popen[bytes]]]:
    """Processes that keep files; those that are still at work at the end are killed."""
    command = [sys.executable, "-m", "tests.media.keeper", str(home)]
    started = [subprocess.Popen([*command, *job], stdout=subprocess.PIPE, cwd=ROOT) for job in jobs]
    try:
        yield started
    finally:
        for process in started:
            process.kill()
            process.communicate()


def lines(process: subprocess.Popen[bytes], number: int) -> list[str]:
    """Read so many lines that a process tells, as they come."""
    told: IO[bytes] | None = process.stdout
    assert told
    return [told.readline().decode().strip() for _ in range(number)]


def told(process: subprocess.Popen[bytes]) -> list[str]:
    output, _ = process.communicate(timeout=240)
    assert process.returncode == 0
    return output.decode().split()


def test_processes_that_take_the_same_files_keep_each_once(tmp_path: Path) -> None:
    with keepers(tmp_path, *(("add", str(seed)) for seed in range(4))) as racing:
        handles = [told(process) for process in racing]
    assert len({frozenset(found) for found in handles}) == 1
    assert len(set(handles[0])) == FILES
    assert consistent(tmp_path) == FILES


def test_processes_together_keep_no_more_than_there_is_room_for(tmp_path: Path) -> None:
    room = sum(len(content(number)) for number in range(12))
    with keepers(tmp_path, *(("add", str(seed), str(room)) for seed in range(4))) as racing:
        outputs = [told(process) for process in racing]
    assert any("full" in output for output in outputs)
    kept = consistent(tmp_path)
    assert 7 <= kept < FILES
    assert sum(path.stat().st_size for path in (tmp_path / "media").iterdir()) <= room


def test_what_is_forgotten_while_it_is_taken_in_again_is_there_or_not_but_never_half(tmp_path: Path) -> None:
    with keepers(tmp_path, ("forget", ""), *(("briefly", str(seed)) for seed in range(3))) as [forgetting, *adding]:
        for process in adding:
            assert len(told(process)) == FILES
        # It may have begun before there was anything to forget.
        while not any(int(gone) for gone in lines(forgetting, FILES)):
            pass
        forgetting.terminate()
        told(forgetting)
    assert consistent(tmp_path) <= FILES


@pytest.mark.parametrize("number", [1, 3, 10])
async def test_a_process_that_is_killed_as_it_forgets_leaves_nothing_half_once_another_forgets(
    tmp_path: Path, number: int
) -> None:
    with keepers(tmp_path, ("forget", ""), ("briefly", "0"), ("briefly", "1")) as [forgetting, *adding]:
        for process in adding:
            lines(process, number)
        for process in (forgetting, *adding):
            process.send_signal(signal.SIGKILL)
    await store(tmp_path, lambda: utc_now() + timedelta(hours=25)).forget()
    assert consistent(tmp_path) == 0


@pytest.mark.parametrize("number", [1, 2, 7, 20])
async def test_a_process_that_is_killed_leaves_nothing_for_longer_than_a_day(tmp_path: Path, number: int) -> None:
    with keepers(tmp_path, ("forever", "0"), ("forever", "0"), ("forever", "1000")) as killed:
        for process in killed:
            lines(process, number)
        for process in killed:
            process.send_signal(signal.SIGKILL)
    left = store(tmp_path, lambda: utc_now() + timedelta(hours=25))
    assert await left.forget() == 0
    assert consistent(tmp_path) >= 2 * number
    await add(left, 0)
    consistent(tmp_path)


async def test_a_copy_that_was_cut_short_by_a_kill_goes_after_a_day_and_not_before(tmp_path: Path) -> None:
    source = tmp_path / "in" / "large.png"
    source.parent.mkdir()
    source.write_bytes(png() + bytes(3_000_000))
    with keepers(tmp_path, ("half", str(source))) as [copying]:
        lines(copying, 1)
        copying.send_signal(signal.SIGKILL)
    [left] = (tmp_path / "media").iterdir()
    assert left.name.startswith(INCOMING)
    await store(tmp_path, lambda: utc_now() + timedelta(hours=23)).forget()
    assert left.exists()
    await store(tmp_path, lambda: utc_now() + timedelta(hours=25)).forget()
    assert not left.exists()


@pytest.mark.skipif(sys.platform != "linux" or not shutil.which("unshare"), reason="a small disk needs Linux")
@pytest.mark.parametrize("size", [600_000, 300_000, 3_000_000])
def test_a_disk_that_fills_is_told_and_leaves_nothing(tmp_path: Path, size: int) -> None:
    if subprocess.run(["unshare", "-rm", "true"], check=False, capture_output=True).returncode:
        pytest.skip("this system mounts nothing for us")
    inside = 'mount -t tmpfs -o size=1m disk "$0" && exec "$1" -m tests.media.filling "$0" "$2"'
    command = ["unshare", "-rm", "sh", "-c", inside, str(tmp_path), sys.executable, str(size)]
    done = subprocess.run(command, check=True, capture_output=True, cwd=ROOT, timeout=240)
    found = json.loads(done.stdout.splitlines()[-1])
    fine = [fate for fate in found["told"] if fate == [True, None, "accepted"]]
    assert [fate for fate in found["told"] if fate not in fine] == [[False, "storage_failed", "nothing_sent"]] * (
        4 - len(fine)
    )
    assert len(fine) < 4
    assert not any(name.startswith(INCOMING) for name in found["names"])
    assert len(found["names"]) == len(fine) + found["small"]


@pytest.mark.skipif(os.name == "nt", reason="Windows has no such limit")
def test_a_file_that_may_grow_no_further_is_told_and_leaves_nothing(tmp_path: Path) -> None:
    inside = 'ulimit -f 600; exec "$0" -m tests.media.filling "$1" 700000'
    command = ["sh", "-c", inside, sys.executable, str(tmp_path)]
    done = subprocess.run(command, check=True, capture_output=True, cwd=ROOT, timeout=240)
    found = json.loads(done.stdout.splitlines()[-1])
    assert found["told"] == [[False, "storage_failed", "nothing_sent"]] * 4
    assert (found["small"], len(found["names"])) == (True, 1)


async def uploaded(found: Agent, content: bytes = png(), name: str = "a.png", alt_text: str | None = None) -> Body:
    data = base64.b64encode(content).decode()
    return await found.call("upload_media", data=data, filename=name, alt_text=alt_text)


async def test_a_handle_is_the_same_for_the_same_content_and_alternative_text(tmp_path: Path) -> None:
    async with agent(tmp_path) as found:
        plain = (await uploaded(found))["data"]["media"]
        assert (await uploaded(found, name="another.gif"))["data"]["media"] == plain
        assert (await uploaded(found, alt_text=""))["data"]["media"] == plain
        told_of = (await uploaded(found, alt_text="A lamp"))["data"]["media"]
        assert (await uploaded(found, alt_text="A lamp"))["data"]["media"] == told_of
        assert len({plain, told_of, (await uploaded(found, png(noise=b"x")))["data"]["media"]}) == 3
    assert consistent(tmp_path) == 2


@pytest.mark.skipif(os.name == "nt", reason="Windows has no such modes")
async def test_files_are_for_their_owner_alone_whatever_the_user_allows_by_default(tmp_path: Path) -> None:
    before = os.umask(0)
    try:
        async with agent(tmp_path / "new" / "home") as found:
            assert (await uploaded(found))["ok"]
    finally:
        os.umask(before)
    home = tmp_path / "new" / "home"
    modes = {path: stat.S_IMODE(path.stat().st_mode) for path in [home, home / "media", *(home / "media").iterdir()]}
    assert list(modes.values()) == [0o700, 0o700, 0o600]
    assert stat.S_IMODE((home / "postwright.db").stat().st_mode) == 0o600


async def test_room_is_made_of_what_is_no_longer_kept_and_what_is_there_needs_none(tmp_path: Path) -> None:
    watch = Watch()
    first, second = (png(noise=name) + bytes(600_000) for name in (b"1", b"2"))
    async with genviral(tmp_path, watch, MEDIA_BYTES="1000000") as (found, _):
        assert (await uploaded(found, first))["ok"]
        [problem] = (await uploaded(found, second))["problems"]
        assert "more than 1,000,000 bytes" in problem["message"]
        assert "POSTWRIGHT_MEDIA_BYTES" in problem["fix"]
        assert (await uploaded(found, first, alt_text="The same"))["ok"]
        watch.move(timedelta(days=6, hours=23))
        assert not (await uploaded(found, second))["ok"]
        watch.move(timedelta(hours=2))
        assert (await uploaded(found, second))["ok"]
    assert consistent(tmp_path) == 1


async def test_a_file_is_kept_until_a_week_after_its_post_goes_out(tmp_path: Path) -> None:
    watch = Watch()
    at = utc_now() + timedelta(days=10)
    async with genviral(tmp_path, watch) as (found, _):
        handle = (await uploaded(found, png(1080, 1080)))["data"]["media"]
        made = await found.create(media={"type": "slideshow", "urls": [handle]}, scheduled_at=wire(at))
        assert made["ok"], made
    until = kept_until(tmp_path, handle)
    assert abs(until - (at + timedelta(days=7))) < timedelta(seconds=5)
    assert await store(tmp_path, lambda: until - timedelta(minutes=1)).forget() == 0
    assert await store(tmp_path, lambda: until + timedelta(minutes=1)).forget() == 1
    assert list((tmp_path / "media").iterdir()) == []


def kept_until(home: Path, handle: str) -> datetime:
    with closing(sqlite3.connect(home / "postwright.db", timeout=60)) as connection:
        [(until,)] = connection.execute("SELECT keep_until FROM media WHERE handle = ?", (handle,)).fetchall()
    return datetime.fromtimestamp(until, utc_now().tzinfo)


async def test_a_file_that_somebody_removed_is_told_as_forgotten_and_can_be_given_again(tmp_path: Path) -> None:
    async with agent(tmp_path) as found:
        handle = (await uploaded(found))["data"]["media"]
        [kept] = (tmp_path / "media").iterdir()
        kept.unlink()
        post: Body = {"caption": "Hi", "accounts": ["local:outbox"], "media": {"type": "slideshow", "urls": [handle]}}
        [problem] = (await found.call("create_post", **post))["problems"]
        assert (problem["path"], "forgotten" in problem["message"]) == ("/media/urls/0", True)
        assert "upload_media" in problem["fix"]
        assert (await uploaded(found))["data"]["media"] == handle
        assert (await found.call("create_post", **post))["ok"]


async def test_a_folder_that_cannot_be_made_is_told_as_a_failed_storage(tmp_path: Path) -> None:
    (tmp_path / "media").write_text("in the way")
    async with agent(tmp_path) as found:
        body = await uploaded(found)
    assert (body["error_code"], body["outcome"]) == ("storage_failed", "nothing_sent")
    assert "POSTWRIGHT_HOME" in body["retry"]["advice"]


@pytest.mark.skipif(sqlite3.sqlite_version_info >= SAFE_WAL, reason="there, readers hold nobody up")
async def test_a_file_whose_row_cannot_be_written_is_not_left_behind(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("providers.database.BUSY_SECONDS", 0.2)
    async with agent(tmp_path) as found:
        handle = (await uploaded(found))["data"]["media"]
        with closing(sqlite3.connect(tmp_path / "postwright.db", timeout=60)) as reader:
            reader.execute("BEGIN")
            reader.execute("SELECT * FROM media").fetchone()
            assert (await uploaded(found, png(noise=b"other")))["error_code"] == "storage_failed"
            assert (await uploaded(found))["error_code"] == "storage_failed"
        assert consistent(tmp_path) == 1
        assert (await uploaded(found))["data"]["media"] == handle
