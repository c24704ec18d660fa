"""create_post's arguments as PostPost takes them (reference postpost 5.1, 10).

The service's settings stand under the names that other services and the platforms use for the same thing, so that an
agent learns one word for each; ``providers.postpost.records`` translates.
"""

from typing import Literal

from pydantic import Field

from schemas.request import Arguments, MediaField, ModeField, PostRequest


class TikTok(Arguments):
    """TikTok settings."""

    privacy_level: Literal["PUBLIC_TO_EVERYONE", "MUTUAL_FOLLOW_FRIENDS", "FOLLOWER_OF_CREATOR", "SELF_ONLY"] | None = (
        Field(None, description="Default PUBLIC_TO_EVERYONE.")
    )
    disable_comment: bool | None = None
    disable_duet: bool | None = Field(None, description="Default true.")
    disable_stitch: bool | None = Field(None, description="Default true.")
    is_commercial: bool | None = Field(None, description="If true, one of the next two too.")
    is_your_brand: bool | None = None
    is_branded_content: bool | None = None


class Instagram(Arguments):
    """Instagram settings."""

    post_type: Literal["post", "story"] | None = Field(
        None, description="post (default; a video becomes a reel), or story: only a video."
    )


class YouTube(Arguments):
    """YouTube settings."""

    title: str | None = Field(None, description="Else the beginning of the caption.")
    privacy: Literal["public", "private", "unlisted"] | None = Field(None, description="Default public.")


class Threads(Arguments):
    """Threads settings."""

    reply_control: Literal["everyone", "accounts_you_follow", "mentioned_only"] | None = None


class PostPostPost(PostRequest):
    """A post through PostPost; a settings object needs an account on its platform."""

    media: MediaField = None
    mode: ModeField = None
    tiktok: TikTok | None = Field(None, description="For TikTok accounts.")
    instagram: Instagram | None = Field(None, description="For Instagram accounts.")
    youtube: YouTube | None = Field(None, description="For YouTube accounts.")
    threads: Threads | None = Field(None, description="For Threads accounts.")
