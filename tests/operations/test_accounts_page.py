"""docs/accounts.md says what the registry of networks is."""

from pathlib import Path

from providers.networks.catalogue import KINDS
from server.accounts_page import page


def test_the_page_of_accounts_is_what_the_networks_are() -> None:
    committed = (Path(__file__).parents[2] / "docs" / "accounts.md").read_text(encoding="utf-8")
    assert page() == committed, "run python -m server.accounts_page > docs/accounts.md"


def test_every_network_has_a_section_with_all_that_it_asks_for() -> None:
    told = page()
    for kind in KINDS.values():
        assert f"`postwright accounts add {kind.platform}`" in told
        assert all(f"| `--{ask.name}`" in told for ask in kind.asks)
