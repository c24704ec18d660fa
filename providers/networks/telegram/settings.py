"""What a post on Telegram may be told besides its caption."""

from pydantic import Field

from schemas.request import Arguments


class TelegramSettings(Arguments):
    """The ``telegram`` object of create_post."""

    silent: bool | None = Field(None, description="True: subscribers hear no sound.")
