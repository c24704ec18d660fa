"""What a post on Discord may be told besides its caption."""

from pydantic import Field

from schemas.request import Arguments


class DiscordSettings(Arguments):
    """The ``discord`` object of create_post."""

    username: str | None = Field(None, description="The name to post under, instead of the webhook's (1..80).")
    allow_mentions: bool | None = Field(None, description="True: @everyone, @here, roles and users are notified.")
