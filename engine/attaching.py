"""What a request calls its media: files are taken in and measured, links are looked at, before anything is made."""

import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from anyio import create_task_group, fail_after, move_on_after

from engine.abreast import abreast
from engine.call import Call
from engine.desk import Desk
from engine.media import PREFIX
from engine.taking import Unusable
from engine.verdict import read_failed
from providers.fetch import shown
from providers.protocol import Failure, Provider
from schemas.account import Account
from schemas.asset import Asset, Measures, Probing, only_image
from schemas.errors import ErrorCode
from schemas.jsonvalue import JsonObject, items, members, text
from schemas.media_rule import MediaFile, check_media
from schemas.post import Warn
from schemas.problem import Problem, ProblemCode
from schemas.result import Result
from schemas.untrusted import clean

#: How long links may take to be looked at (seconds; design section 8).
PROBE_SECONDS = 3.0
#: How long the files of a draft are kept after each change of it.
WAITS = timedelta(days=90)
_UPLOAD_FIRST = "Call upload_media with it first; it has more time, and gives a handle to use here."


@dataclass(slots=True)
class Attached:
    """The media of a request as they are recorded, each file under its handle; and what was found out about them."""

    media: JsonObject | None = None
    assets: dict[str, Asset] = field(default_factory=dict[str, Asset])
    files: list[MediaFile] = field(default_factory=list[MediaFile])
    problems: list[Problem] = field(default_factory=list[Problem])
    warnings: list[Warn] = field(default_factory=list[Warn])

    def refuse(self, path: str, why: str, fix: str, code: ProblemCode = ProblemCode.NOT_ALLOWED) -> None:
        """Note that something about one of the media is wrong."""
        self.problems.append(Problem(path=path, code=code, message=why, fix=fix))


async def attach(desk: Desk, call: Call, provider: Provider, media: JsonObject | None) -> Attached:
    """Take in the files of a request, find those that were taken in before, and look at the links.

    Raises:
        Failure: files cannot be kept.
        sqlite3.Error, OSError: the database cannot be used.
    """
    if media is None:
        return Attached()
    attached = Attached(media)
    links = list(_links(media))
    handles, tenant = [link for _, link in links if link.startswith(PREFIX)], desk.tenants.get(provider.name, "")
    known: dict[str, Asset | Unusable] = {}
    if handles:
        known |= await desk.media.find(handles, provider.name, tenant)
    files = [link for _, link in links if not link.startswith(PREFIX) and not _is_link(link)]
    if files:
        known |= await _taken(desk, call, files)
    for path, link in links:
        found = known.get(link)
        if isinstance(found, Asset):
            attached.assets[found.handle] = found
            attached.files.append(MediaFile(path, found.measures))
            _hold_to_kind(attached, path, found.name, found.measures)
        elif found:
            attached.refuse(path, found.why, found.fix)
        elif link.startswith(PREFIX):
            fix = "Upload the file again with upload_media, and use the handle that it gives."
            attached.refuse(path, f"{link[:60]} was never issued, or is forgotten", fix)
    # What was taken in just now may have been brought before, under another name.
    taken = [handle for handle in attached.assets if handle not in known]
    if taken:
        attached.assets |= await desk.media.find(taken, provider.name, tenant)
    attached.media = _renamed(media, {link: found.handle for link, found in known.items() if isinstance(found, Asset)})
    await _look_at(desk, call, attached, [(path, link) for path, link in links if _is_link(link)])
    return attached


def held_against(provider: Provider, attached: Attached, accounts: tuple[Account, ...], *, anew: bool = True) -> None:
    """Hold the files against what the accounts' platforms take, and say what is lost on the way.

    ``anew``: a post is made of them; alternative text goes no other way.
    """
    problems, warnings = check_media(provider.rules.media, attached.files, accounts)
    attached.problems += problems
    attached.warnings += warnings
    words = max((len(asset.alt_text or "") for asset in attached.assets.values()), default=0)
    alone, rows = anew and only_image(attached.media) is not None, provider.rules.alt_text
    most = {platform: row.most for platform, row in rows.items() if alone or not row.alone}
    deaf = [account.label for account in accounts if words > most.get(account.platform, 0)]
    if deaf:
        message = f"{provider.name} carries no alternative text to {', '.join(deaf)}: it is left out there."
        attached.warnings.append(Warn("ALT_TEXT_DROPPED", message, "media"))


async def brought(
    desk: Desk, call: Call, provider: Provider, assets: Mapping[str, Asset]
) -> Mapping[str, Asset] | Result:
    """Bring files to a provider that takes them ahead of a post; those that are there already stay as they are.

    Raises:
        sqlite3.Error, OSError: the database cannot be used.
    """
    missing, tenant = [asset for asset in assets.values() if not asset.remote], desk.tenants.get(provider.name, "")
    found, whole, there = dict(assets), sum(asset.measures.bytes for asset in missing), dict[str, float]()

    async def bring(asset: Asset) -> None:
        async def tell(done: float, _: float, doing: str) -> None:
            there[asset.handle] = done
            await call.progress(sum(there.values()), whole, doing)

        came = await provider.bring(asset, tell)
        if came:
            found[asset.handle] = await desk.media.note_brought(asset, provider.name, tenant, came)

    try:
        with fail_after(call.time_left):
            await abreast(bring, missing, _BROUGHT_AT_ONCE)
    except (Failure, TimeoutError) as late:
        return read_failed(late if isinstance(late, Failure) else _too_slow(missing, provider), provider.name)
    return found


async def doubt_files(desk: Desk, provider: str, assets: Mapping[str, Asset], verdict: Result) -> None:
    """Bring files anew with the next try, after a refusal that speaks of media: the service may have lost them."""
    spoken = any(problem.path.startswith("/media") for problem in verdict.problems)
    known = [handle for handle, asset in assets.items() if asset.remote]
    if known and (spoken or verdict.error_code in _OF_MEDIA):
        with suppress(sqlite3.Error, OSError):
            await desk.media.note_gone(known, provider, desk.tenants.get(provider, ""))


#: How many files are measured, and how many are brought at one time; and how many are named in one sentence.
_TAKEN_AT_ONCE, _BROUGHT_AT_ONCE, _NAMED = 4, 3, 3
_OF_MEDIA = (ErrorCode.NOT_FOUND, ErrorCode.MEDIA_UNREACHABLE)


def _too_slow(missing: Sequence[Asset], provider: Provider) -> Failure:
    names = ", ".join(asset.name for asset in missing[:_NAMED])
    more = f" and {len(missing) - _NAMED} more" if len(missing) > _NAMED else ""
    message = f"{names}{more} did not reach {provider.name} in the time that a post has. Nothing was posted."
    return Failure(ErrorCode.PROVIDER_TIMEOUT, message, advice=_UPLOAD_FIRST)


async def recorded(desk: Desk, provider: str, tenant: str, request: JsonObject) -> dict[str, Asset]:
    """Find the files of a recorded post, those that are still kept.

    Raises:
        sqlite3.Error, OSError: the database cannot be used.
    """
    handles = [link for _, link in _links(members(request.get("media"))) if link.startswith(PREFIX)]
    return await desk.media.find(handles, provider, tenant) if handles else {}


async def keep(desk: Desk, media: JsonObject | None, scheduled_at: datetime | None, *, waits: bool) -> None:
    """Keep the files of a post until some time after it goes out; one that ``waits`` has no time for that yet.

    Raises:
        sqlite3.Error, OSError: the database cannot be used.
    """
    handles = [link for _, link in _links(members(media)) if link.startswith(PREFIX)]
    if handles:
        last = [desk.clock() + WAITS] if waits else []
        await desk.media.keep(handles, max([*last, *([scheduled_at] if scheduled_at else [])], default=None))


def _links(media: JsonObject) -> Iterator[tuple[str, str]]:
    """Walk over the links of media, each with the pointer to it."""
    url = text(media.get("url"))
    if url is not None:
        yield "/media/url", url
    for index, link in enumerate(items(media.get("urls"))):
        if isinstance(link, str):
            yield f"/media/urls/{index}", link


def _is_link(link: str) -> bool:
    return link.lower().startswith(("http://", "https://"))


def _renamed(media: JsonObject, handed: Mapping[str, str]) -> JsonObject:
    """Call files by their handles."""
    named = dict(media)
    if "url" in media:
        named["url"] = handed.get(media["url"], media["url"])
    if "urls" in media:
        named["urls"] = [handed.get(link, link) for link in media["urls"]]
    return named


async def _taken(desk: Desk, call: Call, files: Sequence[str]) -> dict[str, Asset | Unusable]:
    """Take in files of this machine, each once and some at a time, as far as the time reaches.

    Raises:
        Failure: files cannot be kept.
    """
    late = "could not be read in the time that a post has"
    found: dict[str, Asset | Unusable] = {file: Unusable(f"{clean(file, 60)} {late}", _UPLOAD_FIRST) for file in files}
    done: set[str] = set()
    with move_on_after(call.time_left):
        roots = await call.roots()

        async def take(file: str) -> None:
            try:
                found[file] = await desk.takings.path(file, roots, None, _silent)
            except Unusable as refusal:
                found[file] = refusal
            done.add(file)
            await call.progress(len(done), len(found), "Reading files.")

        await abreast(take, found, _TAKEN_AT_ONCE)
    return found


async def _silent(done: float, total: float, doing: str) -> None:
    """Say nothing of one file of several."""


def _hold_to_kind(attached: Attached, path: str, name: str, measures: Measures) -> None:
    wanted = _wanted(attached)
    if wanted and measures.kind != wanted:
        why = f"{name} is {measures.media_type}, not of kind {wanted}"
        attached.refuse(path, why, "Use type video with a video, or type slideshow with images.")


def _wanted(attached: Attached) -> str | None:
    return {"video": "video", "slideshow": "image"}.get(str((attached.media or {}).get("type")))


async def _look_at(desk: Desk, call: Call, attached: Attached, links: list[tuple[str, str]]) -> None:
    """Look at all links at once, as far as the time reaches."""
    if desk.probing is Probing.OFF or not links:
        return
    found: dict[str, Measures | Failure] = {}

    async def look(link: str) -> None:
        try:
            found[link] = await desk.takings.look(link)
        except Failure as error:
            found[link] = error

    with move_on_after(min(PROBE_SECONDS, call.time_left)):
        async with create_task_group() as group:
            for link in {link for _, link in links}:
                group.start_soon(look, link)
    for path, link in links:
        seen = found.get(link)
        if isinstance(seen, Measures) and seen.sure:
            attached.files.append(MediaFile(path, seen))
            _hold_to_kind(attached, path, shown(link), seen)
        elif isinstance(seen, Measures) and seen.kind in ("", _wanted(attached)):
            attached.files.append(MediaFile(path, seen))
        elif isinstance(seen, Measures):
            _unseen(desk, attached, path, f"{shown(link)} shows {seen.kind}, not {_wanted(attached)}.")
        else:
            _unseen(desk, attached, path, seen.message if seen else f"{shown(link)} did not open in time.")


def _unseen(desk: Desk, attached: Attached, path: str, why: str) -> None:
    if desk.probing is Probing.REQUIRE:
        attached.refuse(path, why, "Give a public link that opens without a login, or upload_media the file.")
    else:
        message = f"{why} The service will fetch it itself; check the link."
        attached.warnings.append(Warn("MEDIA_NOT_SEEN", message, path[1:]))
