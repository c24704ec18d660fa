"""Telegram as the registry has it. What speaks to its servers is loaded when an account is there to speak for."""

from collections.abc import Mapping
from datetime import timedelta

from providers.networks.kind import Ask, Kind, Login, Means, Pace
from providers.networks.network import Network
from providers.networks.telegram.limits import API, MEDIA, RULES
from providers.networks.telegram.settings import TelegramSettings
from schemas.units import Unit


async def _log_in(told: Mapping[str, str], means: Means) -> Login:
    from providers.networks.telegram.login import log_in  # noqa: PLC0415  (most servers have no account there)

    return await log_in(told, means)


def _connect(login: Login, means: Means) -> Network:
    from providers.networks.telegram.network import Telegram  # noqa: PLC0415  (most servers have no account there)

    return Telegram(login, means)


KIND = Kind(
    platform="telegram",
    title="Telegram (bot)",
    asks=(
        Ask("token", "The bot's token, from @BotFather", secret=True),
        Ask("chat", "The channel, group or chat: @name, or its id"),
        Ask("api", "The address of the Bot API server", default=API),
    ),
    log_in=_log_in,
    connect=_connect,
    rules=RULES,
    media=MEDIA,
    unit=Unit.UTF16,
    # Once a second in a chat, and 20 times a minute in a group.
    pace=Pace(every=timedelta(seconds=3), at_once=4),
    settings=TelegramSettings,
)
