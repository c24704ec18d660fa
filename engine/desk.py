"""What every use case works with: the providers that are on, their accounts, the journal, the time."""

from dataclasses import dataclass

from engine.directory import Directory
from engine.journal import Journal
from providers.protocol import Provider
from schemas.instant import Clock


@dataclass(frozen=True, slots=True)
class Desk:
    """The engine's parts, put together once by the composition root."""

    providers: dict[str, Provider]
    directory: Directory
    journal: Journal
    clock: Clock
