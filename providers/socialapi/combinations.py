"""What SocialAPI says about fields together and about fields on accounts (reference socialapi 11), and what to hint."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import timedelta

from providers.socialapi.settings import OBJECTS, content_type
from schemas.account import Account
from schemas.asset import HANDLE
from schemas.instant import resolve
from schemas.jsonvalue import JsonObject, items, members, text
from schemas.post import Warn
from schemas.problem import Problem, ProblemCode
from schemas.request import Mode
from schemas.rule import CrossRule, Scope, Situation
from schemas.universal import EVERYWHERE

#: Which accounts a settings object is for.
SETTINGS: dict[str, Scope] = {
    **{name: Scope(frozenset({name})) for name in OBJECTS},
    "first_comment": Scope(frozenset({"instagram", "facebook", "youtube"})),
}

#: What accounts of a platform take, among text alone, a video, a slideshow; every other platform takes them all.
KINDS: dict[str, frozenset[str]] = {
    "instagram": frozenset({"video", "slideshow"}),
    "tiktok": frozenset({"video", "slideshow"}),
    "youtube": frozenset({"video"}),
    "pinterest": frozenset({"slideshow"}),
    "google": frozenset({"text", "slideshow"}),
}
ALL_KINDS = frozenset({"text", "video", "slideshow"})


def _media_are_taken(situation: Situation) -> Iterator[Problem]:
    kind = text(_object(situation, "media").get("type")) or "text"
    unable = [account for account in situation.accounts if kind not in _taken(account)]
    if unable and kind in ALL_KINDS:
        wanted = " or ".join(sorted(frozenset[str].intersection(*map(_taken, unable)))) or "other media for each"
        does, them = ("does", "it") if len(unable) == 1 else ("do", "them")
        yield Problem(
            path="/media" if kind == "text" else "/media/type",
            code=ProblemCode.MISSING if kind == "text" else ProblemCode.UNSUPPORTED,
            message=f"{_names(unable)} {does} not take {'text alone' if kind == 'text' else f'a {kind}'}",
            fix=f"Send {wanted}, or leave {them} out.",
            accounts=[account.id for account in unable],
        )


def _taken(account: Account) -> frozenset[str]:
    able = account.capabilities
    return able.content_kinds if able and able.content_kinds else KINDS.get(account.platform, ALL_KINDS)


def _needed(name: str, field: str, fix: str) -> Callable[[Situation], Iterator[Problem]]:
    """Demand a field of a settings object when there is an account of its platform."""

    def check(situation: Situation) -> Iterator[Problem]:
        asking = _accounts(situation, {name})
        if asking and not _object(situation, name).get(field):
            yield Problem(
                path=f"/{name}/{field}",
                code=ProblemCode.MISSING,
                message=f"{_names(asking)} cannot publish without {name}.{field}",
                fix=fix,
                accounts=[account.id for account in asking],
            )

    return check


def _slideshows_name_their_audience(situation: Situation) -> Iterator[Problem]:
    if _object(situation, "media").get("type") == "slideshow":
        yield from _needed("tiktok", "privacy_level", "Ask the user who may see it on TikTok.")(situation)


def _branded_content_is_shown(situation: Situation) -> Iterator[Problem]:
    tiktok = _object(situation, "tiktok")
    if tiktok.get("is_branded_content") is True and tiktok.get("privacy_level") == "SELF_ONLY":
        yield Problem(
            path="/tiktok/privacy_level",
            code=ProblemCode.TOGETHER,
            message="branded content cannot be SELF_ONLY",
            fix="Choose another privacy_level, or leave is_branded_content out.",
        )


#: Kind of Instagram post -> whether media of a type and number fit it, and what does.
_INSTAGRAM: dict[str, tuple[Callable[[str | None, int], bool], str]] = {
    "feed": (lambda kind, number: kind == "slideshow" and number == 1, "one image"),
    "reel": (lambda kind, number: kind == "video", "a video"),
    "carousel": (lambda kind, number: kind == "slideshow" and number > 1, "two images or more"),
    "stories": (lambda kind, number: kind == "video" or number == 1, "a video or one image"),
}


def _instagram_kind_fits(situation: Situation) -> Iterator[Problem]:
    media, kind = _object(situation, "media"), _object(situation, "instagram").get("content_type")
    if not media or not isinstance(kind, str) or kind not in _INSTAGRAM:
        return
    fits, wanted = _INSTAGRAM[kind]
    if not fits(text(media.get("type")), len(items(media.get("urls")))):
        yield Problem(
            path="/instagram/content_type",
            code=ProblemCode.NEEDS,
            message=f"{kind} needs {wanted}",
            fix=f"Leave content_type out: these media make a {content_type(media)}.",
        )


def _settings_have_an_account(situation: Situation) -> Iterator[Problem]:
    for name, scope in SETTINGS.items():
        if name in situation.arguments and not any(scope.covers(account, None) for account in situation.accounts):
            message = f"{name} without an account on {' or '.join(sorted(scope.platforms))}"
            yield Problem(path=f"/{name}", code=ProblemCode.NEEDS, message=message, fix=f"Remove {name}.")


_TABLE = "reference socialapi 11"

COMBINATIONS: tuple[CrossRule, ...] = (
    *EVERYWHERE,
    CrossRule("branded_content_is_not_private", _branded_content_is_shown, _TABLE),
    CrossRule("instagram_content_type_fits_media", _instagram_kind_fits, _TABLE),
    CrossRule("media_kind_is_taken", _media_are_taken, _TABLE, needs_accounts=True),
    CrossRule(
        "pins_have_a_board",
        _needed("pinterest", "board_id", "Ask the user for the board's id and add it."),
        "reference socialapi 4.0",
        needs_accounts=True,
    ),
    CrossRule("youtube_videos_have_a_title", _needed("youtube", "title", "Add it."), _TABLE, needs_accounts=True),
    CrossRule("tiktok_slideshows_name_privacy", _slideshows_name_their_audience, _TABLE, needs_accounts=True),
    CrossRule("settings_have_an_account", _settings_have_an_account, _TABLE, needs_accounts=True),
)


def _drafts_keep_no_time(situation: Situation) -> Iterator[Warn]:
    if situation.arguments.get("mode") == Mode.DRAFT and "scheduled_at" in situation.arguments:
        yield Warn("DRAFT_HAS_NO_TIME", "A draft keeps no time at SocialAPI: it is only kept.", "scheduled_at")


def _links_are_read_late(situation: Situation) -> Iterator[Warn]:
    media = _object(situation, "media")
    links = [link for link in (media.get("url"), *items(media.get("urls"))) if isinstance(link, str)]
    if "scheduled_at" in situation.arguments and not all(link.startswith(HANDLE) for link in links):
        yield Warn("LINKS_READ_LATER", "SocialAPI loads the media when the post is due: keep the links alive.", "media")


def _videos_name_their_audience(situation: Situation) -> Iterator[Warn]:
    asking = _accounts(situation, {"tiktok"})
    media, tiktok = _object(situation, "media"), _object(situation, "tiktok")
    if asking and media.get("type") == "video" and "privacy_level" not in tiktok:
        message = f"Without tiktok.privacy_level {_names(asking)} may refuse it. Ask the user who may see it."
        yield Warn("NO_PRIVACY_LEVEL", message, "tiktok")


def _x_may_drop_media(situation: Situation) -> Iterator[Warn]:
    # Where the service has told what X takes, it is known (reference socialapi 15, row 15).
    on_x = [
        account
        for account in _accounts(situation, {"x"})
        if account.capabilities is None or account.capabilities.caption_limit is None
    ]
    if on_x and _object(situation, "media"):
        yield Warn("MEDIA_MAY_BE_DROPPED", f"SocialAPI may post the text alone on {_names(on_x)}.", "media")


def _stories_have_no_caption(situation: Situation) -> Iterator[Warn]:
    if _object(situation, "instagram").get("content_type") == "stories":
        yield Warn("CAPTION_NOT_SHOWN", "Instagram stories show no caption.", "caption")


def _some_take_no_first_comment(situation: Situation) -> Iterator[Warn]:
    scope = SETTINGS["first_comment"]
    without = [account for account in situation.accounts if not scope.covers(account, None)]
    if "first_comment" in situation.arguments and without:
        yield Warn("NO_FIRST_COMMENT", f"No first comment on {_names(without)}.", "first_comment")


def _times_that_platforms_may_refuse(situation: Situation) -> Iterator[Warn]:
    """Warn only: the older guide alone has these bounds, the newer name no numbers (reference socialapi 5)."""
    given, timezone = situation.arguments.get("scheduled_at"), situation.arguments.get("timezone")
    moment = resolve(given, timezone, situation.now) if isinstance(given, str) else None
    if moment is None or isinstance(moment, Problem):
        return
    soon, far = _accounts(situation, _NEED_A_LEAD), _accounts(situation, ("instagram",))
    if soon and moment < situation.now + _LEAD:
        yield Warn("SHORT_LEAD", f"{_names(soon)} may want at least 10 minutes of lead.", "scheduled_at")
    if far and moment > situation.now + _HORIZON:
        yield Warn("FAR_AHEAD", f"{_names(far)} may take no time more than 75 days ahead.", "scheduled_at")


_NEED_A_LEAD = ("facebook", "instagram", "threads", "linkedin")
_LEAD, _HORIZON = timedelta(minutes=10), timedelta(days=75)

HINTS: tuple[Callable[[Situation], Iterable[Warn]], ...] = (
    _drafts_keep_no_time,
    _links_are_read_late,
    _videos_name_their_audience,
    _x_may_drop_media,
    _stories_have_no_caption,
    _some_take_no_first_comment,
    _times_that_platforms_may_refuse,
)


def _object(situation: Situation, name: str) -> JsonObject:
    return members(situation.arguments.get(name))


def _accounts(situation: Situation, platforms: Iterable[str]) -> list[Account]:
    return [account for account in situation.accounts if account.platform in platforms]


def _names(accounts: Sequence[Account]) -> str:
    return ", ".join(account.label for account in accounts)
