"""Files in our keeping as the parts of a form, streamed while a post is published."""

from collections.abc import AsyncGenerator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from mimetypes import guess_extension
from pathlib import Path

import anyio

from providers.forms import Form, Part
from providers.networks.calling import TOTAL_SECONDS
from providers.networks.network import Kept
from providers.protocol import Failure
from providers.uploads import Pieces
from schemas.errors import ErrorCode

#: The slowest line on which a large file still gets through (bytes a second).
SLOWEST = 128 * 1024


async def size(kept: Kept) -> int:
    """Tell how large a file is (bytes).

    Raises:
        Failure: it is gone.
    """
    try:
        return (await anyio.Path(kept.path).stat()).st_size
    except OSError as error:
        message = f"The file {Path(kept.path).name} is not in this server's keeping any more: upload it again."
        raise Failure(ErrorCode.MEDIA_UNREACHABLE, message) from error


def file_name(kept: Kept, number: int) -> str:
    """Name a file by its place among the others and by what it is, which is what networks go by."""
    return f"{number}{guess_extension(kept.media_type, strict=False) or Path(kept.path).suffix}"


def patience(total: int) -> float:
    """Tell how long a request with so many bytes may take (seconds)."""
    return TOTAL_SECONDS + total / SLOWEST


@asynccontextmanager
async def form(fields: Mapping[str, str], files: Mapping[str, Kept]) -> AsyncGenerator[Form]:
    """Put fields, and files by the name of their field, together; the files are open until the context ends.

    Raises:
        Failure: a file is gone.
    """
    async with AsyncExitStack() as stack:
        parts: list[Part] = []
        for number, (field, kept) in enumerate(files.items(), 1):
            length = await size(kept)
            opened = await stack.enter_async_context(await anyio.open_file(kept.path, "rb"))
            parts.append(Part(field, file_name(kept, number), kept.media_type, Pieces(opened, length, None)))
        yield Form(parts, fields)
