"""The tables of errors are whole: every code of ours is used, and every row of a service leads to a full verdict."""

import ast
from pathlib import Path

import pytest

from engine.verdict import NEXT, NEXT_OF_CREATE, create_failed, read_failed
from providers.genviral.rules import RULES as GENVIRAL
from providers.protocol import Failure
from schemas.errors import ENTRIES, Category, Decision, ErrorCode, Who
from server.error_reference import TABLES
from tools.catalogue import TOOLS

ROOT = Path(__file__).parents[2]
#: Whose move each decision can be.
MOVES = {
    Decision.FIX_AND_RETRY: {Who.AGENT},
    Decision.RETRY_UNCHANGED: {Who.NOBODY},
    Decision.WAIT_THEN_RETRY: {Who.NOBODY},
    Decision.CHECK_FIRST: {Who.AGENT},
    Decision.ASK_USER: {Who.USER, Who.OPERATOR},
    Decision.DO_NOT_RETRY: {Who.AGENT, Who.OPERATOR},
}


def raised() -> set[ErrorCode]:
    """The codes that our own modules name where they answer, the tables left out."""
    names: set[str] = set()
    for path in (path for layer in ("providers", "engine", "tools", "server") for path in (ROOT / layer).rglob("*.py")):
        if path.name not in {"errors.py", "errors_beside.py", "verdict.py", "error_reference.py", "error_pages.py"}:
            nodes = ast.walk(ast.parse(path.read_text(encoding="utf-8")))
            names |= {node.attr for node in nodes if isinstance(node, ast.Attribute) and is_code(node.value)}
    return {code for code in ErrorCode if code.name in names}


def is_code(node: ast.expr) -> bool:
    return isinstance(node, ast.Name) and node.id == "ErrorCode"


@pytest.mark.parametrize("provider", TABLES)
def test_every_row_of_a_provider_leads_to_a_whole_verdict(provider: str) -> None:
    for row in TABLES[provider].rows:
        entry = ENTRIES[row.code]
        assert isinstance(entry.decision, Decision), row
        assert entry.who in MOVES[entry.decision], row
        assert (row.advice or entry.advice).endswith("."), row
        assert row.source, row


def test_every_code_is_said_by_a_service_or_by_us() -> None:
    by_class = {table.find(status, None).code for table in TABLES.values() for status in (302, 418, 599)}
    said = {row.code for table in TABLES.values() for row in table.rows}
    assert said | by_class | raised() == set(ErrorCode)


def test_what_a_decision_asks_for_is_the_move_of_one_who_can_do_it() -> None:
    assert all(entry.who in MOVES[entry.decision] for entry in ENTRIES.values())


def test_nothing_that_a_person_or_a_change_has_to_mend_is_waited_for() -> None:
    waited = {code for code, entry in ENTRIES.items() if entry.after_seconds}
    assert {ENTRIES[code].decision for code in waited} == {Decision.WAIT_THEN_RETRY, Decision.CHECK_FIRST}
    assert not any(ENTRIES[code].category in (Category.PLAN, Category.AUTH) for code in waited)


@pytest.mark.parametrize("code", [code for code in ErrorCode if ENTRIES[code].decision is Decision.CHECK_FIRST])
def test_who_is_told_to_look_is_told_where(code: ErrorCode) -> None:
    doubt = code is ErrorCode.OUTCOME_UNKNOWN
    [following] = create_failed(Failure(code, "It failed.", doubt=doubt), "genviral", "jrn_1").next
    assert following.tool in {"check_status", "list_posts"}


def test_a_conflict_about_a_post_that_is_known_is_followed_by_a_look_at_it() -> None:
    error = Failure(ErrorCode.STATE_CONFLICT, "It is out.", post_id="p_1")
    [following] = create_failed(error, "socialapi", "jrn_1").next
    assert (following.tool, following.arguments) == ("check_status", {"post_id": "socialapi:p_1"})


def test_calls_that_are_offered_next_are_calls_that_tools_take() -> None:
    schemas = {tool.name: tool.reader([GENVIRAL]).schema["properties"] for tool in TOOLS}
    for call in (*NEXT.values(), *NEXT_OF_CREATE.values()):
        assert set(call.arguments) <= set(schemas[call.tool])


@pytest.mark.parametrize("code", NEXT_OF_CREATE)
def test_a_corrected_post_is_offered_after_a_create_alone(code: ErrorCode) -> None:
    error = Failure(code, "It failed.")
    assert [call.tool for call in create_failed(error, "genviral", "jrn_1").next] == ["create_post"]
    assert read_failed(error, "genviral").next == []
