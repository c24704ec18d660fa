"""What servers answer: JSON, links in it, and the pages that come instead, of a proxy or a server that trips."""

import json
import re

from providers.answer import Answer
from providers.protocol import Failure
from schemas.errors import ErrorCode
from schemas.jsonvalue import JsonObject, members, text
from schemas.untrusted import clean

_TAG = re.compile(r"<(script|style|title)\b.*?</\1\s*>|<[^>]*>", re.DOTALL | re.IGNORECASE)
_PAGE, _LONGEST_LINK = 20_000, 2048


def document(answer: Answer, name: str, what: str, *, doubt: bool = False) -> object:
    """Read an answer of a server by its ``name`` as the JSON that ``what`` has to be.

    Raises:
        Failure: it is something else; with ``doubt`` where the request may have been acted on.
    """
    if is_json(answer):
        try:
            return json.loads(answer.body)
        except (ValueError, RecursionError):
            pass
    message = f"{name} answered with something that is not {what}."
    raise Failure(ErrorCode.UNEXPECTED_ANSWER, message, doubt=doubt)


def error(answer: Answer) -> JsonObject | None:
    """Read the JSON of an error, whatever it is; ``None``: it is a page."""
    return read_object(answer) if is_json(answer) else None


def read_object(answer: Answer) -> JsonObject:
    """Read an answer's JSON object; of anything else, nothing."""
    try:
        return members(json.loads(answer.body))
    except (ValueError, RecursionError):
        return {}


def link(told: object) -> str | None:
    """Read where a post can be seen; ``None``: what was told is no link."""
    url = text(told) or ""
    fits = url.startswith(("https://", "http://")) and len(url) <= _LONGEST_LINK
    return clean(url, _LONGEST_LINK) if fits else None


def is_json(answer: Answer) -> bool:
    """Tell by its headers whether an answer says that it is JSON."""
    return answer.headers.get("content-type", "").partition(";")[0].strip().lower().endswith("json")


def shown(page: str | bytes) -> str:
    """Tell what a page shows, in one line."""
    written = page[:_PAGE].decode("utf-8", "replace") if isinstance(page, bytes) else page[:_PAGE]
    return " ".join(_TAG.sub(" ", written).split())
