"""What platforms take of a file (reference platform_rules, area "media"), for services that pass files on as they are.

Where sources differ, the most that any names is a refusal, and what is told most often a warning before it.
"""

from collections.abc import Iterable
from typing import TypeAlias

from schemas.media_rule import Measure, MediaRule

_MB, _GB = 1_000_000, 1_000_000_000

#: Decoded, a picture of this many pixels takes 160 MB; larger ones are bombs or meant for print (reference engine 3.1).
MOST_PIXELS = 40_000_000


#: A measure with its least and its most.
Row: TypeAlias = tuple[Measure, float | None, float | None]


def _types(names: str) -> frozenset[str]:
    return frozenset(_TYPES[name] for name in names.split())


_TYPES = {
    **{name: f"image/{name}" for name in ("jpeg", "png", "gif", "webp", "heic", "avif", "bmp", "tiff")},
    "mp4": "video/mp4",
    "mov": "video/quicktime",
    "m4v": "video/x-m4v",
    "webm": "video/webm",
}
_MOVIES = _types("mp4 mov m4v")


def _on(
    platform: str, kind: str, number: int, *rows: tuple[Measure, float | None, float | None]
) -> Iterable[MediaRule]:
    """Rows of one platform that no source disputes; ``number`` is the fact's in the reference."""
    for measure, least, most in rows:
        yield MediaRule(frozenset({platform}), kind, measure, _source(platform, number), least, most)


def _taken(platform: str, kind: str, number: int, names: str, *, sure: bool = True) -> MediaRule:
    source = _source(platform, number)
    return MediaRule(frozenset({platform}), kind, Measure.TYPE, source, among=_types(names), sure=sure)


def _disputed(
    platform: str, kind: str, number: int, measure: Measure, bounds: tuple[float, float]
) -> Iterable[MediaRule]:
    """A limit on which sources differ: over the usual one it may be refused, over the largest it is."""
    platforms, source = frozenset({platform}), _source(platform, number)
    for most, sure in zip(bounds, (False, True), strict=True):
        yield MediaRule(platforms, kind, measure, source, most=most, sure=sure)


def _source(platform: str, number: int) -> str:
    return f"reference platform_rules {_NAMES.get(platform, platform)}-{number:03}"


#: Where the reference calls a platform otherwise.
_NAMES = {"google": "google_business"}
_BYTES, _WIDTH, _HEIGHT = Measure.BYTES, Measure.WIDTH, Measure.HEIGHT
_DURATION, _RATE, _RATIO, _PIXELS = Measure.DURATION, Measure.FRAME_RATE, Measure.RATIO, Measure.PIXELS

PLATFORM_MEDIA: tuple[MediaRule, ...] = (
    MediaRule(frozenset(), "image", _PIXELS, "reference engine 3.1", most=MOST_PIXELS),
    _taken("tiktok", "image", 7, "jpeg webp png"),
    _taken("tiktok", "image", 7, "jpeg webp", sure=False),
    *_on("tiktok", "image", 7, (_BYTES, None, 20 * _MB)),
    _taken("tiktok", "video", 8, "mp4 mov m4v webm"),
    *_on("tiktok", "video", 9, (_RATE, 23, 60)),
    *_on("tiktok", "video", 10, (_WIDTH, 360, 4096), (_HEIGHT, 360, 4096)),
    *_on("tiktok", "video", 11, (_DURATION, 3, 600)),
    *_disputed("tiktok", "video", 12, _BYTES, (4 * _GB, 10 * _GB)),
    _taken("instagram", "image", 37, "jpeg", sure=False),
    *_disputed("instagram", "image", 38, _BYTES, (8 * _MB, 30 * _MB)),
    MediaRule(frozenset({"instagram"}), "image", _WIDTH, _source("instagram", 38), least=320, sure=False),
    MediaRule(frozenset({"instagram"}), "image", _RATIO, _source("instagram", 38), least=0.8, most=1.91, sure=False),
    _taken("instagram", "video", 41, "mp4 mov m4v"),
    *_on("instagram", "video", 39, (_DURATION, 3, 900)),
    *_disputed("instagram", "video", 40, _BYTES, (300 * _MB, _GB)),
    *_on("instagram", "video", 41, (_RATE, 23, 60), (_RATIO, 0.01, 10)),
    *_on("youtube", "video", 61, (_BYTES, None, 256 * _GB)),
    _taken("pinterest", "image", 80, "bmp jpeg png tiff gif webp"),
    *_disputed("pinterest", "image", 80, _BYTES, (20 * _MB, 32 * _MB)),
    _taken("pinterest", "video", 81, "mp4 mov m4v"),
    *_on("pinterest", "video", 81, (_DURATION, 4, 900), (_BYTES, None, 2 * _GB), (_RATIO, 0.5, 1.92)),
    _taken("linkedin", "image", 93, "jpeg png gif", sure=False),
    *_on("linkedin", "image", 93, (_PIXELS, None, 36_152_319)),
    *_disputed("linkedin", "image", 93, _BYTES, (5 * _MB, 8 * _MB)),
    *_on("linkedin", "video", 94, (_DURATION, 3, 1800), (_BYTES, 75_000, None), (_RATIO, 1 / 2.4, 2.4)),
    *_disputed("linkedin", "video", 94, _BYTES, (500 * _MB, 5 * _GB)),
    *_disputed("facebook", "image", 109, _BYTES, (4 * _MB, 30 * _MB)),
    _taken("facebook", "image", 109, "jpeg png gif bmp tiff", sure=False),
    _taken("facebook", "video", 111, "mp4 mov m4v"),
    *_on("facebook", "video", 111, (_BYTES, None, 10 * _GB), (_DURATION, None, 4 * 3600)),
    _taken("x", "image", 126, "jpeg png gif webp"),
    MediaRule(frozenset({"x"}), "image", _BYTES, _source("x", 126), most=5 * _MB, types=_types("jpeg png webp")),
    MediaRule(frozenset({"x"}), "image", _BYTES, _source("x", 127), most=15 * _MB, types=_types("gif")),
    *_on("x", "video", 128, (_BYTES, None, 512 * _MB), (_RATE, None, 60), (_RATIO, 1 / 3, 3), (_DURATION, 0.5, None)),
    MediaRule(frozenset({"x"}), "video", _DURATION, _source("x", 128), most=140, sure=False),
    _taken("threads", "image", 145, "jpeg png"),
    *_on("threads", "image", 145, (_BYTES, None, 8 * _MB), (_RATIO, 0.1, 10)),
    *_on("threads", "video", 146, (_DURATION, None, 300), (_BYTES, None, _GB)),
    *_disputed("bluesky", "image", 157, _BYTES, (_MB, 2 * _MB)),
    _taken("bluesky", "video", 160, "mp4 m4v"),
    *_disputed("bluesky", "video", 160, _BYTES, (50 * _MB, 300 * _MB)),
    _taken("mastodon", "image", 174, "png jpeg gif webp heic avif"),
    *_on("mastodon", "image", 174, (_BYTES, None, 16 * _MB)),
    *_on("mastodon", "video", 175, (_BYTES, None, 99 * _MB)),
    *_on("telegram", "image", 191, (_BYTES, None, 10 * _MB), (_RATIO, 0.05, 20)),
    MediaRule(frozenset({"telegram"}), "video", _BYTES, _source("telegram", 192), most=50 * _MB, sure=False),
    _taken("google", "image", 218, "jpeg png"),
    *_on("google", "image", 218, (_BYTES, 10_000, 5 * _MB), (_WIDTH, 250, None), (_HEIGHT, 250, None)),
)
