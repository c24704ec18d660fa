"""create_post's arguments as Genviral's newer generation takes them (reference genviral 5.2, 6.4)."""

from typing import Annotated, Literal

from pydantic import Field, FiniteFloat

from providers.genviral.request import GenviralFields
from schemas.request import Arguments, Media


class MeasuredMedia(Media):
    """Media whose length is known beforehand."""

    duration_sec: FiniteFloat | None = Field(None, description="The video's length in seconds; X needs it.")


class YouTube(Arguments):
    """YouTube settings."""

    title: str | None = None
    description: str | None = Field(None, description="Instead of the caption.")
    privacy: Literal["public", "private", "unlisted"] | None = None
    tags: list[str] | None = None
    category_id: str | None = None
    made_for_kids: bool | None = None
    thumbnail_url: str | None = None


class X(Arguments):
    """X settings."""

    who_can_reply_post: Literal["everyone", "following", "mentionedUsers", "subscribers", "verified"] | None = None
    community: str | None = Field(None, description="The community's x.com link.")
    made_with_ai: bool | None = None
    paid_partnership: bool | None = None


class Instagram(Arguments):
    """Instagram settings."""

    post_type: Literal["post", "story"] | None = None
    is_trial_reel: bool | None = None
    graduation_strategy: Literal["MANUAL", "SS_PERFORMANCE"] | None = None
    collaborators: list[str] | None = Field(None, description="User names; not for stories.")
    cover_url: str | None = None
    thumb_offset_ms: int | None = None
    share_to_feed: bool | None = None


class Facebook(Arguments):
    """Facebook settings."""

    url: str | None = Field(None, description="A link to attach.")


class LinkedIn(Arguments):
    """LinkedIn settings."""

    post_as_images_carousel: bool | None = None
    carousel_name: str | None = None


class GenviralPostV2(GenviralFields):
    """A post through Genviral's newer generation; a settings object counts for accounts of its platform."""

    media: Annotated[MeasuredMedia | None, Field(description="One video or one slideshow; or none: text alone.")] = None
    youtube: YouTube | None = Field(None, description="For YouTube accounts.")
    x: X | None = Field(None, description="For X accounts.")
    instagram: Instagram | None = Field(None, description="For Instagram accounts.")
    facebook: Facebook | None = Field(None, description="For Facebook accounts.")
    linkedin: LinkedIn | None = Field(None, description="For LinkedIn accounts.")
