"""docs/clients.md says of every client what the suite's table says, and of no other."""

from pathlib import Path

from tests.clients.page import proven

PAGE = Path(__file__).parents[2] / "docs/clients.md"


def test_the_page_shows_the_table_that_the_tests_run_through() -> None:
    assert proven() in PAGE.read_text(encoding="utf-8")
