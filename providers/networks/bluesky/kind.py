"""Bluesky as the registry has it. What speaks to its servers is loaded when an account is there to speak for."""

from collections.abc import Mapping
from datetime import timedelta

from providers.networks.bluesky.limits import ALT_TEXT, ENTRY, MEDIA, PLATFORM, RULES
from providers.networks.bluesky.settings import BlueskySettings
from providers.networks.kind import Ask, Kind, Login, Means, Pace
from providers.networks.network import Network
from schemas.units import Unit


async def _log_in(told: Mapping[str, str], means: Means) -> Login:
    from providers.networks.bluesky.login import log_in  # noqa: PLC0415  (most servers have no account there)

    return await log_in(told, means)


def _connect(login: Login, means: Means) -> Network:
    from providers.networks.bluesky.network import Bluesky  # noqa: PLC0415  (most servers have no account there)

    return Bluesky(login, means)


KIND = Kind(
    platform=PLATFORM,
    title="Bluesky",
    asks=(
        Ask("identifier", "Handle (such as alice.bsky.social), DID or e-mail address"),
        Ask("password", "App password (Settings, Privacy and security, App passwords)", secret=True),
        Ask("server", "Server on which you log in", default=ENTRY),
    ),
    log_in=_log_in,
    connect=_connect,
    rules=RULES,
    media=MEDIA,
    alt_text=ALT_TEXT,
    unit=Unit.GRAPHEMES,
    # Writing takes 2 points of 5,000 an hour (platform_rules, bluesky-162): one post in 1.44 s, and some ahead.
    pace=Pace(every=timedelta(seconds=1.44), burst=500),
    settings=BlueskySettings,
)
