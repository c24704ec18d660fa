"""How a provider's table of errors is read: by status and code, else by status, else by the status's class."""

from collections.abc import Iterable
from dataclasses import dataclass

from schemas.errors import ErrorCode


@dataclass(frozen=True, slots=True)
class ErrorRow:
    """One row: the service's HTTP status and error code -> our code.

    ``provider_code`` of ``None`` is the default of the status; ``advice`` replaces our code's own where
    the row knows better. ``doubt``: after this answer to a write, the write may have happened.
    """

    status: int
    provider_code: str | None
    code: ErrorCode
    source: str
    advice: str | None = None
    doubt: bool = False


class ErrorTable:
    """All rows of one provider, complete by its defaults."""

    def __init__(self, rows: Iterable[ErrorRow]) -> None:
        self.rows = tuple(rows)
        self._exact = {(row.status, row.provider_code): row for row in self.rows}

    def find(self, status: int, provider_code: str | None) -> ErrorRow:
        """Find the row for an answer; an unlisted status gets the verdict of its class."""
        for key in ((status, provider_code), (status, None)):
            if key in self._exact:
                return self._exact[key]
        if status >= _SERVER_ERROR:
            return ErrorRow(status, provider_code, ErrorCode.PROVIDER_ERROR, "RFC 9110 15.6", doubt=True)
        if status >= _CLIENT_ERROR:
            return ErrorRow(status, provider_code, ErrorCode.REJECTED, "RFC 9110 15.5")
        return ErrorRow(status, provider_code, ErrorCode.UNEXPECTED_ANSWER, "RFC 9110 15", doubt=True)


_CLIENT_ERROR, _SERVER_ERROR = 400, 500
