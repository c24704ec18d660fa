"""Every secret that this process knows, for the redaction of all that leaves it: those set, and those of accounts."""

import json
from collections.abc import Iterable, Iterator, Sequence
from typing import overload

#: How many secrets of one owner are remembered: those of a session change every hour.
MOST = 12


class Hidden(Sequence[str]):
    """Secrets, the longest first. It grows while the process runs: whoever redacts holds on to this, not to a copy."""

    def __init__(self, secrets: Iterable[str] = ()) -> None:
        self._by_owner: dict[str, tuple[str, ...]] = {}
        self._all: tuple[str, ...] = ()
        self.hide("", tuple(secrets))

    def hide(self, owner: str, secrets: tuple[str, ...]) -> None:
        """Hide further secrets of an owner, such as an account; of earlier ones so many are remembered."""
        known = self._by_owner.get(owner, ())
        found = dict.fromkeys((*filter(None, secrets), *known))
        self._by_owner[owner] = tuple(found)[: max(MOST, len(secrets))]
        forms = {form for kept in self._by_owner.values() for secret in kept for form in _forms(secret)}
        self._all = tuple(sorted(forms, key=len, reverse=True))

    @overload
    def __getitem__(self, index: int) -> str: ...
    @overload
    def __getitem__(self, index: slice) -> Sequence[str]: ...
    def __getitem__(self, index: int | slice) -> str | Sequence[str]:
        """Give one or some of them."""
        return self._all[index]

    def __len__(self) -> int:
        """Count them."""
        return len(self._all)

    def __iter__(self) -> Iterator[str]:
        """Go through them as they are now."""
        return iter(self._all)

    def __repr__(self) -> str:
        """Show how many there are."""
        return f"Hidden({len(self)} secrets)"


def _forms(secret: str) -> tuple[str, ...]:
    """Write a secret as it is, and as it stands in JSON."""
    return (secret, json.dumps(secret)[1:-1], json.dumps(secret, ensure_ascii=False)[1:-1])
