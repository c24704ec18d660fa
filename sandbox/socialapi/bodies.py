"""What a route takes for its body: nothing, JSON, JSON or nothing, or a form with a file."""

from collections.abc import Awaitable, Callable

from starlette.datastructures import UploadFile
from starlette.exceptions import HTTPException
from starlette.requests import Request

from sandbox.jsonvalue import JsonObject, is_object, read
from sandbox.socialapi.envelope import invalid
from sandbox.socialapi.service import Upload

#: The body as an object, and the file that it brought.
Body = tuple[JsonObject, Upload | None]
Reader = Callable[[Request], Awaitable[Body]]


async def nothing(request: Request) -> Body:
    """Read nothing; whatever comes is ignored."""
    return {}, None


async def json(request: Request) -> Body:
    """Read an object.

    Raises:
        Refusal: ``validation.body_invalid``.
    """
    try:
        found = read(await request.body())
    except ValueError:
        found = None
    if not is_object(found):
        raise invalid("body", "body is not a JSON object", "validation.body_invalid")
    return found, None


async def perhaps_json(request: Request) -> Body:
    """Read an object where there is a body at all."""
    return await json(request) if await request.body() else ({}, None)


async def file(request: Request) -> Body:
    """Read the field ``file`` of a form; its bytes are counted and forgotten.

    Raises:
        Refusal: ``validation.body_invalid`` for a broken form.
    """
    try:
        async with request.form() as form:
            found = form.get("file")
            if not isinstance(found, UploadFile):
                return {}, None
            content_type = found.content_type or "application/octet-stream"
            return {}, Upload(found.filename or "file", content_type.lower(), found.size or 0)
    except HTTPException:
        raise invalid("body", "body is not a form", "validation.body_invalid") from None
