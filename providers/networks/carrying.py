"""Bring the media of a parcel here as files, for networks that are sent bytes and not links."""

import shutil
import tempfile
from collections.abc import AsyncGenerator, Sequence
from contextlib import AsyncExitStack, suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from mimetypes import guess_extension
from pathlib import Path

import anyio
from anyio import CancelScope, to_thread

from providers.fetch import shown
from providers.measuring import Unmeasured, measure
from providers.networks.kind import Means
from providers.networks.network import Kept, Parcel
from providers.protocol import Failure
from providers.uploads import Pieces, unreadable
from schemas.account import Account
from schemas.asset import Measures
from schemas.errors import ErrorCode
from schemas.media_rule import MediaFile, MediaRule, check_media

#: For one delivery with all its media.
TOTAL_SECONDS = 600.0
#: What is older than this was left by a process that died.
_LEFT = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Carried:
    """A file that is here: where it lies, what was measured on it, and what it shows."""

    path: Path
    measures: Measures
    alt_text: str | None = None

    @property
    def name(self) -> str:
        """A file name that fits its type, and tells nothing of where it came from."""
        return f"{self.measures.kind}{guess_extension(self.measures.media_type, strict=False) or ''}"

    async def read(self) -> AsyncGenerator[bytes]:
        """Read it piece by piece, ``measures.bytes`` in all.

        Raises:
            Failure: it cannot be read, or is not what was measured any more.
        """
        try:
            async with await anyio.open_file(self.path, "rb") as file:
                async for piece in Pieces(file, self.measures.bytes, None).read():
                    yield piece
        except OSError as error:
            raise unreadable(error) from error


class Load:
    """The files of one parcel in the order of its links; closed (``aclosing``), those that were loaded are gone."""

    def __init__(self, files: Sequence[Carried], folder: Path | None) -> None:
        self.files = tuple(files)
        self._folder = folder

    async def aclose(self) -> None:
        """Clear away what was loaded."""
        if self._folder is not None:
            with CancelScope(shield=True):
                await to_thread.run_sync(partial(shutil.rmtree, self._folder, ignore_errors=True))


async def carry(parcel: Parcel, account: Account, means: Means, rules: Sequence[MediaRule] = ()) -> Load:
    """Load the links of a parcel and find the files in our keeping; hold all of them against what the network takes.

    It is called in ``prepare``. Where the bytes leave in the step that publishes, the step closes the load; if that
    step is never run, the files are cleared away by the delivery's next try, or after a day by any other.

    Raises:
        Failure: ``media_unreachable`` or ``validation_failed`` when a file will not do, another code when it may do
            later; nothing was published.
    """
    if not parcel.links:
        return Load((), None)
    try:
        with anyio.fail_after(TOTAL_SECONDS):
            return await _carry(parcel, account, means, rules)
    except TimeoutError as error:
        raise Failure(ErrorCode.PROVIDER_TIMEOUT, f"Its media took over {TOTAL_SECONDS:.0f} s to load.") from error
    except OSError as error:
        message = f"Its media could not be stored ({error.strerror or type(error).__name__}); nothing was sent."
        raise Failure(ErrorCode.PROVIDER_UNREACHABLE, message) from error


async def _carry(parcel: Parcel, account: Account, means: Means, rules: Sequence[MediaRule]) -> Load:
    folder = await to_thread.run_sync(partial(_stage, means.scratch, parcel.delivery_id, means.clock()))
    async with AsyncExitStack() as unless_all_is_well:
        unless_all_is_well.push_async_callback(Load((), folder).aclose)
        files = await _files(parcel, folder, means)
        _check_rules(files, account, rules)
        unless_all_is_well.pop_all()
    return Load(files, folder)


async def _files(parcel: Parcel, folder: Path, means: Means) -> list[Carried]:
    files: list[Carried] = []
    fetcher = means.fetching()
    try:
        for number, link in enumerate(parcel.links, 1):
            kept, target = parcel.files.get(link), folder / str(number)
            if kept is None:
                await fetcher.download(link, target)
            file = await _found(kept) if kept else Carried(target, await _measured(target, link))
            _check_kind(file, link, parcel)
            files.append(file)
    finally:
        with CancelScope(shield=True):
            await fetcher.aclose()
    return files


async def _found(kept: Kept) -> Carried:
    path = Path(kept.path)
    try:
        size = (await to_thread.run_sync(path.stat)).st_size
    except FileNotFoundError as error:
        message = f"The file {path.name[:20]} is not in this server's keeping any more: upload it again."
        raise Failure(ErrorCode.MEDIA_UNREACHABLE, message) from error
    if not kept.bytes:
        return Carried(path, await _measured(path, path.name[:20]), kept.alt_text)
    measures = Measures(kept.media_type, size, kept.width, kept.height, kept.duration)
    return Carried(path, measures, kept.alt_text)


async def _measured(path: Path, link: str) -> Measures:
    try:
        return await measure(path, (await to_thread.run_sync(path.stat)).st_size)
    except Unmeasured as error:
        raise Failure(ErrorCode.MEDIA_UNREACHABLE, f"{shown(link)} cannot be used: {error}.") from error


def _check_kind(file: Carried, link: str, parcel: Parcel) -> None:
    wanted = "video" if (parcel.media or {}).get("type") == "video" else "image"
    if file.measures.kind != wanted:
        message = f"{shown(link)} cannot be used: it is {file.measures.media_type}, not {wanted} data."
        raise Failure(ErrorCode.MEDIA_UNREACHABLE, message)


def _check_rules(files: Sequence[Carried], account: Account, rules: Sequence[MediaRule]) -> None:
    named = [MediaFile(f"/media/{number}", file.measures) for number, file in enumerate(files, 1)]
    problems, _ = check_media(rules, named, [account])
    if problems:
        said = "; ".join(f"file {problem.path.rpartition('/')[2]}: {problem.message}" for problem in problems)
        raise Failure(ErrorCode.VALIDATION_FAILED, f"Its media cannot be sent to {account.name}: {said}.")


def _stage(scratch: Path, delivery_id: str, now: datetime) -> Path:
    """Make a folder for one delivery; what an earlier try of it left is cleared away, and what is a day old."""
    scratch.mkdir(mode=0o700, parents=True, exist_ok=True)
    for left in scratch.iterdir():
        with suppress(OSError):
            if left.name.startswith(f"{delivery_id}-") or left.stat().st_mtime < (now - _LEFT).timestamp():
                shutil.rmtree(left, ignore_errors=True)
    return Path(tempfile.mkdtemp(dir=scratch, prefix=f"{delivery_id}-"))
