"""What providers are made of."""

from collections.abc import Callable, Coroutine
from dataclasses import dataclass, field
from typing import Any, TypeAlias

import httpx2

from providers.fetch import Fetcher
from providers.jitter import Spread, full_jitter
from providers.meter import Meter, Unmetered
from providers.store import Store
from schemas.instant import Clock
from server.settings import Settings

#: What runs beside the server, until it is cancelled.
Beside: TypeAlias = Callable[[], Coroutine[Any, Any, None]]


@dataclass(frozen=True, slots=True)
class Parts:
    """What providers are made of, and what they add to run beside the server."""

    settings: Settings
    clock: Clock
    database: Store
    fetching: Callable[[Clock], Fetcher]
    transport: httpx2.AsyncBaseTransport | None = None
    spread: Spread = full_jitter
    meter: Meter = field(default_factory=Unmetered)
    beside: list[Beside] = field(default_factory=list[Beside])
