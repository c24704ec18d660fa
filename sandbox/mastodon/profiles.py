"""The five implementations as data: one profile for each column of reference peers, section 4."""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal
from uuid import UUID

#: How a refusal is written: in JSON, as an HTML page, with no body at all, or in plain words said to be HTML.
Form = Literal["json", "html", "empty", "words"]


@dataclass(frozen=True, slots=True)
class No:
    """A refusal: its status, how it is written, and in which words (those of the place where it is met, if none)."""

    status: int
    form: Form = "json"
    words: str = ""


@dataclass(frozen=True, slots=True)
class Scheduling:
    """What becomes of ``scheduled_at``: a ScheduledStatus if it lies so many seconds ahead; ``soon`` refuses less.

    ``past`` refuses what is over, or back-dates it.
    """

    ahead: int
    soon: No
    past: No | Literal["backdated"]


@dataclass(frozen=True, slots=True)
class Profile:
    """One implementation.

    ``None`` for a refusal: it is accepted. ``counts`` says what ``max_characters`` counts, ``reserved`` what the
    instance says that a link counts as. ``key_seconds`` is how long an Idempotency-Key is kept. ``zulu``: a time must
    end in Z. ``no_media`` answers for a media that is not there, ``fewer`` for too many. ``lists_all``: an account's
    own list holds what is not public, too; ``tells_source``: there is a source of each status; ``v2``: there is
    /api/v2/instance (these three are choices: the reference is silent). ``sign_in``: OAuth sends to a page of its own
    first; ``shows_code``: the page for a code out of band shows one.
    """

    name: str
    version: str
    max_characters: int
    counts: Literal["graphemes", "characters", "nothing"]
    reserved: int
    most_media: int
    fewer: No | None
    key_seconds: int
    scheduling: Scheduling | None
    zulu: No | None
    visibility: str
    empty: No | None
    unknown_visibility: No | Literal["direct"]
    used_media: No | None
    unknown_media: No | None
    broken_image: No | None
    longest_alt: int | None
    long_alt: No | None
    no_media: No
    looks_at_media: bool
    bad_json: No | None
    bad_token: No
    no_status: No
    deletes_after: float
    edits_in_place: bool
    rated: bool
    new_id: Callable[[int], str]
    lists_all: bool = True
    tells_source: bool = True
    v2: bool = True
    sign_in: bool = False
    shows_code: bool = True
    processes_video: bool = False
    rich_html: bool = True


_HTML_404, _EMPTY_500 = No(404, "html"), No(500, "empty")
_CROCKFORD = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"


def _number(count: int) -> str:
    return str(113_500_000_000_000_000 + 7_919 * count)


def _ulid(count: int) -> str:
    digits = ""
    while len(digits) < 16:  # noqa: PLR2004  (26 characters with the beginning)
        count, digit = divmod(count, 32)
        digits = _CROCKFORD[digit] + digits
    return f"01KAX5T3ZQ{digits}"


def _digest(count: int) -> str:
    return f"1764{count:06}.{hashlib.md5(str(count).encode(), usedforsecurity=False).hexdigest()[:6]}"


def _uuid(count: int) -> str:
    return str(UUID(int=0x019ABF00_0000_7000_8000_000000000000 + count))


MASTODON = Profile(
    name="mastodon",
    version="4.4.5",
    max_characters=500,
    counts="graphemes",
    reserved=23,
    most_media=4,
    fewer=No(422, words="Validation failed: Cannot attach more than 4 files"),
    key_seconds=3600,
    scheduling=Scheduling(300, No(422), No(422)),
    zulu=None,
    visibility="public",
    empty=No(422, words="Validation failed: Text can't be blank"),
    unknown_visibility=No(422),
    used_media=No(422, words="Validation failed: Media has already been used"),
    unknown_media=No(422),
    broken_image=No(422, words="Validation failed: File could not be read"),
    longest_alt=1500,
    long_alt=No(422),
    no_media=No(404),
    looks_at_media=True,
    bad_json=No(400),
    bad_token=No(401, words="The access token is invalid"),
    no_status=No(404, words="Record not found"),
    deletes_after=0,
    edits_in_place=True,
    rated=True,
    new_id=_number,
    processes_video=True,
)
GOTOSOCIAL = Profile(
    name="gotosocial",
    version="0.20.1+git-6574dc8",
    max_characters=5000,
    counts="characters",
    reserved=25,
    most_media=6,
    fewer=No(400, words="Bad Request: too many media attachments provided, limit is 6"),
    key_seconds=0,
    scheduling=Scheduling(300, No(422), "backdated"),
    zulu=None,
    visibility="unlisted",
    empty=No(400, words="Bad Request: no status text or media attachment provided"),
    unknown_visibility=No(422),
    used_media=No(400, words="Bad Request: media already attached to another status"),
    unknown_media=No(400, words="Bad Request: media not found"),
    broken_image=No(422),
    longest_alt=1500,
    long_alt=No(400),
    no_media=No(404),
    looks_at_media=True,
    bad_json=No(400),
    bad_token=No(401, words="Unauthorized: token not valid"),
    no_status=No(404, words="Not Found"),
    deletes_after=1.0,
    edits_in_place=True,
    rated=True,
    new_id=_ulid,
    sign_in=True,
)
SNAC = Profile(
    name="snac",
    version="4.0.0 (not true; really snac/2.94)",
    max_characters=100_000,
    counts="nothing",
    reserved=32,
    most_media=4,
    fewer=None,
    key_seconds=0,
    scheduling=None,
    zulu=None,
    visibility="public",
    empty=None,
    unknown_visibility="direct",
    used_media=None,
    unknown_media=None,
    broken_image=None,
    longest_alt=None,
    long_alt=None,
    no_media=_HTML_404,
    looks_at_media=False,
    bad_json=None,
    bad_token=No(401, "empty"),
    no_status=_HTML_404,
    deletes_after=0,
    edits_in_place=False,
    rated=False,
    new_id=_digest,
    lists_all=False,
    tells_source=False,
    v2=False,
    shows_code=False,
    rich_html=False,
)
TAKAHE = Profile(
    name="takahe",
    version="takahe/0.11.0",
    max_characters=500,
    counts="characters",
    reserved=23,
    most_media=4,
    fewer=None,
    key_seconds=0,
    scheduling=None,
    zulu=None,
    visibility="public",
    empty=No(400),
    unknown_visibility=No(400),
    used_media=None,
    unknown_media=_HTML_404,
    broken_image=No(500, "html"),
    longest_alt=None,
    long_alt=None,
    no_media=_HTML_404,
    looks_at_media=True,
    bad_json=No(500, "html"),
    bad_token=No(400, "words", "Invalid Bearer token"),
    no_status=_HTML_404,
    deletes_after=0,
    edits_in_place=True,
    rated=False,
    new_id=_number,
)
HOLLO = Profile(
    name="hollo",
    version="0.6.18",
    max_characters=10_000,
    counts="characters",
    reserved=256,
    most_media=8,
    fewer=No(400),
    key_seconds=3600,
    scheduling=None,
    zulu=No(400),
    visibility="public",
    empty=No(400),
    unknown_visibility=No(400),
    used_media=_EMPTY_500,
    unknown_media=No(400),
    broken_image=_EMPTY_500,
    longest_alt=None,
    long_alt=None,
    no_media=No(404),
    looks_at_media=True,
    bad_json=_EMPTY_500,
    bad_token=No(401, words="unauthorized"),
    no_status=No(404, words="Record not found"),
    deletes_after=0,
    edits_in_place=True,
    rated=False,
    new_id=_uuid,
    rich_html=False,
)
PROFILES: dict[str, Profile] = {profile.name: profile for profile in (MASTODON, GOTOSOCIAL, SNAC, TAKAHE, HOLLO)}
