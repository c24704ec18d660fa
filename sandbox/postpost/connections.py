"""The connected accounts and the health of their tokens (reference postpost 5.7)."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sandbox.jsonvalue import JsonObject
from sandbox.postpost.ids import split
from sandbox.postpost.javascript import stamp

#: A token that lasts less than this is said to expire soon.
SOON = timedelta(days=7)


@dataclass(slots=True)
class Connection:
    """One connected account.

    Attributes:
        expires_at: when its token does; None for never.
        last_error: ``{"message", "occurredAt"}``; a success clears it, which is our choice.
    """

    platform_id: str
    username: str | None = None
    display_name: str | None = None
    profile_image_url: str | None = None
    profile_url: str | None = None
    expires_at: datetime | None = None
    last_success: datetime | None = None
    last_error: JsonObject | None = None

    @property
    def platform(self) -> str:
        """The network."""
        return split(self.platform_id)[0]

    def expired(self, at: datetime) -> bool:
        """Tell whether its token is of no use any more."""
        return self.expires_at is not None and self.expires_at <= at

    def view(self, now: datetime) -> JsonObject:
        """Show it as platform-connections does."""
        return {
            "platformId": self.platform_id,
            "username": self.username,
            "displayName": self.display_name,
            "profileImageUrl": self.profile_image_url,
            "profileUrl": self.profile_url,
            "accessTokenExpiresAt": None if self.expires_at is None else stamp(self.expires_at),
            "tokenStatus": self._token_status(now),
            **self.health(now),
        }

    def health(self, now: datetime) -> JsonObject:
        """Show what platform-connections and test-connection have in common."""
        return {
            "tokenExpiresIn": None if self.expires_at is None else _left(self.expires_at - now),
            "lastSuccessfulPost": None if self.last_success is None else stamp(self.last_success),
            "lastError": self.last_error,
        }

    def _token_status(self, now: datetime) -> str:
        if self.expires_at is None:
            return "unknown"
        if self.expired(now):
            return "expired"
        return "expiring_soon" if self.expires_at - now < SOON else "valid"


def _left(span: timedelta) -> str:
    hours = int(span.total_seconds() // 3600)
    if span <= timedelta():
        return "expired"
    if hours < 1:
        return "< 1h"
    return f"{hours // 24}d {hours % 24}h" if hours >= 24 else f"{hours}h"  # noqa: PLR2004  (hours of a day)
