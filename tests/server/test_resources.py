"""The error reference is what the tables say, in the documents and as resources."""

import re
from pathlib import Path

import pytest
from mcp.client import Client
from mcp.shared.exceptions import MCPError

from providers.postpost.errors import DELIVERY_FAILURES
from schemas.errors import ENTRIES, ErrorCode
from schemas.jsonvalue import text
from server.app import build
from server.error_reference import TABLES, entry, page
from server.settings import load

pytestmark = pytest.mark.anyio


def test_the_committed_page_is_what_the_tables_say() -> None:
    committed = (Path(__file__).parents[2] / "docs" / "errors.md").read_text(encoding="utf-8")
    assert page() == committed, "run python -m server.error_reference > docs/errors.md"


def test_the_page_has_every_code_and_every_code_of_every_provider() -> None:
    assert all(f"### {code.value}\n" in page() for code in ErrorCode)
    for table in TABLES.values():
        for row in table.rows:
            assert (row.provider_code or str(row.status)) in entry(row.code)


def rows(text: str) -> list[list[str]]:
    """The cells of a table's rows, without its head."""
    lines = [line for line in text.splitlines() if line.startswith("| ")]
    return [[cell.strip() for cell in line.removeprefix("|").removesuffix("|").split("|")] for line in lines[2:]]


def drawn_apart(cell: str) -> set[str]:
    """What a cell of the table names, each by itself."""
    named: set[str] = set()
    for span in re.findall("`([^`]+)`", cell):
        start, brace, rest = span.partition("{")
        named |= {f"{start}{name}" for name in rest.removesuffix("}").split(", ")} if brace else {span}
    return named


def test_one_table_at_the_top_shows_every_code_side_by_side_with_what_each_service_calls_it() -> None:
    shown = rows(page().partition("### ")[0])
    assert {cells[0].partition("]")[0] for cells in shown} == {f"[{code.value}" for code in ErrorCode}
    for name, status, decision, who, *cells in shown:
        code = ErrorCode(name.partition("]")[0].removeprefix("["))
        row = ENTRIES[code]
        assert (status, decision, who) == (str(row.status), row.decision.value, row.who.value)
        for cell, table in zip(cells, TABLES.values(), strict=True):
            said, meant = drawn_apart(cell), [found for found in table.rows if found.code is code]
            assert len(said) == len(meant)
            assert {found.provider_code for found in meant if not found.words} - {None} <= {
                words.split(" ")[-1] for words in said
            }


def test_no_advice_stands_twice_in_what_one_service_says() -> None:
    for code in ErrorCode:
        for part in entry(code).split("\nFrom "):
            advice = [line.partition("`: ")[2] for line in part.splitlines() if line.startswith("- ")]
            assert len(advice) == len(set(advice)), code


def test_every_code_of_a_failed_delivery_says_whether_a_repeat_may_help() -> None:
    deliveries = page().partition("## Failed deliveries")[2]
    told = {name: cells[-2] for cells in rows(deliveries) for name in drawn_apart(cells[1])}
    assert {code: told[code] for code in DELIVERY_FAILURES} == {
        code: {True: "may help", False: "no", None: "as the service says"}[failed.retry]
        for code, failed in DELIVERY_FAILURES.items()
    }
    assert told["publishing.delivery.timeout"] == told["platform.<name>.auth"] == "no"
    assert told["publishing.delivery.account_load_failed"] == told["platform.<name>.rate_limit"] == "may help"
    assert {cells[0] for cells in rows(deliveries)} == {"genviral", "postpost", "socialapi"}


@pytest.mark.parametrize("mode", ["legacy", "auto"])
async def test_a_client_reads_one_code_or_all(tmp_path: Path, mode: str) -> None:
    async with build(load({"POSTWRIGHT_HOME": str(tmp_path)})) as app, Client(app.server, mode=mode) as client:
        [listed] = (await client.list_resources()).resources
        [template] = (await client.list_resource_templates()).resource_templates
        assert template.uri_template == "postwright://errors/{code}"
        whole = (await client.read_resource(str(listed.uri))).contents[0]
        one = (await client.read_resource("postwright://errors/outcome_unknown")).contents[0]
        assert text(getattr(whole, "text", None)) == page()
        assert ENTRIES[ErrorCode.OUTCOME_UNKNOWN].advice in (text(getattr(one, "text", None)) or "")
        for wrong in ("postwright://errors/nope", "postwright://rules", "file:///etc/passwd"):
            with pytest.raises(MCPError):
                await client.read_resource(wrong)
