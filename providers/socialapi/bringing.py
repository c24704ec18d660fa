"""Bring files to SocialAPI ahead of a post: small ones in a form, large ones to a link of its storage (reference 8)."""

from providers import payload
from providers.protocol import Failure
from providers.socialapi.api import Api, within
from providers.wire import segment
from schemas.asset import Asset, Brought, Progress
from schemas.errors import ErrorCode
from schemas.jsonvalue import JsonObject, text

#: The largest file that goes in a form, in bytes: 50 MB, of which nobody says whether they are binary.
MAX_FORM = 50_000_000
#: How long a form may take, and a file on its way to a link, which itself is good for 15 minutes (seconds).
FORM_SECONDS, LINK_SECONDS = 240.0, 840.0
#: How long the requests around a file on its way to a link may take, each (seconds).
ASIDE_SECONDS = 20.0


async def bring(api: Api, asset: Asset, progress: Progress) -> Brought:
    """Bring a file, and tell its id; a file that nothing is posted of costs storage alone.

    Raises:
        Failure: it is not there, or (``doubt``) nobody knows.
    """
    if asset.measures.bytes > MAX_FORM:
        return await _by_link(api, asset, progress)
    try:
        return Brought(_reference(await api.put_in(asset, seconds=FORM_SECONDS, progress=progress)))
    except Failure as error:
        # A proxy before the service takes less than the service says (reference socialapi 1).
        if not _is_too_large_for_a_proxy(error):
            raise
    return await _by_link(api, asset, progress)


async def _by_link(api: Api, asset: Asset, progress: Progress) -> Brought:
    asked = {"media_type": asset.measures.media_type, "filename": asset.name}
    async with within(ASIDE_SECONDS):
        place = await api.call("GET", "/media/upload-url", query=asked)
    reference, url = _reference(place), text(place.get("upload_url"))
    if not url:
        raise Failure(ErrorCode.UNEXPECTED_ANSWER, "SocialAPI named no place for the file.")
    await api.put_at(url, asset, seconds=LINK_SECONDS, progress=progress)
    async with within(ASIDE_SECONDS):
        await api.call("POST", f"/media/{segment(reference)}/verify", check=_check)
    return Brought(reference)


def _reference(answer: JsonObject) -> str:
    found = payload.identifier(answer.get("media_id"), 200)
    if not found:
        raise Failure(ErrorCode.UNEXPECTED_ANSWER, "SocialAPI answered without the file's id.", doubt=True)
    return found


def _check(answer: JsonObject) -> None:
    if answer.get("success") is False:
        raise Failure(ErrorCode.MEDIA_UNREACHABLE, "SocialAPI does not find the file that was sent to its storage.")


def _is_too_large_for_a_proxy(error: Failure) -> bool:
    told = error.provider_error
    return told is not None and told.http_status == _TOO_LARGE and told.code is None


_TOO_LARGE = 413
