"""What a post on Bluesky may be told besides its caption."""

from pydantic import Field

from schemas.request import Arguments


class BlueskySettings(Arguments):
    """The ``bluesky`` object of create_post."""

    langs: list[str] | None = Field(None, description="Up to 3 BCP 47 codes such as en, by which feeds choose.")
