"""What a post on Mastodon may be told besides its caption."""

from typing import Literal, get_args

from pydantic import Field

from schemas.request import Arguments

Visibility = Literal["public", "unlisted", "private", "direct"]
VISIBILITIES: tuple[str, ...] = get_args(Visibility)


class MastodonSettings(Arguments):
    """The ``mastodon`` object of create_post."""

    visibility: Visibility | None = Field(None, description="Default: as the account was added, else public.")
    spoiler_text: str | None = Field(None, description="Content warning; counts towards the caption's limit.")
    sensitive: bool | None = Field(None, description="Hide media until clicked.")
    language: str | None = Field(None, description="ISO 639 code such as en.")
