"""What PostPost and the platforms behind it say about fields together and about fields on accounts."""

import re
from collections.abc import Iterator
from datetime import datetime, timedelta

from schemas.account import Account
from schemas.instant import resolve
from schemas.jsonvalue import members, text
from schemas.post import Warn
from schemas.problem import Problem, ProblemCode
from schemas.request import Mode
from schemas.rule import CrossRule, Scope, Situation
from schemas.units import Unit, count
from schemas.universal import EVERYWHERE

#: Which accounts a settings object is for (reference postpost 10).
SETTINGS: dict[str, Scope] = {name: Scope(frozenset({name})) for name in ("tiktok", "instagram", "youtube", "threads")}

#: What a platform takes (reference postpost 11): ``text`` alone, a ``video``, a ``slideshow``; most take each.
ALL_KINDS = frozenset({"text", "video", "slideshow"})
KINDS: dict[str, frozenset[str]] = {
    "instagram": frozenset({"video", "slideshow"}),
    "tiktok": frozenset({"video"}),
    "youtube": frozenset({"video"}),
}

#: Advised by the service (reference postpost 9), enforced by none.
SHORTEST_LEAD = timedelta(minutes=2)
LONGEST_LEAD = timedelta(days=61)

#: Instagram counts no more of them (since December 2025).
FEW_HASHTAGS = 5

#: What makes several posts of one text (reference postpost 11): a line of dashes, or a part's number.
_BREAK = re.compile(r"^---\s*$|\[\d+/\d+\]", re.MULTILINE)


def _caption(situation: Situation) -> str:
    return text(situation.arguments.get("caption")) or ""


def _on(situation: Situation, *platforms: str) -> list[Account]:
    return [account for account in situation.accounts if account.platform in platforms]


def _labels(accounts: list[Account]) -> str:
    return ", ".join(account.label for account in accounts)


def _ids(accounts: list[Account]) -> list[str]:
    return [account.id for account in accounts]


def _says_something(situation: Situation) -> Iterator[Problem]:
    caption = _caption(situation)
    if caption and not caption.strip():
        yield Problem(
            path="/caption",
            code=ProblemCode.TOO_SHORT,
            message="nothing but white space",
            fix="Write the text of the post: PostPost takes no media without one.",
        )


def _commercial_says_whose(situation: Situation) -> Iterator[Problem]:
    tiktok = members(situation.arguments.get("tiktok"))
    whose = tiktok.get("is_your_brand") is True or tiktok.get("is_branded_content") is True
    if tiktok.get("is_commercial") is True and not whose:
        yield Problem(
            path="/tiktok/is_commercial",
            code=ProblemCode.NEEDS,
            message="commercial content must say whose",
            fix="Set is_your_brand (own brand) or is_branded_content (paid partnership) to true; ask the user which.",
        )


def _stories_are_videos(situation: Situation) -> Iterator[Problem]:
    kind = members(situation.arguments.get("media")).get("type")
    if members(situation.arguments.get("instagram")).get("post_type") == "story" and kind != "video":
        yield Problem(
            path="/instagram/post_type",
            code=ProblemCode.NEEDS,
            message="PostPost makes stories of videos only",
            fix="Send a video, or leave post_type out.",
        )


def _media_fit(situation: Situation) -> Iterator[Problem]:
    kind = members(situation.arguments.get("media")).get("type")
    for taken in dict.fromkeys(KINDS.values()):
        unable = [account for account in situation.accounts if KINDS.get(account.platform) == taken]
        if unable and (kind or "text") not in taken:
            wanted = " or ".join(f"a {word}" for word in sorted(taken, reverse=True))
            yield Problem(
                path="/media",
                code=ProblemCode.UNSUPPORTED if kind else ProblemCode.MISSING,
                message=f"only {wanted} goes to {_labels(unable)}",
                fix=f"Send {wanted}, or leave these accounts out.",
                accounts=_ids(unable),
            )


def _settings_have_an_account(situation: Situation) -> Iterator[Problem]:
    for name in SETTINGS:
        if name in situation.arguments and not _on(situation, name):
            message = f"{name} settings without an account on that platform"
            yield Problem(path=f"/{name}", code=ProblemCode.NEEDS, message=message, fix=f"Remove {name}.")


def _one_part_on_threads(situation: Situation) -> Iterator[Problem]:
    found = _BREAK.search(_caption(situation))
    accounts = _on(situation, "threads")
    if found and accounts:
        yield Problem(
            path="/caption",
            code=ProblemCode.NOT_ALLOWED,
            message=f"{found.group().strip()!r} splits the text; PostPost makes no such posts on Threads",
            fix="Remove lines of --- and marks such as [1/2], or send several images instead.",
            accounts=_ids(accounts),
        )


_SEED = "seed 002"
_TEN, _ELEVEN = "reference postpost 10", "reference postpost 11"

COMBINATIONS: tuple[CrossRule, ...] = (
    *EVERYWHERE,
    CrossRule("caption_says_something", _says_something, "reference postpost 5.1"),
    CrossRule("commercial_content_says_whose", _commercial_says_whose, _TEN),
    CrossRule("stories_are_videos", _stories_are_videos, f"{_TEN}: the setting is named videoType"),
    CrossRule("media_fit_the_accounts", _media_fit, _ELEVEN, needs_accounts=True),
    CrossRule("settings_have_an_account", _settings_have_an_account, _TEN, needs_accounts=True),
    CrossRule("one_part_on_threads", _one_part_on_threads, _SEED, needs_accounts=True),
)


def _scheduled(situation: Situation) -> datetime | None:
    given, timezone = situation.arguments.get("scheduled_at"), situation.arguments.get("timezone")
    moment = resolve(given, timezone, situation.now) if isinstance(given, str) else None
    return None if isinstance(moment, Problem) else moment


def _lead(situation: Situation) -> Iterator[Warn]:
    moment = _scheduled(situation)
    if moment and moment < situation.now + SHORTEST_LEAD:
        message = "Less than 2 minutes ahead: PostPost looks for due posts once a minute, so it may be late."
        yield Warn("SHORT_LEAD", message, "scheduled_at")
    if moment and moment > situation.now + LONGEST_LEAD:
        message = "More than two months ahead: many accounts must be reconnected every 60 days."
        yield Warn("FAR_AHEAD", message, "scheduled_at")


def _draft_without_time(situation: Situation) -> Iterator[Warn]:
    if situation.arguments.get("mode") == Mode.DRAFT and "scheduled_at" in situation.arguments:
        message = "A draft keeps no time at PostPost: give scheduled_at again when it is to go out."
        yield Warn("DRAFT_HAS_NO_TIME", message, "scheduled_at")


def _hashtags(situation: Situation) -> Iterator[Warn]:
    hashtags = count(_caption(situation), Unit.HASHTAGS)
    if hashtags > FEW_HASHTAGS and _on(situation, "instagram"):
        yield Warn("MANY_HASHTAGS", f"{hashtags} hashtags: Instagram may count only {FEW_HASHTAGS}.", "caption")
    if hashtags > 1 and _on(situation, "threads"):
        yield Warn("ONE_TOPIC", "Threads makes a topic of one hashtag only.", "caption")


def _thread_on_x(situation: Situation) -> Iterator[Warn]:
    if _on(situation, "x") and _BREAK.search(_caption(situation)):
        message = "PostPost makes a thread on X of a text with lines of --- or marks such as [1/2]."
        yield Warn("BECOMES_A_THREAD", message, "caption")


def _unsure_switches(situation: Situation) -> Iterator[Warn]:
    switches = [name for name in members(situation.arguments.get("tiktok")) if name.startswith("disable_")]
    if switches:
        message = f"PostPost's documentation doubts that {', '.join(switches)} reach TikTok the right way round: look."
        yield Warn("UNSURE_SWITCH", message, "tiktok")


HINTS = (_lead, _draft_without_time, _hashtags, _thread_on_x, _unsure_switches)
