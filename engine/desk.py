"""What every use case works with: the providers that are on, their accounts, the journal, the time."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta

from engine.approvals import Approvals
from engine.cases import Cases
from engine.directory import Directory
from engine.journal import Journal
from engine.limits import Limits
from engine.media import MediaStore
from engine.modes import Modes
from engine.taking import Takings
from engine.workers import Workers
from providers.protocol import Provider
from schemas.asset import Probing
from schemas.instant import UTC_NAME, Clock


@dataclass(frozen=True, slots=True)
class Desk:
    """The engine's parts, put together once by the composition root.

    ``tenants`` says for each provider whose posts it makes: another API key is another tenant. After ``send_window``
    nothing of a post may leave any more. ``modes`` say how far calls may go. ``media`` keeps files, ``takings`` take
    them in, and ``probing`` says what is done about links. ``limits`` are those met lately. ``approvals`` keep what
    awaits a person (``None``: nothing can be held, and what would be is refused). ``zone`` is the time zone of whoever
    asks, unless a call says another. ``workers`` are the processes that are alive; ``carried`` are the providers whose
    posts these deliver themselves, with how late one may go out.
    """

    providers: dict[str, Provider]
    directory: Directory
    journal: Journal
    cases: Cases
    clock: Clock
    send_window: timedelta
    media: MediaStore
    takings: Takings
    limits: Limits
    tenants: Mapping[str, str] = field(default_factory=dict[str, str])
    modes: Modes = field(default_factory=Modes)
    probing: Probing = Probing.WARN
    approvals: Approvals | None = None
    zone: str = UTC_NAME
    workers: Workers | None = None
    carried: Mapping[str, timedelta] = field(default_factory=dict[str, timedelta])
