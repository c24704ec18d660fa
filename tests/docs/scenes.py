"""Where the commands of a page are run: an empty home, a copy of the checkout, and what stands in for the world.

A page says ``https://mastodon.social``, a date, a port; what stands behind them here is written down in one place, so
that the pages need no marks of the test. Programs are ours: ``postwright`` and ``uvx postwright`` start the copy with
the Python of the tests (what uvx itself does is tried in ``tests/test_wheel.py``).
"""

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Generator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

import anyio
import anyio.from_thread
import pytest
from starlette.types import ASGIApp

from sandbox import discord, mastodon, slack, telegram
from sandbox.serve import running
from tests.clients.target import free_port
from tests.desk import agent
from tests.docs.pages import ROOT, Block
from tests.nostr import reading
from tests.peers.pds import Pds
from tests.peers.synapse import Synapse
from tests.wordpress import fake

_LEFT = shutil.ignore_patterns(".*", "node_modules", "__pycache__", "*.egg-info", "dist")
#: What ``uvx`` is here. It takes one package alone: this one, from the checkout or by its name.
_UVX = """\
while [ "$1" = --from ]; do
  case "$2" in .) test -f pyproject.toml || exit 66 ;; postwright*) ;; *) exit 67 ;; esac
  shift 2
done
test "$1" = postwright || exit 68
shift
exec postwright "$@"
"""


@dataclass
class Scene:
    """One block's surroundings. ``swaps`` are patterns of what a page says, and what is said here instead."""

    home: Path
    checkout: Path
    stack: ExitStack
    environment: dict[str, str] = field(default_factory=dict[str, str])
    swaps: dict[str, Callable[[], str]] = field(default_factory=dict[str, Callable[[], str]])

    def said(self, command: str) -> str:
        """Say a command as it is meant here."""
        for pattern, instead in self.swaps.items():
            command = re.sub(pattern, lambda _, instead=instead: instead(), command)
        return command

    def swap(self, told: str, instead: str) -> None:
        self.swaps[re.escape(told)] = lambda: instead

    def write(self, name: str, line: str) -> None:
        """Put a file of one line where the commands are run."""
        (self.checkout / name).write_text(f"{line}\n", encoding="utf-8")

    def serve(self, app: ASGIApp) -> str:
        """Serve a stand-in for as long as the block is played, and tell its address."""
        portal = self.stack.enter_context(anyio.from_thread.start_blocking_portal())
        return self.stack.enter_context(portal.wrap_async_context_manager(running(app)))


@contextmanager
def scene(block: Block, folder: Path, request: pytest.FixtureRequest) -> Generator[Scene]:
    """Set the scene of a block: its programs, and whatever its commands speak of."""
    home, checkout, programs = folder / "home", folder / "checkout", folder / "bin"
    for made in (home, programs):
        made.mkdir()
    shutil.copytree(ROOT, checkout, ignore=_LEFT)
    _program(programs / "postwright", f'exec "{sys.executable}" -m server "$@"\n')
    _program(programs / "uvx", _UVX)
    with ExitStack() as stack:
        found = Scene(home, checkout, stack)
        found.environment = {
            "PATH": f"{programs}{os.pathsep}{os.environ['PATH']}",
            "HOME": str(home),
            "LANG": "C.UTF-8",
            "TERM": "dumb",
            "PYTHONPATH": str(checkout),
            "POSTWRIGHT_PROBE_URLS": "off",
        }
        _ports(block, found)
        for words, prepare in SPOKEN_OF.items():
            if re.search(words, block.text):
                prepare(found, request)
        yield found


def _program(path: Path, script: str) -> None:
    path.write_text(f"#!/bin/sh\n{script}", encoding="utf-8")
    path.chmod(0o755)


def _ports(block: Block, found: Scene) -> None:
    """Give every port that a command opens another that is free, wherever the block names it."""
    for told in dict.fromkeys(re.findall(r"--(?:metrics-)?port (\d+)", block.text)):
        port = str(free_port())
        found.swaps[rf"\b{told}\b"] = lambda port=port: port


def _bluesky(found: Scene, request: pytest.FixtureRequest) -> None:
    pds: Pds = request.getfixturevalue("pds")
    member = pds.member()
    found.write("password.txt", pds.app_password(member))
    found.swap("--identifier alice.example", f"--identifier {member.handle} --server {pds.url}")


def _mastodon(found: Scene, request: pytest.FixtureRequest) -> None:
    found.write("token.txt", mastodon.TOKEN)
    found.swap("https://mastodon.social", found.serve(mastodon.create_app()))


def _telegram(found: Scene, request: pytest.FixtureRequest) -> None:
    found.write("token.txt", telegram.TOKEN)
    found.swap("--chat @mychannel", f"--chat @sandbox_news --api {found.serve(telegram.create_app())}")


def _chats(found: Scene, request: pytest.FixtureRequest) -> None:
    found.write("discord.txt", f"{found.serve(discord.create_app())}{discord.LINK}")
    found.write("slack.txt", f"{found.serve(slack.create_app())}{slack.LINK}")
    found.write("secret.txt", "a-secret-to-sign-with")


def _nostr(found: Scene, request: pytest.FixtureRequest) -> None:
    found.write("nsec.txt", reading.key())
    found.swap('"wss://relay.example.com wss://other.example.com"', request.getfixturevalue("relay"))


def _matrix(found: Scene, request: pytest.FixtureRequest) -> None:
    synapse: Synapse = request.getfixturevalue("synapse")
    resident = synapse.resident()
    found.write("token.txt", resident.token)
    found.swap("https://matrix.example.com", synapse.url)
    found.swap("#news:example.com", synapse.room(resident))


def _wordpress(found: Scene, request: pytest.FixtureRequest) -> None:
    found.write("password.txt", fake.PASSWORD)
    found.swap("https://blog.example.com", found.serve(fake.create_app(fake.Blog())))
    found.swap("--user ada", f"--user {fake.USER}")


def _folder(found: Scene, request: pytest.FixtureRequest) -> None:
    found.swap("/srv/blog/drafts", str(found.home / "drafts"))


def _today(found: Scene, request: pytest.FixtureRequest) -> None:
    day = f"{datetime.now(UTC):%Y-%m-%d}"
    found.swap("2026-12-01", day)
    found.swap("$(date +%F)", day)  # which may be another day by the machine's zone, or by now


def _held(found: Scene, request: pytest.FixtureRequest) -> None:
    """Have an agent ask for something that a person has to approve: anew for every command."""
    found.environment["POSTWRIGHT_MODE"] = "approve"
    found.swaps[r"hld_\.\.\."] = lambda: anyio.run(_created, found, "approve")


def _posted(found: Scene, request: pytest.FixtureRequest) -> None:
    """Have something that was posted."""
    anyio.run(_created, found, "publish")


async def _created(found: Scene, mode: str) -> str:
    home = found.home / "postwright"
    found.environment["POSTWRIGHT_HOME"] = str(home)
    async with agent(home, PROVIDERS="local", MODE=mode) as asking:
        body = await asking.call("create_post", caption="Launch day", accounts=["local:outbox"], allow_duplicate=True)
        return body["data"]["id"]


def _account(found: Scene, request: pytest.FixtureRequest) -> None:
    """Have an account that can be removed."""
    add = ("accounts", "add", "outbox", "--name", "gone", "--folder", str(found.home / "gone"))
    subprocess.run(["postwright", *add], env=found.environment, check=True, capture_output=True)
    found.swap("remove ID", "remove local:outbox-gone")


def _database(found: Scene, request: pytest.FixtureRequest) -> None:
    found.swap("postgresql://postwright:...@db.internal/postwright", request.getfixturevalue("postgres_url"))
    found.environment["POSTWRIGHT_HTTP_TOKEN"] = "a-token-of-the-test-alone"
    found.swap("--host 0.0.0.0", "--host 127.0.0.1")


#: What a block may speak of, and what is brought there for it.
SPOKEN_OF: dict[str, Callable[[Scene, pytest.FixtureRequest], None]] = {
    r"add bluesky --": _bluesky,
    r"add mastodon --": _mastodon,
    r"add telegram --": _telegram,
    r"add (discord|slack|webhook) --": _chats,
    r"add nostr --": _nostr,
    r"add matrix --": _matrix,
    r"add wordpress --": _wordpress,
    r"add outbox --": _folder,
    r"2026-12-01": _today,
    r"hld_\.\.\.": _held,
    r"postwright (backup|export|log)": _posted,
    r"remove ID": _account,
    r"postgresql://": _database,
}
