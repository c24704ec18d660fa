"""Limits as rows: value, unit, scope, source. From them come schema, validator, error text and documents."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from functools import cache
from typing import Any, TypeAlias

from schemas.account import Account
from schemas.instant import UTC_NAME
from schemas.jsonvalue import items, members
from schemas.media_rule import MediaRule
from schemas.post import Warn
from schemas.problem import Problem
from schemas.request import PostRequest
from schemas.units import Unit

Arguments: TypeAlias = dict[str, Any]


class Check(StrEnum):
    """What a row demands; each value is also the JSON Schema keyword that says it."""

    REQUIRED = "required"
    MIN_LENGTH = "minLength"
    MAX_LENGTH = "maxLength"
    MIN_ITEMS = "minItems"
    MAX_ITEMS = "maxItems"
    UNIQUE = "uniqueItems"
    MINIMUM = "minimum"
    MAXIMUM = "maximum"
    PATTERN = "pattern"


@dataclass(frozen=True, slots=True)
class Scope:
    """For which accounts (and media) a row holds; an empty field holds for all."""

    platforms: frozenset[str] = frozenset()
    kind: str | None = None
    media: str | None = None

    def covers(self, account: Account, media: str | None) -> bool:
        """Tell whether the row speaks of this account with this kind of media."""
        return (
            (not self.platforms or account.platform in self.platforms)
            and (self.kind is None or account.kind == self.kind)
            and (self.media is None or media == self.media)
        )


@dataclass(frozen=True, slots=True)
class Rule:
    """One fact about what is accepted.

    ``path`` is a JSON pointer into create_post's arguments, ``*`` standing for every item. A row without
    ``scope`` belongs to the shape (422) and to the published schema; one with it is checked per account (400).
    ``adds`` names further pointers whose text counts towards the same limit; ``link`` is what a link counts as
    where a server says so.
    """

    path: str
    check: Check
    limit: int | str | bool
    source: str
    unit: Unit = Unit.CHARACTERS
    scope: Scope | None = None
    adds: tuple[str, ...] = ()
    fix: str | None = None
    link: int | None = None


@dataclass(frozen=True, slots=True)
class Situation:
    """What a cross-field rule may look at: the arguments, the accounts they name, the time, and this server's zone."""

    arguments: Arguments
    accounts: tuple[Account, ...]
    now: datetime
    zone: str = UTC_NAME


@dataclass(frozen=True, slots=True)
class CrossRule:
    """A rule over several fields, which no portable schema keyword can say. ``needs_accounts``: stage two."""

    name: str
    check: Callable[[Situation], Iterable[Problem]]
    source: str
    needs_accounts: bool = False


@dataclass(frozen=True, slots=True)
class AltText:
    """How many characters of alternative text a platform takes; ``alone``: only of the one image of a new post."""

    most: int
    alone: bool = False


def _nothing(account: Account) -> Iterable[Rule]:
    return ()


@dataclass(frozen=True, slots=True)
class RuleSet:
    """All that one provider accepts in create_post.

    ``model`` is the structure of its arguments; ``own`` makes the rows that an account brings
    itself, ``usual`` being those of accounts that tell nothing; ``platforms`` are those that it carries beside those
    that its rows name; ``refused`` gives the fix for fields that callers are known to try;
    ``hints`` find what does not stop a post but may spoil it; ``settings`` says which accounts a settings
    object is for; ``media`` are the rows of what platforms take of a file, ``alt_text`` says to which
    platforms alternative text is carried.
    """

    provider: str
    model: type[PostRequest]
    rules: tuple[Rule, ...]
    own: Callable[[Account], Iterable[Rule]] = _nothing
    usual: tuple[Rule, ...] = ()
    platforms: frozenset[str] = frozenset()
    cross: tuple[CrossRule, ...] = ()
    hints: tuple[Callable[[Situation], Iterable[Warn]], ...] = ()
    settings: dict[str, Scope] = field(default_factory=dict[str, Scope])
    refused: dict[str, str] = field(default_factory=dict[str, str])
    media: tuple[MediaRule, ...] = ()
    alt_text: dict[str, AltText] = field(default_factory=dict[str, AltText])


def at(document: Any, pointer: str) -> list[tuple[str, Any]]:
    """Find what a pointer names: pairs of concrete pointer and value, none where a part is absent."""
    found: list[tuple[str, Any]] = [("", document)]
    for part in _parts(pointer):
        found = [(f"{path}/{key}", child) for path, value in found for key, child in _children(value, part)]
    return found


def concerns(rule: Rule, arguments: Arguments) -> bool:
    """Tell, cheaply, whether a row can say anything about these arguments: most speak of fields that are not there."""
    return rule.check is Check.REQUIRED or _parts(rule.path)[0] in arguments


@cache
def _parts(pointer: str) -> tuple[str, ...]:
    return tuple(pointer.split("/")[1:])


def _children(value: Any, part: str) -> list[tuple[str, Any]]:
    if part == "*":
        return [(str(index), item) for index, item in enumerate(items(value))]
    return [(part, members(value)[part])] if part in members(value) else []
