"""What the stand-in knows: one webhook, its threads, its bucket and its messages; and how it says no."""

from collections import deque
from dataclasses import dataclass, field
from datetime import datetime

from starlette.requests import Request

from sandbox.clock import Clock
from sandbox.jsonvalue import JsonObject

WEBHOOK, TOKEN = "1100000000000000001", "sandbox-token-of-a-webhook-s3cret"
LINK = f"/api/webhooks/{WEBHOOK}/{TOKEN}"
CHANNEL, GUILD, THREAD = "1100000000000000002", "1100000000000000003", "1100000000000000004"

BUCKET, BUCKET_SECONDS = 5, 2.0

_MESSAGES = {
    10003: (404, "Unknown Channel"),
    10008: (404, "Unknown Message"),
    10015: (404, "Unknown Webhook"),
    40005: (413, "Request entity too large"),
    50006: (400, "Cannot send an empty message"),
    50027: (401, "Invalid Webhook Token"),
    50035: (400, "Invalid Form Body"),
    50083: (400, "Thread is archived"),
    50109: (400, "The request body contains invalid JSON."),
    160005: (400, "Thread is locked"),
    30015: (400, "Maximum number of attachments in a message reached (10)"),
}


class Refusal(Exception):  # noqa: N818  (it is an answer)
    """An answer that says no: a code, and for a form the errors of its fields."""

    def __init__(self, code: int, errors: JsonObject | None = None, more: JsonObject | None = None) -> None:
        super().__init__(str(code))
        self.status, message = _MESSAGES.get(code, (429, "You are being rate limited."))
        self.body: JsonObject = {"message": message, **({"code": code} if code else {}), **(more or {})}
        if errors:
            self.body["errors"] = errors


@dataclass(slots=True)
class State:
    """One webhook and what it posted."""

    clock: Clock
    messages: list[JsonObject] = field(default_factory=list[JsonObject])
    threads: dict[str, str] = field(default_factory=lambda: {THREAD: "open"})
    recent: deque[datetime] = field(default_factory=deque[datetime])
    deleted: bool = False
    limited: bool = True
    type: int = 1

    def open(self, request: Request) -> None:
        """See that the webhook of a request is there.

        Raises:
            Refusal: it is not.
        """
        if request.path_params["id"] != WEBHOOK or self.deleted:
            raise Refusal(10015)
        if request.path_params["token"] != TOKEN:
            raise Refusal(50027)

    def take_turn(self) -> dict[str, str]:
        """Count one message, and tell how the bucket stands, in headers.

        Raises:
            Refusal: the bucket is empty.
        """
        now = self.clock.now()
        while self.recent and (now - self.recent[0]).total_seconds() >= BUCKET_SECONDS:
            self.recent.popleft()
        wait = BUCKET_SECONDS - (now - self.recent[0]).total_seconds() if self.recent else BUCKET_SECONDS
        if self.limited and len(self.recent) >= BUCKET:
            raise Refusal(0, more={"retry_after": round(wait, 3), "global": False})
        self.recent.append(now)
        return {
            "X-RateLimit-Limit": str(BUCKET),
            "X-RateLimit-Remaining": str(max(0, BUCKET - len(self.recent))),
            "X-RateLimit-Reset": f"{now.timestamp() + wait:.3f}",
            "X-RateLimit-Reset-After": f"{wait:.3f}",
            "X-RateLimit-Bucket": "sandbox",
        }
