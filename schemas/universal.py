"""Rules that hold whichever provider carries the post, and the names agents try for our fields."""

from collections.abc import Iterator
from typing import Any

from schemas.instant import resolve, zone
from schemas.jsonvalue import items, members
from schemas.problem import Problem, ProblemCode
from schemas.rule import CrossRule, Situation
from schemas.untrusted import unprintable

#: A full web link, as JSON Schema and our validator both read it.
LINK = r"^https?://[^\s]+$"
LINK_FIX = "Give a full link that begins with http:// or https://."
#: What media may be named by: such a link, a handle of upload_media, or the path of a file of this machine.
MEDIA_LINK = r"^(https?://[^\s]+|media:[0-9a-f]{32}|(file://|/|~/|\.{1,2}/|[A-Za-z]:[\\/]).+)$"
MEDIA_FIX = "Give an http(s) link, a handle from upload_media, or a path such as ./clip.mp4."


def _printable(situation: Situation) -> Iterator[Problem]:
    for path, text in _texts(situation.arguments, ""):
        found = unprintable(text)
        if found:
            index, name = found
            yield Problem(
                path=path,
                code=ProblemCode.UNPRINTABLE,
                message=f"the control character {name} at position {index}",
                fix="Remove control characters other than line breaks and tabs.",
                actual=name,
            )


def _texts(value: Any, path: str) -> Iterator[tuple[str, str]]:
    if isinstance(value, str):
        yield path, value
    for name, member in members(value).items():
        yield from _texts(member, f"{path}/{name}")
    for index, item in enumerate(items(value)):
        yield from _texts(item, f"{path}/{index}")


def _time(situation: Situation) -> Iterator[Problem]:
    scheduled_at, timezone = situation.arguments.get("scheduled_at"), situation.arguments.get("timezone")
    if isinstance(timezone, str) and zone(timezone) is None:
        yield Problem(
            path="/timezone",
            code=ProblemCode.NOT_ALLOWED,
            message="not an IANA time zone",
            fix="Give a name such as Europe/Berlin or America/New_York, or leave it out.",
        )
    elif isinstance(scheduled_at, str):
        moment = resolve(scheduled_at, timezone if isinstance(timezone, str) else None, situation.now, situation.zone)
        if isinstance(moment, Problem):
            yield moment


def _media_form(situation: Situation) -> Iterator[Problem]:
    media = members(situation.arguments.get("media"))
    wanted = {"video": "url", "slideshow": "urls"}.get(str(media.get("type")))
    if wanted is None:
        return
    other = "urls" if wanted == "url" else "url"
    if wanted not in media:
        message = f"a {media['type']} needs {wanted}"
        yield Problem(path=f"/media/{wanted}", code=ProblemCode.MISSING, message=message, fix=f"Add {wanted}.")
    if other in media:
        message = f"a {media['type']} takes {wanted}, not {other}"
        yield Problem(path=f"/media/{other}", code=ProblemCode.TOGETHER, message=message, fix=f"Remove {other}.")


EVERYWHERE: tuple[CrossRule, ...] = (
    CrossRule("text_is_printable", _printable, "RFC 8259 7; no platform shows control characters"),
    CrossRule("scheduled_at_is_a_time_to_come", _time, "seed 001; design section 7"),
    CrossRule("media_form", _media_form, "seed 001"),
)

#: Names that agents try for our fields, and what to write instead.
MEANT: dict[str, str] = {
    **dict.fromkeys(("text", "content", "message", "body", "status"), "Call it caption."),
    **dict.fromkeys(
        ("account", "account_id", "account_ids", "targets", "channels"), "Call it accounts: a list of ids."
    ),
    **dict.fromkeys(
        ("images", "image", "image_urls", "photos", "video", "video_url", "media_url", "media_urls"),
        'Use media: {"type": "video", "url": ...} or {"type": "slideshow", "urls": [...]}.',
    ),
    **dict.fromkeys(
        ("schedule", "schedule_at", "scheduled_time", "publish_at", "date", "time"),
        "Call it scheduled_at: ISO 8601 with offset.",
    ),
    "external_id": "Call it idempotency_key.",
    "platforms": "Name accounts: each belongs to one platform (list_accounts).",
}
