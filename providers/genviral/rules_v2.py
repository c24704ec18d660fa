"""What Genviral accepts, generation ``v2``: accounts say themselves what they take (reference genviral 4, 5, 6)."""

from collections.abc import Iterator
from dataclasses import replace

from providers.genviral.combinations import COMBINATIONS, SETTINGS, boardless_pins, media, names, short_lead
from providers.genviral.request_v2 import GenviralPostV2
from providers.genviral.rules import BY_ACCOUNT, REFUSED, SHAPE, on
from providers.platform_media import PLATFORM_MEDIA
from schemas.account import Account, Capabilities
from schemas.jsonvalue import text
from schemas.problem import Problem, ProblemCode
from schemas.rule import Check, CrossRule, Rule, RuleSet, Situation
from schemas.units import Unit
from schemas.universal import LINK, LINK_FIX

_NEW = "reference genviral 6.4"
_OWN = "reference genviral 4, capabilities of the account"
_HOSTED = "reference genviral 4, hosted accounts"

#: Rows of v1 that the newer generation replaces.
_REPLACED = {
    ("/caption", Check.MAX_LENGTH),
    ("/media", Check.REQUIRED),
    ("/tiktok/title", Check.MAX_LENGTH),
}

_SHAPE: tuple[Rule, ...] = (
    *(rule for rule in SHAPE if (rule.path, rule.check) not in _REPLACED),
    Rule("/caption", Check.MAX_LENGTH, 63_206, "reference genviral 6.1"),
    Rule("/tiktok/title", Check.MAX_LENGTH, 2_200, "reference genviral 6.2"),
    Rule("/media/duration_sec", Check.MINIMUM, 0, "reference genviral 5.2", Unit.SECONDS),
    Rule("/youtube/title", Check.MAX_LENGTH, 100, _NEW),
    Rule("/youtube/thumbnail_url", Check.PATTERN, LINK, _NEW, fix=LINK_FIX),
    Rule("/x/community", Check.PATTERN, LINK, _NEW, fix=LINK_FIX),
    Rule("/instagram/cover_url", Check.PATTERN, LINK, _NEW, fix=LINK_FIX),
    Rule("/instagram/thumb_offset_ms", Check.MINIMUM, 0, _NEW, Unit.MILLISECONDS),
    Rule("/facebook/url", Check.PATTERN, LINK, _NEW, fix=LINK_FIX),
)
_SCOPED: tuple[Rule, ...] = (
    Rule("/tiktok/title", Check.MAX_LENGTH, 90, "reference genviral 6.2", scope=on("tiktok", media="slideshow")),
    Rule(
        "/caption",
        Check.MAX_LENGTH,
        2_200,
        "reference genviral 6.1",
        Unit.UTF16,
        on("tiktok", kind="byo", media="video"),
        ("/tiktok/title", "/tiktok/description"),
        "Shorten: TikTok counts caption, tiktok.title and tiktok.description of a video together.",
    ),
    *(rule for rule in BY_ACCOUNT if rule.path != "/caption"),
    Rule("/media/duration_sec", Check.MINIMUM, 15, _HOSTED, Unit.SECONDS, on(kind="hosted")),
    Rule("/media/duration_sec", Check.MAXIMUM, 60, _HOSTED, Unit.SECONDS, on(kind="hosted")),
)
_CAPTIONS = tuple(rule for rule in BY_ACCOUNT if rule.path == "/caption")
#: Platform -> a row that says how its captions are counted.
_COUNTED = {platform: rule for rule in _CAPTIONS if rule.scope for platform in rule.scope.platforms}
_ELSEWHERE = Rule("/caption", Check.MAX_LENGTH, 500, "reference genviral 0.3")


def _own(account: Account) -> Iterator[Rule]:
    """The limits that this account names; of captions the table's where it names none, counted as its platform does."""
    able = account.capabilities or Capabilities()
    counted = _COUNTED.get(account.platform, _ELSEWHERE)
    if able.caption_limit is not None:
        yield replace(counted, limit=able.caption_limit, source=_OWN, scope=None)
    else:
        yield from _CAPTIONS
        if counted is _ELSEWHERE and account.kind != "hosted":
            yield _ELSEWHERE
    if able.max_images is not None:
        yield Rule("/media/urls", Check.MAX_ITEMS, able.max_images, _OWN, Unit.ITEMS)
    if able.max_video_seconds is not None:
        yield Rule("/media/duration_sec", Check.MAXIMUM, able.max_video_seconds, _OWN, Unit.SECONDS)


_WORDS = {None: "text alone", "video": "a video", "slideshow": "images"}


def _content_kinds(situation: Situation) -> Iterator[Problem]:
    kind = text(media(situation).get("type"))
    unable = [account for account in situation.accounts if not _takes(account, kind)]
    if unable and kind in _WORDS:
        yield Problem(
            path="/media",
            code=ProblemCode.UNSUPPORTED if kind else ProblemCode.MISSING,
            message=f"{names(unable)} {'does' if len(unable) == 1 else 'do'} not take {_WORDS[kind]}",
            fix="Add media, or leave these accounts out." if kind is None else "Send other media, or leave them out.",
            accounts=[account.id for account in unable],
        )


def _takes(account: Account, kind: str | None) -> bool:
    """Believe an account's own list; without one, text alone is not taken (reference genviral 0.3)."""
    if account.capabilities is None or not account.capabilities.content_kinds:
        return kind is not None
    return (kind or "text") in account.capabilities.content_kinds


def _lead(situation: Situation) -> Iterator[Problem]:
    if short_lead(situation):
        yield Problem(
            path="/scheduled_at",
            code=ProblemCode.OUT_OF_RANGE,
            message="less than 2 minutes ahead",
            fix="Leave scheduled_at out to publish now, or schedule at least 2 minutes ahead (3 to be safe).",
        )


def _boards(situation: Situation) -> Iterator[Problem]:
    if pins := boardless_pins(situation):
        yield Problem(
            path="/pinterest/board_id",
            code=ProblemCode.MISSING,
            message=f"{names(pins)} cannot publish without a board",
            fix="Ask the user for the board's id and add it.",
            accounts=[account.id for account in pins],
        )


def _x_video_length(situation: Situation) -> Iterator[Problem]:
    found = media(situation)
    on_x = [account for account in situation.accounts if account.platform == "x"]
    if on_x and found.get("type") == "video" and "duration_sec" not in found:
        yield Problem(
            path="/media/duration_sec",
            code=ProblemCode.MISSING,
            message="X needs the length of the video",
            fix="Add duration_sec: the length in seconds, at most 140 for accounts that are not premium.",
            accounts=[account.id for account in on_x],
        )


def _settings_fit(situation: Situation) -> Iterator[Problem]:
    for name in _PLATFORM_OBJECTS:
        if name in situation.arguments and not any(account.platform == name for account in situation.accounts):
            message = f"{name} settings without an account on that platform"
            yield Problem(path=f"/{name}", code=ProblemCode.NEEDS, message=message, fix=f"Remove {name}.")


_PLATFORM_OBJECTS = ("youtube", "x", "instagram", "facebook", "linkedin")

RULES_V2 = RuleSet(
    provider="genviral",
    model=GenviralPostV2,
    rules=_SHAPE + _SCOPED,
    own=_own,
    usual=_CAPTIONS,
    cross=(
        *COMBINATIONS,
        CrossRule("at_least_two_minutes_ahead", _lead, "reference genviral 5.1"),
        CrossRule("content_kind_is_taken", _content_kinds, "reference genviral 4, 5.2", needs_accounts=True),
        CrossRule("pins_have_a_board", _boards, "reference genviral 0.3", needs_accounts=True),
        CrossRule("x_video_has_a_length", _x_video_length, "reference genviral 5.2", needs_accounts=True),
        CrossRule("settings_have_an_account", _settings_fit, _NEW, needs_accounts=True),
    ),
    settings={**SETTINGS, **{name: on(name) for name in _PLATFORM_OBJECTS}},
    media=PLATFORM_MEDIA,
    refused={
        **dict.fromkeys(("twitter",), "Call it x."),
        **dict.fromkeys(("bluesky", "threads", "reddit"), "Leave it out: there are no settings for this platform."),
        "settings": "Put each platform's object at the top level: youtube, x, instagram, facebook, linkedin.",
        **REFUSED,
    },
)
