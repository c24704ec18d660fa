"""What there is to know about a network before any account is on it: how to log in, and what it accepts."""

import re
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

from providers.fetch import Fetcher
from providers.networks.network import Network
from schemas.account import Account
from schemas.instant import Clock
from schemas.media_rule import MediaRule
from schemas.request import Arguments
from schemas.rule import AltText, Rule
from schemas.units import Unit


@dataclass(frozen=True, slots=True)
class Ask:
    """One thing that adding an account takes. ``words`` ask a person for it; a ``secret`` is not shown.

    It is given as the option ``--name``; without a ``default`` it must be given.
    """

    name: str
    words: str
    secret: bool = False
    default: str | None = None


def chosen_name(given: Mapping[str, str]) -> str:
    """Read what a person calls an account here that has no name of its own.

    Raises:
        ValueError: it would make no good id; in words for a person.
    """
    name = given["name"].strip()
    if not re.fullmatch(r"[a-z0-9][a-z0-9-]{0,39}", name):
        raise ValueError("the name is not one: small letters, digits and hyphens, at most 40")
    return name


@dataclass(frozen=True, slots=True)
class Login:
    """An account as it is kept: what may be shown, and, apart from it, its secrets."""

    account: Account
    settings: Mapping[str, str] = field(default_factory=dict[str, str])
    secrets: Mapping[str, str] = field(default_factory=dict[str, str], repr=False)


@dataclass(frozen=True, slots=True)
class Means:
    """What networks work with.

    ``fetching`` makes what loads media links, into ``scratch``; ``keep`` keeps changed secrets under the account's id,
    such as those of a session that was renewed.
    """

    clock: Clock
    fetching: Callable[[], Fetcher]
    scratch: Path
    keep: Callable[[str, Mapping[str, str]], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Pace:
    """How fast one account may be posted to: one post ``every`` so long, after a first ``burst``.

    ``at_once`` bounds what is under way on the whole network.
    """

    every: timedelta = timedelta()
    burst: int = 1
    at_once: int = 8


@dataclass(frozen=True, slots=True)
class Kind:
    """A network as the registry has it.

    ``log_in`` turns what was asked for into a login, by asking the network whose it is; ``connect`` makes the network
    of a login. ``unit`` is what an account's own limit on captions counts in, and ``adds`` what counts towards it
    besides the caption (JSON pointers); ``rules``, ``media`` and ``alt_text``
    say what it accepts, each rule within the scope of the platform. ``settings`` is the object of its own that
    create_post takes under the platform's name; a delivery finds it in ``Parcel.settings`` under that name.

    ``again`` tells what ``log_in`` would be told to make a login anew that is there, where that opens no further
    session: so what the account's server allows is asked for again.

    ``log_in`` raises ``Failure`` when the network refuses or cannot be asked, and ``ValueError`` for what can be no
    login at all, in words for a person.
    """

    platform: str
    title: str
    asks: tuple[Ask, ...]
    log_in: Callable[[Mapping[str, str], Means], Awaitable[Login]]
    connect: Callable[[Login, Means], Network]
    rules: tuple[Rule, ...] = ()
    media: tuple[MediaRule, ...] = ()
    alt_text: AltText | None = None
    unit: Unit = Unit.CHARACTERS
    adds: tuple[str, ...] = ()
    pace: Pace = Pace()
    settings: type[Arguments] | None = None
    again: Callable[[Login], Mapping[str, str]] | None = None
