"""docs/tokens.md says what clients' models have of us at start, as counted on the committed contract."""

import json
from pathlib import Path
from typing import Any

import pytest

from bench.tokenizer import tokenizer
from bench.tokens_page import CLIENTS, CONTRACT, SETS, page

DOCS = Path(__file__).parents[2] / "docs"


def figures(name: str) -> list[int]:
    """The figures of a row of the page."""
    [line] = [line for line in page().splitlines() if line.startswith(f"| {name} |")]
    return [int(cell.replace(",", "")) for cell in line.split("|")[2:-1] if cell.strip().replace(",", "").isdigit()]


def surface(name: str) -> dict[str, Any]:
    return json.loads((CONTRACT / f"{name}.json").read_text(encoding="utf-8"))


def test_the_committed_page_is_what_is_counted() -> None:
    assert tokenizer().exact
    committed = (DOCS / "tokens.md").read_text(encoding="utf-8")
    assert page() == committed, "run python -m bench.tokens_page > docs/tokens.md"


@pytest.mark.parametrize("client", CLIENTS, ids=lambda client: client.name)
def test_every_client_has_a_figure_for_each_set_of_providers(client: Any) -> None:
    assert len(figures(client.name)) == len(SETS)


def test_what_is_at_hand_costs_less_than_half_of_everything() -> None:
    pairs = zip(figures("Claude Code"), figures("Claude Code, all tools"), strict=True)
    assert all(at_hand <= everything / 2 for at_hand, everything in pairs)


def test_codex_loses_no_limit_that_a_description_does_not_say() -> None:
    told = json.dumps([CLIENTS[4].schema(tool["inputSchema"]) for tool in surface("all")["tools"]])
    assert not {'"maxLength":', '"maximum":', '"maxItems":', '"pattern":'} & set(told.split())
    assert '"description":' in told
    assert '"minItems":' in told


@pytest.mark.parametrize("name", SETS)
def test_the_count_of_all_tools_is_that_of_their_names_descriptions_and_schemas(name: str) -> None:
    found = surface(name)
    way = tokenizer()
    plain = sum(
        way.count(
            f"postwright__{tool['name']}\n{tool['description']}\n"
            f"{json.dumps(tool['inputSchema'], ensure_ascii=False, separators=(',', ':'))}"
        )
        for tool in found["tools"]
    )
    assert figures("OpenClaw, all tools")[list(SETS).index(name)] == plain
