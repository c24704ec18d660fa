"""One line of an export: what a post, an account or an intent is in it, whichever database it comes from.

Times of posts, deliveries and accounts are microseconds since 1970 in UTC, those of intents seconds.
"""

from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

#: The version of the format; a reader refuses another.
VERSION = 1

_Id = Field(min_length=1, max_length=200)
_Word = Field(pattern="^[a-z_]{1,30}$")


class Line(BaseModel):
    """What all lines are held to: a field that is not known is of another version."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


class DeliveryLine(Line):
    """One delivery. ``handed_over``: its database gave it away, so that it is this file's to deliver."""

    id: str = _Id
    account: str = _Id
    platform: str = _Id
    state: Literal[
        "draft",
        "scheduled",
        "queued",
        "leased",
        "sending",
        "settling",
        "reconciling",
        "published",
        "failed",
        "unknown",
        "missed",
        "cancelled",
    ]
    wake_at: int | None
    due_at: int
    since: int | None
    tries: int
    refusals: int
    doubt: int
    retry: int | None
    url: str | None
    remote_id: str | None
    error: str | None
    published_at: int | None
    handed_over: bool = False


class PostLine(Line):
    """A post of the embedded engine with its deliveries."""

    type: Literal["post"] = "post"
    id: str = _Id
    key: str = _Id
    caption: str
    media: dict[str, Any] | None
    assets: dict[str, dict[str, Any]] | None
    settings: dict[str, Any] | None
    scheduled_at: int | None
    created_at: int
    deliveries: list[DeliveryLine]


class AccountLine(Line):
    """An account, without its secrets."""

    type: Literal["account"] = "account"
    id: str = Field(pattern="^local:.{1,190}$")
    platform: str = _Word
    name: str
    username: str | None
    kind: str | None
    capabilities: dict[str, Any] | None
    settings: dict[str, str]
    added_at: int
    changed_at: int


class IntentLine(Line):
    """An intent of the journal: what was to be sent, under which key, and what came of it."""

    type: Literal["intent"] = "intent"
    id: str = _Id
    tenant: str
    key: str = _Id
    hint: str | None
    fingerprint: str = _Id
    provider: str = _Word
    state: Literal["sending", "unknown", "accepted", "refused"]
    request: dict[str, Any]
    answer: dict[str, Any] | None
    post_id: str | None
    told: int
    looks: int
    opened_at: float
    changed_at: float
    approved: int
