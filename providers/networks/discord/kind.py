"""Discord as the registry has it. What speaks to its servers is loaded when an account is there to speak for."""

from collections.abc import Mapping
from datetime import timedelta

from providers.networks.discord.limits import ALT_TEXT, MEDIA, RULES
from providers.networks.discord.settings import DiscordSettings
from providers.networks.kind import Ask, Kind, Login, Means, Pace
from providers.networks.network import Network


async def _log_in(told: Mapping[str, str], means: Means) -> Login:
    from providers.networks.discord.login import log_in  # noqa: PLC0415  (most servers have no account there)

    return await log_in(told, means)


def _connect(login: Login, means: Means) -> Network:
    from providers.networks.discord.network import Discord  # noqa: PLC0415  (most servers have no account there)

    return Discord(login, means)


KIND = Kind(
    platform="discord",
    title="Discord (webhook)",
    asks=(
        Ask("url", "The webhook's link (channel settings, Integrations, Webhooks)", secret=True),
        Ask("thread", "The id of a thread or forum post in that channel, if it is to be one", default=""),
    ),
    log_in=_log_in,
    connect=_connect,
    rules=RULES,
    media=MEDIA,
    settings=DiscordSettings,
    alt_text=ALT_TEXT,
    # Thirty a minute in a channel is what webhooks are known to get; the headers of each answer decide.
    pace=Pace(every=timedelta(seconds=2), burst=5),
)
