"""Webhooks as the registry has them. What speaks to them is loaded when an account is there to speak for."""

from collections.abc import Mapping

from providers.networks.kind import Ask, Kind, Login, Means, Pace
from providers.networks.network import Network


async def _log_in(told: Mapping[str, str], means: Means) -> Login:
    from providers.networks.webhook.login import log_in  # noqa: PLC0415  (most servers have no account there)

    return await log_in(told, means)


def _connect(login: Login, means: Means) -> Network:
    from providers.networks.webhook.network import Webhook  # noqa: PLC0415  (most servers have no account there)

    return Webhook(login.secrets["url"], login.secrets.get("secret"), means.clock, account=login.account)


KIND = Kind(
    platform="webhook",
    title="Webhook (signed JSON)",
    asks=(
        Ask("name", "What to call it here, such as crm"),
        Ask("url", "The URL that is to take the posts"),
        Ask("secret", "The secret to sign with, if any", secret=True, default=""),
    ),
    log_in=_log_in,
    connect=_connect,
    pace=Pace(at_once=50),  # each is a server of its own
)
