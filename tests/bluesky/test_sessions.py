"""Logins at a real PDS: made once, renewed when they end, told as dead when they are."""

import subprocess
import sys
from pathlib import Path

import anyio
import pytest

from engine.clock import utc_now
from providers.networks.bluesky.kind import KIND
from providers.networks.bluesky.session import granted
from providers.networks.network import Window
from providers.protocol import Failure
from schemas.errors import ErrorCode
from tests.bluesky.between import between
from tests.bluesky.desk import Known, connected, stale, through
from tests.bluesky.worker import packed, parcel
from tests.leaks import planted
from tests.local.chatting import Keeping, means
from tests.local.networked import networked
from tests.local.posting import posted, told
from tests.peers.pds import Pds

pytestmark = pytest.mark.anyio

ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize("name", ["handle", "at", "hidden", "did", "email"])
async def test_a_person_logs_in_under_any_name_and_is_told_who_they_are(
    name: str, known: Known, tmp_path: Path
) -> None:
    member = known.member
    names = {"handle": member.handle, "did": member.did, "email": member.email}
    names |= {"at": f"@{member.handle} ", "hidden": f"\u202a{member.handle.upper()}\u202c"}
    given = {"identifier": names[name], "password": f" {known.password}\n", "server": f"{known.pds.url}/"}
    login = await KIND.log_in(given, means(tmp_path, utc_now))
    planted.update(login.secrets[secret] for secret in ("password", "access", "refresh"))
    account = login.account
    assert (account.id, account.platform, account.username) == (known.account, "bluesky", member.handle)
    assert dict(login.settings) == {"entry": known.pds.url, "pds": known.pds.url, "did": member.did}
    network = connected(login, tmp_path)
    assert await network.greet() == member.handle
    await network.aclose()


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"identifier": "alice"}, "is no handle such as"),
        ({"identifier": "alice.test; drop"}, "is no handle such as"),
        ({"server": "ftp://example.com"}, "is no server"),
        ({"server": "https://example.com/xrpc"}, "is no server"),
        ({"server": "https://me@example.com"}, "is no server"),
        ({"server": "http://example.com"}, "is not encrypted"),
    ],
)
async def test_what_can_be_no_login_is_told_before_a_password_leaves(
    changed: dict[str, str], said: str, tmp_path: Path
) -> None:
    given = {"identifier": "alice.test", "password": "x", "server": "https://bsky.social", **changed}
    with pytest.raises(ValueError, match=said):
        await KIND.log_in(given, means(tmp_path, utc_now))


async def test_a_wrong_password_is_told_as_one(pds: Pds, tmp_path: Path) -> None:
    given = {"identifier": pds.member().handle, "password": "wrong", "server": pds.url}
    with pytest.raises(Failure, match="Invalid identifier or password") as raised:
        await KIND.log_in(given, means(tmp_path, utc_now))
    assert raised.value.code is ErrorCode.ACCOUNT_NEEDS_RECONNECT
    assert "postwright accounts add bluesky" in (raised.value.advice or "")


async def test_many_posts_need_no_further_login_nor_renewal(known: Known, tmp_path: Path) -> None:
    async with between(known.pds.url) as middle:
        login = await known.login(tmp_path)
        network = connected(through(login, middle.url, entry=True), tmp_path)
        for _ in range(3):
            await (await network.prepare(parcel()))(Window(utc_now, 60))
        await network.aclose()
    assert set(middle.carried) == {"putRecord", "getRecord"}


async def test_an_old_session_is_renewed_ahead_and_kept(known: Known, tmp_path: Path) -> None:
    keeping = Keeping()
    login = stale(await known.login(tmp_path))
    async with between(known.pds.url) as middle:
        network = connected(through(login, middle.url, entry=True), tmp_path, keeping)
        await network.prepare(parcel())
        await network.prepare(parcel())
        await network.aclose()
    kept = keeping.secrets[known.account]
    planted.update((kept["access"], kept["refresh"]))
    assert middle.carried == ["refreshSession"]
    assert (kept["password"], kept["refresh"] != login.secrets["refresh"]) == (known.password, True)
    assert kept["renewed_at"] > "2026-01-02"


async def test_a_token_that_has_ended_is_renewed_in_the_midst_of_a_call(known: Known, tmp_path: Path) -> None:
    login = await known.login(tmp_path)
    ended = known.pds.expired(known.member)
    planted.add(ended)
    async with between(known.pds.url) as middle:
        secrets = {**login.secrets, "access": ended}
        network = connected(through(login, middle.url, entry=True, secrets=secrets), tmp_path)
        await (await network.prepare(parcel()))(Window(utc_now, 60))
        await network.aclose()
    assert middle.carried == ["putRecord", "refreshSession", "putRecord"]
    assert len(known.posts) == 1


async def test_a_session_that_cannot_be_renewed_is_logged_in_to_anew(known: Known, tmp_path: Path) -> None:
    login = stale(await known.login(tmp_path), refresh="ended.long.ago")
    network = connected(login, tmp_path)
    await (await network.prepare(parcel()))(Window(utc_now, 60))
    await network.aclose()
    assert len(known.posts) == 1


async def test_a_revoked_app_password_is_told_as_a_dead_login_and_nothing_is_lost(known: Known, tmp_path: Path) -> None:
    login = stale(await known.login(tmp_path))
    known.pds.revoke(known.member)
    network = connected(login, tmp_path)
    with pytest.raises(Failure) as raised:
        await network.prepare(parcel())
    assert (raised.value.code, raised.value.doubt) == (ErrorCode.ACCOUNT_NEEDS_RECONNECT, False)
    with pytest.raises(Failure) as greeted:
        await network.prepare(parcel())
    await network.aclose()
    assert greeted.value.code is ErrorCode.ACCOUNT_NEEDS_RECONNECT
    async with networked(tmp_path, login) as found:
        sent = await found.call("create_post", caption="Hello", accounts=[known.account])
        stand = await told(found, sent["data"]["id"], "Invalid identifier or password")
        accounts = (await found.call("list_accounts", refresh=True))["data"]["accounts"]
    [account] = [account for account in accounts if account["id"] == known.account]
    assert (stand["status"], account["status"], known.posts) == ("queued", "needs_reconnect", [])


async def test_a_deactivated_account_is_told_as_such(known: Known, tmp_path: Path) -> None:
    network = connected(await known.login(tmp_path), tmp_path)
    step = await network.prepare(parcel())
    known.pds.ask(
        "com.atproto.server.deactivateAccount", token=known.member.token, body={"deleteAfter": "2100-01-01T00:00:00Z"}
    )
    with pytest.raises(Failure) as posting:
        await step(Window(utc_now, 60))
    with pytest.raises(Failure, match="is deactivated") as greeting:
        await network.greet()
    await network.aclose()
    assert [raised.value.code for raised in (posting, greeting)] == [ErrorCode.ACCOUNT_NEEDS_RECONNECT] * 2


async def test_tasks_that_meet_an_ended_token_renew_it_once(known: Known, tmp_path: Path) -> None:
    login = stale(await known.login(tmp_path))
    async with between(known.pds.url) as middle:
        network = connected(through(login, middle.url, entry=True), tmp_path)
        async with anyio.create_task_group() as group:
            for _ in range(5):
                group.start_soon(network.prepare, parcel())
        await network.aclose()
    assert middle.carried == ["refreshSession"]


async def test_processes_that_renew_one_session_at_once_both_go_on(known: Known, tmp_path: Path) -> None:
    login = stale(await known.login(tmp_path))
    command = [sys.executable, "-m", "tests.bluesky.worker", str(tmp_path), "renew"]
    async with between(known.pds.url) as middle:
        told = packed(through(login, middle.url, entry=True))
        ended: list[subprocess.CompletedProcess[bytes]] = []

        async def run() -> None:
            ended.append(await anyio.run_process(command, input=told, cwd=ROOT, check=False))

        async with anyio.create_task_group() as group:
            for _ in range(2):
                group.start_soon(run)
    assert [process.stdout.decode().strip() for process in ended] == [known.member.handle] * 2
    assert (middle.carried.count("refreshSession"), middle.carried.count("createSession")) == (2, 0)


async def test_one_that_was_shown_elsewhere_keeps_to_its_did(known: Known, tmp_path: Path) -> None:
    login = await known.login(tmp_path)
    known.pds.ask(
        "com.atproto.identity.updateHandle", token=known.member.token, body={"handle": f"x{known.member.handle}"}
    )
    async with networked(tmp_path, login) as found:
        sent = await posted(found, known.account, "Still me")
    assert sent["url"].startswith(f"https://bsky.app/profile/{known.member.did}/post/")
    assert len(known.posts) == 1


@pytest.mark.parametrize(
    ("entry", "told", "repository"),
    [
        ("https://bsky.social", "https://a.host.bsky.network", "https://a.host.bsky.network"),
        ("https://bsky.social", "http://169.254.169.254", None),
        ("http://localhost:2583", "http://localhost:2583/", "http://localhost:2583"),
        ("https://bsky.social", "", None),
    ],
)
def test_a_repository_is_looked_for_where_its_identity_says(entry: str, told: str, repository: str | None) -> None:
    services = [
        {"id": "#bsky_fg", "serviceEndpoint": "https://feeds.example.com"},
        {"id": "#atproto_pds", "type": "AtprotoPersonalDataServer", "serviceEndpoint": told},
    ]
    answer = {"did": "did:plc:a", "handle": "a.test", "accessJwt": "a", "refreshJwt": "r"}
    assert granted({**answer, "didDoc": {"service": services}}, entry).pds == repository


@pytest.mark.parametrize(
    "changed", [{"did": None}, {"did": "alice"}, {"accessJwt": 1}, {"refreshJwt": ""}, {"active": False, "status": "x"}]
)
def test_an_answer_that_is_no_session_is_none(changed: dict[str, object]) -> None:
    answer = {"did": "did:plc:a", "handle": "a.test", "accessJwt": "a", "refreshJwt": "r", **changed}
    with pytest.raises(Failure):
        granted(answer, "https://bsky.social")
