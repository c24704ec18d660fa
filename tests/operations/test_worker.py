"""``postwright worker``, as processes: it delivers without an agent, stops in order, and is replaced when it dies."""

import signal
from datetime import UTC, datetime, timedelta
from pathlib import Path

import anyio
import pytest
from anyio.abc import ByteStream

from engine.clock import utc_now
from providers.networks.webhook.network import Webhook
from schemas.instant import wire
from schemas.status import Status
from tests.desk import agent
from tests.local.embedded import WEBHOOK, Embedded, order, until
from tests.local.receiver import Seen, answers, receiver
from tests.operations.commands import environment, launched, logged, run, started, stop

pytestmark = pytest.mark.anyio


def soon(seconds: float = 120) -> str:
    return wire(datetime.now(UTC) + timedelta(seconds=seconds))


async def published(engine: Embedded, post_id: str) -> None:
    async def it_is() -> bool:
        return (await engine.local.post(post_id)).status is Status.PUBLISHED

    await until(it_is)


async def logs(home: Path, event: str, times: int = 1) -> None:
    async def it_does() -> bool:
        return logged(home).count(event) >= times

    await until(it_does)


async def test_a_worker_delivers_what_nobody_else_would(tmp_path: Path) -> None:
    home = tmp_path / "home"
    async with Embedded(home, utc_now) as engine, agent(home, MODE="read") as reader:
        ahead = datetime.now(UTC) + timedelta(hours=2)
        later = await engine.local.create(order("Later", scheduled_at=ahead))
        told = await reader.call("check_status", post_id=f"local:{later.id}")
        assert [warning["code"] for warning in told["data"]["warnings"]] == ["NOBODY_DELIVERS"]
        assert "postwright worker" in told["data"]["warnings"][0]["message"]
        with started(home, "worker") as worker:

            async def unwarned() -> bool:
                return "warnings" not in (await reader.call("check_status", post_id=f"local:{later.id}"))["data"]

            await until(unwarned)
            now = await engine.local.create(order("Now"))
            await published(engine, now.id)
            assert stop(worker) == 0

        async def warned() -> bool:
            told = await reader.call("check_status", post_id=f"local:{later.id}")
            return [warning["code"] for warning in told["data"].get("warnings", [])] == ["NOBODY_DELIVERS"]

        # At once, but where the disk is so slow that its row is left to be forgotten after half a minute.
        await until(warned)


async def test_a_session_says_of_a_scheduled_post_that_it_goes_out_only_while_one_is_open(tmp_path: Path) -> None:
    async with agent(tmp_path) as writer:
        made = await writer.call("create_post", caption="Later", accounts=["local:outbox"], scheduled_at=soon())
        assert [warning["code"] for warning in made["data"]["warnings"]] == ["ONLY_WHILE_OPEN"]
        told = await writer.call("check_status", post_id=made["data"]["id"])
        assert [warning["code"] for warning in told["data"]["warnings"]] == ["ONLY_WHILE_OPEN"]
        assert "1 h late" in told["data"]["warnings"][0]["message"]
        now = await writer.call("create_post", caption="Now", accounts=["local:outbox"])
        assert now["data"]["warnings"] == []


#: The command line, with more time for what is under way at the end than a busy machine may need.
PATIENT = ("-c", "import engine.delivery as e; e.GRACE_SECONDS = 100.0; from server.start import start; start()")


async def test_a_worker_that_is_asked_to_stop_lets_a_delivery_under_way_finish(tmp_path: Path) -> None:
    home, reached, go_on = tmp_path / "home", anyio.Event(), anyio.Event()

    async def slowly(seen: Seen, stream: ByteStream) -> None:
        reached.set()
        await go_on.wait()
        await answers(204)(seen, stream)

    async with receiver(slowly) as hook, Embedded(home, utc_now, Webhook(hook.url, None, utc_now)) as engine:
        made = await engine.local.create(order("Slow", WEBHOOK))
        given = environment(home, WEBHOOK_URL=hook.url)
        with launched(home, (*PATIENT, "worker"), given) as worker, anyio.fail_after(100):
            await reached.wait()
            worker.send_signal(signal.SIGTERM)
            await logs(home, "worker_stopping")
            go_on.set()
            assert await anyio.to_thread.run_sync(worker.wait) == 0
        assert (await engine.local.post(made.id)).status is Status.PUBLISHED
    assert len(hook.seen) == 1
    assert "worker_stopped" in logged(home)


async def test_a_worker_that_is_killed_is_replaced_by_the_next(tmp_path: Path) -> None:
    home = tmp_path / "home"
    async with Embedded(home, utc_now) as engine:
        with started(home, "worker") as first:
            await published(engine, (await engine.local.create(order("By the first"))).id)
            with started(home, "worker") as second:
                await logs(home, "worker_started", 2)
                first.kill()
                first.wait()
                await published(engine, (await engine.local.create(order("By the second"))).id)
                assert stop(second, signal.SIGINT) == 0
        assert len(engine.files) == 2


def test_a_worker_whose_database_cannot_be_used_says_so_with_the_fix_and_ends(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("", encoding="utf-8")
    shown = run(tmp_path / "file" / "below", "worker")
    assert shown.returncode == 1
    assert "cannot be used" in shown.stderr
    assert "POSTWRIGHT_HOME" in shown.stderr


def test_a_worker_with_a_database_that_is_none_ends_with_the_reason(tmp_path: Path) -> None:
    (tmp_path / "postwright.db").write_text("not a database, " * 100, encoding="utf-8")
    shown = run(tmp_path, "worker")
    assert shown.returncode == 1
    assert "not a database" in shown.stderr


def test_a_worker_has_nothing_to_do_in_a_mode_that_only_reads(tmp_path: Path) -> None:
    shown = run(tmp_path, "worker", MODE="read")
    assert shown.returncode == 1
    assert "POSTWRIGHT_MODE=read" in shown.stderr
