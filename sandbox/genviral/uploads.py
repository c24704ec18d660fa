"""Uploading: POST and GET /files, and the PUT to a presigned address (reference genviral 12)."""

from hashlib import sha256
from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import Response

from sandbox.clock import instant, iso
from sandbox.genviral.envelope import Answer, Refusal
from sandbox.genviral.files import DURATION, LIFETIME, SIZE, File, declared
from sandbox.genviral.service import Call, Service, demand
from sandbox.genviral.shape import Body, Record, choice, number, text
from sandbox.jsonvalue import JsonObject

#: Where presigned addresses lead; in life this is another host.
STORAGE = "/storage"

CONTENT_TYPES = (
    *("image/jpeg", "image/png", "image/gif", "image/webp", "image/heic", "image/heif"),
    *("video/mp4", "video/quicktime", "video/x-msvideo", "video/webm", "video/x-m4v"),
)

UPLOAD = Body(
    Record(
        {"contentType": choice(*CONTENT_TYPES), "filename": text(1, 255)}
        | dict.fromkeys(DURATION, number(0, whole=False))
        | dict.fromkeys(SIZE, number(0)),
        frozenset({"contentType"}),
    )
)

#: The query of GET /files: what is meant without it, the least, the most.
PAGING = {"limit": (50, 1, 100), "offset": (0, 0, None)}


def create_file(service: Service, call: Call) -> Answer:
    """Give out a presigned address for a file, and the URL that it will have."""
    demand(UPLOAD, call.body)
    now = service.clock.now()
    duration, size = declared(DURATION, call.body), declared(SIZE, call.body)
    file = service.files.issue(call.body["contentType"], call.body.get("filename"), duration, size, now)
    expires = iso(now + LIFETIME)
    query = urlencode({"expires": expires, "signature": _signature(file, expires)})
    data: JsonObject = {
        "uploadUrl": f"{call.origin}{STORAGE}/{file.id}?{query}",
        "url": file.url,
        "contentType": file.content_type,
        "expiresIn": int(LIFETIME.total_seconds()),
    }
    return Answer(data, "Upload URL created", 201)


def list_files(service: Service, call: Call) -> Answer:
    """List stored files, newest first; out-of-range paging is refused here, not clamped."""
    kind = call.query.get("type")
    if kind not in (None, "image", "video"):
        raise Refusal("invalid_query_parameter", "type must be image or video")
    limit, offset = (_paging(call, name) for name in PAGING)
    elsewhere = call.query.get("context", "all") != "all"
    files = [] if elsewhere else service.files.stored(kind)
    page = [file.view() for file in files[offset : offset + limit]]
    return Answer({"files": page, "total": len(files), "limit": limit, "offset": offset}, "Files retrieved")


async def store(service: Service, request: Request) -> Response:
    """Take a file's bytes, as object storage does: a signed address, the declared type, and no key of ours."""
    file = service.files.find(request.path_params["id"])
    expires = request.query_params.get("expires", "")
    if file is None or request.query_params.get("signature") != _signature(file, expires):
        return _storage_error(403, "SignatureDoesNotMatch")
    if "authorization" in request.headers:
        return _storage_error(400, "InvalidArgument")
    if request.headers.get("content-type") != file.content_type:
        return _storage_error(403, "SignatureDoesNotMatch")
    deadline = instant(expires)
    if deadline is None or service.clock.now() > deadline:
        return _storage_error(403, "AccessDenied")
    digest, stored = sha256(), 0
    async for chunk in request.stream():
        digest.update(chunk)
        stored += len(chunk)
    file.stored = stored
    return Response(headers={"ETag": f'"{digest.hexdigest()[:32]}"'})


def _paging(call: Call, name: str) -> int:
    usual, least, most = PAGING[name]
    text = call.query.get(name)
    try:
        value = usual if text is None else int(text)
    except ValueError:
        value = least - 1
    if value < least or (most is not None and value > most):
        raise Refusal("invalid_query_parameter", f"{name} is out of range")
    return value


def _signature(file: File, expires: str) -> str:
    """Bind an address to its file, type and time. It guards nothing: it lets a client's mangled address be noticed."""
    return sha256(f"{file.id}\n{file.content_type}\n{expires}".encode()).hexdigest()


def _storage_error(status: int, code: str) -> Response:
    page = f'<?xml version="1.0" encoding="UTF-8"?>\n<Error><Code>{code}</Code></Error>'
    return Response(page, status, media_type="application/xml")
