"""The figures in the body of one of PostPost's limits (seed 002, reference postpost 6.1 and 6.2), in words."""

from collections.abc import Iterator
from itertools import islice

from schemas.instant import parse, wire
from schemas.jsonvalue import JsonObject, items, members, text
from schemas.untrusted import clean

#: A field, and how it is told; of one that is not there, or is nothing that can be told, nothing is.
_FIELDS: tuple[tuple[str, str], ...] = (
    ("metric", "{}"),
    ("limit", "limit {}"),
    ("used", "used {}"),
    ("requested", "requested {}"),
    ("remaining", "remaining {}"),
    ("overLimitBy", "over it by {}"),
    ("projectedUsed", "would be used {}"),
    ("connectionCount", "connected {}"),
    ("currentQuantity", "quantity {}"),
    ("targetQuantity", "quantity after extending {}"),
    ("periodStart", "from {}"),
    ("periodEnd", "to {}"),
    ("scheduledTime", "asked for {}"),
    ("maxScheduledDate", "at the latest {}"),
    ("scope", "counted per {}"),
    ("planName", "plan {}"),
    ("planKey", "plan key {}"),
    ("disallowedPlatforms", "not in the plan: {}"),
    ("allowedPlatforms", "in the plan: {}"),
    ("blockedPlatforms", "blocked: {}"),
    ("channelBreakdown", "channels: {}"),
    ("pricing", "price of extending: {}"),
)
_LONGEST, _MOST, _LARGE = 1_000, 12, 10**15


def figures(body: JsonObject) -> str:
    """Tell all figures of a limit's body, bounded."""
    told = ((how, _told(body.get(name))) for name, how in _FIELDS)
    return clean(", ".join(how.format(words) for how, words in told if words), _LONGEST)


def _told(value: object) -> str:
    """Say a number, a time, a word, or a few of these."""
    return _plain(value) or "; ".join(islice(filter(None, _members(value)), _MOST))


def _members(value: object) -> Iterator[str]:
    """Say what is in a list, what is in the objects of one, and what is in an object."""
    for one in items(value):
        yield _plain(one) or _named(members(one))
    yield _named(members(value))


def _named(found: JsonObject) -> str:
    told = ((clean(name, 40), _plain(one)) for name, one in islice(found.items(), _MOST))
    return ", ".join(f"{name} {words}" for name, words in told if words)


def _plain(value: object) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, int | float):
        return f"{value:.15g}" if -_LARGE < value < _LARGE else ""
    moment = parse(value) if isinstance(value, str) else None
    return wire(moment) if moment else clean(text(value) or "", 60)
