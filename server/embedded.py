"""The embedded engine: its accounts, the provider that takes orders, the courier that carries them out."""

from datetime import timedelta

from engine.courier import Courier
from providers.local.provider import Local
from providers.local.roster import Roster
from providers.local.state import Settling
from providers.networks.catalogue import KINDS
from providers.networks.network import Network
from providers.networks.outbox import Outbox
from providers.networks.webhook import Webhook
from providers.protocol import Provider
from server.parts import Parts


def local(parts: Parts) -> Provider:
    """Make the provider; its courier is to run beside the server."""
    settings, clock = parts.settings, parts.clock
    networks: list[Network] = [Outbox(settings.home / "outbox", parts.fetching(clock), clock)]
    if settings.webhook_url:
        secret = settings.webhook_secret.get_secret_value() if settings.webhook_secret else None
        networks.append(Webhook(str(settings.webhook_url), secret, clock))
    roster, first = Roster(networks), timedelta(seconds=settings.settle_seconds)
    courier = Courier(
        parts.database,
        clock,
        roster,
        settings.home / "courier.lock",
        max_lateness=timedelta(seconds=settings.max_lateness),
        settling=Settling(first, first * 3 / 4, settings.settle_reads),
        paces={platform: kind.pace for platform, kind in KINDS.items()},
        spread=parts.spread,
        meter=parts.meter,
    )
    parts.beside.append(courier.run)
    return Local(parts.database, clock, roster, wake=courier.wake)
