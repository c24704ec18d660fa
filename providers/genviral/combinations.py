"""What Genviral says about fields together and about fields on accounts: the same in every generation."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from urllib.parse import urlsplit

from schemas.account import Account
from schemas.instant import resolve
from schemas.jsonvalue import JsonObject, members
from schemas.problem import Problem, ProblemCode
from schemas.rule import CrossRule, Scope, Situation
from schemas.universal import EVERYWHERE

#: Which accounts a settings object is for (reference genviral 6.2, 6.3).
SETTINGS: dict[str, Scope] = {
    "tiktok": Scope(frozenset({"tiktok"}), kind="byo"),
    "pinterest": Scope(frozenset({"pinterest"})),
}
_ON_TIKTOK = Scope(frozenset({"tiktok"}))

#: A lead under this is accepted by the seeds' generation and refused by the newer one (reference genviral 0.3).
SHORTEST_LEAD = timedelta(minutes=2)


def media(situation: Situation) -> JsonObject:
    """Return the post's media object, empty when there is none."""
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
    if tiktok.get("post_mode") == "MEDIA_UPLOAD" and media(situation).get("type") != "slideshow":
        yield Problem(
            path="/tiktok/post_mode",
            code=ProblemCode.NEEDS,
            message="MEDIA_UPLOAD needs media of type slideshow",
            fix="Use DIRECT_POST for a video, or send a slideshow.",
        )


def _cover_needs_direct_video(situation: Situation) -> Iterator[Problem]:
    tiktok = members(situation.arguments.get("tiktok"))
    direct_video = media(situation).get("type") == "video" and tiktok.get("post_mode") != "MEDIA_UPLOAD"
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
    strangers = _strangers(situation, "music_url", _ON_TIKTOK)
    if strangers:
        yield Problem(
            path="/music_url",
            code=ProblemCode.UNSUPPORTED,
            message=f"only TikTok accounts take music; not {names(strangers)}",
            fix="Remove music_url, or make a post of its own for the TikTok accounts.",
            accounts=[account.id for account in strangers],
        )


def _tiktok_settings_are_for_tiktok(situation: Situation) -> Iterator[Problem]:
    strangers = _strangers(situation, "tiktok", SETTINGS["tiktok"])
    if strangers:
        yield Problem(
            path="/tiktok",
            code=ProblemCode.UNSUPPORTED,
            message=f"tiktok needs every account to be a connected TikTok account (byo); not {names(strangers)}",
            fix="Remove tiktok, or make a post of its own for the TikTok accounts.",
            accounts=[account.id for account in strangers],
        )


def _pins_need_pinterest_and_images(situation: Situation) -> Iterator[Problem]:
    if "pinterest" not in situation.arguments:
        return
    if not any(SETTINGS["pinterest"].covers(account, None) for account in situation.accounts):
        message = "pinterest needs at least one Pinterest account"
        yield Problem(path="/pinterest", code=ProblemCode.NEEDS, message=message, fix="Remove pinterest, or add one.")
    if media(situation).get("type") == "video":
        message = "pinterest settings need images: media of type slideshow"
        yield Problem(path="/media/type", code=ProblemCode.NEEDS, message=message, fix="Send a slideshow.")


def names(accounts: list[Account]) -> str:
    """Say accounts as a person would."""
    return ", ".join(account.label for account in accounts)


def short_lead(situation: Situation) -> datetime | None:
    """Return the time of a post that is scheduled, but less than two minutes ahead."""
    text, timezone = situation.arguments.get("scheduled_at"), situation.arguments.get("timezone")
    moment = resolve(text, timezone, situation.now) if isinstance(text, str) else None
    if moment is None or isinstance(moment, Problem) or moment >= situation.now + SHORTEST_LEAD:
        return None
    return moment


def boardless_pins(situation: Situation) -> list[Account]:
    """List the Pinterest accounts of a post that names no board."""
    if members(situation.arguments.get("pinterest")).get("board_id"):
        return []
    return [account for account in situation.accounts if SETTINGS["pinterest"].covers(account, None)]


_SEED = "seed 001"
_TIKTOK = "reference genviral 6.2"
_PINS = "reference genviral 6.3"

COMBINATIONS: tuple[CrossRule, ...] = (
    *EVERYWHERE,
    CrossRule("tiktok_xor_pinterest", _one_settings_object, _SEED),
    CrossRule("media_upload_needs_slideshow", _inbox_drafts_are_slideshows, _SEED),
    CrossRule("cover_needs_direct_video", _cover_needs_direct_video, _TIKTOK),
    CrossRule("music_url_is_tiktok", _music_is_on_tiktok, _SEED),
    CrossRule("music_for_tiktok_only", _music_is_for_tiktok, _SEED, needs_accounts=True),
    CrossRule("tiktok_settings_for_tiktok_only", _tiktok_settings_are_for_tiktok, _TIKTOK, needs_accounts=True),
    CrossRule("pinterest_settings_fit", _pins_need_pinterest_and_images, _PINS, needs_accounts=True),
)
