"""create_post's arguments as SocialAPI takes them."""

from typing import Literal

from pydantic import Field

from schemas.request import Arguments, MediaField, ModeField, PostRequest


class TikTok(Arguments):
    """TikTok settings (reference socialapi 11)."""

    privacy_level: Literal["PUBLIC_TO_EVERYONE", "MUTUAL_FOLLOW_FRIENDS", "FOLLOWER_OF_CREATOR", "SELF_ONLY"] | None = (
        Field(None, description="Needed for a slideshow, and for videos of most accounts.")
    )
    post_mode: Literal["DIRECT_POST", "MEDIA_UPLOAD"] | None = Field(
        None, description="DIRECT_POST (default), or MEDIA_UPLOAD: a draft in the creator's inbox."
    )
    disable_comment: bool | None = Field(None, description="Default true.")
    disable_duet: bool | None = Field(None, description="Video only. Default true.")
    disable_stitch: bool | None = Field(None, description="Video only. Default true.")
    auto_add_music: bool | None = Field(None, description="Slideshow only.")
    is_your_brand: bool | None = None
    is_branded_content: bool | None = Field(None, description="Not with SELF_ONLY.")
    video_cover_timestamp_ms: int | None = None


class Instagram(Arguments):
    """Instagram settings (reference socialapi 11)."""

    content_type: Literal["feed", "reel", "carousel", "stories"] | None = Field(
        None, description="Default: what the media make it."
    )
    alt_text: str | None = None
    location_id: str | None = Field(None, description="Digits.")
    share_to_feed: bool | None = Field(None, description="Reels only.")
    collaborators: list[str] | None = Field(None, description="User names; not for stories.")
    cover_url: str | None = Field(None, description="Reels only.")
    thumb_offset_ms: int | None = Field(None, description="Reels only.")


class Facebook(Arguments):
    """Facebook settings (reference socialapi 11)."""

    content_type: Literal["reel", "stories"] | None = None
    url: str | None = Field(None, description="A link to attach; without media.")
    alt_text: str | None = Field(None, description="For one image.")
    title: str | None = Field(None, description="For a video.")
    page_id: str | None = Field(None, description="Only if the account has several pages; ask the user.")


class YouTube(Arguments):
    """YouTube settings (reference socialapi 11)."""

    title: str | None = None
    privacy: Literal["public", "private", "unlisted"] | None = Field(None, description="Default public.")
    tags: list[str] | None = None
    category_id: str | None = None
    made_for_kids: bool | None = None
    notify_subscribers: bool | None = None
    playlist_id: str | None = None


class X(Arguments):
    """X settings (reference socialapi 11)."""

    who_can_reply_post: Literal["everyone", "following", "mentionedUsers", "subscribers", "verified"] | None = None
    community_id: str | None = None
    thread: list[str] | None = Field(None, description="Further posts that follow this one.")


class LinkedIn(Arguments):
    """LinkedIn settings (reference socialapi 11)."""

    visibility: Literal["public", "connections_only", "logged_in"] | None = None
    article_url: str | None = None
    article_title: str | None = None
    article_description: str | None = None
    alt_text: str | None = None
    disable_reshare: bool | None = None
    page_id: str | None = None


class Threads(Arguments):
    """Threads settings (reference socialapi 11)."""

    reply_control: Literal["everyone", "accounts_you_follow", "mentioned_only"] | None = None
    link_attachment: str | None = None


class Pinterest(Arguments):
    """Pinterest settings (reference socialapi 4.0, 11)."""

    board_id: str | None = Field(None, description="Ask the user.")
    title: str | None = None
    link: str | None = Field(None, description="Where the pin leads.")
    alt_text: str | None = None


class SocialAPIPost(PostRequest):
    """A post through SocialAPI; a settings object counts for the accounts of its platform."""

    media: MediaField = None
    mode: ModeField = None
    first_comment: str | None = Field(None, description="On Instagram, Facebook and YouTube.")
    tiktok: TikTok | None = None
    instagram: Instagram | None = None
    facebook: Facebook | None = None
    youtube: YouTube | None = Field(None, description="title is needed for YouTube.")
    x: X | None = None
    linkedin: LinkedIn | None = None
    threads: Threads | None = None
    pinterest: Pinterest | None = Field(None, description="board_id is needed for Pinterest.")
