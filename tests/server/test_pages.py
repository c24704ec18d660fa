"""Resources: a client finds pages made of the rows, of what is on and of nothing else."""

import json
import subprocess
import sys
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator
from mcp.client import Client
from mcp.shared.exceptions import MCPError
from mcp_types import INTERNAL_ERROR, INVALID_PARAMS

from providers.genviral.rules import RULES as GENVIRAL
from providers.genviral.rules_v2 import RULES_V2
from providers.local.rules import RULES as LOCAL
from providers.postpost.rules import RULES as POSTPOST
from providers.socialapi.rules import RULES as SOCIALAPI
from schemas.account import Account
from schemas.errors import ENTRIES, ErrorCode
from schemas.rule import Check, RuleSet
from server import resources, rules_page
from server.error_reference import page
from server.listing import FRESH_MS
from tests.contract.surface import ONE
from tests.server.offering import ERAS, Era, client, read

pytestmark = pytest.mark.anyio

ROOT = Path(__file__).parents[2]
RULE_SETS = {rules.provider: rules for rules in (GENVIRAL, POSTPOST, SOCIALAPI, LOCAL)}


async def addresses(found: Client) -> list[str]:
    return [str(one.uri) for one in (await found.list_resources()).resources]


async def templates(found: Client) -> list[str]:
    return [one.uri_template for one in (await found.list_resource_templates()).resource_templates]


@pytest.mark.parametrize("era", ERAS)
async def test_a_client_lists_all_pages_and_reads_each(tmp_path: Path, era: Era) -> None:
    async with client(tmp_path, era) as found:
        assert await addresses(found) == [
            "postwright://errors",
            "postwright://platforms",
            *(f"postwright://rules/{name}" for name in ONE),
        ]
        assert await templates(found) == [
            "postwright://errors/{code}",
            "postwright://rules/{provider}",
            "postwright://rules/{provider}/schema",
        ]
        assert all([(await read(found, uri)).startswith("# ") for uri in await addresses(found)])
        assert await read(found, "postwright://errors") == page()
        one = await read(found, "postwright://errors/outcome_unknown")
        assert ENTRIES[ErrorCode.OUTCOME_UNKNOWN].advice in one


@pytest.mark.parametrize("provider", ONE)
async def test_the_page_of_a_provider_has_every_row_with_its_limit_unit_and_source(
    tmp_path: Path, provider: str
) -> None:
    rules = RULE_SETS[provider]
    async with client(tmp_path) as found:
        lines = (await read(found, f"postwright://rules/{provider}")).splitlines()
    for row in (*rules.rules, *rules.usual):
        named = f"{row.limit:,} {row.unit.value}" if row.check in (Check.MAX_LENGTH, Check.MAX_ITEMS) else ""
        assert any(f"`{row.path}`" in line and named in line and row.source in line for line in lines), row
    for cross in rules.cross:
        assert any(cross.name.replace("_", " ") in line and cross.source in line for line in lines)
    assert sum(line.count(row.source) for row in set(rules.media) for line in lines) >= len(rules.media)
    assert all(any(f"`{name}`" in line and fix in line for line in lines) for name, fix in rules.refused.items())


@pytest.mark.parametrize("provider", ONE)
async def test_the_schema_of_a_provider_is_its_own_though_others_are_on(tmp_path: Path, provider: str) -> None:
    async with client(tmp_path / "all") as found:
        schema = json.loads(await read(found, f"postwright://rules/{provider}/schema"))
    async with client(tmp_path / "one", PROVIDERS=provider) as alone:
        [create] = [tool for tool in (await alone.list_tools()).tools if tool.name == "create_post"]
    assert schema == create.input_schema
    Draft202012Validator.check_schema(schema)


async def test_the_page_says_the_rules_of_the_generation_that_is_set(tmp_path: Path) -> None:
    async with client(tmp_path, PROVIDERS="genviral", GENVIRAL_RULES="v2") as found:
        assert await read(found, "postwright://rules/genviral") == rules_page.page(RULES_V2)
    assert rules_page.page(RULES_V2) != rules_page.page(GENVIRAL)


async def test_platforms_stand_side_by_side_with_the_tightest_limits(tmp_path: Path) -> None:
    async with client(tmp_path) as found:
        table = await read(found, "postwright://platforms")
    rows = {
        line.split(" | ")[0].removeprefix("| "): line.split(" | ")[1:] for line in table.splitlines() if "|" in line
    }
    assert rows["platform"] == [*ONE[:-1], f"{ONE[-1]} |"]
    genviral, postpost, socialapi, local = rows["youtube"]
    assert genviral == "caption 500 characters; images 35; media required", "Genviral takes no more anywhere"
    assert postpost.startswith("caption 5,000 bytes")
    assert "settings `youtube`, `first_comment`" in socialapi
    assert local == "- |"
    assert rows["telegram"][1].startswith("caption 4,096 UTF-16 units; caption 1,024 UTF-16 units with a video")


@pytest.mark.parametrize("rules", [*RULE_SETS.values(), RULES_V2], ids=lambda rules: f"{rules.provider}")
def test_the_usual_rows_are_those_of_accounts_that_tell_nothing(rules: RuleSet) -> None:
    named = {name for row in rules.usual if row.scope for name in row.scope.platforms}
    brought = {row for name in named or {"instagram"} for row in rules.own(Account(f"{rules.provider}:1", name, "One"))}
    assert brought == set(rules.usual)


async def test_a_provider_that_is_off_is_neither_listed_nor_read(tmp_path: Path) -> None:
    async with client(tmp_path, PROVIDERS="local,postpost") as found:
        assert [uri for uri in await addresses(found) if "/rules/" in uri] == [
            "postwright://rules/local",
            "postwright://rules/postpost",
        ]
        assert "genviral" not in await read(found, "postwright://platforms")
        for wrong in ("postwright://rules/genviral", "postwright://rules/genviral/schema"):
            with pytest.raises(MCPError, match=r"No resource .*local, postpost"):
                await found.read_resource(wrong)


async def test_a_server_that_only_reads_has_no_rules_of_posting(tmp_path: Path) -> None:
    async with client(tmp_path, MODE="read") as found:
        assert await addresses(found) == ["postwright://errors"]
        assert await templates(found) == ["postwright://errors/{code}"]
        with pytest.raises(MCPError, match="No resource"):
            await found.read_resource("postwright://rules/local")


@pytest.mark.parametrize("era", ERAS)
@pytest.mark.parametrize(
    "wrong",
    [
        "postwright://errors/nope",
        "postwright://errors/",
        "postwright://rules",
        "postwright://rules/{provider}",
        "postwright://rules/../errors",
        "postwright://rules/local/schema/",
        "file:///etc/passwd",
        "",
        f"postwright://errors/{'x' * 100_000}\u202e",
    ],
)
async def test_a_wrong_address_is_told_with_those_that_there_are(tmp_path: Path, era: Era, wrong: str) -> None:
    async with client(tmp_path, era) as found:
        with pytest.raises(MCPError) as raised:
            await found.read_resource(wrong)
    assert raised.value.code == INVALID_PARAMS
    assert "postwright://rules/{provider} (genviral, postpost, socialapi, local)" in str(raised.value)
    assert len(str(raised.value)) < 1_000
    assert "\u202e" not in str(raised.value)


@pytest.mark.parametrize("era", ERAS)
async def test_a_cursor_that_nobody_gave_out_is_refused_on_every_list(tmp_path: Path, era: Era) -> None:
    async with client(tmp_path, era) as found:
        for ask in (
            found.list_tools,
            found.list_resources,
            found.list_resource_templates,
            found.list_prompts,
        ):
            with pytest.raises(MCPError, match="comes whole") as raised:
                await ask(cursor="bogus")
            assert raised.value.code == INVALID_PARAMS
            assert (await ask(cursor="")).next_cursor is None


async def test_lists_and_pages_say_how_long_they_may_be_kept_and_by_whom(tmp_path: Path) -> None:
    async with client(tmp_path) as found:
        told = [
            await found.list_tools(),
            await found.list_resources(),
            await found.list_resource_templates(),
            await found.read_resource("postwright://errors"),
        ]
    assert {(one.ttl_ms, one.cache_scope) for one in told} == {(FRESH_MS, "private")}


@pytest.mark.parametrize("era", ERAS)
async def test_of_a_crash_no_client_is_told_what_it_was_about(
    tmp_path: Path, era: Era, monkeypatch: pytest.MonkeyPatch
) -> None:
    def falls(desk: object, word: str) -> str:
        raise ValueError("the inside of the house")

    monkeypatch.setattr(resources, "ROWS", (resources.Row("postwright://trap", "trap", "Trap", "Falls.", falls),))
    async with client(tmp_path, era) as found:
        with pytest.raises(MCPError) as raised:
            await found.read_resource("postwright://trap")
        assert await addresses(found) == ["postwright://trap"], "the server goes on"
    assert raised.value.code == INTERNAL_ERROR
    assert "inside" not in str(raised.value)


def test_a_start_loads_nothing_that_may_not_be_asked_for() -> None:
    """Every start is waited for by somebody, and most sessions read no page and choose no prompt."""
    script = "import sys, server.start, server.app; print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True, cwd=ROOT)
    loaded = set(done.stdout.split())
    assert "server.shelf" in loaded
    late = ("resources", "rules_page", "platforms_page", "prompts", "completions")
    assert not {*(f"server.{name}" for name in late), "engine.board", "schemas.board"} & loaded
