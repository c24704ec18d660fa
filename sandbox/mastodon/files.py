"""Media: uploaded, looked at until they are processed, and given."""

from starlette.datastructures import UploadFile
from starlette.requests import Request
from starlette.responses import Response

from sandbox.jsonvalue import reply
from sandbox.mastodon.profiles import No
from sandbox.mastodon.state import Media, Refusal, State

#: How many looks a video takes.
LOOKS = 2
LARGEST_IMAGE, LARGEST_VIDEO = 16_777_216, 103_809_024
IMAGES = ("image/jpeg", "image/png", "image/gif", "image/webp", "image/heic", "image/avif")
VIDEOS = ("video/webm", "video/mp4", "video/quicktime")
#: What a whole image of a kind begins and ends with.
_WHOLE = (
    (b"\x89PNG\r\n\x1a\n", b"IEND\xaeB`\x82"),
    (b"\xff\xd8\xff", b"\xff\xd9"),
    (b"GIF8", b";"),
    (b"RIFF", b""),
)


async def upload(state: State, request: Request) -> Response:
    """Take a file: POST /api/v2/media."""
    async with request.form() as form:
        file, words = form.get("file"), form.get("description")
        if not isinstance(file, UploadFile):
            raise Refusal(No(422), "Validation failed: File can't be blank")
        content, media_type = await file.read(), file.content_type or ""
    description = words if isinstance(words, str) else None
    made = _media(state, content, media_type, description)
    state.media[made.id] = made
    return reply(made.view(_origin(request)), 202 if made.looks else 200)


async def look(state: State, request: Request) -> Response:
    """Look at a file: GET /api/v1/media/:id."""
    media = state.media.get(request.path_params["id"])
    if media is None or not state.profile.looks_at_media:
        raise Refusal(state.profile.no_media, "Record not found")
    waiting, media.looks = media.looks > 1, max(media.looks - 1, 0)
    return reply(media.view(_origin(request)), 206 if waiting else 200)


async def give(state: State, request: Request) -> Response:
    """Give the bytes of a file."""
    media = state.media.get(request.path_params["id"])
    return Response(media.file, media_type="application/octet-stream") if media else Response(status_code=404)


def _media(state: State, content: bytes, media_type: str, description: str | None) -> Media:
    profile, film = state.profile, media_type.startswith("video/")
    if media_type not in (*IMAGES, *VIDEOS):
        raise Refusal(No(422), "Validation failed: File content type is invalid")
    if len(content) > (LARGEST_VIDEO if film else LARGEST_IMAGE):
        raise Refusal(No(422), "Validation failed: File is too large")
    if not film and profile.broken_image and not _is_whole(content):
        raise Refusal(profile.broken_image, "Unprocessable Entity: the file could not be decoded")
    if profile.longest_alt is not None and profile.long_alt and len(description or "") > profile.longest_alt:
        raise Refusal(profile.long_alt, "Validation failed: Description is too long")
    looks = LOOKS if film and profile.processes_video else 0
    return Media(state.new_id(), "video" if film else "image", content, description, looks=looks)


def _is_whole(content: bytes) -> bool:
    return any(content.startswith(begin) and content.rstrip(b"\0").endswith(end) for begin, end in _WHOLE)


def _origin(request: Request) -> str:
    return f"http://{request.headers.get('host', '127.0.0.1')}"
