"""Bring a file to Genviral's storage: a link is asked for, the bytes are put there (reference genviral 12)."""

from providers.genviral.api import Api
from providers.protocol import Failure
from providers.retrying import Kind
from schemas.asset import Asset, Brought, Progress
from schemas.errors import ErrorCode
from schemas.jsonvalue import JsonObject, text
from schemas.problem import Problem, ProblemCode
from schemas.untrusted import clean

#: What POST /files takes; posts take fewer.
TYPES = frozenset(
    {
        *("image/jpeg", "image/png", "image/gif", "image/webp", "image/heic", "image/heif"),
        *("video/mp4", "video/quicktime", "video/x-msvideo", "video/webm", "video/x-m4v"),
    }
)
#: How long a link is good for where the service does not say (seconds).
GOOD_FOR = 600.0
_LONGEST_NAME, _LONGEST_LINK = 255, 2_000


async def bring(api: Api, asset: Asset, progress: Progress, most: float = GOOD_FOR) -> Brought:
    """Ask for a link and stream the file there, within the time that the link is good for or ``most`` seconds.

    A lost answer to the first step leaves nothing behind but a link that nobody uses, so it is asked for again.

    Raises:
        Failure: it is not there, or nobody knows; either way nothing was published.
    """
    _check_type(asset)
    said = await api.send(Kind.READ, "POST", "/files", body=_body(asset), check=_check)
    url, lasts = text(said.data.get("uploadUrl")) or "", said.data.get("expiresIn")
    good_for = lasts if isinstance(lasts, int | float) and lasts > 0 else GOOD_FOR
    measures = asset.measures
    await api.upload(
        url, asset.path, measures.media_type, measures.bytes, seconds=min(good_for, most), progress=progress
    )
    return Brought(_link(said.data))


def _body(asset: Asset) -> JsonObject:
    """Tell what is known of the file: it is kept there, and spares posts the warnings that it is not known."""
    measures = asset.measures
    body: JsonObject = {
        "contentType": measures.media_type,
        "filename": clean(asset.name, _LONGEST_NAME) or None,
        "bytes": measures.bytes,
        "duration_sec": measures.duration if measures.kind == "video" else None,
    }
    return {name: value for name, value in body.items() if value is not None}


def _check_type(asset: Asset) -> None:
    media_type = asset.measures.media_type
    if media_type not in TYPES:
        names = ", ".join(sorted(name.partition("/")[2].removeprefix("x-") for name in TYPES))
        problem = Problem(
            path="",
            code=ProblemCode.UNSUPPORTED,
            message=f"{media_type} is not taken by Genviral",
            fix=f"Give a file of one of these types: {names}.",
        )
        raise Failure(ErrorCode.VALIDATION_FAILED, "Genviral does not take such a file.", problems=(problem,))


def _check(data: JsonObject) -> None:
    if not text(data.get("uploadUrl")) or not _link(data):
        message = "Genviral named no place for the file, or no link that it would have."
        raise Failure(ErrorCode.UNEXPECTED_ANSWER, message, doubt=True)


def _link(data: JsonObject) -> str:
    """Read the link that the file will have; empty where it is none that could be told as it is."""
    link = text(data.get("url")) or ""
    return link if link.startswith(("https://", "http://")) and clean(link, _LONGEST_LINK) == link else ""
