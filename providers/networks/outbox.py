"""Deliver into a folder: one Markdown file per delivery, and its media beside it."""

import json
import os
import re
import shutil
import tempfile
from collections.abc import Mapping
from contextlib import suppress
from functools import partial
from mimetypes import guess_extension
from pathlib import Path, PurePosixPath

import httpx2
from anyio import CancelScope, fail_after, to_thread

from providers.fetch import Fetched, Fetcher, shown
from providers.networks.kind import Ask, Kind, Login, Means, chosen_name
from providers.networks.network import Kept, Parcel, Published, Step, Window
from providers.protocol import Failure
from schemas.account import Account
from schemas.errors import ErrorCode
from schemas.instant import Clock, wire
from schemas.rule import AltText

#: For one delivery with all its media.
TOTAL_SECONDS = 600.0


class Outbox:
    """A folder in which every delivery ends as a file that sorts by its time and is named after the delivery.

    The file comes last and at once, so whoever sees it sees all of it and all of its media. Delivering again
    finds it and leaves it alone. It is ``account``, or the one that is always there.
    """

    exact = True
    takes_files = True
    tells = False
    takes_back = False

    def __init__(self, folder: Path, fetcher: Fetcher, clock: Clock, *, account: Account | None = None) -> None:
        self.account = account or Account(id="local:outbox", platform="outbox", name="Outbox folder")
        self._folder = folder.absolute()
        self._fetcher = fetcher
        self._clock = clock

    async def prepare(self, parcel: Parcel) -> Step:
        """Return the one step there is: writing a parcel twice leaves the same file."""
        return partial(self._deliver, parcel)

    async def find(self, parcel: Parcel) -> None:
        """Find nothing: writing again tells."""

    async def take_back(self, remote_id: str) -> None:
        """Leave the folder to whoever reads it."""

    async def greet(self) -> str:
        """Make the folder, and tell where it is.

        Raises:
            Failure: it cannot be made.
        """
        try:
            await to_thread.run_sync(partial(self._folder.mkdir, parents=True, exist_ok=True))
        except OSError as error:
            raise _unwritable(error) from error
        return str(self._folder)

    async def _deliver(self, parcel: Parcel, window: Window) -> Published:
        name = f"{parcel.due_at:%Y%m%dT%H%M%SZ}-{parcel.delivery_id}"
        final = self._folder / f"{name}.md"
        try:
            with fail_after(TOTAL_SECONDS):
                await self._write(parcel, name, final)
        except TimeoutError as error:
            raise Failure(ErrorCode.PROVIDER_TIMEOUT, f"Its media took over {TOTAL_SECONDS:.0f} s to load.") from error
        except OSError as error:
            raise _unwritable(error) from error
        return Published(final.as_uri())

    async def aclose(self) -> None:
        """Close what loads media."""
        await self._fetcher.aclose()

    async def _write(self, parcel: Parcel, name: str, final: Path) -> None:
        stage = await to_thread.run_sync(_stage, self._folder, name)
        if stage is None:
            return
        try:
            media: list[tuple[str, str]] = []
            for number, link in enumerate(parcel.links, 1):
                media.append((await self._load(link, f"{name}-{number}", stage, parcel), link))
            words = _markdown(parcel, wire(self._clock()), media)
            files = [*(file for file, _ in media), final.name]
            await to_thread.run_sync(partial(_publish, stage, self._folder, files, words))
        finally:
            with CancelScope(shield=True):
                await to_thread.run_sync(partial(shutil.rmtree, stage, ignore_errors=True))

    async def _load(self, link: str, name: str, stage: Path, parcel: Parcel) -> str:
        if link in parcel.files:
            return await to_thread.run_sync(_copy, parcel.files[link], stage / name)
        wanted = "video" if (parcel.media or {}).get("type") == "video" else "image"
        fetched = await self._fetcher.download(link, stage / name)
        if fetched.media_type.partition("/")[0] not in (wanted, "") and fetched.media_type not in _OPAQUE:
            message = f"{shown(link)} cannot be used: it is {fetched.media_type}, not {wanted} data."
            raise Failure(ErrorCode.MEDIA_UNREACHABLE, message)
        file = f"{name}{_suffix(fetched, link)}"
        await to_thread.run_sync(os.rename, stage / name, stage / file)
        return file


def _unwritable(error: OSError) -> Failure:
    message = f"The outbox folder cannot be written ({error.strerror or type(error).__name__})."
    return Failure(ErrorCode.PROVIDER_UNREACHABLE, message)


def _stage(folder: Path, name: str) -> Path | None:
    """Make a folder to prepare a delivery in; ``None`` if it was delivered before.

    What an earlier try left when it was killed is cleared away.
    """
    folder.mkdir(parents=True, exist_ok=True)
    for left in folder.glob(f".{name}-*"):
        shutil.rmtree(left, ignore_errors=True)
    if (folder / f"{name}.md").exists():
        return None
    return Path(tempfile.mkdtemp(dir=folder, prefix=f".{name}-"))


def _copy(kept: Kept, target: Path) -> str:
    """Copy a file in our keeping; return its new name.

    Raises:
        Failure: the file is gone.
    """
    named = target.with_name(target.name + (guess_extension(kept.media_type, strict=False) or Path(kept.path).suffix))
    try:
        shutil.copyfile(kept.path, named)
    except FileNotFoundError as error:
        message = f"The file {Path(kept.path).name} is not in this server's keeping any more: upload it again."
        raise Failure(ErrorCode.MEDIA_UNREACHABLE, message) from error
    return named.name


def _publish(stage: Path, folder: Path, files: list[str], words: str) -> None:
    """Move prepared files into the folder, the Markdown file last, all of it on the disk before it is seen."""
    (stage / files[-1]).write_text(words, encoding="utf-8")
    for file in files:
        _sync(stage / file)
    moved: list[Path] = []
    try:
        for file in files:
            (stage / file).replace(folder / file)
            moved.append(folder / file)
        _sync(folder)
    except OSError:
        for path in moved:
            with suppress(OSError):
                path.unlink()
        raise


def _sync(path: Path) -> None:
    if path.is_dir() and os.name == "nt":
        return
    descriptor = os.open(path, os.O_RDONLY if path.is_dir() else os.O_RDWR)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _markdown(parcel: Parcel, published_at: str, media: list[tuple[str, str]]) -> str:
    """Write the file; every value of the front matter is JSON, which YAML reads as it is."""
    facts = {
        "post": parcel.post_id,
        "delivery": parcel.delivery_id,
        "account": parcel.account,
        "scheduled_at": wire(parcel.scheduled_at) if parcel.scheduled_at else None,
        "published_at": published_at,
        "media": [{"file": file, "from": link, **_shows(parcel.files.get(link))} for file, link in media],
    }
    lines = [f"{name}: {json.dumps(value)}" for name, value in facts.items()]
    return "\n".join(["---", *lines, "---", "", parcel.caption, ""])


def _shows(kept: Kept | None) -> dict[str, str]:
    return {"alt_text": kept.alt_text} if kept and kept.alt_text else {}


def _suffix(fetched: Fetched, link: str) -> str:
    """Choose a file's ending by what the server said it is, else by how the link ends."""
    known = guess_extension(fetched.media_type, strict=False)
    if known and fetched.media_type not in _OPAQUE:
        return known
    suffix = PurePosixPath(httpx2.URL(link).path).suffix.lower()
    return suffix if re.fullmatch(r"\.[a-z0-9]{1,5}", suffix) else ".bin"


async def _log_in(given: Mapping[str, str], means: Means) -> Login:
    """Make an account of a folder, and the folder.

    Raises:
        ValueError: the name or the path will not do.
        Failure: the folder cannot be made.
    """
    name, folder = chosen_name(given), _full(given["folder"].strip())
    account = Account(f"local:outbox-{name}", "outbox", f"Outbox folder {name}", str(folder))
    login = Login(account, {"folder": str(folder)})
    opened = _connect(login, means)
    try:
        await opened.greet()
    finally:
        await opened.aclose()
    return login


def _full(told: str) -> Path:
    folder = Path(told).expanduser()
    if not folder.is_absolute():
        raise ValueError(f"{told[:200]} is no full path, and servers are started in other folders")
    return folder


def _connect(login: Login, means: Means) -> Outbox:
    return Outbox(Path(login.settings["folder"]), means.fetching(), means.clock, account=login.account)


KIND = Kind(
    platform="outbox",
    title="Outbox (a folder of files)",
    asks=(
        Ask("name", "What to call it here, such as blog"),
        Ask("folder", "The folder's full path"),
    ),
    log_in=_log_in,
    connect=_connect,
    alt_text=AltText(1_500),
)

_OPAQUE = frozenset({"application/octet-stream", "binary/octet-stream"})
