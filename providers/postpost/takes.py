"""What PostPost and the platforms behind it take of a media file (reference postpost 5.6, 11, 17).

The service checks none of it before it publishes, so what is known of a file is held against these rows first.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from math import inf

from providers.fetch import shown
from providers.postpost.files import SUFFIXES, File
from schemas.account import Account
from schemas.problem import Problem, ProblemCode

#: What the service itself takes of one file, however much a platform may.
MAX_BYTES = 512 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class _Range:
    """From what to what something may be, and what helps where it is less, or more."""

    unit: str
    least: float
    most: float
    more: str
    less: str


@dataclass(frozen=True, slots=True)
class _Limit:
    """What one platform takes of one kind."""

    types: frozenset[str]
    ranges: tuple[_Range, ...]


def unfit(file: File, wanted: str, accounts: Iterable[Account]) -> Iterator[Problem]:
    """Find what is wrong with a file that is to be an ``image`` or a ``video``, for each account."""
    if file.bytes > MAX_BYTES:
        yield _outside(file, _bytes(MAX_BYTES), file.bytes, None)
        return
    if file.kind != wanted or file.media_type not in SUFFIXES:
        yield Problem(
            path=file.at,
            code=ProblemCode.UNSUPPORTED,
            message=f"{shown(file.link)} leads to {file.media_type or 'something else'}, not to a usable {wanted}",
            fix=f"Give a {_TAKEN[wanted]} file: a direct link to it, or its handle from upload_media.",
        )
        return
    for account in accounts:
        limit = _LIMITS.get((account.platform, wanted))
        if limit:
            yield from _beyond(file, limit, account)


def _beyond(file: File, limit: _Limit, account: Account) -> Iterator[Problem]:
    if file.media_type not in limit.types:
        yield Problem(
            path=file.at,
            code=ProblemCode.UNSUPPORTED,
            message=f"{account.label} does not take {file.media_type}",
            fix=f"Give {_listed(limit.types)}, or leave that account out.",
            accounts=[account.id],
        )
    known = {_BYTES: file.bytes, _SECONDS: file.measures.duration, _RATE: file.measures.frame_rate}
    for wanted in limit.ranges:
        actual = known[wanted.unit]
        if actual is not None and not wanted.least <= actual <= wanted.most:
            yield _outside(file, wanted, actual, account)


def _outside(file: File, wanted: _Range, actual: float, account: Account | None) -> Problem:
    too_much = actual > wanted.most
    limit, fix = (wanted.most, wanted.less) if too_much else (wanted.least, wanted.more)
    takes = f"{account.label if account else 'PostPost'} takes at {'most' if too_much else 'least'}"
    return Problem(
        path=file.at,
        code=ProblemCode.OUT_OF_RANGE,
        message=f"{actual:.12g} {wanted.unit}; {takes} {limit:.12g}",
        fix=f"{fix}, or leave that account out." if account else f"{fix}.",
        limit=limit,
        actual=actual,
        unit=wanted.unit,
        accounts=[account.id] if account else None,
    )


def _listed(types: Iterable[str]) -> str:
    return " or ".join(sorted(SUFFIXES[media_type] for media_type in types))


def _bytes(most: int) -> _Range:
    return _Range(_BYTES, 0, most, "", "Give a smaller file")


def _seconds(least: float, most: float) -> _Range:
    return _Range(_SECONDS, least, most, "Give a longer video", "Give a shorter video")


def _limit(megabytes: float, suffixes: str, *ranges: _Range) -> _Limit:
    types = frozenset(_TYPES[suffix] for suffix in suffixes.split())
    return _Limit(types, (_bytes(int(megabytes * 1024 * 1024)), *ranges))


_BYTES, _SECONDS, _RATE = "bytes", "seconds", "frames a second"
_TYPES = {suffix: media_type for media_type, suffix in SUFFIXES.items()}
_TAKEN = {"image": "JPEG, PNG, GIF or WebP", "video": "MP4, MOV, AVI, MKV or WebM"}

# A rate of 23.976 is what is commonly called 24.
_FRAMES = _Range(_RATE, 23.97, inf, "Encode it anew with at least 24 frames a second", "")

# WebP is turned into JPEG by the service where a platform needs it. Where pages differ on a length, the longer one is
# refused (reference postpost 17); on TikTok's frames the seed decides.
_LIMITS: dict[tuple[str, str], _Limit] = {
    ("x", "image"): _limit(5, "jpg png gif webp"),
    ("x", "video"): _limit(512, "mp4 mov", _seconds(0, 120)),
    ("linkedin", "image"): _limit(5, "jpg png gif webp"),
    ("linkedin", "video"): _limit(500, "mp4", _seconds(0, 30 * 60)),
    ("instagram", "image"): _limit(8, "jpg png webp"),
    ("instagram", "video"): _limit(300, "mp4 mov", _seconds(3, 15 * 60)),
    ("threads", "image"): _limit(8, "jpg png webp"),
    ("threads", "video"): _limit(500, "mp4 mov", _seconds(0, 5 * 60)),
    ("tiktok", "video"): _limit(4096, "mp4 mov webm", _seconds(3, 10 * 60), _FRAMES),
    ("youtube", "video"): _limit(512, "mp4 mov avi webm", _seconds(0, 12 * 3600)),
    ("facebook", "image"): _limit(10, "jpg png gif webp"),
    ("facebook", "video"): _limit(2048, "mp4 mov", _seconds(0, 45 * 60)),
    ("bluesky", "image"): _limit(976 / 1024, "jpg png webp"),
    ("bluesky", "video"): _limit(100, "mp4", _seconds(0, 3 * 60)),
    ("mastodon", "image"): _limit(16, "jpg png gif webp"),
    ("mastodon", "video"): _limit(99, "mp4 webm mov"),
    ("telegram", "image"): _limit(10, "jpg png gif webp"),
    ("telegram", "video"): _limit(50, "mp4 mov avi mkv webm"),
}
