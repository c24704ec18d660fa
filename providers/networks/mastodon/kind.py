"""Mastodon as the registry has it. What speaks to its servers is loaded when an account is there to speak for."""

from collections.abc import Mapping
from datetime import timedelta

from providers.networks.kind import Ask, Kind, Login, Means, Pace
from providers.networks.mastodon.limits import ALT_TEXT, MEDIA, RULES
from providers.networks.mastodon.settings import VISIBILITIES, MastodonSettings
from providers.networks.network import Network
from schemas.rule import AltText
from schemas.units import Unit


async def _log_in(told: Mapping[str, str], means: Means) -> Login:
    from providers.networks.mastodon.login import log_in  # noqa: PLC0415  (most servers have no account there)

    return await log_in(told, means)


def _connect(login: Login, means: Means) -> Network:
    from providers.networks.mastodon.network import Mastodon  # noqa: PLC0415  (most servers have no account there)

    return Mastodon(login, means)


KIND = Kind(
    platform="mastodon",
    title="Mastodon, and servers that speak its API",
    asks=(
        Ask("server", "The server, such as https://mastodon.social"),
        Ask(
            "token",
            "An access token of the account (Preferences, Development, New application; scopes read:accounts, "
            "read:statuses, write:media, write:statuses)",
            secret=True,
        ),
        Ask("visibility", f"Who sees posts that do not say: {', '.join(VISIBILITIES)}", default="public"),
    ),
    log_in=_log_in,
    connect=_connect,
    rules=RULES,
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
