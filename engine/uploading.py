"""upload_media: take a file in under a handle, and bring it to a provider that takes files ahead of posts."""

import sqlite3
from dataclasses import dataclass

import structlog

from engine import telling
from engine.call import Call
from engine.desk import Desk
from engine.permits import Effect, permit
from engine.taking import Unusable
from engine.verdict import read_failed, refused
from providers.protocol import Failure
from schemas.asset import Asset
from schemas.errors import ErrorCode
from schemas.problem import Problem, ProblemCode
from schemas.result import Result, failure

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Upload:
    """Where a file comes from: exactly one of ``path``, ``url`` and ``data``; and the provider that is to have it."""

    path: str | None
    url: str | None
    data: str | None
    filename: str | None
    alt_text: str | None
    provider: str | None


async def upload(desk: Desk, wanted: Upload, call: Call) -> Result:
    """Take a file in, and bring it on. Every path ends in a verdict; whatever happens, nothing is posted."""
    held = await permit(desk, call, Effect.KEEP, (), "Take in a media file.")
    if held:
        return held
    asset = None
    try:
        asset = await _taken(desk, wanted, call)
        there = await _brought(desk, wanted.provider, asset, call) if wanted.provider else None
    except Unusable as refusal:
        return refused(
            [Problem(path=_named(wanted), code=ProblemCode.UNSUPPORTED, message=refusal.why, fix=refusal.fix)]
        )
    except Failure as error:
        told = read_failed(error, wanted.provider)
        kept = f" The file itself is kept as {asset.handle}." if asset else ""
        return told.model_copy(update={"message": f"{told.message}{kept}"})
    except (sqlite3.Error, OSError) as error:
        log.exception("media_unusable")
        return failure(ErrorCode.STORAGE_FAILED, f"The file could not be kept ({error}). Nothing was sent.")
    return telling.uploaded(asset, wanted.provider, brought=bool(there))


async def _taken(desk: Desk, wanted: Upload, call: Call) -> Asset:
    if wanted.path is not None:
        return await desk.takings.path(wanted.path, await call.roots(), wanted.alt_text, call.progress)
    if wanted.url is not None:
        return await desk.takings.link(wanted.url, wanted.alt_text, call.progress)
    return await desk.takings.data(wanted.data or "", wanted.filename or "file", wanted.alt_text)


async def _brought(desk: Desk, provider: str, asset: Asset, call: Call) -> Asset | None:
    """Bring a file to a provider, unless it has it; ``None`` where files travel with each post."""
    tenant = desk.tenants.get(provider, "")
    [known] = (await desk.media.find([asset.handle], provider, tenant)).values()
    if known.remote:
        return known
    there = await desk.providers[provider].bring(asset, call.progress)
    return await desk.media.note_brought(asset, provider, tenant, there) if there else None


def _named(wanted: Upload) -> str:
    return "/path" if wanted.path is not None else "/url" if wanted.url is not None else "/data"
