"""What came in: every request with its answer's status, and never a header or a body."""

from collections import deque
from dataclasses import dataclass

from sandbox.jsonvalue import JsonObject

#: Older requests are forgotten, so that a long benchmark does not fill the memory.
KEPT = 10_000


@dataclass(slots=True)
class Exchange:
    """One request; ``status`` stays None when it was never answered."""

    at: str
    method: str
    path: str
    status: int | None = None
    fault: str | None = None

    def view(self) -> JsonObject:
        """Show it as JSON."""
        return {"at": self.at, "method": self.method, "path": self.path, "status": self.status, "fault": self.fault}


class Traffic:
    """The log of requests, oldest first."""

    def __init__(self) -> None:
        self._exchanges: deque[Exchange] = deque(maxlen=KEPT)
        self.total = 0

    def open(self, at: str, method: str, path: str) -> Exchange:
        """Note a request that has just come in; the caller fills in how it ended."""
        exchange = Exchange(at, method, path)
        self._exchanges.append(exchange)
        self.total += 1
        return exchange

    def view(self) -> list[JsonObject]:
        """Show what is remembered as JSON."""
        return [exchange.view() for exchange in self._exchanges]
