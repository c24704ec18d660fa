"""The embedded engine: its accounts, the provider that takes orders, the courier that carries them out."""

from datetime import timedelta
from functools import partial

from engine.courier import Courier, Rouse
from providers.local.provider import Local
from providers.local.register import Register
from providers.local.roster import Roster
from providers.local.state import Settling
from providers.local.vault import Vault
from providers.networks.catalogue import KINDS
from providers.networks.kind import Means
from providers.networks.network import Network
from providers.networks.outbox import Outbox
from providers.protocol import Provider
from providers.store import Store
from schemas.instant import Clock
from server.parts import Parts
from server.settings import Settings


def local(parts: Parts) -> Provider:
    """Make the provider; its courier is to run beside the server."""
    settings, clock = parts.settings, parts.clock
    roster, first = roster_of(parts), timedelta(seconds=settings.settle_seconds)
    courier = Courier(
        parts.database,
        clock,
        roster,
        settings.home / "courier.lock",
        max_lateness=timedelta(seconds=settings.max_lateness),
        lease=timedelta(seconds=settings.lease_seconds),
        settling=Settling(first, first * 3 / 4, settings.settle_reads),
        paces={platform: kind.pace for platform, kind in KINDS.items()},
        spread=parts.spread,
        meter=parts.meter,
        rouse=_rouse(parts),
    )
    parts.beside.append(courier.run)
    return Local(parts.database, clock, roster, wake=courier.wake)


def roster_of(parts: Parts) -> Roster:
    """Make the networks of all accounts: the outbox, the webhook that is set, and those that were added."""
    settings, clock = parts.settings, parts.clock
    networks: list[Network] = [Outbox(settings.home / "outbox", parts.fetching(clock), clock)]
    if settings.webhook_url:
        from providers.networks.webhook.network import Webhook  # noqa: PLC0415  (most servers have none)

        secret = settings.webhook_secret.get_secret_value() if settings.webhook_secret else None
        networks.append(Webhook(str(settings.webhook_url), secret, clock))
    register = register_of(settings, parts.database, clock)
    return Roster(networks, register, means_of(parts, register))


def _rouse(parts: Parts) -> Rouse | None:
    """Choose what wakes the courier: on PostgreSQL an alarm clock there, unless none is wanted."""
    settings = parts.settings
    if settings.database_url is None or settings.alarm == "none":
        return None
    from providers.alarms.alarm import Rousing  # noqa: PLC0415  (only with PostgreSQL)
    from providers.alarms.by_pgmq import Pgmq  # noqa: PLC0415
    from providers.alarms.by_procrastinate import Procrastinate  # noqa: PLC0415

    url = settings.database_url.get_secret_value()
    alarm = Pgmq(url) if settings.alarm == "pgmq" else Procrastinate(url)
    return Rousing(parts.database, url, alarm).run


def register_of(settings: Settings, database: Store, clock: Clock) -> Register:
    """Make the register of accounts of a home; what secrets it reads may show nowhere from then on."""
    return Register(database, Vault(settings.home, settings.secrets, settings.hidden.hide), clock)


def means_of(parts: Parts, register: Register) -> Means:
    """Make what networks work with."""
    scratch = parts.settings.home / "scratch"
    return Means(parts.clock, partial(parts.fetching, parts.clock), scratch, register.keep)
