"""Media on their way from a link to PostPost: loaded, recognised by their bytes, held against what platforms take."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

import anyio

from providers.fetch import Fetcher, shown
from providers.protocol import Failure
from schemas.account import Account
from schemas.asset import Asset
from schemas.errors import ErrorCode
from schemas.jsonvalue import items, members
from schemas.post import Order
from schemas.problem import Problem, ProblemCode

#: A file is held in memory while it is sent, one at a time.
MAX_BYTES = 128 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class File:
    """A file, loaded or ours. ``at`` points to its link in create_post's arguments, of which it is the ``number``th.

    ``media_type`` is empty if unknown.
    """

    number: int
    path: Path
    at: str
    link: str
    media_type: str
    bytes: int

    @property
    def kind(self) -> str:
        """``image``, ``video``, or empty."""
        return self.media_type.partition("/")[0]

    @property
    def name(self) -> str:
        """What the service calls it: what its owner does need not become public."""
        return f"media-{self.number}.{_SUFFIXES[self.media_type]}"


async def load(fetcher: Fetcher, order: Order, folder: Path) -> list[File]:
    """Bring together all media of an order, in their order: links are loaded into ``folder``, files of ours are there.

    Raises:
        Failure: a link does not load, a file is gone, or a platform of the post does not take what it leads to.
    """
    held_against(order)
    files: list[File] = []
    for number, (at, link) in enumerate(_links(order), 1):
        asset = order.assets.get(link)
        files.append(_kept(asset, number, at, link) if asset else await _load(fetcher, link, number, at, folder))
        if asset:
            await _still_there(files[-1])
    _refuse(order, files)
    return files


def held_against(order: Order) -> None:
    """Hold the files of ours that an order names against what its platforms take, without reading any.

    Raises:
        Failure: a platform of the post does not take one.
    """
    known = ((number, at, link, order.assets.get(link)) for number, (at, link) in enumerate(_links(order), 1))
    _refuse(order, [_kept(asset, number, at, link) for number, at, link, asset in known if asset])


def _links(order: Order) -> list[tuple[str, str]]:
    media = order.media or {}
    if media.get("type") == "video":
        return [("/media/url", str(media.get("url")))]
    return [(f"/media/urls/{index}", str(link)) for index, link in enumerate(items(media.get("urls")))]


def _kept(asset: Asset, number: int, at: str, link: str) -> File:
    return File(number, Path(asset.path), at, link, asset.measures.media_type, asset.measures.bytes)


async def _still_there(file: File) -> None:
    """Look for a file of ours before there is a draft that it is for: it may have been removed or overwritten."""
    try:
        found = (await anyio.Path(file.path).stat()).st_size
    except OSError:
        found = None
    if found != file.bytes:
        message = f"{shown(file.link)} is not kept any more as it was."
        raise Failure(ErrorCode.MEDIA_UNREACHABLE, message, advice="Bring the file again with upload_media.")


def _refuse(order: Order, files: Iterable[File]) -> None:
    wanted = "video" if members(order.media).get("type") == "video" else "image"
    problems = [problem for file in files for problem in _unfit(file, wanted, order.accounts)]
    if problems:
        message = f"{len(problems)} problem{'' if len(problems) == 1 else 's'} with the media."
        raise Failure(ErrorCode.VALIDATION_FAILED, message, problems=tuple(problems))


async def _load(fetcher: Fetcher, link: str, number: int, at: str, folder: Path) -> File:
    path = folder / f"media-{number}"
    try:
        fetched = await fetcher.download(link, path)
        async with await anyio.open_file(path, "rb") as file:
            head = await file.read(_HEAD)
    except OSError as error:
        message = f"The media could not be kept while they are passed on ({error.strerror or type(error).__name__})."
        advice = "Tell the user to free disk space where temporary files are kept."
        raise Failure(ErrorCode.STORAGE_FAILED, message, advice=advice) from error
    return File(number, path, at, link, _recognised(head), fetched.bytes)


def _recognised(head: bytes) -> str:
    """Tell a file's type by its first bytes; empty for one that no platform takes."""
    for offset, magic, media_type in _SIGNATURES:
        if head[offset : offset + len(magic)] == magic:
            return media_type
    return ""


def _unfit(file: File, wanted: str, accounts: Iterable[Account]) -> Iterator[Problem]:
    if file.bytes > MAX_BYTES:
        yield _too_large(file, MAX_BYTES, "PostPost is brought", "Give a smaller file.")
        return
    if file.kind != wanted or file.media_type not in _SUFFIXES:
        yield Problem(
            path=file.at,
            code=ProblemCode.UNSUPPORTED,
            message=f"{shown(file.link)} leads to {file.media_type or 'something else'}, not to a usable {wanted}",
            fix=f"Give a {_TAKEN[wanted]} file: a direct link to it, or its handle from upload_media.",
        )
        return
    for account in accounts:
        limit = _LIMITS.get((account.platform, wanted))
        if limit and file.media_type not in limit.types:
            yield Problem(
                path=file.at,
                code=ProblemCode.UNSUPPORTED,
                message=f"{account.label} does not take {file.media_type}",
                fix=f"Give {_listed(limit.types)}, or leave that account out.",
                accounts=[account.id],
            )
        if limit and file.bytes > limit.bytes:
            fix = "Give a smaller file, or leave that account out."
            yield _too_large(file, limit.bytes, f"{account.label} takes", fix, [account.id])


def _too_large(file: File, limit: int, takes: str, fix: str, accounts: list[str] | None = None) -> Problem:
    return Problem(
        path=file.at,
        code=ProblemCode.OUT_OF_RANGE,
        message=f"{file.bytes} bytes; {takes} at most {limit}",
        fix=fix,
        limit=limit,
        actual=file.bytes,
        unit="bytes",
        accounts=accounts,
    )


def _listed(types: Iterable[str]) -> str:
    return " or ".join(sorted(_SUFFIXES[media_type] for media_type in types))


@dataclass(frozen=True, slots=True)
class _Limit:
    """What one platform takes of one kind."""

    bytes: int
    types: frozenset[str]


_SUFFIXES = {
    "image/jpeg": "jpg",
    "image/png": "png",
    "image/gif": "gif",
    "image/webp": "webp",
    "video/mp4": "mp4",
    "video/quicktime": "mov",
    "video/x-msvideo": "avi",
    "video/webm": "webm",
    "video/x-matroska": "mkv",
}
_TYPES = {suffix: media_type for media_type, suffix in _SUFFIXES.items()}
_TAKEN = {"image": "JPEG, PNG, GIF or WebP", "video": "MP4, MOV, AVI, MKV or WebM"}


def _limit(megabytes: float, suffixes: str) -> _Limit:
    return _Limit(int(megabytes * 1024 * 1024), frozenset(_TYPES[suffix] for suffix in suffixes.split()))


# Sizes and formats: reference postpost 5.6, 11. WebP is turned into JPEG by the service where a platform needs it.
_LIMITS: dict[tuple[str, str], _Limit] = {
    ("x", "image"): _limit(5, "jpg png gif webp"),
    ("x", "video"): _limit(512, "mp4 mov"),
    ("linkedin", "image"): _limit(5, "jpg png gif webp"),
    ("linkedin", "video"): _limit(500, "mp4"),
    ("instagram", "image"): _limit(8, "jpg png webp"),
    ("instagram", "video"): _limit(300, "mp4 mov"),
    ("threads", "image"): _limit(8, "jpg png webp"),
    ("threads", "video"): _limit(500, "mp4 mov"),
    ("tiktok", "video"): _limit(4096, "mp4 mov webm"),
    ("youtube", "video"): _limit(512, "mp4 mov avi webm"),
    ("facebook", "image"): _limit(10, "jpg png gif webp"),
    ("facebook", "video"): _limit(2048, "mp4 mov"),
    ("bluesky", "image"): _limit(976 / 1024, "jpg png webp"),
    ("bluesky", "video"): _limit(100, "mp4"),
    ("mastodon", "image"): _limit(16, "jpg png gif webp"),
    ("mastodon", "video"): _limit(99, "mp4 webm mov"),
    ("telegram", "image"): _limit(10, "jpg png gif webp"),
    ("telegram", "video"): _limit(50, "mp4 mov avi mkv webm"),
}

# Offset, bytes, type; the first that fits decides. Photos share a container with MP4, and no platform here takes them.
_SIGNATURES: tuple[tuple[int, bytes, str], ...] = (
    (0, b"\xff\xd8\xff", "image/jpeg"),
    (0, b"\x89PNG\r\n\x1a\n", "image/png"),
    (0, b"GIF8", "image/gif"),
    (8, b"WEBP", "image/webp"),
    (8, b"AVI ", "video/x-msvideo"),
    *((4, b"ftyp" + brand, "") for brand in (b"heic", b"heix", b"mif1", b"avif")),
    (4, b"ftypqt", "video/quicktime"),
    (4, b"ftyp", "video/mp4"),
    (31, b"webm", "video/webm"),
    (24, b"webm", "video/webm"),
    (0, b"\x1aE\xdf\xa3", "video/x-matroska"),
)
_HEAD = 64
