"""What is wrong with a post for one of its platforms (reference socialapi 3.1, 4.0 and 11).

The same rules speak three times: they list all issues for POST /posts/validate, refuse a create by the first of them,
and end the delivery of a draft that was published with one.
"""

import re
from collections.abc import Callable, Iterator
from functools import partial

from sandbox.socialapi.constraints import COUNTS, JPEG, WEBP
from sandbox.socialapi.drafts import INVALID, REQUIRED, Draft, Issue

LONGEST_TITLE = {"youtube": 100, "pinterest": 100}
CONTENT_TYPES = ("feed", "reel", "carousel", "stories")
PRIVACY = ("PUBLIC_TO_EVERYONE", "MUTUAL_FOLLOW_FRIENDS", "FOLLOWER_OF_CREATOR", "SELF_ONLY")

#: Where an attachment id has to stand alone.
ALONE = frozenset({"instagram", "threads"})


Rule = Callable[[Draft], Iterator[Issue]]


def issues(draft: Draft) -> Iterator[Issue]:
    """Ask every rule; a platform that cannot be posted to has none."""
    return (issue for rule in RULES for issue in rule(draft))


def warnings(draft: Draft) -> Iterator[Issue]:
    """Name what is allowed and yet may go wrong."""
    if draft.platform == "instagram" and any(known.startswith("image/") and known != JPEG for known in draft.types):
        yield draft.about("media", "JPEG is advised; other images may fail")
    if any(item["source_type"] == "url" for item in draft.media):
        yield draft.about("media", "a link is fetched when the post goes out, and may be dead by then")


def _text_fits(draft: Draft) -> Iterator[Issue]:
    limits = draft.limits
    photos = limits.photo_length and draft.kinds == {"image"}
    used, most = COUNTS[limits.counting](draft.text), limits.photo_length if photos else limits.length
    if used > most:
        yield draft.about("text", f"{used}/{most}")
    for most, sign, name in ((limits.hashtags, "#", "hashtags"), (limits.mentions, "@", "mentions")):
        used = len(re.findall(rf"{sign}\w", draft.text))
        if most and used > most:
            yield draft.about("text", f"{used}/{most} {name}")
    if draft.platform == "zalo" and not draft.text and not draft.title:
        yield draft.about("text", "text or title is required", REQUIRED)


def _title_fits(draft: Draft) -> Iterator[Issue]:
    most = LONGEST_TITLE.get(draft.platform)
    if draft.platform == "youtube" and not draft.title:
        yield draft.about("title", "title is required", REQUIRED)
    elif most is not None and len(draft.title) > most:
        yield draft.about("title", f"{len(draft.title)}/{most}")


def _media_can_be_had(draft: Draft) -> Iterator[Issue]:
    yield from map(partial(draft.about, "media"), draft.library.objections(draft.media))


def _media_are_there(draft: Draft) -> Iterator[Issue]:
    needs = draft.limits.needs
    if needs is None or (draft.media and (needs == "media" or needs in draft.kinds or not draft.types)):
        return
    if draft.platform == "tiktok":
        yield draft.about("media", "TikTok needs a video or photos", "platform.tiktok.media_required")
    else:
        yield draft.about("media", f"{draft.platform} needs {needs}", REQUIRED if not draft.media else INVALID)


def _media_are_taken(draft: Draft) -> Iterator[Issue]:
    """Hold every single medium to type and size."""
    limits = draft.limits
    for item in draft.media:
        known = draft.library.content_type(item)
        kind, _, form = (known or "").partition("/")
        types = {"image": limits.images, "video": limits.videos}.get(kind, ())
        if known is None or (form == "*" and types):
            continue
        if draft.platform == "tiktok" and kind == "image" and known not in (JPEG, WEBP):
            yield draft.about("media", "photos must be JPEG or WebP", "validation.unsupported_photo_format")
        elif known not in types:
            yield draft.about("media", f"{known} is not supported by {draft.platform}")
        medium, most = draft.library.find(item["source"]), limits.image_bytes if kind == "image" else limits.video_bytes
        if medium is not None and most and (medium.size_bytes or 0) > most:
            yield draft.about("media", f"{medium.size_bytes}/{most} bytes")


def _media_go_together(draft: Draft) -> Iterator[Issue]:
    limits, count, kinds = draft.limits, len(draft.media), draft.kinds
    if count <= 1:
        return
    if limits.carousel is None:
        yield draft.about("media", f"{draft.platform} takes one item, not {count}")
    elif not limits.carousel.least <= count <= limits.carousel.most:
        yield draft.about("media", f"{count}/{limits.carousel.most} items")
    elif "video" in kinds and not limits.carousel.videos:
        mixed = draft.platform == "tiktok" and "image" in kinds
        code = "validation.media_type_mismatch" if mixed else INVALID
        yield draft.about("media", "a video must be the only item", code)


def _attachments_are_taken(draft: Draft) -> Iterator[Issue]:
    if all(item["source_type"] != "platform_attachment_id" for item in draft.media):
        return
    if not draft.limits.attachments:
        yield draft.about("media", "attachment ids are not taken here", "publishing.media.unsupported_source")
    elif len(draft.media) > 1 and draft.platform in ALONE:
        yield draft.about("media", "an attachment id must be the only item", "publishing.media.mixing_unsupported")


def _instagram_is_told_where(draft: Draft) -> Iterator[Issue]:
    chosen = draft.settings.get("content_type")
    if draft.platform != "instagram" or chosen in CONTENT_TYPES:
        return
    message = "content_type is required" if chosen is None else f"content_type is one of {', '.join(CONTENT_TYPES)}"
    yield draft.about_setting("content_type", message, REQUIRED if chosen is None else INVALID)


def _tiktok_is_told_for_whom(draft: Draft) -> Iterator[Issue]:
    """Ask for what the creator allows; without an account nobody knows."""
    chosen = draft.settings.get("privacy_level")
    if draft.platform != "tiktok" or draft.account is None or chosen in PRIVACY:
        return
    if chosen is None:
        yield draft.about_setting("privacy_level", "privacy_level is required", "privacy_level_required")
    else:
        code = "validation.privacy_level_unsupported"
        yield draft.about_setting("privacy_level", "privacy_level is not among the creator's options", code)


def _pinterest_has_a_board(draft: Draft) -> Iterator[Issue]:
    if draft.platform != "pinterest" or draft.account is None:
        return
    boards = {board[key] for board in draft.account.boards() for key in ("id", "board_id")}
    if "board_id" in draft.settings:
        yield draft.about_setting("board_id", "board_id belongs on the target", "validation.use_board_id")
    elif not draft.board_id:
        yield draft.about("board_id", "board_id is required", "validation.board_id_required")
    elif draft.board_id not in boards:
        yield draft.about("board_id", f"no board {draft.board_id}")


RULES: tuple[Rule, ...] = (
    _text_fits,
    _title_fits,
    _attachments_are_taken,
    _media_can_be_had,
    _media_are_there,
    _media_are_taken,
    _media_go_together,
    _instagram_is_told_where,
    _tiktok_is_told_for_whom,
    _pinterest_has_a_board,
)
