"""``postwright status``, as a person and as a script run it."""

import json
import sqlite3
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest

from engine.clock import utc_now
from schemas.status import Status
from tests.desk import Body
from tests.local.embedded import Embedded, order, until
from tests.operations.commands import logged, run, started

pytestmark = pytest.mark.anyio


def status(home: Path, code: int, **settings: str) -> Body:
    shown = run(home, "status", "--json", **settings)
    assert shown.returncode == code, shown.stdout + shown.stderr
    return json.loads(shown.stdout)


def test_a_home_where_nothing_ever_happened_is_healthy(tmp_path: Path) -> None:
    told = status(tmp_path, 0)
    assert told["healthy"] is True
    assert told["workers"] == []
    assert "nothing was published" in run(tmp_path, "status").stdout


async def test_posts_that_wait_for_nobody_are_unhealthy_until_a_worker_runs(tmp_path: Path) -> None:
    home = tmp_path / "home"
    async with Embedded(home, utc_now) as engine:
        await engine.local.create(order("Later", scheduled_at=utc_now() + timedelta(hours=3, minutes=50)))
        told = status(home, 1)
        assert [(entry["code"], entry["fix"]) for entry in told["wrong"]] == [
            ("nobody_delivers", "Run `postwright worker`.")
        ]
        shown = run(home, "status")
        assert shown.returncode == 1
        assert "wrong  alive      no processes" in shown.stdout
        assert "1 scheduled, the next in 3 h" in shown.stdout
        with started(home, "worker") as worker:

            async def alive() -> bool:
                return "worker_started" in logged(home)

            await until(alive)
            told = status(home, 0)
            assert [(entry["kind"], entry["pid"], entry["delivers"]) for entry in told["workers"]] == [
                ("worker", worker.pid, True)
            ]


async def test_lateness_is_read_from_what_was_published(tmp_path: Path) -> None:
    home = tmp_path / "home"
    async with Embedded(home, utc_now) as engine:
        made = [await engine.local.create(order(f"Post {number}")) for number in range(100)]
        await engine.courier.step()
        assert (await engine.local.post(made[-1].id)).status is Status.PUBLISHED
    with closing(sqlite3.connect(home / "postwright.db", timeout=60)) as connection, connection:
        # One of them 40 s after its time, ninety 2 s after it, and nine an hour and a half ago.
        for number, receipt in enumerate(made):
            late = 40 if number == 0 else 2
            ago = 5_400 if number > 90 else 0
            connection.execute(
                "UPDATE post SET created_at = created_at - ? * 1000000 WHERE id = ?", (ago + late, receipt.id)
            )
            connection.execute(
                "UPDATE delivery SET published_at = (SELECT created_at FROM post WHERE id = post_id) + ? * 1000000"
                " WHERE post_id = ?",
                (late, receipt.id),
            )
    told = status(home, 0)["lateness"]
    assert told == {"published": 91, "p50_seconds": 2.0, "p99_seconds": 40.0}


async def test_what_is_due_and_not_sent_while_somebody_lives_is_told_as_late(tmp_path: Path) -> None:
    home = tmp_path / "home"
    async with Embedded(home, lambda: utc_now() - timedelta(minutes=5)) as engine:
        await engine.local.create(order("Due for five minutes"))
    assert [entry["code"] for entry in status(home, 1)["wrong"]] == ["nobody_delivers"]
    with closing(sqlite3.connect(home / "postwright.db", timeout=60)) as connection, connection:
        # As late as a sign of life can be: it has to be fresh when the command comes to read it.
        now = utc_now().timestamp() + 25
        connection.execute(
            "INSERT INTO worker (id, host, pid, kind, version, delivers, started_at, seen_at)"
            " VALUES ('wrk_other', 'elsewhere', 1, 'worker', '1', 1, ?, ?)",
            (now, now),
        )
    told = status(home, 1)
    assert [entry["code"] for entry in told["wrong"]] == ["late"]
    assert told["queue"]["due"] == 1
    assert 300 <= told["late_seconds"] < 900


def test_a_database_that_cannot_be_read_is_said_so(tmp_path: Path) -> None:
    (tmp_path / "postwright.db").write_text("not a database, " * 100, encoding="utf-8")
    shown = run(tmp_path, "status")
    assert shown.returncode == 1
    assert "cannot be read" in shown.stderr
