"""What Genviral accepts, generation ``v1``: the seeds, and the reference (genviral 5 and 6) where they are silent."""

from collections.abc import Iterator
from datetime import timedelta
from urllib.parse import urlsplit

from providers.genviral.request import GenviralPost
from schemas.account import Account
from schemas.instant import resolve
from schemas.jsonvalue import JsonObject, members
from schemas.post import Warn
from schemas.problem import Problem, ProblemCode
from schemas.rule import Check, CrossRule, Rule, RuleSet, Scope, Situation
from schemas.units import Unit
from schemas.universal import EVERYWHERE, LINK, LINK_FIX

_SEED = "seed 001"
_CAPS = "reference genviral 6.1"
_TIKTOK = "reference genviral 6.2"
_PINS = "reference genviral 6.3"


def _on(*platforms: str, kind: str | None = None, media: str | None = None) -> Scope:
    return Scope(frozenset(platforms), kind, media)


SHAPE: tuple[Rule, ...] = (
    Rule("/caption", Check.MIN_LENGTH, 1, _SEED),
    Rule("/caption", Check.MAX_LENGTH, 500, _SEED),
    Rule("/accounts", Check.MIN_ITEMS, 1, _SEED, Unit.ITEMS),
    Rule("/accounts", Check.MAX_ITEMS, 10, "reference genviral 5.1", Unit.ITEMS),
    Rule("/accounts", Check.UNIQUE, limit=True, source="reference genviral 15"),
    Rule(
        "/media",
        Check.REQUIRED,
        limit=True,
        source=_SEED,
        fix="Add a video or a slideshow; text alone is not taken.",
    ),
    Rule("/media/url", Check.PATTERN, LINK, _SEED, fix=LINK_FIX),
    Rule("/media/urls", Check.MIN_ITEMS, 1, "reference genviral 5.2", Unit.ITEMS),
    Rule("/media/urls", Check.MAX_ITEMS, 35, "reference genviral 5.2", Unit.ITEMS),
    Rule("/media/urls/*", Check.PATTERN, LINK, _SEED, fix=LINK_FIX),
    Rule("/music_url", Check.PATTERN, LINK, _SEED, fix=LINK_FIX),
    Rule("/idempotency_key", Check.MIN_LENGTH, 1, "reference genviral 5.4"),
    Rule("/idempotency_key", Check.MAX_LENGTH, 128, "reference genviral 5.4"),
    Rule("/tiktok/title", Check.MAX_LENGTH, 150, _TIKTOK),
    Rule("/tiktok/description", Check.MAX_LENGTH, 4000, _TIKTOK),
    Rule("/tiktok/video_cover_timestamp_ms", Check.MINIMUM, 0, _TIKTOK),
    Rule("/pinterest/board_id", Check.MIN_LENGTH, 1, _PINS),
    Rule("/pinterest/board_id", Check.MAX_LENGTH, 128, _PINS),
    Rule("/pinterest/title", Check.MAX_LENGTH, 100, _PINS),
    Rule("/pinterest/link", Check.MAX_LENGTH, 2048, _PINS),
    Rule("/pinterest/link", Check.PATTERN, LINK, _PINS, fix=LINK_FIX),
    Rule("/pinterest/tags", Check.MAX_ITEMS, 30, _SEED, Unit.ITEMS),
    Rule("/pinterest/tags/*", Check.MIN_LENGTH, 1, _SEED),
    Rule("/pinterest/tags/*", Check.MAX_LENGTH, 100, _SEED),
)

#: Which accounts a settings object is for (reference genviral 6.2, 6.3).
SETTINGS: dict[str, Scope] = {"tiktok": _on("tiktok", kind="byo"), "pinterest": _on("pinterest")}

BY_ACCOUNT: tuple[Rule, ...] = (
    Rule("/caption", Check.MAX_LENGTH, 500, _CAPS, scope=_on(kind="hosted")),
    Rule("/caption", Check.MAX_LENGTH, 63_206, _CAPS, scope=_on("facebook")),
    Rule("/caption", Check.MAX_LENGTH, 2_200, _CAPS, Unit.UTF16, _on("instagram")),
    Rule("/caption", Check.MAX_LENGTH, 2_200, _CAPS, Unit.UTF16, _on("tiktok", media="video")),
    Rule("/caption", Check.MAX_LENGTH, 4_000, _CAPS, Unit.UTF16, _on("tiktok", media="slideshow")),
    Rule("/caption", Check.MAX_LENGTH, 3_000, _CAPS, scope=_on("linkedin")),
    Rule(
        "/caption",
        Check.MAX_LENGTH,
        800,
        _CAPS,
        scope=_on("pinterest"),
        adds=("/pinterest/tags/*",),
        fix="Shorten the caption or drop tags: Pinterest counts both together, at most 800 characters.",
    ),
    Rule("/caption", Check.MAX_LENGTH, 5_000, _CAPS, Unit.BYTES, _on("youtube")),
    Rule("/caption", Check.MAX_LENGTH, 280, _CAPS, Unit.WEIGHTED, _on("x")),
    Rule("/caption", Check.MAX_LENGTH, 300, "platform_rules Bluesky", Unit.GRAPHEMES, _on("bluesky")),
    Rule("/tiktok/description", Check.MAX_LENGTH, 2_200, _TIKTOK, Unit.UTF16, _on("tiktok", media="video")),
    Rule("/tiktok/description", Check.MAX_LENGTH, 4_000, _TIKTOK, Unit.UTF16, _on("tiktok", media="slideshow")),
)


def _media(situation: Situation) -> JsonObject:
    return members(situation.arguments.get("media"))


def _one_settings_object(situation: Situation) -> Iterator[Problem]:
    if "tiktok" in situation.arguments and "pinterest" in situation.arguments:
        yield Problem(
            path="",
            code=ProblemCode.TOGETHER,
            message="tiktok and pinterest cannot be sent together",
            fix="Make two posts: one with tiktok for the TikTok accounts, one with pinterest for the others.",
        )


def _inbox_drafts_are_slideshows(situation: Situation) -> Iterator[Problem]:
    tiktok = members(situation.arguments.get("tiktok"))
    if tiktok.get("post_mode") == "MEDIA_UPLOAD" and _media(situation).get("type") != "slideshow":
        yield Problem(
            path="/tiktok/post_mode",
            code=ProblemCode.NEEDS,
            message="MEDIA_UPLOAD needs media of type slideshow",
            fix="Use DIRECT_POST for a video, or send a slideshow.",
        )


def _cover_needs_direct_video(situation: Situation) -> Iterator[Problem]:
    tiktok = members(situation.arguments.get("tiktok"))
    direct_video = _media(situation).get("type") == "video" and tiktok.get("post_mode") != "MEDIA_UPLOAD"
    if "video_cover_timestamp_ms" in tiktok and not direct_video:
        yield Problem(
            path="/tiktok/video_cover_timestamp_ms",
            code=ProblemCode.NEEDS,
            message="a cover time needs a video with DIRECT_POST",
            fix="Remove video_cover_timestamp_ms.",
        )


def _music_is_on_tiktok(situation: Situation) -> Iterator[Problem]:
    link = situation.arguments.get("music_url")
    if isinstance(link, str) and not _is_tiktok(link):
        yield Problem(
            path="/music_url",
            code=ProblemCode.NOT_ALLOWED,
            message="not the link of a TikTok post",
            fix="Give a link such as https://www.tiktok.com/@name/video/1234567890.",
        )


def _is_tiktok(link: str) -> bool:
    try:
        host = urlsplit(link).hostname or ""
    except ValueError:
        return False
    return host == "tiktok.com" or host.endswith(".tiktok.com")


def _strangers(situation: Situation, name: str, scope: Scope) -> list[Account]:
    if name not in situation.arguments:
        return []
    return [account for account in situation.accounts if not scope.covers(account, None)]


def _music_is_for_tiktok(situation: Situation) -> Iterator[Problem]:
    strangers = _strangers(situation, "music_url", _on("tiktok"))
    if strangers:
        yield Problem(
            path="/music_url",
            code=ProblemCode.UNSUPPORTED,
            message=f"only TikTok accounts take music; not {_names(strangers)}",
            fix="Remove music_url, or make a post of its own for the TikTok accounts.",
            accounts=[account.id for account in strangers],
        )


def _tiktok_settings_are_for_tiktok(situation: Situation) -> Iterator[Problem]:
    strangers = _strangers(situation, "tiktok", SETTINGS["tiktok"])
    if strangers:
        yield Problem(
            path="/tiktok",
            code=ProblemCode.UNSUPPORTED,
            message=f"tiktok needs every account to be a connected TikTok account (byo); not {_names(strangers)}",
            fix="Remove tiktok, or make a post of its own for the TikTok accounts.",
            accounts=[account.id for account in strangers],
        )


def _pins_need_pinterest_and_images(situation: Situation) -> Iterator[Problem]:
    if "pinterest" not in situation.arguments:
        return
    if not any(SETTINGS["pinterest"].covers(account, None) for account in situation.accounts):
        message = "pinterest needs at least one Pinterest account"
        yield Problem(path="/pinterest", code=ProblemCode.NEEDS, message=message, fix="Remove pinterest, or add one.")
    if _media(situation).get("type") == "video":
        message = "pinterest settings need images: media of type slideshow"
        yield Problem(path="/media/type", code=ProblemCode.NEEDS, message=message, fix="Send a slideshow.")


def _names(accounts: list[Account]) -> str:
    return ", ".join(account.label for account in accounts)


def _short_lead(situation: Situation) -> Iterator[Warn]:
    text, timezone = situation.arguments.get("scheduled_at"), situation.arguments.get("timezone")
    moment = resolve(text, timezone, situation.now) if isinstance(text, str) else None
    if moment is not None and not isinstance(moment, Problem) and moment < situation.now + _LEAD:
        message = (
            "Less than 2 minutes ahead: newer Genviral servers refuse that; leave scheduled_at out to publish now."
        )
        yield Warn("SHORT_LEAD", message, "scheduled_at")


def _pin_without_board(situation: Situation) -> Iterator[Warn]:
    pins = [account for account in situation.accounts if SETTINGS["pinterest"].covers(account, None)]
    if pins and not members(situation.arguments.get("pinterest")).get("board_id"):
        message = f"No pinterest.board_id: {_names(pins)} may fail at publishing. Ask the user for the board."
        yield Warn("NO_BOARD", message, "pinterest")


#: A lead under this is accepted by the seeds' generation and refused by the newer one (reference genviral 0.3).
_LEAD = timedelta(minutes=2)

_ONLY_TWO = "Leave it out: Genviral takes settings objects for tiktok and pinterest only."
_OTHERS = ("facebook", "instagram", "linkedin", "youtube", "x", "twitter", "bluesky", "threads", "settings")

RULES = RuleSet(
    provider="genviral",
    model=GenviralPost,
    rules=SHAPE + BY_ACCOUNT,
    cross=(
        *EVERYWHERE,
        CrossRule("tiktok_xor_pinterest", _one_settings_object, _SEED),
        CrossRule("media_upload_needs_slideshow", _inbox_drafts_are_slideshows, _SEED),
        CrossRule("cover_needs_direct_video", _cover_needs_direct_video, _TIKTOK),
        CrossRule("music_url_is_tiktok", _music_is_on_tiktok, _SEED),
        CrossRule("music_for_tiktok_only", _music_is_for_tiktok, _SEED, needs_accounts=True),
        CrossRule("tiktok_settings_for_tiktok_only", _tiktok_settings_are_for_tiktok, _TIKTOK, needs_accounts=True),
        CrossRule("pinterest_settings_fit", _pins_need_pinterest_and_images, _PINS, needs_accounts=True),
    ),
    hints=(_short_lead, _pin_without_board),
    settings=SETTINGS,
    refused={
        **dict.fromkeys(_OTHERS, _ONLY_TWO),
        "mode": "Leave it out: Genviral keeps no drafts. For TikTok, post_mode MEDIA_UPLOAD makes an inbox draft.",
    },
)
