"""What PostPost and the platforms behind it take of a media file (reference postpost 5.6, 11, 17).

The service checks none of it before it publishes, so what is known of a file is held against these rows first.
"""

from collections.abc import Iterator, Sequence

from providers.fetch import shown
from providers.postpost.files import SUFFIXES, File
from schemas.account import Account
from schemas.media_rule import Measure, MediaFile, MediaRule, check_media
from schemas.problem import Problem, ProblemCode

_MEGABYTE = 1024 * 1024
_LIMITS = "reference postpost 11"
_TYPES = {suffix: media_type for media_type, suffix in SUFFIXES.items()}


def _takes(
    platform: str, kind: str, megabytes: float, suffixes: str, seconds: float | None = None
) -> Iterator[MediaRule]:
    """Rows of one platform: what files of a kind may weigh and be, and how long they may last."""
    platforms = frozenset({platform})
    yield MediaRule(platforms, kind, Measure.BYTES, _LIMITS, most=int(megabytes * _MEGABYTE))
    types = frozenset(_TYPES[suffix] for suffix in suffixes.split())
    yield MediaRule(platforms, kind, Measure.TYPE, _LIMITS, among=types)
    if seconds is not None:
        yield MediaRule(platforms, kind, Measure.DURATION, _LIMITS, most=seconds)


# WebP is turned into JPEG by the service where a platform needs it. Where pages differ on a length, the longer one is
# refused and the shorter one warned of (reference postpost 17); on TikTok's frames the seed decides, and 23.976 is what
# is commonly called 24.
MEDIA: tuple[MediaRule, ...] = (
    *(
        MediaRule(frozenset(), kind, Measure.BYTES, "reference postpost 5.6", most=512 * _MEGABYTE)
        for kind in ("image", "video")
    ),
    *_takes("x", "image", 5, "jpg png gif webp"),
    *_takes("x", "video", 512, "mp4 mov", 120),
    *_takes("linkedin", "image", 5, "jpg png gif webp"),
    *_takes("linkedin", "video", 500, "mp4", 30 * 60),
    *_takes("instagram", "image", 8, "jpg png webp"),
    *_takes("instagram", "video", 300, "mp4 mov", 15 * 60),
    MediaRule(frozenset({"instagram"}), "video", Measure.DURATION, _LIMITS, least=3),
    MediaRule(frozenset({"instagram"}), "video", Measure.DURATION, _LIMITS, most=3 * 60, sure=False),
    *_takes("threads", "image", 8, "jpg png webp"),
    *_takes("threads", "video", 500, "mp4 mov", 5 * 60),
    *_takes("tiktok", "video", 4096, "mp4 mov webm", 10 * 60),
    MediaRule(frozenset({"tiktok"}), "video", Measure.DURATION, _LIMITS, least=3),
    MediaRule(frozenset({"tiktok"}), "video", Measure.FRAME_RATE, "seed 002", least=23.97),
    *_takes("youtube", "video", 512, "mp4 mov avi webm", 12 * 3600),
    *_takes("facebook", "image", 10, "jpg png gif webp"),
    *_takes("facebook", "video", 2048, "mp4 mov", 45 * 60),
    *_takes("bluesky", "image", 976 / 1024, "jpg png webp"),
    *_takes("bluesky", "video", 100, "mp4", 3 * 60),
    *_takes("mastodon", "image", 16, "jpg png gif webp"),
    *_takes("mastodon", "video", 99, "mp4 webm mov"),
    *_takes("telegram", "image", 10, "jpg png gif webp"),
    *_takes("telegram", "video", 50, "mp4 mov avi mkv webm"),
)


def unfit(files: Sequence[File], wanted: str, accounts: Sequence[Account]) -> list[Problem]:
    """Find what is wrong with files that are to be an ``image`` or a ``video`` each, for the accounts' platforms."""
    usable = [file for file in files if file.kind == wanted and file.media_type in SUFFIXES]
    measured = [MediaFile(file.at, file.measures) for file in usable]
    problems, _ = check_media(MEDIA, measured, accounts)
    return [*(_unusable(file, wanted) for file in files if file not in usable), *problems]


def _unusable(file: File, wanted: str) -> Problem:
    return Problem(
        path=file.at,
        code=ProblemCode.UNSUPPORTED,
        message=f"{shown(file.link)} leads to {file.media_type or 'something else'}, not to a usable {wanted}",
        fix=f"Give a {_TAKEN[wanted]} file: a direct link to it, or its handle from upload_media.",
    )


_TAKEN = {"image": "JPEG, PNG, GIF or WebP", "video": "MP4, MOV, AVI, MKV or WebM"}
