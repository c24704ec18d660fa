"""Uploading and the library: /media (reference socialapi 8)."""

import re
from hashlib import sha256
from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import Response

from sandbox.clock import instant, iso
from sandbox.socialapi.envelope import Answer, Refusal, invalid
from sandbox.socialapi.library import LIFETIME, Medium
from sandbox.socialapi.limits import wire
from sandbox.socialapi.paging import cut
from sandbox.socialapi.service import Call, Service

#: Where presigned addresses lead; in life this is another host.
STORAGE = "/storage"

#: A form takes no more; what is larger goes to a presigned address.
LARGEST_FORM = 50 * 1024 * 1024
PAGE = 50

_MIME = re.compile(r"[a-z]+/[a-z0-9.+-]+", re.ASCII)


def upload_media(service: Service, call: Call) -> Answer:
    """Take a file from a form: it can be posted at once."""
    upload = call.upload
    if upload is None:
        raise invalid("file", "file is required", "validation.field_required")
    if upload.size > LARGEST_FORM:
        raise invalid("file", "file must be at most 50 MB")
    _fits(service, upload.size)
    medium = service.library.issue(upload.filename, upload.content_type, service.clock.now())
    medium.size_bytes, medium.status = upload.size, "ready"
    return Answer({"media_id": medium.id}, 201)


def get_upload_url(service: Service, call: Call) -> Answer:
    """Give out a presigned address for a file."""
    for name in ("media_type", "filename"):
        if not call.query.get(name):
            raise invalid(name, f"{name} is required", "validation.field_required")
    content_type = call.query["media_type"].lower()
    if _MIME.fullmatch(content_type) is None:
        raise invalid("media_type", "media_type must be a MIME type")
    _fits(service, 1)
    now = service.clock.now()
    medium = service.library.issue(call.query["filename"], content_type, now)
    expires = iso(now + LIFETIME)
    query = urlencode({"expires": expires, "signature": _signature(medium, expires)})
    url = f"{call.origin}{STORAGE}/{medium.id}?{query}"
    return Answer({"media_id": medium.id, "upload_url": url, "expires_at": expires})


def verify_media(service: Service, call: Call) -> Answer:
    """Make a file ready whose bytes have come; without them there is none. A repeat changes nothing.

    Raises:
        Refusal: ``media.not_found``, or ``billing.storage_quota``, and then the file is lost.
    """
    medium = service.library.find(call.path["id"])
    if medium is None or medium.size_bytes is None or medium.status == "failed":
        raise Refusal("media.not_found")
    if medium.status == "pending":
        try:
            _fits(service, medium.size_bytes)
        except Refusal:
            medium.status = "failed"
            raise
        medium.status = "ready"
    return Answer({"success": True})


def list_media(service: Service, call: Call) -> Answer:
    """List what can be posted, newest first; ``count`` is that of the page."""
    found = service.library.ready()
    page = cut(found, lambda one: (one.created_at, one.number), call.query, usual=PAGE, newest_first=True)
    body = {"data": [medium.view() for medium in page.items], "count": len(page.items)}
    return Answer(body if page.next_cursor is None else body | {"next_cursor": page.next_cursor})


def delete_media(service: Service, call: Call) -> Answer:
    """Delete a file that no post names any more, in whatever state the post is."""
    medium = service.library.find(call.path["id"])
    if medium is None:
        raise Refusal("media.not_found")
    wanted = {"source_type": "media_id", "source": medium.id}
    if any(wanted.items() <= item.items() for post in service.posts for item in post.media):
        raise Refusal("media.in_use")
    service.library.remove(medium)
    return Answer(None, 204)


def get_storage(service: Service, call: Call) -> Answer:
    """Tell how much storage is used."""
    used, most = service.library.used_bytes, wire(service.meter.limits.plan.storage_bytes)
    body = {"used_bytes": used, "limit_bytes": most, "count": len(service.library.ready())}
    return Answer(body, headers={"X-Storage-Used": str(used), "X-Storage-Limit": str(most)})


async def store(service: Service, request: Request) -> Response:
    """Take a file's bytes, as object storage does: a signed address, the declared type, and no key of ours."""
    medium = service.library.find(request.path_params["id"])
    expires = request.query_params.get("expires", "")
    if medium is None or request.query_params.get("signature") != _signature(medium, expires):
        return _storage_error(403, "SignatureDoesNotMatch")
    if "authorization" in request.headers:
        return _storage_error(400, "InvalidArgument")
    if request.headers.get("content-type") != medium.content_type:
        return _storage_error(403, "SignatureDoesNotMatch")
    deadline = instant(expires)
    if deadline is None or service.clock.now() > deadline:
        return _storage_error(403, "AccessDenied")
    digest, stored = sha256(), 0
    async for chunk in request.stream():
        digest.update(chunk)
        stored += len(chunk)
    medium.size_bytes = stored
    return Response(headers={"ETag": f'"{digest.hexdigest()[:32]}"'})


def _fits(service: Service, size: int) -> None:
    """Hold the library to the plan's storage.

    Raises:
        Refusal: ``billing.storage_quota``.
    """
    limits = service.meter.limits
    most = limits.plan.storage_bytes
    if most is not None and service.library.used_bytes + size > most:
        raise Refusal("billing.storage_quota", plan=limits.name, max=most)


def _signature(medium: Medium, expires: str) -> str:
    """Bind an address to its file, type and time. It guards nothing: it lets a client's mangled address be noticed."""
    return sha256(f"{medium.id}\n{medium.content_type}\n{expires}".encode()).hexdigest()


def _storage_error(status: int, code: str) -> Response:
    page = f'<?xml version="1.0" encoding="UTF-8"?>\n<Error><Code>{code}</Code></Error>'
    return Response(page, status, media_type="application/xml")
