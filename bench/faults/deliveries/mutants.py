"""Each rule of the delivery engine left out in turn: its histories must notice (reference engine 2.2, 2.6)."""

# ruff: noqa: SLF001  (a rule is left out where it stands, and that is inside)
# pyright: reportPrivateUsage=false

from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import timedelta
from typing import Any

from bench.faults.deliveries.history import play, theme
from bench.faults.instead import instead
from engine import courier
from engine.delivery import Carrier
from providers.local import dispatch
from providers.local.state import Nature, Settling
from providers.networks.network import Window


def _no_intent() -> AbstractContextManager[None]:
    """Write nothing down between taking a delivery up and what came of it."""

    def intend(*_: Any, **__: Any) -> bool:
        return True

    conclude = _changed(dispatch._CONCLUDE, "state IN ('sending',", "state IN ('leased', 'sending',")
    return instead((dispatch, "intend", intend), (dispatch, "_CONCLUDE", conclude))


def _no_pause() -> AbstractContextManager[None]:
    """Believe the first look, at once."""
    return instead((courier, "Settling", lambda: Settling(timedelta(), timedelta(), 1)))


def _no_fence() -> AbstractContextManager[None]:
    """Write what a look or a sending came to, whoever has taken the delivery over since."""
    conclude = _changed(dispatch._CONCLUDE, "fence = ?13", "?13 = ?13")
    return instead((dispatch, "_CONCLUDE", conclude))


def _no_order() -> AbstractContextManager[None]:
    """Take whatever is due, though an earlier one of its account is in hand or looked for."""
    first = _changed(
        dispatch._FIRST, "'queued', 'leased', 'sending', 'settling', 'reconciling')", "'queued', 'settling')"
    )
    first = _changed(first, "ORDER BY due_at, id", "ORDER BY wake_at, id")
    return instead((dispatch, "_FIRST", first))


def _no_deadline() -> AbstractContextManager[None]:
    """Send however long ago the intent was written."""

    def check(self: Window) -> None:
        """Let everything pass."""

    return instead((Window, "check", check))


def _retry_on_doubt() -> AbstractContextManager[None]:
    """Take every network for one that a repeat does no harm to."""

    def nature(self: Carrier, network: object) -> Nature:
        return Nature(exact=True)

    return instead((Carrier, "_nature", nature))


def _changed(statement: str, part: str, other: str) -> str:
    assert part in statement, f"{part} is not in {statement}"
    return statement.replace(part, other)


#: Every rule that is left out, by its name.
DELIVERY_MUTANTS: dict[str, Callable[[], AbstractContextManager[None]]] = {
    "delivery: no intent": _no_intent,
    "delivery: no send deadline": _no_deadline,
    "delivery: no fence": _no_fence,
    "delivery: retry on doubt": _retry_on_doubt,
    "delivery: no settle pause": _no_pause,
    "delivery: order ignored": _no_order,
}
#: Where processes must sleep for a rule to be missed; the other histories need not be played.
MISSED_WHEN = {"delivery: no send deadline": "sending", "delivery: no fence": "looked"}


def notice_delivery(mutant: str, seeds: int) -> str | None:
    """Play histories without one rule, until one ends badly; tell what was wrong and where."""
    with DELIVERY_MUTANTS[mutant]():
        for seed in range(seeds):
            if MISSED_WHEN.get(mutant, theme(seed)) == theme(seed) and (wrongs := play(seed)):
                return wrongs[0]
    return None
