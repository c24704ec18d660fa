"""How a rule is left out: something else stands in its place for a while."""

from collections.abc import Generator
from contextlib import contextmanager
from typing import Any


@contextmanager
def instead(*changes: tuple[Any, str, Any]) -> Generator[None]:
    """Put something else in the place of attributes: owner, name, what."""
    before = [(owner, name, getattr(owner, name)) for owner, name, _ in changes]
    for owner, name, what in changes:
        setattr(owner, name, what)
    try:
        yield
    finally:
        for owner, name, what in before:
            setattr(owner, name, what)
