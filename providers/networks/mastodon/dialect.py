"""How servers of the Mastodon API word their answers: JSON, or an HTML page where something went wrong."""

import json
import re
from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

from providers.answer import Answer
from providers.networks.calling import Dialect
from providers.networks.mastodon.errors import ERRORS
from providers.protocol import Failure
from providers.wire import retry_after
from schemas.errors import ErrorCode
from schemas.instant import Clock, parse
from schemas.jsonvalue import members, text

_TAG = re.compile(r"<(script|style|title)\b.*?</\1\s*>|<[^>]*>", re.DOTALL | re.IGNORECASE)
_PAGE = 20_000
_LIMITED = 429


def dialect(name: str) -> Dialect:
    """Make the dialect of one server, by its name."""
    return Dialect(name, ERRORS, _said, asked=_asked)


def document(answer: Answer, name: str, *, doubt: bool = False) -> object:
    """Read an answer as the JSON that it has to be.

    Raises:
        Failure: it is something else, such as the page of a proxy; with ``doubt`` where it may have been acted on.
    """
    if is_json(answer.headers):
        try:
            return json.loads(answer.body)
        except (ValueError, RecursionError):
            pass
    message = f"{name} answered with something that is not the Mastodon API's."
    raise Failure(ErrorCode.UNEXPECTED_ANSWER, message, doubt=doubt)


def is_json(headers: Mapping[str, str]) -> bool:
    """Tell by its headers whether an answer says that it is JSON."""
    return headers.get("content-type", "").partition(";")[0].strip().lower().endswith("json")


def told_at(answer: Answer) -> datetime | None:
    """Tell the server's own time, to the second."""
    try:
        told = parsedate_to_datetime(answer.headers.get("date", ""))
    except (ValueError, TypeError, OverflowError):
        return None
    return told.astimezone(UTC) if told.tzinfo else told.replace(tzinfo=UTC)


def _said(answer: Answer) -> tuple[str | None, str]:
    """Find the words of an error; of a page, what it shows."""
    if is_json(answer.headers):
        try:
            told = members(json.loads(answer.body))
        except (ValueError, RecursionError):
            return None, ""
        return None, text(told.get("error_description")) or text(told.get("error")) or ""
    page = answer.body[:_PAGE].decode("utf-8", "replace")
    return None, " ".join(_TAG.sub(" ", page).split())


def _asked(answer: Answer, clock: Clock) -> float | None:
    """Read how long to wait: the reset is an ISO time by the server's clock, and there is no Retry-After (peers 4)."""
    wait = retry_after(answer.headers, clock)
    reset = parse(answer.headers.get("x-ratelimit-reset", ""))
    if wait is not None or reset is None or answer.status != _LIMITED:
        return wait
    return min(max((reset - (told_at(answer) or clock())).total_seconds(), 1.0), 86_400.0)
