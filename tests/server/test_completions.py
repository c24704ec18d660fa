"""Completions: what a client can offer while a person types, whatever services are up."""

import json
from pathlib import Path

import anyio
import pytest
from mcp.client import Client
from mcp.shared.exceptions import MCPError
from mcp_types import INVALID_PARAMS, Completion, PromptReference, ResourceTemplateReference

from schemas.errors import ErrorCode
from tests.contract.surface import ONE
from tests.desk import INSTAGRAM, KEY, TIKTOK, TIKTOK_TWO, genviral
from tests.server.offering import ERAS, Era, client
from tests.tokens.test_accounts import crowd

pytestmark = pytest.mark.anyio


@pytest.fixture(autouse=True)
def patience(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let services take as long as a busy machine may."""
    monkeypatch.setattr("server.completions.PATIENCE", 100.0)


async def typed(found: Client, prompt: str, name: str, value: str) -> Completion:
    argument = {"name": name, "value": value}
    return (await found.complete(PromptReference(type="ref/prompt", name=prompt), argument)).completion


async def in_address(found: Client, uri: str, name: str, value: str) -> list[str]:
    reference = ResourceTemplateReference(type="ref/resource", uri=uri)
    return (await found.complete(reference, {"name": name, "value": value})).completion.values


async def test_account_ids_are_completed_by_id_and_by_name(tmp_path: Path) -> None:
    async with genviral(tmp_path) as (caller, _):
        everyone = (await caller.call("list_accounts"))["data"]["accounts"]
        offered = await typed(caller.client, "plan_week", "accounts", "")
        assert sorted(offered.values) == sorted(account["id"] for account in everyone)
        assert (offered.total, offered.has_more) == (len(everyone), False)
        assert (await typed(caller.client, "fix_failed_posts", "account", INSTAGRAM[:14].upper())).values == [INSTAGRAM]
        assert TIKTOK in (await typed(caller.client, "plan_week", "accounts", "tiktok")).values
        assert (await typed(caller.client, "plan_week", "accounts", "nobody")).values == []


async def test_in_a_list_the_last_id_is_completed_and_none_is_offered_twice(tmp_path: Path) -> None:
    async with genviral(tmp_path) as (caller, _):
        offered = (await typed(caller.client, "repurpose_video", "accounts", f"{TIKTOK}, tiktok")).values
        assert f"{TIKTOK},{TIKTOK_TWO}" in offered
        assert not any(value.endswith(f",{TIKTOK}") for value in offered)


async def test_the_list_at_hand_is_used_without_asking_the_service_again(tmp_path: Path) -> None:
    async with genviral(tmp_path) as (caller, service):
        for value in ("", "g", "genviral:", "genviral:6"):
            await typed(caller.client, "plan_week", "accounts", value)
        assert await service.requests("GET", "/accounts") == 1


async def test_of_many_accounts_a_hundred_are_offered_and_the_rest_is_counted(tmp_path: Path) -> None:
    async with crowd(tmp_path, 400) as caller:
        offered = await typed(caller.client, "plan_week", "accounts", "genviral:")
    assert (len(offered.values), offered.total, offered.has_more) == (100, 400, True)


async def test_a_service_that_is_down_or_never_answers_is_left_out(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("server.completions.PATIENCE", 0.5)

    async def silent(stream: anyio.abc.SocketStream) -> None:
        async with stream:
            await anyio.sleep_forever()

    listener = await anyio.create_tcp_listener(local_host="127.0.0.1")
    port = listener.extra(anyio.abc.SocketAttribute.local_port)
    async with listener, anyio.create_task_group() as group:
        group.start_soon(listener.serve, silent)
        addresses = {
            "GENVIRAL_BASE_URL": f"http://127.0.0.1:{port}",
            "POSTPOST_BASE_URL": "http://127.0.0.1:9",
            "SOCIALAPI_BASE_URL": f"http://127.0.0.1:{port}",
        }
        async with client(tmp_path, **addresses) as found:
            await found.call_tool("list_accounts", {"provider": "local"})
            with anyio.fail_after(100):
                assert (await typed(found, "plan_week", "accounts", "")).values == ["local:outbox"]
        group.cancel_scope.cancel()


@pytest.mark.parametrize("era", ERAS)
async def test_providers_and_codes_are_completed_in_addresses(tmp_path: Path, era: Era) -> None:
    async with client(tmp_path, era) as found:
        assert found.server_capabilities.completions is not None
        assert await in_address(found, "postwright://rules/{provider}", "provider", "") == list(ONE)
        assert await in_address(found, "postwright://rules/{provider}/schema", "provider", "So") == ["socialapi"]
        codes = await in_address(found, "postwright://errors/{code}", "code", "in")
        assert codes == [code.value for code in ErrorCode if code.value.startswith("in")]
        assert len(codes) > 1


@pytest.mark.parametrize("era", ERAS)
async def test_what_there_is_not_is_refused_and_what_nobody_can_know_is_empty(tmp_path: Path, era: Era) -> None:
    async with client(tmp_path, era) as found:
        for prompt, name in (("nope", "accounts"), ("plan_week", "colour")):
            with pytest.raises(MCPError, match=r"^No ") as raised:
                await typed(found, prompt, name, "")
            assert raised.value.code == INVALID_PARAMS
        for uri, name in (("postwright://nope/{x}", "x"), ("postwright://errors/{code}", "provider"), ("", "")):
            with pytest.raises(MCPError, match=r"^No "):
                await in_address(found, uri, name, "")
        assert (await typed(found, "plan_week", "topic", "au")).values == []
        assert (await typed(found, "plan_week", "accounts", "x" * 100_000)).values == []


async def test_a_server_that_only_reads_completes_no_rules(tmp_path: Path) -> None:
    async with client(tmp_path, MODE="read") as found:
        with pytest.raises(MCPError, match="No resource template"):
            await in_address(found, "postwright://rules/{provider}", "provider", "")
        assert "outcome_unknown" in await in_address(found, "postwright://errors/{code}", "code", "outcome")


async def test_no_answer_shows_a_key(tmp_path: Path) -> None:
    async with genviral(tmp_path) as (caller, _):
        offered = await typed(caller.client, "plan_week", "accounts", "")
        assert KEY not in json.dumps(offered.values)
