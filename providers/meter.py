"""What is counted of everything that happens, for whoever watches a server."""

from typing import Protocol


class Meter(Protocol):
    """Takes note of what happened. Every word is one of a bounded set: no ids, no names of accounts or callers."""

    def delivered(self, platform: str, outcome: str, late_seconds: float | None) -> None:
        """Count a try to deliver by the state it ended in, and, once published, how late after its time that was."""
        ...

    def requested(self, provider: str, outcome: str, seconds: float) -> None:
        """Count one request to a hosted provider: ``ok``, or the code of its failure."""
        ...

    def called(self, tool: str, outcome: str, error_code: str | None, seconds: float) -> None:
        """Count a call of a tool."""
        ...


class Unmetered:
    """Counts nothing: nobody could read it."""

    def delivered(self, platform: str, outcome: str, late_seconds: float | None) -> None:
        """Let it pass."""

    def requested(self, provider: str, outcome: str, seconds: float) -> None:
        """Let it pass."""

    def called(self, tool: str, outcome: str, error_code: str | None, seconds: float) -> None:
        """Let it pass."""
