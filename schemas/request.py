"""create_post's arguments: their structure and their words. The limits are rules, and come from the providers."""

from enum import StrEnum
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field


class Arguments(BaseModel):
    """Base of all that agents send: frozen, and an unknown field is an error."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)


class Mode(StrEnum):
    """What create_post is to do with a valid post."""

    PUBLISH = "publish"
    DRAFT = "draft"


class Media(Arguments):
    """One video, or a slideshow of images in order."""

    type: Literal["video", "slideshow"]
    url: str | None = Field(None, description="The video's public http(s) link; only with type video.")
    urls: list[str] | None = Field(
        None,
        description="The images' public http(s) links in order (one image: a list of one); only with type slideshow.",
    )


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


class CreatePost(Arguments):
    """The arguments of create_post."""

    caption: str = Field(
        description="The text of the post. Accounts may take less than the limit: see accepts in list_accounts."
    )
    accounts: list[str] = Field(description="Account ids from list_accounts, all of one provider.")
    media: Media | None = Field(None, description="One video or one slideshow.")
    scheduled_at: str | None = Field(
        None,
        description="When to publish: ISO 8601 with offset (2026-12-01T15:00:00Z), or local time plus timezone. "
        "Absent or within 30 s: now.",
    )
    timezone: str | None = Field(None, description="IANA zone such as Europe/Berlin.")
    mode: Mode | None = Field(None, description="publish (default), or draft: keep it unsent.")
    tiktok: TikTok | None = Field(None, description="Only if every account is TikTok; never with pinterest.")
    pinterest: Pinterest | None = Field(
        None, description="Only with a Pinterest account and a slideshow; never with tiktok."
    )
    music_url: str | None = Field(None, description="Link of a TikTok post whose sound to use; TikTok accounts only.")
    idempotency_key: str | None = Field(
        None, description="Your own name for this post: repeating it never posts twice."
    )
    allow_duplicate: bool | None = Field(None, description="True: post again although the same post was just made.")
    dry_run: bool | None = Field(None, description="True: check everything, send nothing.")


#: Arguments that every provider takes; the rest are a provider's to offer.
COMMON_FIELDS = frozenset(
    {"caption", "accounts", "scheduled_at", "timezone", "idempotency_key", "allow_duplicate", "dry_run"}
)
