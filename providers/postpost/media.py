"""Media on their way to PostPost: links loaded, files of ours found, all held against what platforms take."""

from collections.abc import Sequence
from pathlib import Path

import anyio

from providers.fetch import Fetcher, shown
from providers.postpost.files import HEAD, File, recognised
from providers.postpost.takes import unfit
from providers.protocol import Failure
from schemas.asset import Asset, Measures
from schemas.errors import ErrorCode
from schemas.jsonvalue import items, members
from schemas.post import Order


async def load(fetcher: Fetcher, order: Order, folder: Path) -> list[File]:
    """Bring together all media of an order, in their order: links are loaded into ``folder``, files of ours are there.

    Raises:
        Failure: a link does not load, a file is gone, or a platform of the post does not take what it leads to.
    """
    links = list(enumerate(_links(order), 1))
    ours = [(number, at, link, order.assets.get(link)) for number, (at, link) in links]
    _refuse(order, [_kept(asset, number, at, link) for number, at, link, asset in ours if asset])
    files: list[File] = []
    for number, at, link, asset in ours:
        files.append(_kept(asset, number, at, link) if asset else await _load(fetcher, link, number, at, folder))
        if asset:
            await _still_there(files[-1])
    _refuse(order, files)
    return files


def _links(order: Order) -> list[tuple[str, str]]:
    media = order.media or {}
    if media.get("type") == "video":
        return [("/media/url", str(media.get("url")))]
    return [(f"/media/urls/{index}", str(link)) for index, link in enumerate(items(media.get("urls")))]


def _kept(asset: Asset, number: int, at: str, link: str) -> File:
    return File(number, Path(asset.path), at, link, asset.measures)


async def _still_there(file: File) -> None:
    """Look for a file of ours before there is a draft that it is for: it may have been removed or overwritten."""
    try:
        found = (await anyio.Path(file.path).stat()).st_size
    except OSError:
        found = None
    if found != file.bytes:
        message = f"{shown(file.link)} is not kept any more as it was."
        raise Failure(ErrorCode.MEDIA_UNREACHABLE, message, advice="Bring the file again with upload_media.")


def _refuse(order: Order, files: Sequence[File]) -> None:
    wanted = "video" if members(order.media).get("type") == "video" else "image"
    problems = unfit(files, wanted, order.accounts)
    if problems:
        message = f"{len(problems)} problem{'' if len(problems) == 1 else 's'} with the media."
        raise Failure(ErrorCode.VALIDATION_FAILED, message, problems=tuple(problems))


async def _load(fetcher: Fetcher, link: str, number: int, at: str, folder: Path) -> File:
    path = folder / f"media-{number}"
    try:
        fetched = await fetcher.download(link, path)
        async with await anyio.open_file(path, "rb") as file:
            head = await file.read(HEAD)
    except OSError as error:
        message = f"The media could not be kept while they are passed on ({error.strerror or type(error).__name__})."
        advice = "Tell the user to free disk space where temporary files are kept."
        raise Failure(ErrorCode.STORAGE_FAILED, message, advice=advice) from error
    return File(number, path, at, link, Measures(recognised(head), fetched.bytes))
