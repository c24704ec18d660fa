"""The second generation, that of May 2026 on ("G3" of reference genviral), as what differs from the first.

Where the reference is silent: a time without an offset is 422; a time in the past means now, as in the first
generation; ``pinterest`` without a board is 422, a Pinterest account without ``pinterest`` is 400; settings for a
platform without an account, or that a post's kind has no use for, are taken and ignored; a replay is known as long as
its post is not deleted.
"""

import json
import re
from collections.abc import Iterator, Mapping
from datetime import timedelta
from hashlib import sha256
from math import inf
from typing import Any

from sandbox.clock import instant
from sandbox.genviral.capabilities import (
    CONNECTED,
    content_is_taken,
    media_stay_within_limits,
    pins_have_a_board,
    tiktok_texts_fit_together,
    x_video_has_a_length,
    youtube_settings_need_video,
)
from sandbox.genviral.files import DURATION, SIZE
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
    Check,
    Issue,
    Record,
    array,
    choice,
    flag,
    form,
    mapping,
    nullable,
    number,
    tagged,
    text,
    url,
    utf16,
)
from sandbox.genviral.v1 import AGREEMENT as AGREEMENT_OF_V1
from sandbox.genviral.v1 import PINTEREST as PINTEREST_OF_V1
from sandbox.genviral.v1 import TIKTOK as TIKTOK_OF_V1
from sandbox.genviral.v1 import V1, external_id, something_changes
from sandbox.jsonvalue import JsonObject, is_object

_OFFSET = re.compile(r"(Z|[+-]\d{2}:\d{2})$", re.ASCII)


def _moment(value: str) -> bool:
    return instant(value) is not None and _OFFSET.search(value) is not None


def seconds(value: Any) -> list[str]:
    """Check a number of seconds."""
    return number(0, whole=False)(value) or ([] if value < inf else ["Number must be finite"])


def plain(value: Any) -> list[str]:
    """Check an object without further ones in it."""
    return mapping(value) or ["Expected a plain value" for held in value.values() if isinstance(held, dict | list)]


def short_url(value: Any) -> list[str]:
    """Check a web address of at most 2,048 characters."""
    return url(value) or text(0, 2_048)(value)


#: The limit of a caption is the accounts' affair now.
CAPTION = text(1)
MOMENT = form("datetime", _moment)

#: Reference genviral 5.2.
METADATA: dict[str, Check] = {
    **dict.fromkeys(DURATION, seconds),
    **dict.fromkeys(SIZE, number(0)),
    "width": number(1),
    "height": number(1),
    "mime_type": text(1, 100),
    "metadata": plain,
}
MEDIA = nullable(
    tagged(
        "type",
        {
            "video": Record({"type": text(), "url": url, **METADATA}, frozenset({"url"})),
            "slideshow": Record({"type": text(), "urls": array(url, 1, 35)}, frozenset({"urls"})),
        },
    )
)

#: Reference genviral 6.2, 6.3.
TIKTOK = Record({**TIKTOK_OF_V1.fields, "title": text(0, 2_200)})
SLIDESHOW_TITLE = 90
PINTEREST = Record({**PINTEREST_OF_V1.fields, "board_id": text(1, 128), "link": short_url}, frozenset({"board_id"}))

#: Reference genviral 6.4.
X = Record(
    {
        "who_can_reply_post": choice("everyone", "following", "mentionedUsers", "subscribers", "verified"),
        "community": url,
        "made_with_ai": flag,
        "paid_partnership": flag,
    }
)
INSTAGRAM = Record(
    {
        "post_type": choice("post", "story"),
        "is_trial_reel": flag,
        "graduation_strategy": choice("MANUAL", "SS_PERFORMANCE"),
        "collaborators": array(Record({"label": text()}, frozenset({"label"})), 0),
        "cover_url": url,
        "thumb_offset_ms": number(0),
        "share_to_feed": flag,
    }
)
LINKEDIN = Record({"post_as_images_carousel": flag, "carousel_name": text()})
VISIBILITY = choice("public", "private", "unlisted")
YOUTUBE = Record(
    {
        "title": text(0, 100),
        "description": text(),
        "type": VISIBILITY,
        "privacy": VISIBILITY,
        "tags": array(Record({"value": text(), "label": text()}, frozenset({"value", "label"})), 0),
        "categoryId": text(),
        "selfDeclaredMadeForKids": choice("yes", "no"),
        "madeForKids": flag,
        "thumbnail": Record({"path": url}, frozenset({"path"})),
    }
)
SETTINGS = Record(
    {
        "youtube": YOUTUBE,
        "x": X,
        "twitter": X,
        "instagram": INSTAGRAM,
        "instagram-standalone": INSTAGRAM,
        "facebook": Record({"url": url}),
        "linkedin": LINKEDIN,
        "linkedin-page": LINKEDIN,
        "bluesky": Record({}),
    }
)


def tiktok_title_suits_slideshow(post: Mapping[str, Any]) -> Iterator[Issue]:
    """Hold the title of a TikTok slideshow to its own limit, which counts as JavaScript does."""
    tiktok, media = post.get("tiktok"), post.get("media")
    if not is_object(tiktok) or not is_object(media) or media.get("type") != "slideshow":
        return
    title = tiktok.get("title")
    if isinstance(title, str) and utf16(title) > SLIDESHOW_TITLE:
        yield "tiktok", f"title must contain at most {SLIDESHOW_TITLE} character(s) for slideshow"


def key(request: JsonObject) -> str:
    """Name a create by the caller's own id for it, else by a fingerprint of the request."""
    return external_id(request) or sha256(json.dumps(request, sort_keys=True).encode()).hexdigest()


AGREEMENT = (*AGREEMENT_OF_V1, tiktok_title_suits_slideshow)

V2 = Generation(
    create=Body(
        Record(
            {
                **V1.create.record.fields,
                "caption": CAPTION,
                "media": MEDIA,
                "scheduled_at": MOMENT,
                "tiktok": TIKTOK,
                "pinterest": PINTEREST,
                "settings": SETTINGS,
            },
            frozenset({"caption", "accounts"}),
        ),
        AGREEMENT,
    ),
    update=Body(
        Record(
            {
                **V1.update.record.fields,
                "caption": CAPTION,
                "media": MEDIA,
                "scheduled_at": nullable(MOMENT),
                "tiktok": nullable(TIKTOK),
                "pinterest": nullable(PINTEREST),
                "settings": SETTINGS,
            }
        ),
        (something_changes, *AGREEMENT),
    ),
    agreement=AGREEMENT,
    rules=(
        ("validation_failed", content_is_taken),
        ("validation_failed", captions_fit),
        ("validation_failed", tiktok_texts_fit_together),
        ("validation_failed", music_needs_tiktok),
        ("validation_failed", tiktok_needs_own_tiktok),
        ("validation_failed", pinterest_needs_pinterest),
        ("validation_failed", pins_have_a_board),
        ("validation_failed", youtube_settings_need_video),
        ("validation_failed", x_video_has_a_length),
        ("validation_failed", media_stay_within_limits),
        ("validation_failed", media_can_be_posted),
        ("validation_failed", hosted_video_lasts_right),
        ("invalid_music_url", music_is_a_tiktok_post),
        ("media_unreachable", media_can_be_reached),
    ),
    at_once=timedelta(seconds=30),
    shortest_lead=timedelta(minutes=2),
    key=key,
    replay_mark={"duplicate": True},
    accounts=CONNECTED,
)
