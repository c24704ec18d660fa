"""A file as the one field of a form (multipart/form-data), streamed from the disk."""

from collections.abc import AsyncGenerator

import httpx2

from providers.uploads import Pieces


class Form:
    """The body of one request: what stands before the file and after it is written by the HTTP library.

    ``name`` is what the file is said to be called; ``headers`` say what the body is, and how long.
    """

    def __init__(self, field: str, name: str, media_type: str, pieces: Pieces) -> None:
        empty = httpx2.Request("POST", "http://form.invalid", files={field: (name, b"", media_type)})
        content_type = empty.headers["content-type"]
        whole, after = empty.read(), f"\r\n--{content_type.partition('boundary=')[2]}--\r\n".encode()
        self._before, self._after, self._pieces = whole.removesuffix(after), after, pieces
        self.headers = {"Content-Type": content_type, "Content-Length": str(len(whole) + pieces.size)}

    async def read(self) -> AsyncGenerator[bytes]:
        """Read it from the beginning."""
        yield self._before
        async for piece in self._pieces.read():
            yield piece
        yield self._after
