"""Mastodon and all servers that speak its API, as a network."""

from datetime import timedelta

from providers.networks.kind import Kind, Pace
from providers.networks.mastodon.instance import ALT_TEXT, MASTODON, MEDIA
from providers.networks.mastodon.login import ASKS, log_in
from providers.networks.mastodon.network import Mastodon
from providers.networks.mastodon.settings import MastodonSettings
from schemas.rule import AltText, Check, Rule, Scope
from schemas.units import Unit

_HERE = Scope(platforms=frozenset({"mastodon"}))

KIND = Kind(
    platform="mastodon",
    title="Mastodon, and servers that speak its API",
    asks=ASKS,
    log_in=log_in,
    connect=Mastodon,
    rules=(
        Rule("/caption", Check.PATTERN, r"\S", MASTODON, scope=_HERE, fix="Write something besides blanks."),
        Rule(
            "/mastodon/language",
            Check.PATTERN,
            r"^[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*$",
            MASTODON,
            scope=_HERE,
            fix="Give an ISO 639 code such as en, or leave it out.",
        ),
    ),
    media=MEDIA,
    alt_text=AltText(ALT_TEXT),
    unit=Unit.MASTODON,
    adds=("/mastodon/spoiler_text",),
    # 300 statuses in 3 hours, whatever stands at their beginning.
    pace=Pace(every=timedelta(seconds=72), burst=150),
    settings=MastodonSettings,
    again=lambda login: {
        "server": login.settings["server"],
        "visibility": login.settings["visibility"],
        "token": login.secrets["token"],
    },
)
