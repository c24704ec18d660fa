"""How servers of the Mastodon API word their answers: JSON, or an HTML page where something went wrong."""

from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

from providers.answer import Answer
from providers.networks.calling import Dialect
from providers.networks.documents import error, shown
from providers.networks.mastodon.errors import ERRORS
from providers.wire import retry_after, within_a_day
from schemas.instant import Clock, parse
from schemas.jsonvalue import text

_LIMITED = 429


def dialect(name: str) -> Dialect:
    """Make the dialect of one server, by its name."""
    return Dialect(name, ERRORS, _said, asked=_asked)


def told_at(answer: Answer) -> datetime | None:
    """Tell the server's own time, to the second."""
    try:
        told = parsedate_to_datetime(answer.headers.get("date", ""))
    except (ValueError, TypeError, OverflowError):
        return None
    return told.astimezone(UTC) if told.tzinfo else told.replace(tzinfo=UTC)


def _said(answer: Answer) -> tuple[str | None, str]:
    """Find the words of an error; of a page, what it shows."""
    told = error(answer)
    if told is None:
        return None, shown(answer.body)
    return None, text(told.get("error_description")) or text(told.get("error")) or ""


def _asked(answer: Answer, clock: Clock) -> float | None:
    """Read how long to wait: the reset is an ISO time by the server's clock, and there is no Retry-After (peers 4)."""
    wait = retry_after(answer.headers, clock)
    reset = parse(answer.headers.get("x-ratelimit-reset", ""))
    if wait is not None or reset is None or answer.status != _LIMITED:
        return wait
    return within_a_day((reset - (told_at(answer) or clock())).total_seconds())
