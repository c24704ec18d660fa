"""Every write lands in the audit trail: who, what and with which verdict, in a chain that shows what was changed."""

import json
import stat
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path
from subprocess import run

import anyio
import mcp_types as types
import pytest
from mcp.client import Client

from schemas.errors import ErrorCode
from schemas.result import failure
from server.app import build
from server.audit import FOLDER, NONE_BEFORE, Audit, entry
from server.audit_log import verify
from server.caller import Caller
from server.settings import load
from tests.desk import INSTAGRAM, KEY, Body, Service, agent, genviral
from tests.modes.terminal import answered, environment
from tests.modes.town import OUTBOX, hold, post, town, until
from tools.catalogue import TOOLS

pytestmark = pytest.mark.anyio

WRITING = [tool.name for tool in TOOLS if not tool.hints.read_only]
CALLER = Caller("a client 1", "stdio", "somebody")


def trail(home: Path) -> list[Body]:
    paths = sorted((home / FOLDER).glob("*.jsonl"))
    return [json.loads(line) for path in paths for line in path.read_bytes().splitlines()]


def checked(home: Path) -> tuple[bool, str]:
    said: list[str] = []
    return verify(home, said.append), "\n".join(said)


async def test_a_write_lands_with_who_and_what_and_the_verdict_and_no_text(tmp_path: Path) -> None:
    async with genviral(tmp_path) as (caller, _):
        made = await caller.create(caption="The text of a secret campaign")
        refused = await caller.create(caption="")
        await caller.call("list_posts")
        await caller.call("check_status", post_id=made["data"]["id"])
    first, second = trail(tmp_path)
    assert (first["tool"], first["mode"], first["ok"], first["outcome"]) == ("create_post", "publish", True, "accepted")
    assert (first["post"], first["accounts"]) == (made["data"]["id"], [INSTAGRAM])
    assert first["request_id"] == made["request_id"]
    assert (first["transport"], bool(first["user"]), "mcp" in first["client"]) == ("stdio", True, True)
    assert first["protocol"] == "2026-07-28"
    assert (second["ok"], second["code"], second["error_code"]) == (False, 422, "invalid_payload")
    assert second["request_id"] == refused["request_id"]
    raw = next((tmp_path / FOLDER).glob("*.jsonl")).read_text(encoding="ascii")
    assert "secret campaign" not in raw
    assert KEY not in raw
    assert checked(tmp_path)[0]


@pytest.mark.parametrize("mode", ["read", "draft", "approve", "publish"])
async def test_every_call_of_a_tool_that_writes_has_one_line_in_every_mode(tmp_path: Path, mode: str) -> None:
    async with agent(tmp_path, MODE=mode) as caller:
        for tool in TOOLS:
            await caller.call(tool.name, surprise="\u2028")
        await caller.call("nothing")
    assert sorted(line["tool"] for line in trail(tmp_path)) == sorted(WRITING)
    assert all(line["ok"] is False for line in trail(tmp_path))


async def test_the_digest_of_the_arguments_is_that_of_their_canonical_json(tmp_path: Path) -> None:
    arguments: Body = {"caption": "H\u00e9", "accounts": [OUTBOX]}
    async with agent(tmp_path) as caller:
        await caller.call("create_post", **arguments)
    canonical = json.dumps(arguments, sort_keys=True, separators=(",", ":")).encode()
    assert trail(tmp_path)[0]["arguments"] == sha256(canonical).hexdigest()


async def test_what_people_decide_lands_too(tmp_path: Path) -> None:
    async with town(tmp_path) as services, services.agent(MODE="approve") as caller:
        yes, no = await hold(caller), await hold(caller, caption="Another")
        await answered(services.settings, tmp_path, "y", "approve", yes["id"])
        await answered(services.settings, tmp_path, "y", "decline", no["id"])
    held, _, approved, declined = trail(tmp_path)
    assert (held["post"], held["outcome"]) == (yes["id"], "nothing_sent")
    assert (approved["tool"], approved["held"], approved["ok"]) == ("approve", yes["id"], True)
    assert approved["post"].startswith("local:")
    assert (declined["tool"], declined["held"], declined["error_code"]) == ("decline", no["id"], "declined")
    assert (approved["transport"], approved["protocol"]) == ("terminal", None)
    assert checked(tmp_path)[0]


async def test_only_the_owner_can_read_it(tmp_path: Path) -> None:
    async with agent(tmp_path) as caller:
        await caller.call("create_post", **post(OUTBOX))
    [path] = (tmp_path / FOLDER).glob("*.jsonl")
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700


HOSTILE = [
    '\n{"ok":true}',
    "\r\n",
    "\u2028",
    "\u2029",
    "\x1b[2J\x1b[31m",
    "\x00",
    "\u202e",
    "\x85",
    "\x0b\x0c",
    "\ud800",
]


@pytest.mark.parametrize("text", HOSTILE, ids=ascii)
async def test_nothing_that_is_sent_can_break_out_of_its_line(tmp_path: Path, text: str) -> None:
    audit = Audit(tmp_path, lambda: datetime(2026, 11, 24, tzinfo=UTC), ())
    hostile = {"accounts": [f"local:{text}", text], "post_id": f"local:{text}", "caption": text, text: text}
    told = failure(ErrorCode.NOT_FOUND, text)
    assert await audit.write(entry(Caller(text, text, text), text, "publish", hostile, told, held=text))
    assert await audit.write(entry(CALLER, "create_post", "publish", {}, told))
    [path] = (tmp_path / FOLDER).glob("*.jsonl")
    raw = path.read_bytes()
    assert raw.count(b"\n") == 2
    assert raw.isascii()
    assert not set(raw) & (set(range(32)) - {10})
    shown = run(  # noqa: ASYNC221  (it ends at once)
        [sys.executable, "-m", "server", "log"],
        env=environment(tmp_path, {}),
        capture_output=True,
        check=True,
    ).stdout.decode()  # fmt: skip
    assert len(shown.splitlines()) == 2, shown
    assert not any(character in shown for character in "\x1b\x00\u202e\u2028\r")
    assert checked(tmp_path)[0]


async def written(home: Path, count: int) -> None:
    audit = Audit(home, lambda: datetime(2026, 11, 24, tzinfo=UTC), ())
    for number in range(count):
        assert await audit.write(entry(CALLER, "create_post", "publish", {"n": number}, None))


def change(lines: list[bytes]) -> list[bytes]:
    return [lines[0], lines[1].replace(b"create_post", b"delete_post"), *lines[2:]]


def drop(lines: list[bytes]) -> list[bytes]:
    return [lines[0], *lines[2:]]


def add(lines: list[bytes]) -> list[bytes]:
    return [lines[0], lines[0], *lines[1:]]


def swap(lines: list[bytes]) -> list[bytes]:
    return [lines[0], lines[2], lines[1], *lines[3:]]


def cut(lines: list[bytes]) -> list[bytes]:
    return [lines[0], lines[1][:40], *lines[2:]]


def space(lines: list[bytes]) -> list[bytes]:
    return [lines[0], lines[1] + b" ", *lines[2:]]


@pytest.mark.parametrize("tamper", [change, drop, add, swap, cut, space])
async def test_what_is_tampered_with_breaks_the_chain_where_it_was_done(
    tmp_path: Path, tamper: Callable[[list[bytes]], list[bytes]]
) -> None:
    await written(tmp_path, 5)
    assert checked(tmp_path) == (True, "5 lines; the chain holds.")
    path = tmp_path / FOLDER / "2026-11.jsonl"
    path.write_bytes(b"\n".join(tamper(path.read_bytes().splitlines())) + b"\n")
    holds, said = checked(tmp_path)
    assert not holds
    assert "line 2" in said or "line 3" in said
    words = [sys.executable, "-m", "server", "log", "--verify"]
    shown = run(words, env=environment(tmp_path, {}), check=False)  # noqa: ASYNC221  (it ends at once)
    assert shown.returncode == 1


async def test_the_chain_goes_over_months_and_over_a_clock_that_is_set_back(tmp_path: Path) -> None:
    moments = iter(datetime(2026, month, 5, tzinfo=UTC) for month in (10, 11, 9, 11, 12))
    audit = Audit(tmp_path, lambda: next(moments), ())
    for number in range(5):
        assert await audit.write(entry(CALLER, "create_post", "publish", {"n": number}, None))
    assert [path.name for path in sorted((tmp_path / FOLDER).glob("*.jsonl"))] == [
        f"2026-{month}.jsonl" for month in (10, 11, 12)
    ]
    assert trail(tmp_path)[0]["prev"] == NONE_BEFORE
    assert checked(tmp_path) == (True, "5 lines; the chain holds.")
    (tmp_path / FOLDER / "2026-10.jsonl").unlink()
    holds, said = checked(tmp_path)
    assert holds
    assert "what came before is gone" in said
    await written(tmp_path, 1)
    (tmp_path / FOLDER / "2026-11.jsonl").unlink()
    assert checked(tmp_path)[0]


async def test_a_write_that_was_cut_off_costs_its_own_line_alone(tmp_path: Path) -> None:
    await written(tmp_path, 2)
    path = tmp_path / FOLDER / "2026-11.jsonl"
    with path.open("ab") as file:
        file.write(b'{"at":"2026')
    await written(tmp_path, 2)
    lines = path.read_bytes().splitlines()
    assert len(lines) == 5
    assert json.loads(lines[3])["prev"] == sha256(lines[2]).hexdigest()
    holds, said = checked(tmp_path)
    assert not holds
    assert "line 3: damaged" in said
    assert said.count("line") == 2


WRITER = """
import sys
from datetime import UTC, datetime
from pathlib import Path
import anyio
import server.audit
from server.audit import Audit, entry
from server.caller import Caller

# Whoever has the lock may stand still for a while.
server.audit._LOCK_SECONDS = 200.0

async def main():
    audit = Audit(Path(sys.argv[1]), lambda: datetime(2026, 11, 24, tzinfo=UTC), ())
    for number in range(200):
        line = entry(Caller("c", "stdio", sys.argv[2]), "create_post", "publish", {"n": number}, None)
        assert await audit.write(line)

anyio.run(main)
"""


async def test_four_processes_write_one_chain_and_lose_no_line(tmp_path: Path) -> None:
    def writer(name: str) -> int:
        return run([sys.executable, "-c", WRITER, str(tmp_path), name], check=False, timeout=240).returncode

    with ThreadPoolExecutor(4) as pool:
        assert list(pool.map(writer, "abcd")) == [0, 0, 0, 0]
    assert checked(tmp_path) == (True, "800 lines; the chain holds.")
    found = trail(tmp_path)
    assert all(sum(line["user"] == name for line in found) == 200 for name in "abcd")


async def test_a_trail_that_cannot_be_written_costs_no_verdict_and_is_told(tmp_path: Path) -> None:
    (tmp_path / FOLDER).write_text("in the way", encoding="utf-8")
    async with genviral(tmp_path) as (caller, service):
        made = await caller.create()
        assert (made["ok"], made["outcome"]) == (True, "accepted")
        assert "NOT_AUDITED" in {warning["code"] for warning in made["data"]["warnings"]}
        refused = await caller.create(caption="")
        assert refused["error_code"] == "invalid_payload"
        assert "audit log" in refused["message"]
        assert len(await service.posts()) == 1


def test_a_line_that_finds_no_room_is_not_left_half(tmp_path: Path) -> None:
    anyio.run(written, tmp_path, 1)
    path = tmp_path / FOLDER / "2026-11.jsonl"
    kept = path.read_bytes()
    full = f"import resource; resource.setrlimit(resource.RLIMIT_FSIZE, ({len(kept) + 50},) * 2)\n{WRITER}"
    ended = run([sys.executable, "-c", full, str(tmp_path), "a"], check=False, timeout=240, capture_output=True)
    assert b"AssertionError" in ended.stderr
    assert b"audit_unwritable" in ended.stdout
    assert path.read_bytes() == kept
    anyio.run(written, tmp_path, 1)
    assert checked(tmp_path) == (True, "2 lines; the chain holds.")


async def test_a_link_is_not_followed(tmp_path: Path) -> None:
    (tmp_path / FOLDER).mkdir()
    (tmp_path / "elsewhere").touch()
    (tmp_path / FOLDER / "2026-11.jsonl").symlink_to(tmp_path / "elsewhere")
    audit = Audit(tmp_path, lambda: datetime(2026, 11, 24, tzinfo=UTC), ())
    assert not await audit.write(entry(CALLER, "create_post", "publish", {}, None))
    assert (tmp_path / "elsewhere").read_bytes() == b""


async def test_a_call_that_is_cancelled_or_asks_has_its_line(tmp_path: Path) -> None:
    environment_ = {"POSTWRIGHT_HOME": str(tmp_path), "POSTWRIGHT_MODE": "approve"}
    async with build(load(environment_)) as app, Client(app.server, elicitation_callback=never) as client:
        result = await client.session.call_tool("create_post", post(OUTBOX), allow_input_required=True)
        assert isinstance(result, types.InputRequiredResult)
        [asked] = trail(tmp_path)
        assert (asked["ok"], asked["outcome"]) == (None, "asked")
    async with genviral(tmp_path) as (caller, service):
        await service.fault("slow:600", "/accounts", "GET")
        async with anyio.create_task_group() as group:
            group.start_soon(caller.create)
            await until(lambda: asked_for_accounts(service))
            group.cancel_scope.cancel()
        with anyio.fail_after(100):
            while len(trail(tmp_path)) < 2:  # noqa: ASYNC110  (a file sets no event)
                await anyio.sleep(0.02)
        assert trail(tmp_path)[1]["outcome"] == "cancelled"


async def asked_for_accounts(service: Service) -> bool:
    return await service.requests("GET", "/accounts") > 0


async def never(context: object, params: object) -> types.ElicitResult:
    return types.ElicitResult(action="cancel")


async def test_the_log_is_shown_as_a_table_or_as_it_stands(tmp_path: Path) -> None:
    await written(tmp_path, 3)

    def shown(*words: str) -> str:
        given = [sys.executable, "-m", "server", "log", *words]
        return run(given, env=environment(tmp_path, {}), capture_output=True, check=True, text=True).stdout

    assert shown("--json") == (tmp_path / FOLDER / "2026-11.jsonl").read_text(encoding="ascii")
    assert len(shown("--limit", "2").splitlines()) == 2
    assert shown("--since", "2026-11-25") == ""
    given = [sys.executable, "-m", "server", "log"]
    empty = run(given, env=environment(tmp_path / "new", {}), capture_output=True, check=True, text=True)  # noqa: ASYNC221
    assert (empty.stdout, empty.stderr.count(str(tmp_path / "new" / FOLDER))) == ("", 1)
    assert len(shown("--since", "2026-11-24").splitlines()) == 3
    assert "create_post" in shown()
    assert shown("--verify") == "3 lines; the chain holds.\n"
