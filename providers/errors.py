"""How a provider's table of errors is read: the most exact row decides, and every answer finds one."""

import re
from collections.abc import Iterable
from dataclasses import dataclass

from schemas.errors import ErrorCode


@dataclass(frozen=True, slots=True)
class ErrorRow:
    """One row: what the service answered -> our code.

    ``status`` of ``None`` is any; ``provider_code`` of ``None`` is any, and one that ends in ``*`` a prefix;
    ``words`` is a pattern looked for in the message. ``advice`` replaces our code's own where the row knows better.
    ``doubt``: after this answer to a write, the write may have happened.
    """

    status: int | None
    provider_code: str | None
    code: ErrorCode
    source: str
    advice: str | None = None
    doubt: bool = False
    words: str | None = None


@dataclass(frozen=True, slots=True)
class FailedDelivery:
    """Why one delivery failed: may it be sent again (``None``: as the service says), and what helps."""

    retry: bool | None
    hint: str = ""


class ErrorTable:
    """All rows of one provider, complete by its defaults."""

    def __init__(self, rows: Iterable[ErrorRow]) -> None:
        self.rows = tuple(rows)
        self._ranked = sorted(self.rows, key=_exactness, reverse=True)

    def find(self, status: int, provider_code: str | None, message: str = "") -> ErrorRow:
        """Find the row for an answer; an unlisted status gets the verdict of its class."""
        fitting = (row for row in self._ranked if _fits(row, status, provider_code, message))
        return next(fitting, None) or _by_class(status, provider_code)


def doubtful(row: ErrorRow, status: int, asked: float | None) -> bool:
    """Tell whether a write may have happened: not if the service said when to come back (reference engine 2.5)."""
    return row.doubt and not (status == _UNAVAILABLE and asked is not None)


def _fits(row: ErrorRow, status: int, provider_code: str | None, message: str) -> bool:
    if row.status not in (None, status):
        return False
    if row.words is not None and re.search(row.words, message, re.IGNORECASE) is None:
        return False
    if row.provider_code is None:
        return True
    if row.provider_code.endswith("*"):
        return (provider_code or "").startswith(row.provider_code[:-1])
    return row.provider_code == provider_code


def _exactness(row: ErrorRow) -> tuple[bool, int, bool, bool]:
    """Rank rows: an exact code first, then the longest prefix, then words, then the status."""
    code = row.provider_code or ""
    exact = bool(code) and not code.endswith("*")
    return exact, len(code), row.words is not None, row.status is not None


def _by_class(status: int, provider_code: str | None) -> ErrorRow:
    if status >= _SERVER_ERROR:
        return ErrorRow(status, provider_code, ErrorCode.PROVIDER_ERROR, "RFC 9110 15.6", doubt=True)
    if status >= _CLIENT_ERROR:
        return ErrorRow(status, provider_code, ErrorCode.REJECTED, "RFC 9110 15.5")
    return ErrorRow(status, provider_code, ErrorCode.UNEXPECTED_ANSWER, "RFC 9110 15", doubt=True)


_CLIENT_ERROR, _SERVER_ERROR, _UNAVAILABLE = 400, 500, 503
