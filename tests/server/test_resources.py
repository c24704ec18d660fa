"""The error reference is what the tables say, in the documents and as resources."""

import re
from pathlib import Path

import pytest

from providers.errors import ErrorRow
from providers.networks.catalogue import KINDS
from providers.postpost.errors import DELIVERY_FAILURES
from schemas.errors import ENTRIES, ErrorCode
from server.error_pages import NETWORKS, pages
from server.error_reference import TABLES, entry, page

DOCS, PAGES = Path(__file__).parents[2] / "docs", pages()


@pytest.mark.parametrize("path", PAGES)
def test_the_committed_pages_are_what_the_tables_say(path: str) -> None:
    committed = (DOCS / path).read_text(encoding="utf-8")
    assert PAGES[path] == committed, "run python -m server.error_pages docs"


def test_no_other_page_lies_among_them() -> None:
    assert {f"errors/{path.name}" for path in (DOCS / "errors").iterdir()} | {"errors.md"} == set(PAGES)


def rows(text: str) -> list[list[str]]:
    """The cells of a page's tables, without their heads."""
    tables = re.findall(r"(?:^\|.*\n)+", text, re.MULTILINE)
    lines = [line for table in tables for line in table.splitlines()[2:]]
    return [[cell.strip() for cell in line.removeprefix("|").removesuffix("|").split("|")] for line in lines]


def test_the_page_has_every_code_with_its_verdict_once() -> None:
    told = {name.strip("`"): cells for name, *cells in rows(page())}
    assert set(told) == {code.value for code in ErrorCode}
    assert len(rows(page())) == len(ErrorCode)
    for name, (status, decision, who, advice) in told.items():
        row = ENTRIES[ErrorCode(name)]
        assert (status, decision.split("`")[1], who) == (str(row.status), row.decision.value, row.who.value)
        assert advice.startswith(row.advice)


def test_the_resource_is_a_quarter_of_all_that_services_say() -> None:
    assert 4 * len(page()) < sum(map(len, PAGES.values()))


@pytest.mark.parametrize("provider", TABLES)
def test_a_service_has_a_page_with_every_row_of_its_own(provider: str) -> None:
    told = PAGES[f"errors/{provider}.md"].partition("## Failed deliveries")[0]
    for row in TABLES[provider].rows:
        assert (row.provider_code or str(row.status)) in entry(row.code)
        assert has(told, row), row


@pytest.mark.parametrize("network", KINDS)
def test_every_network_has_a_part_with_every_row_of_its_own(network: str) -> None:
    if network == "outbox":
        assert network not in NETWORKS
        return
    told = PAGES["errors/networks.md"].partition(f"## {KINDS[network].title}\n")[2].partition("\n## ")[0]
    for row in NETWORKS[network].rows:
        assert has(told, row), row


def has(text: str, row: ErrorRow) -> bool:
    """Tell whether a table has a row with what is said, our code for it, and what helps."""
    for code, said, helps in rows(text):
        spoken = row.provider_code or str(row.status or "anything else")
        named = spoken in said or (row.status is not None and "`300` to `308`" in said)
        if code == f"`{row.code.value}`" and named and (row.advice or "") in helps:
            return True
    return False


@pytest.mark.parametrize("path", [path for path in PAGES if path not in {"errors.md", "errors/side-by-side.md"}])
def test_no_advice_stands_twice_for_one_code(path: str) -> None:
    for part in PAGES[path].split("\n## "):
        told = [(cells[0], cells[-1]) for cells in rows(part)]
        assert len(told) == len(set(told))


def drawn_apart(cell: str) -> set[str]:
    """What a cell of the table names, each by itself."""
    named: set[str] = set()
    for span in re.findall("`([^`]+)`", cell):
        start, brace, rest = span.partition("{")
        named |= {f"{start}{name}" for name in rest.removesuffix("}").split(", ")} if brace else {span}
    return named


def test_one_table_shows_every_code_side_by_side_with_what_each_service_calls_it() -> None:
    shown = rows(PAGES["errors/side-by-side.md"])
    assert {cells[0] for cells in shown} == {f"`{code.value}`" for code in ErrorCode}
    for name, status, decision, who, *cells in shown:
        code = ErrorCode(name.strip("`"))
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
    parts = {name: rows(PAGES[f"errors/{name}.md"].partition("## Failed deliveries")[2]) for name in TABLES}
    assert all(parts.values())
    told = {name: cells[-2] for part in parts.values() for cells in part for name in drawn_apart(cells[0])}
    assert {code: told[code] for code in DELIVERY_FAILURES} == {
        code: {True: "may help", False: "no", None: "as the service says"}[failed.retry]
        for code, failed in DELIVERY_FAILURES.items()
    }
    assert told["publishing.delivery.timeout"] == told["platform.<name>.auth"] == "no"
    assert told["publishing.delivery.account_load_failed"] == told["platform.<name>.rate_limit"] == "may help"
