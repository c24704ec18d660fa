"""How Discord words its answers."""

from collections.abc import Iterator

from providers.answer import Answer
from providers.networks.calling import Caller, Dialect
from providers.networks.discord.errors import ERRORS
from providers.networks.documents import read_object
from providers.wire import retry_after
from schemas.instant import Clock
from schemas.jsonvalue import JsonObject, items, members, text
from schemas.untrusted import clean

_DEEPEST = 8


def _said(answer: Answer) -> tuple[str | None, str]:
    """Find the code and the words of an error, those about single fields behind it."""
    told = read_object(answer)
    code, words = told.get("code"), [text(told.get("message")) or "", *_of_fields(members(told.get("errors")), "")]
    return str(code) if type(code) is int and code else None, "; ".join(filter(None, words))


def _of_fields(errors: JsonObject, path: str, depth: int = 0) -> Iterator[str]:
    for error in items(errors.get("_errors")):
        yield f"{path}: {text(members(error).get('message')) or ''}"
    for name, below in errors.items() if depth < _DEEPEST else ():
        yield from _of_fields(members(below), f"{path}.{name}".lstrip("."), depth + 1) if name != "_errors" else ()


def _asked(answer: Answer, clock: Clock) -> float | None:
    """Read how long to wait: the body has it in fractions of a second, the header rounded."""
    told = seconds_in(read_object(answer).get("retry_after"))
    return told if told is not None else retry_after(answer.headers, clock)


def seconds_in(told: object) -> float | None:
    """Read seconds to wait, a day of them at most; ``None``: none are told."""
    try:
        seconds = float(told) if isinstance(told, int | float | str) else None
    except ValueError:
        return None
    return min(seconds, 86_400.0) if seconds is not None and seconds >= 0 else None


_DIALECT = Dialect("Discord", ERRORS, _said, asked=_asked)


def caller_of(url: str, clock: Clock) -> Caller:
    """Make what calls a webhook, and keeps its link out of what is told."""
    return Caller(_DIALECT, clock, [url, url.rpartition("/")[2]])


def name_of(webhook: JsonObject) -> str:
    """Tell what a webhook is called."""
    return clean(text(webhook.get("name")) or "Discord webhook", 100)
