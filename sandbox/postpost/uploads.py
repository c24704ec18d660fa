"""Uploading: get-upload-url, the PUT to the presigned address that it gives, and the file there (reference 5.6)."""

import re
from hashlib import sha256
from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import Response

from sandbox.jsonvalue import JsonObject
from sandbox.postpost.ids import is_object_id
from sandbox.postpost.javascript import falsy, string
from sandbox.postpost.media import LARGEST_KEPT, LIFETIME, Media
from sandbox.postpost.refusals import refuse
from sandbox.postpost.service import Call, Service

#: Where presigned addresses lead; in life this is another host.
STORAGE = "/storage"

#: ``type`` -> the folder. Anything else breaks the making of the address, as leaving it out is documented to.
FOLDERS = {"image": "images", "video": "videos"}

_UNSAFE = re.compile(r"[^a-zA-Z0-9_.-]", re.ASCII)


def create_upload(service: Service, call: Call) -> JsonObject:
    """Give out a presigned address for a file of a group; whose group that is, the service does not ask."""
    names = ("fileName", "contentType", "postGroupId")
    if any(falsy(call.body.get(name)) for name in names):
        raise refuse("upload_fields_required")
    file_name, content_type, group_id = (string(call.body[name]) for name in names)
    kind = string(call.body.get("type"))
    if kind not in FOLDERS or not is_object_id(group_id):
        raise refuse("upload_failed")
    media_id = service.ids.new()
    key = f"{FOLDERS[kind]}/{media_id}-{_UNSAFE.sub('', file_name.strip().replace(' ', '_'))}"
    path = f"{STORAGE}/{key}"
    file_url = f"{service.files_at or call.origin}{path}"
    expires_at = service.clock.now() + LIFETIME
    media = Media(media_id, group_id.lower(), kind, key, content_type, file_url, expires_at)
    service.storage.add(media)
    upload_url = f"{call.origin}{path}?{urlencode(_presigned(media))}"
    return {"success": True, "uploadUrl": upload_url, "fileUrl": file_url, "mediaId": media_id}


async def store(service: Service, request: Request) -> Response:
    """Take a file's bytes as S3 does: a signed address, the declared type, a length, and no other credentials."""
    media = service.storage.find("{folder}/{name}".format(**request.path_params))
    if media is None or dict(request.query_params) != _presigned(media):
        return _storage_error(403, "SignatureDoesNotMatch")
    if "authorization" in request.headers:
        return _storage_error(400, "InvalidArgument")
    if request.headers.get("content-type") != media.content_type:
        return _storage_error(403, "SignatureDoesNotMatch")
    if service.clock.now() > media.expires_at:
        return _storage_error(403, "AccessDenied")
    if "content-length" not in request.headers:
        return _storage_error(501, "NotImplemented")
    digest, stored, content = sha256(), 0, bytearray()
    async for chunk in request.stream():
        digest.update(chunk)
        stored += len(chunk)
        content += chunk if stored <= LARGEST_KEPT else b""
    media.stored, media.content = stored, bytes(content) if stored <= LARGEST_KEPT else None
    media.saw_key = media.saw_key or "x-api-key" in request.headers
    return Response(headers={"ETag": f'"{digest.hexdigest()[:32]}"'})


async def give(service: Service, request: Request) -> Response:
    """Give a stored file to anybody: its address is public. Of one that is not there S3 says no more than this."""
    media = service.storage.find("{folder}/{name}".format(**request.path_params))
    if media is None or media.content is None:
        return _storage_error(403, "AccessDenied")
    return Response(media.content, media_type=media.content_type)


def _presigned(media: Media) -> dict[str, str]:
    """Make the query of an address. It guards nothing: it lets a client's mangled address be noticed."""
    signature = sha256(f"{media.key}\n{media.content_type}\n{media.expires_at}".encode("utf-8", "replace")).hexdigest()
    return {
        "X-Amz-Algorithm": "AWS4-HMAC-SHA256",
        "X-Amz-Credential": "SANDBOX/us-east-1/s3/aws4_request",
        "X-Amz-Date": f"{media.expires_at - LIFETIME:%Y%m%dT%H%M%SZ}",
        "X-Amz-Expires": f"{LIFETIME.total_seconds():.0f}",
        "X-Amz-SignedHeaders": "content-type;host",
        "X-Amz-Signature": signature,
    }


def _storage_error(status: int, code: str) -> Response:
    page = f'<?xml version="1.0" encoding="UTF-8"?>\n<Error><Code>{code}</Code></Error>'
    return Response(page, status, media_type="application/xml")
