"""What accounts of the newer generation say that they take, and the rules that go by it (reference genviral 4 to 6).

The service's own numbers are not known, only the names of the fields: caption limits are those of reference genviral
6.1, all else is chosen so that accounts differ from one another.
"""

from dataclasses import replace

from sandbox.genviral.accounts import DEFAULT, Account
from sandbox.genviral.rules import Draft
from sandbox.genviral.shape import utf16
from sandbox.jsonvalue import JsonObject

TEXT, VIDEO, IMAGES = "text_only", "single_video", "multi_image"

#: Form of media (None: text alone) -> the word for it in ``supported_content_kinds``.
KINDS = {None: TEXT, "video": VIDEO, "slideshow": IMAGES}

#: The dashboard's schema, whose field names the API refuses: a trap for who builds requests from it.
DASHBOARD: JsonObject = {"type": "object", "properties": {"coverUrl": {"type": "string", "format": "uri"}}}

#: How long a video on X lasts at most, unless its account says otherwise (reference genviral 5.2).
X_SECONDS = 140

#: What TikTok takes of a video's caption, title and description together (reference genviral 6.1).
TIKTOK_VIDEO_TEXT = 2_200


def _capable(kinds: tuple[str, ...], caption_limit: int, **media_limits: int) -> JsonObject:
    return {
        "supported_content_kinds": list(kinds),
        "caption_limit": caption_limit,
        "media_limits": media_limits,
        "settings_schema": DASHBOARD,
    }


CAPABILITIES: dict[tuple[str, str], JsonObject] = {
    ("tiktok", "byo"): _capable((VIDEO, IMAGES), 4_000, max_images=35, max_video_seconds=600),
    ("tiktok", "hosted"): _capable((VIDEO, IMAGES), 500, max_images=35, max_video_seconds=60),
    ("instagram", "byo"): _capable((VIDEO, IMAGES), 2_200, max_images=10, max_video_seconds=900),
    ("youtube", "byo"): _capable((VIDEO,), 5_000, max_video_seconds=900),
    ("pinterest", "byo"): _capable((IMAGES,), 800, max_images=5),
    ("linkedin", "byo"): _capable((TEXT, VIDEO, IMAGES), 3_000, max_images=20, max_video_seconds=900),
    ("facebook", "byo"): _capable((TEXT, VIDEO, IMAGES), 63_206, max_images=10, max_video_seconds=1_200),
    ("twitter", "byo"): _capable((TEXT, VIDEO, IMAGES), 280, max_images=4, max_video_seconds=X_SECONDS),
    ("bluesky", "byo"): _capable((TEXT, VIDEO, IMAGES), 300, max_images=4, max_video_seconds=180),
}

CONNECTED = tuple(
    replace(account, capabilities=CAPABILITIES[account.kind])
    for account in (
        *DEFAULT,
        Account("b2f60d47-3c19-4e85-9d7a-0f5e8c41a693", "twitter", "byo", "lumenlabs", "Lumen Labs on X"),
        Account("f7a90c35-8e42-4b6d-a1f3-5d2c7b90e814", "bluesky", "byo", "lumenlabs.example", "Lumen Labs on Bluesky"),
    )
)


def content_is_taken(draft: Draft) -> str | None:
    """Hold the kind of content to what every account takes."""
    kind = KINDS[draft.media_form]
    for account in draft.accounts:
        if not account.takes(kind):
            return f"{kind} content is not supported by {_named(account)}"
    return None


def media_stay_within_limits(draft: Draft) -> str | None:
    """Hold images and the video's seconds, when they are known, to what every account names."""
    for account in draft.accounts:
        images, seconds = account.limit("max_images"), account.limit("max_video_seconds")
        if draft.media_form == "slideshow" and images is not None and len(draft.urls) > images:
            return f"At most {images:g} images for {_named(account)}"
        if draft.seconds is not None and seconds is not None and draft.seconds > seconds:
            return f"Video exceeds {seconds:g} seconds for {_named(account)}"
    return None


def x_video_has_a_length(draft: Draft) -> str | None:
    """Ask how long a video on X is, and hold it to that of accounts that are not premium."""
    on_x = (account for account in draft.accounts if account.platform == "twitter")
    for account in on_x if draft.media_form == "video" else ():
        most = account.limit("max_video_seconds") or X_SECONDS
        if draft.seconds is None:
            return f"media.duration_sec is required for {_named(account)}"
        if draft.seconds > most:
            return f"Video exceeds {most:g} seconds for {_named(account)}"
    return None


def pins_have_a_board(draft: Draft) -> str | None:
    """Ask for ``pinterest``, which has to name a board, wherever there is a Pinterest account."""
    for account in draft.accounts:
        if account.platform == "pinterest" and draft.payload.get("pinterest") is None:
            return f"pinterest.board_id is required for {_named(account)}"
    return None


def tiktok_texts_fit_together(draft: Draft) -> str | None:
    """Measure caption, title and description of a TikTok video together."""
    tiktok: JsonObject = draft.payload.get("tiktok") or {}
    texts = (draft.payload["caption"], tiktok.get("title", ""), tiktok.get("description", ""))
    for account in draft.accounts if draft.media_form == "video" else ():
        if account.kind == ("tiktok", "byo") and sum(map(utf16, texts)) > TIKTOK_VIDEO_TEXT:
            return f"Caption, title and description exceed {TIKTOK_VIDEO_TEXT} characters for {_named(account)}"
    return None


def youtube_settings_need_video(draft: Draft) -> str | None:
    """Allow ``settings.youtube`` with a video alone."""
    settings: JsonObject = draft.payload.get("settings", {})
    return "youtube settings require a video" if "youtube" in settings and draft.media_form != "video" else None


def _named(account: Account) -> str:
    return f"{account.platform} account {account.id}"
