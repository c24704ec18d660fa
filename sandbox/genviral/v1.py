"""The first generation, that of February to April 2026: seeds 000, 001, 003 and "G2", "G2b" of reference genviral."""

from collections.abc import Iterator, Mapping
from datetime import timedelta
from typing import Any

from sandbox.genviral.accounts import DEFAULT
from sandbox.genviral.generation import Generation
from sandbox.genviral.rules import (
    captions_fit,
    hosted_video_lasts_right,
    media_can_be_posted,
    media_can_be_reached,
    music_is_a_tiktok_post,
    music_needs_tiktok,
    pinterest_needs_pinterest,
    tiktok_needs_own_tiktok,
)
from sandbox.genviral.shape import (
    Body,
    Issue,
    Record,
    array,
    choice,
    flag,
    moment,
    nullable,
    number,
    tagged,
    text,
    url,
    utf16,
    uuid,
)
from sandbox.jsonvalue import JsonObject, is_object

#: Seed 001; the counts of accounts and images: reference genviral 5.1, 5.2.
CAPTION = text(1, 500)
ACCOUNTS = array(Record({"id": uuid}, frozenset({"id"})), 1, 10)
MEDIA = tagged(
    "type",
    {
        "video": Record({"type": text(), "url": url}, frozenset({"url"})),
        "slideshow": Record({"type": text(), "urls": array(url, 1, 35)}, frozenset({"urls"})),
    },
)
EXTERNAL_ID = text(1, 128)

#: Reference genviral 6.2.
TIKTOK = Record(
    {
        "title": text(0, 150),
        "description": text(0, 4_000),
        "post_mode": choice("DIRECT_POST", "MEDIA_UPLOAD"),
        "privacy_level": choice("PUBLIC_TO_EVERYONE", "MUTUAL_FOLLOW_FRIENDS", "FOLLOWER_OF_CREATOR", "SELF_ONLY"),
        "disable_comment": flag,
        "disable_duet": flag,
        "disable_stitch": flag,
        "auto_add_music": flag,
        "is_commercial": flag,
        "is_your_brand": flag,
        "is_branded_content": flag,
        "user_consent": flag,
        "video_cover_timestamp_ms": number(0),
    }
)
VIDEO_DESCRIPTION = 2_200

#: Reference genviral 6.3; the tags: seed 001.
PINTEREST = Record(
    {"board_id": text(0, 128), "title": text(0, 100), "link": url, "tags": array(text(1, 100), 0, 30)},
)


def one_platform_object(post: Mapping[str, Any]) -> Iterator[Issue]:
    """Refuse ``tiktok`` beside ``pinterest`` (seed 001)."""
    if post.get("tiktok") is not None and post.get("pinterest") is not None:
        yield None, "tiktok and pinterest cannot be sent together"


def tiktok_suits_media(post: Mapping[str, Any]) -> Iterator[Issue]:
    """Hold TikTok's settings to the form of the media (seed 001, reference genviral 6.2); without media say nothing."""
    tiktok, media = post.get("tiktok"), post.get("media")
    if not is_object(tiktok) or not is_object(media):
        return
    slideshow = media.get("type") == "slideshow"
    draft = tiktok.get("post_mode") == "MEDIA_UPLOAD"
    description = tiktok.get("description")
    if draft and not slideshow:
        yield "tiktok", "post_mode MEDIA_UPLOAD is only supported when media.type is slideshow"
    if "video_cover_timestamp_ms" in tiktok and (slideshow or draft):
        yield "tiktok", "video_cover_timestamp_ms is only supported for video with DIRECT_POST"
    if not slideshow and isinstance(description, str) and utf16(description) > VIDEO_DESCRIPTION:
        yield "tiktok", f"description must contain at most {VIDEO_DESCRIPTION} character(s) for video"


def something_changes(patch: Mapping[str, Any]) -> Iterator[Issue]:
    """Refuse an empty patch."""
    if not patch:
        yield None, "At least one field must be provided"


def external_id(request: JsonObject) -> str | None:
    """Name a create by the caller's own id for it (reference genviral 5.4)."""
    return request.get("external_id")


AGREEMENT = (one_platform_object, tiktok_suits_media)

V1 = Generation(
    create=Body(
        Record(
            {
                "caption": CAPTION,
                "media": MEDIA,
                "accounts": ACCOUNTS,
                "scheduled_at": moment,
                "music_url": text(),
                "external_id": EXTERNAL_ID,
                "tiktok": TIKTOK,
                "pinterest": PINTEREST,
            },
            frozenset({"caption", "media", "accounts"}),
        ),
        AGREEMENT,
    ),
    update=Body(
        Record(
            {
                "caption": CAPTION,
                "media": MEDIA,
                "accounts": ACCOUNTS,
                "scheduled_at": nullable(moment),
                "music_url": nullable(text()),
                "external_id": EXTERNAL_ID,
                "tiktok": nullable(TIKTOK),
                "pinterest": nullable(PINTEREST),
            }
        ),
        (something_changes, *AGREEMENT),
    ),
    agreement=AGREEMENT,
    rules=(
        ("validation_failed", captions_fit),
        ("validation_failed", music_needs_tiktok),
        ("validation_failed", tiktok_needs_own_tiktok),
        ("validation_failed", pinterest_needs_pinterest),
        ("validation_failed", media_can_be_posted),
        ("validation_failed", hosted_video_lasts_right),
        ("invalid_music_url", music_is_a_tiktok_post),
        ("media_unreachable", media_can_be_reached),
    ),
    at_once=timedelta(seconds=30),
    shortest_lead=timedelta(),
    key=external_id,
    replay_mark={},
    accounts=DEFAULT,
)
