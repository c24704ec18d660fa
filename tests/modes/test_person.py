"""A person decides at a terminal: sees all of it, says yes once, and one post is made."""

import json
import sqlite3
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import anyio
import pytest

from schemas.instant import wire
from tests.desk import INSTAGRAM, Body
from tests.modes.terminal import Terminal, answered, environment, shown
from tests.modes.town import LATER, OUTBOX, THREADS, PowerCutError, Town, X, hold, post, told, town, until

pytestmark = pytest.mark.anyio

HOSTED = {INSTAGRAM: "GENVIRAL", X: "POSTPOST", THREADS: "SOCIALAPI"}


async def decide(services: Town, verb: str, held_id: str, answer: str = "y") -> tuple[int, str]:
    return await answered(services.settings, services.home, answer, verb, held_id)


@pytest.mark.parametrize("account", HOSTED)
async def test_what_a_person_approves_is_made_once_and_the_agent_follows_it(tmp_path: Path, account: str) -> None:
    async with town(tmp_path) as services, services.agent(MODE="approve") as caller:
        data = await hold(caller, account, scheduled_at=LATER)
        code, screen = await decide(services, "approve", data["id"])
        assert code == 0, screen
        assert "Launch day" in screen
        assert account in screen
        assert LATER in screen
        assert len((await services.gone())[HOSTED[account]]) == 1
        status = await caller.call("check_status", post_id=data["id"])
        assert status["data"]["status"] == "scheduled", status
        assert status["data"]["id"].startswith(account.partition(":")[0])
        code, screen = await shown(services.settings, tmp_path, "approve", data["id"])
        assert code == 1
        assert len((await services.gone())[HOSTED[account]]) == 1


async def test_an_approved_local_post_is_delivered_before_the_terminal_is_free_again(tmp_path: Path) -> None:
    async with town(tmp_path) as services:
        async with services.agent(MODE="approve") as caller:
            data = await hold(caller)
        code, screen = await decide(services, "approve", data["id"])
        assert code == 0, screen
        assert "Published" in screen
        assert len(list((tmp_path / "outbox").glob("*.md"))) == 1


@pytest.mark.parametrize(("verb", "answer"), [("approve", "n"), ("approve", ""), ("decline", "n")])
async def test_without_a_yes_everything_stays_as_it_is(tmp_path: Path, verb: str, answer: str) -> None:
    async with town(tmp_path) as services, services.agent(MODE="approve") as caller:
        data = await hold(caller)
        code, _ = await decide(services, verb, data["id"], answer)
        assert code == 1
        status = await caller.call("check_status", post_id=data["id"])
        assert status["data"]["status"] == "awaiting_approval"


async def test_what_a_person_declines_is_never_made(tmp_path: Path) -> None:
    async with town(tmp_path) as services, services.agent(MODE="approve") as caller:
        data = await hold(caller)
        assert (await decide(services, "decline", data["id"]))[0] == 0
        status = await caller.call("check_status", post_id=data["id"])
        assert (status["data"]["provider_status"], status["data"]["terminal"]) == ("declined", True)
        code, screen = await shown(services.settings, tmp_path, "approve", data["id"])
        assert (code, "declined" in screen) == (1, True)
        assert not any((await services.gone()).values())


@pytest.mark.parametrize("verb", ["approve", "decline"])
async def test_a_pipe_is_no_person(tmp_path: Path, verb: str) -> None:
    async with town(tmp_path) as services, services.agent(MODE="approve") as caller:
        data = await hold(caller)
        run = subprocess.run(  # noqa: ASYNC221  (it ends at once)
            [sys.executable, "-m", "server", verb, data["id"]],
            env=environment(tmp_path, services.settings),
            input="y\n",
            capture_output=True,
            text=True,
            check=False,
            timeout=240,
        )
        assert run.returncode == 2
        assert "terminal" in run.stderr
        status = await caller.call("check_status", post_id=data["id"])
        assert status["data"]["status"] == "awaiting_approval"


async def test_the_terminal_shows_all_of_a_text_and_nothing_in_it_can_pass_for_anything_else(tmp_path: Path) -> None:
    caption = "Harmless\x1b[2J\u202e\nDo this now? [y/N]: y\n" + "long " * 900 + "the end"
    async with town(tmp_path) as services, services.agent(MODE="approve") as caller:
        body = await caller.call("create_post", caption=caption.replace("\x1b", ""), accounts=[OUTBOX])
        code, screen = await decide(services, "approve", body["data"]["id"], "n")
        assert code == 1
        assert "\x1b" not in screen
        assert "\u202e" not in screen
        assert "the end" in screen
        assert "\n    | Do this now? [y/N]: y\n" in screen
        assert "1 characters that cannot be seen" in screen


async def test_pending_lists_what_waits(tmp_path: Path) -> None:
    async with town(tmp_path) as services:
        assert "Nothing awaits" in (await shown(services.settings, tmp_path, "pending"))[1]
        async with services.agent(MODE="approve") as caller:
            first, second = await hold(caller), await hold(caller, INSTAGRAM, caption="Another")
        code, screen = await shown(services.settings, tmp_path, "pending")
        assert code == 0
        assert first["id"] in screen
        assert second["id"] in screen
        assert "2 await approval" in screen


async def test_a_shell_without_the_servers_settings_is_told_so(tmp_path: Path) -> None:
    async with town(tmp_path) as services:
        async with services.agent(MODE="approve") as caller:
            data = await hold(caller, INSTAGRAM)
        code, screen = await shown({}, tmp_path, "approve", data["id"])
        assert (code, "POSTWRIGHT_" in screen) == (1, True)
        code, screen = await shown(
            {**services.settings, "GENVIRAL_API_KEY": "gva_live_other.key"}, tmp_path, "approve", data["id"]
        )
        assert (code, "POSTWRIGHT_" in screen) == (1, True)


@pytest.mark.parametrize("mode", ["read", "draft"])
async def test_a_mode_that_forbids_it_forbids_approving_too(tmp_path: Path, mode: str) -> None:
    async with town(tmp_path) as services:
        async with services.agent(MODE="approve") as caller:
            data = await hold(caller)
        code, screen = await answered({**services.settings, "MODE": mode}, tmp_path, "y", "approve", data["id"])
        assert (code, f"POSTWRIGHT_MODE={mode}" in screen) == (1, True)
        assert not any((await services.gone()).values())
        assert (await services.approve(data["id"])).ok, "it waits as before for a shell with the right mode"


async def test_two_who_approve_at_once_make_one_post(tmp_path: Path) -> None:
    async with town(tmp_path) as services, services.agent(MODE="approve") as caller:
        data = await hold(caller, INSTAGRAM)

        def both() -> list[str]:
            given = environment(tmp_path, services.settings)
            words = ("approve", data["id"])
            with Terminal(given, words) as one, Terminal(given, words) as other:
                for terminal in (one, other):
                    terminal.until("[y/N]")
                for terminal in (one, other):
                    terminal.type("y")
                return [f"{terminal.end()} {terminal.shown}" for terminal in (one, other)]

        screens = await anyio.to_thread.run_sync(both)
        assert len((await services.gone())["GENVIRAL"]) == 1, screens
        assert any(screen.startswith("0") for screen in screens)


async def test_what_broke_off_in_the_sending_is_gone_on_with_and_made_once(tmp_path: Path) -> None:
    async with town(tmp_path) as services, services.agent(MODE="approve") as caller:
        data = await hold(caller, INSTAGRAM)
        await services.fault("GENVIRAL", "accept_then_slow:600", "/posts")

        def killed() -> None:
            given = environment(tmp_path, {**services.settings, "SEND_TIMEOUT": "45"})
            with Terminal(given, ("approve", data["id"])) as terminal:
                terminal.until("[y/N]")
                terminal.type("y")
                anyio.from_thread.run(made)

        async def made() -> None:
            await until(lambda: services.count("GENVIRAL", 1))

        await anyio.to_thread.run_sync(killed)
        status = await caller.call("check_status", post_id=data["id"])
        assert (status["ok"], status["outcome"], status["data"]["terminal"]) == (True, "unknown", False), status
        assert data["id"] in (await shown(services.settings, tmp_path, "pending"))[1]
        result = await services.approve(data["id"], lambda: datetime.now(UTC) + timedelta(minutes=10))
        assert result.ok, result
        assert await services.count("GENVIRAL", 1)
        followed = await caller.call("check_status", post_id=data["id"])
        assert followed["data"]["id"].startswith("genviral:")


async def test_what_broke_off_before_anything_was_written_down_is_gone_on_with_and_made_once(tmp_path: Path) -> None:
    async with town(tmp_path) as services, services.agent(MODE="approve") as caller:
        data = await hold(caller, INSTAGRAM)
        for after in (False, True, True):
            with pytest.raises(PowerCutError):
                await services.approve(data["id"], cut=after)
        assert await services.count("GENVIRAL", 1)
        again = await caller.call("create_post", **post(INSTAGRAM))
        assert again["data"]["replayed"] is True
        assert (await services.approve(data["id"])).ok
        assert await services.count("GENVIRAL", 1)


def tamper(home: Path, held_id: str) -> None:
    with sqlite3.connect(home / "postwright.db", timeout=60) as database:
        [[arguments]] = database.execute("SELECT arguments FROM held WHERE id = ?", (held_id,)).fetchall()
        changed: Body = {**json.loads(arguments), "caption": "Something else"}
        database.execute("UPDATE held SET arguments = ? WHERE id = ?", (json.dumps(changed), held_id))
    database.close()


async def test_what_was_changed_after_it_was_shown_is_not_made(tmp_path: Path) -> None:
    async with town(tmp_path) as services, services.agent(MODE="approve") as caller:
        data = await hold(caller, INSTAGRAM)

        def changed() -> tuple[int, str]:
            with Terminal(environment(tmp_path, services.settings), ("approve", data["id"])) as terminal:
                terminal.until("[y/N]")
                tamper(tmp_path, data["id"])
                terminal.type("y")
                return terminal.end(), terminal.shown

        code, screen = await anyio.to_thread.run_sync(changed)
        assert (code, "not what was shown" in screen) == (1, True), screen
        assert not any((await services.gone()).values())


async def test_a_time_that_has_passed_is_told_to_the_person_and_to_the_agent(tmp_path: Path) -> None:
    earlier = datetime.now(UTC) - timedelta(days=3)
    soon = wire(earlier + timedelta(hours=1))
    async with town(tmp_path) as services:
        async with services.agent(lambda: earlier, MODE="approve") as caller:
            data = await hold(caller, scheduled_at=soon)
        code, screen = await decide(services, "approve", data["id"])
        assert (code, "/scheduled_at" in screen) == (1, True), screen
        async with services.agent(MODE="approve") as caller:
            status = await caller.call("check_status", post_id=data["id"])
            assert told(status) == ("invalid_payload", "nothing_sent")
            assert data["id"] in status["message"]
        assert not any((await services.gone()).values())
