"""``postwright accounts``: at a terminal and without one, beside a server that is running, two at once."""

import json
import re
import sqlite3
import subprocess
import sys
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager, closing
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import anyio
import pytest

from providers.local.vault import FILE
from sandbox import mastodon
from sandbox.serve import running
from sandbox.telegram import TOKEN, create_app
from server.app import DATABASE
from tests.desk import Agent, agent
from tests.leaks import planted
from tests.local.chatting import Controls
from tests.local.embedded import until
from tests.local.posting import ended, posted
from tests.modes.terminal import Terminal, environment, shown

pytestmark = [pytest.mark.anyio, pytest.mark.timeout(600)]

NEWS = "local:telegram-sandbox_news"


@dataclass
class Stage:
    """A home, a running server on it, and a stand-in of Telegram."""

    home: Path
    agent: Agent
    url: str

    @property
    def telegram(self) -> Controls:
        return Controls(self.url)

    async def run(self, *words: str, told: str = "") -> tuple[int, str]:
        """Run a command without a terminal; tell its exit code and all that it said."""
        return await run(self.home, *words, told=told)

    async def add(self, told: str = f"{TOKEN}\n", chat: str = "@sandbox_news") -> tuple[int, str]:
        return await self.run("add", "telegram", "--token", "-", "--chat", chat, "--api", self.url, told=told)

    async def accounts(self) -> dict[str, dict[str, object]]:
        found = (await self.agent.call("list_accounts"))["data"]["accounts"]
        return {one["id"]: one for one in found}


async def run(home: Path, *words: str, told: str = "") -> tuple[int, str]:
    command = partial(
        subprocess.run,
        [sys.executable, "-m", "server", "accounts", *words],
        env=environment(home, {"SECRETS": "file"}),
        input=told,
        capture_output=True,
        text=True,
        check=False,
        timeout=240,
    )
    done = await anyio.to_thread.run_sync(command)
    assert "Traceback" not in done.stderr, done.stderr
    return done.returncode, done.stdout + done.stderr


@pytest.fixture(autouse=True)
def planted_token() -> None:
    planted.add(TOKEN)


@asynccontextmanager
async def stage(home: Path, **settings: str) -> AsyncGenerator[Stage]:
    async with running(create_app()) as url, agent(home, SECRETS="file", **settings) as found:
        yield Stage(home, found, url)


async def test_an_account_that_is_added_can_be_posted_to_by_a_server_that_runs_already(tmp_path: Path) -> None:
    async with stage(tmp_path) as on:
        assert NEWS not in await on.accounts()
        code, said = await on.add()
        assert code == 0, said
        assert f"Telegram: Sandbox news, sandbox_news is added as {NEWS}" in said
        assert str(tmp_path / FILE) in said
        assert (await posted(on.agent, NEWS, "Hello"))["status"] == "published"
        assert [told["message"]["text"] for told in await on.telegram.messages()] == ["Hello"]
    assert (tmp_path / FILE).stat().st_mode & 0o777 == 0o600
    assert json.loads((tmp_path / FILE).read_text()) == {NEWS: {"token": TOKEN}}


async def test_without_a_terminal_what_is_missing_is_named_and_nothing_is_added(tmp_path: Path) -> None:
    code, said = await run(tmp_path, "add", "telegram", "--chat", "@sandbox_news")
    assert code == 2
    assert "--token -" in said
    assert "@BotFather" in said
    assert "--chat" not in said
    assert not (tmp_path / FILE).exists()


async def test_at_a_terminal_what_is_missing_is_asked_for_and_a_secret_is_not_shown(tmp_path: Path) -> None:
    async with running(create_app()) as url:

        def talk() -> tuple[int, str]:
            given = environment(tmp_path, {"SECRETS": "file"})
            with Terminal(given, ("accounts", "add", "telegram", "--api", url)) as terminal:
                terminal.until("@BotFather")
                terminal.type(TOKEN)
                terminal.until("@name, or its id:")
                terminal.type("@sandbox_news")
                return terminal.end(), terminal.shown

        code, said = await anyio.to_thread.run_sync(talk)
    assert code == 0, said
    assert NEWS in said
    assert TOKEN not in said


async def test_a_login_that_is_refused_adds_nothing_and_shows_no_secret(tmp_path: Path) -> None:
    async with stage(tmp_path) as on:
        planted.add("987654:AnotherTokenThatNobodyMade")
        code, said = await on.add("987654:AnotherTokenThatNobodyMade\n")
        wrong, words = await on.add(chat="my channel")
        assert NEWS not in await on.accounts()
    assert (code, wrong) == (1, 1)
    assert "Nothing was added" in said
    assert "neither a public name" in words


async def test_a_secret_on_the_command_line_is_taken_with_a_warning(tmp_path: Path) -> None:
    code, said = await run(
        tmp_path, "add", "webhook", "--name", "crm", "--url", "http://127.0.0.1:9/", "--secret", "a-long-secret"
    )
    assert code == 0, said
    assert "give - instead" in said
    assert "local:webhook-crm" in said


async def test_two_processes_that_add_at_once_both_add(tmp_path: Path) -> None:
    async with stage(tmp_path) as on:
        async with anyio.create_task_group() as group:
            for number in range(4):
                folder = str(tmp_path / f"folder{number}")
                group.start_soon(on.run, "add", "outbox", "--name", f"box{number}", "--folder", folder)
            group.start_soon(on.add)

        async def all_there() -> bool:
            return {NEWS, *(f"local:outbox-box{number}" for number in range(4))} <= set(await on.accounts())

        await until(all_there)


async def test_a_folder_of_ones_own_takes_posts_and_tells_its_limits(tmp_path: Path) -> None:
    async with stage(tmp_path) as on:
        code, said = await on.run("add", "outbox", "--name", "blog", "--folder", str(tmp_path / "blog"))
        assert code == 0, said
        assert (await posted(on.agent, "local:outbox-blog", "Into the folder"))["status"] == "published"
        relative, words = await on.run("add", "outbox", "--name", "other", "--folder", "blog")
    [file] = (tmp_path / "blog").glob("*.md")
    assert "Into the folder" in file.read_text()
    assert relative == 1
    assert "no full path" in words


async def test_a_dead_token_is_told_with_the_fix_refused_for_new_posts_and_mended_by_adding_again(
    tmp_path: Path,
) -> None:
    async with stage(tmp_path) as on:
        await on.add()
        waiting = await on.agent.call(
            "create_post", caption="Later", accounts=[NEWS], scheduled_at="2999-01-01T00:00:00Z"
        )
        await on.telegram.steer("bot", revoked=True)
        code, said = await on.run("test", NEWS)
        assert code == 1
        assert "Log in anew: `postwright accounts add telegram`." in said
        listed = (await on.accounts())[NEWS]
        assert listed["status"] == "needs_reconnect"
        assert "`postwright accounts add telegram`" in str(listed["note"])
        refused = await on.agent.call("create_post", caption="Now", accounts=[NEWS])
        assert refused["problems"][0]["code"] == "account_not_usable"
        assert "`postwright accounts add telegram`" in refused["problems"][0]["fix"]
        shown_list = (await on.run("list"))[1]
        assert "needs_reconnect" in shown_list
        assert "1 waiting" in shown_list
        await on.telegram.steer("bot", revoked=False)
        code, said = await on.add()
        assert code == 0, said
        assert "is logged in anew" in said
        assert "1 post waits there, and can go out now" in said
        assert (await on.accounts())[NEWS]["status"] == "active"
        assert (await on.agent.call("check_status", post_id=waiting["data"]["id"]))["data"]["status"] == "scheduled"
        assert (await posted(on.agent, NEWS, "Again"))["status"] == "published"


async def test_a_delivery_that_meets_a_dead_token_waits_for_a_new_login(tmp_path: Path) -> None:
    async with stage(tmp_path) as on:
        await on.add()
        await on.accounts()
        await on.telegram.steer("bot", revoked=True)
        made = await on.agent.call("create_post", caption="Hello", accounts=[NEWS])

        async def held() -> bool:
            return (await on.accounts())[NEWS]["status"] == "needs_reconnect"

        await until(held)
        await on.telegram.steer("bot", revoked=False)
        assert (await on.add())[0] == 0
        assert (await ended(on.agent, made["data"]["id"]))["status"] == "published"
        assert len(await on.telegram.messages()) == 1


async def test_an_answer_of_a_login_that_works_opens_an_account_again(tmp_path: Path) -> None:
    async with stage(tmp_path) as on:
        await on.add()
        await on.telegram.steer("bot", revoked=True)
        await on.run("test")
        await on.telegram.steer("bot", revoked=False)
        code, said = await on.run("test", NEWS)
        assert (code, f"ok  {NEWS}: Sandbox news" in said) == (0, True), said
        assert (await on.accounts())[NEWS]["status"] == "active"


async def test_removing_tells_what_waits_and_cancels_it_and_nothing_is_lost_silently(tmp_path: Path) -> None:
    async with stage(tmp_path) as on:
        await on.add()
        both = await on.agent.call(
            "create_post", caption="Later", accounts=["local:outbox", NEWS], scheduled_at="2999-01-01T00:00:00Z"
        )
        assert (await on.agent.call("create_post", caption="Some day", accounts=[NEWS], mode="draft"))["ok"]
        assert re.search(rf"{NEWS} .*  1 waiting  1 draft$", (await on.run("list"))[1], re.MULTILINE)
        code, said = await on.run("remove", NEWS)
        assert code == 2
        assert "--yes" in said
        assert "1 delivery waits there, the first on 2999-01-01 at 00:00 UTC: cancelled with it." in said
        assert "1 draft there: cancelled with it." in said
        code, said = await on.run("remove", NEWS, "--yes")
        assert code == 0, said
        assert "2 deliveries cancelled" in said
        trail = (await shown({}, tmp_path, "log"))[1]
        [added, *_, removed] = [line for line in trail.splitlines() if "  accounts " in line]
        assert re.search(rf"  accounts add +publish  ok +{NEWS} ", added), trail
        assert re.search(rf"  accounts remove +publish  ok +{NEWS} ", removed), trail
        assert added.index(NEWS) == removed.index(NEWS), "the columns stand one under the other"
        assert NEWS not in await on.accounts()
        stand = (await on.agent.call("check_status", post_id=both["data"]["id"]))["data"]["deliveries"]
        assert {one["account"]: one["status"] for one in stand} == {"local:outbox": "scheduled", NEWS: "cancelled"}
        assert "was removed" in next(one["error"] for one in stand if one["account"] == NEWS)
    assert json.loads((tmp_path / FILE).read_text()) == {}


async def test_a_file_of_secrets_that_others_may_read_keeps_everything_as_it_is(tmp_path: Path) -> None:
    await run(tmp_path, "add", "outbox", "--name", "blog", "--folder", str(tmp_path / "blog"))
    (tmp_path / FILE).chmod(0o644)
    for words in (("remove", "local:outbox-blog", "--yes"), ("test", "local:outbox-blog")):
        code, said = await run(tmp_path, *words)
        assert (code, f"chmod 600 '{tmp_path / FILE}'" in said) == (1, True), said
    assert "local:outbox-blog" in (await run(tmp_path, "list"))[1]
    (tmp_path / FILE).chmod(0o600)
    assert (await run(tmp_path, "remove", "local:outbox-blog", "--yes"))[0] == 0
    assert "local:outbox-blog" not in (await run(tmp_path, "list"))[1]


async def test_removing_asks_at_a_terminal(tmp_path: Path) -> None:
    async with stage(tmp_path) as on:
        await on.add()

        def talk(answer: str) -> tuple[int, str]:
            given = environment(tmp_path, {"SECRETS": "file"})
            with Terminal(given, ("accounts", "remove", NEWS)) as terminal:
                terminal.until("[y/N]")
                terminal.type(answer)
                return terminal.end(), terminal.shown

        code, said = await anyio.to_thread.run_sync(talk, "n")
        assert (code, "Nothing was changed." in said, NEWS in await on.accounts()) == (1, True, True)
        code, said = await anyio.to_thread.run_sync(talk, "y")
        assert (code, NEWS in await on.accounts()) == (0, False), said


async def test_an_account_whose_login_is_on_another_machine_is_told_and_its_posts_wait(tmp_path: Path) -> None:
    async with stage(tmp_path) as on:
        await on.add()
    (tmp_path / FILE).unlink()
    async with stage(tmp_path) as on:
        listed = (await on.accounts())[NEWS]
        assert (listed["status"], "no login for it" in str(listed["note"])) == ("active", True)
        made = await on.agent.call("create_post", caption="Hello", accounts=[NEWS])
        assert made["data"]["status"] == "queued"
        assert any("no login for it" in warning["message"] for warning in made["data"]["warnings"]), made
        code, said = await on.run("test", NEWS)
        assert (code, "no login for it" in said) == (1, True)


async def test_the_help_says_what_each_network_asks_for(tmp_path: Path) -> None:
    code, said = await shown({}, tmp_path, "accounts", "add", "--help")
    assert code == 0
    for words in ("--identifier", "App password", "matrix", "--homeserver", "[https://api.telegram.org]"):
        assert words in said


async def test_an_unknown_network_and_an_unknown_account_are_told(tmp_path: Path) -> None:
    assert (await run(tmp_path, "add", "tiktok"))[0] == 2
    for verb in (("test",), ("remove", "--yes")):
        code, said = await run(tmp_path, *verb, "local:nobody")
        assert code == 1
        assert "postwright accounts list" in said
    code, said = await run(tmp_path, "list")
    assert (code, "local:outbox" in said) == (0, True)


async def test_the_doctor_tries_the_logins_too(tmp_path: Path) -> None:
    async with stage(tmp_path) as on:
        await on.add()
        code, said = await shown({"SECRETS": "file"}, tmp_path, "doctor")
        assert (code, f"{NEWS}: Sandbox news" in said) == (0, True), said
        await on.telegram.steer("bot", revoked=True)
        code, said = await shown({"SECRETS": "file"}, tmp_path, "doctor")
        assert (code, "`postwright accounts add telegram`" in said) == (1, True), said


async def test_a_secret_of_an_account_shows_in_no_result_wherever_it_stands(tmp_path: Path) -> None:
    secret = "a-long-secret-of-the-webhook"
    async with stage(tmp_path) as on:
        await on.run("add", "webhook", "--name", "crm", "--url", "http://127.0.0.1:9/", "--secret", "-", told=secret)
        await on.accounts()
        made = await on.agent.call(
            "create_post", caption=f"It is {secret}", accounts=["local:outbox"], scheduled_at="2999-01-01T00:00:00Z"
        )
        listed = await on.agent.call("list_posts", response_format="detailed")
    assert secret not in json.dumps(made) + json.dumps(listed)
    assert "It is [secret]" in json.dumps(listed)
    planted.discard(secret)


async def test_a_test_asks_anew_what_a_server_allows_and_a_running_server_notices(tmp_path: Path) -> None:
    app = mastodon.create_app()
    async with running(app) as url, agent(tmp_path, SECRETS="file") as found:
        on = Stage(tmp_path, found, url)
        code, said = await on.run("add", "mastodon", "--server", url, "--token", "-", told=mastodon.TOKEN)
        assert code == 0, said
        [name] = [name for name in await on.accounts() if name.startswith("local:mastodon-")]
        before = (await on.accounts())[name]["accepts"]
        assert "changed" not in (await on.run("test", name))[1]
        with closing(sqlite3.connect(tmp_path / DATABASE, timeout=60)) as database, database:
            database.execute("UPDATE account SET capabilities = '{\"caption_limit\": 7}'")
            database.execute("UPDATE account_table SET revision = revision + 1")
        code, said = await on.run("test", name)
        assert (code, "what its server allows has changed, and is noted" in said) == (0, True), said
        assert (await on.accounts())[name]["accepts"] == before
