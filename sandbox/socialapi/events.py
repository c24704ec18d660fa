"""What happened, for GET /events: where a delivery's error shows as ``error_code`` as well (seed 004)."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import uuid4

from sandbox.clock import Clock, iso
from sandbox.jsonvalue import JsonObject
from sandbox.socialapi.accounts import Account
from sandbox.socialapi.posts import Post

#: The actions that mean that something went wrong.
FAILURES = frozenset({"post.failed", "post.partial"})


@dataclass(frozen=True, slots=True)
class Event:
    """One event; ``about`` holds its fields but for the time."""

    at: datetime
    number: int
    about: JsonObject

    def view(self) -> JsonObject:
        """Show it as GET /events does."""
        return self.about | {"created_at": iso(self.at)}


class Events:
    """The stream of events, oldest first."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._all: list[Event] = []

    def about_post(self, action: str, post: Post, at: datetime | None = None, **metadata: object) -> None:
        """Note what became of a post, now or ``at`` another time; of a failure, the first target's error."""
        errors = [target.error for target in post.targets if target.error is not None] if action in FAILURES else []
        blame = {f"error_{name}": errors[0][name] for name in ("category", "message", "code")} if errors else {}
        self._note(at or self._clock.now(), action, post.id, metadata, blame)

    def about_account(self, action: str, account: Account, **metadata: object) -> None:
        """Note what became of an account."""
        about = {"platform": account.platform, "account_id": account.id}
        self._note(self._clock.now(), action, account.id, metadata, about)

    def since(self, days: int) -> list[Event]:
        """List those of the last ``days``."""
        oldest = self._clock.now() - timedelta(days=days)
        return [event for event in self._all if event.at >= oldest]

    def _note(self, at: datetime, action: str, resource_id: str, metadata: JsonObject, more: JsonObject) -> None:
        about: JsonObject = {
            "id": str(uuid4()),
            "action": action,
            "category": action.partition(".")[0],
            "status": "failed" if action in FAILURES else "success",
            "resource_id": resource_id,
            "summary": f"{action} {resource_id}",
            "metadata": metadata,
        }
        self._all.append(Event(at, len(self._all), about | more))
