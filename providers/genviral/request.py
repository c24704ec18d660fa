"""create_post's arguments as Genviral takes them."""

from typing import Literal

from pydantic import Field

from schemas.request import Arguments, MediaField, PostRequest


class TikTok(Arguments):
    """TikTok settings (reference genviral 6.2)."""

    title: str | None = None
    description: str | None = None
    post_mode: Literal["DIRECT_POST", "MEDIA_UPLOAD"] | None = Field(
        None,
        description="DIRECT_POST (default), or MEDIA_UPLOAD: a draft in the creator's inbox, only with a slideshow.",
    )
    privacy_level: Literal["PUBLIC_TO_EVERYONE", "MUTUAL_FOLLOW_FRIENDS", "FOLLOWER_OF_CREATOR", "SELF_ONLY"] | None = (
        None
    )
    disable_comment: bool | None = None
    disable_duet: bool | None = Field(None, description="Video only.")
    disable_stitch: bool | None = Field(None, description="Video only.")
    auto_add_music: bool | None = Field(None, description="Slideshow only.")
    is_commercial: bool | None = None
    is_your_brand: bool | None = None
    is_branded_content: bool | None = None
    user_consent: bool | None = None
    video_cover_timestamp_ms: int | None = Field(None, description="Video with DIRECT_POST only.")


class Pinterest(Arguments):
    """Pinterest settings (reference genviral 6.3)."""

    board_id: str | None = Field(None, description="Ask the user; boards cannot be listed.")
    title: str | None = None
    link: str | None = Field(None, description="Where the pin leads.")
    tags: list[str] | None = None


class GenviralFields(PostRequest):
    """What a post through Genviral has in every generation."""

    tiktok: TikTok | None = Field(None, description="Only if every account is TikTok; never with pinterest.")
    pinterest: Pinterest | None = Field(
        None, description="Only with a Pinterest account and a slideshow; never with tiktok."
    )
    music_url: str | None = Field(None, description="Link of a TikTok post whose sound to use; TikTok accounts only.")


class GenviralPost(GenviralFields):
    """A post through Genviral."""

    media: MediaField = None
