"""Files and fields as one form (multipart/form-data), streamed from the disk."""

import secrets
from collections.abc import AsyncGenerator, AsyncIterable, Callable, Mapping, Sequence
from dataclasses import dataclass

import httpx2


@dataclass(frozen=True, slots=True)
class Part:
    """One file of a form: ``size`` bytes; ``name`` is what the file is said to be called."""

    field: str
    name: str
    media_type: str
    size: int
    read: Callable[[], AsyncIterable[bytes]]


class Form:
    """The body of one request: what stands between the files is written by the HTTP library.

    ``fields`` come before the files; ``headers`` say what the body is, and how long; ``size`` is that in bytes.
    """

    def __init__(self, parts: Sequence[Part], fields: Mapping[str, str] | None = None) -> None:
        # A mark stands for each file, which nothing that somebody wrote can hold.
        marks = [secrets.token_hex(16).encode() for _ in parts]
        stand_ins = [(part.field, (part.name, mark, part.media_type)) for part, mark in zip(parts, marks, strict=True)]
        framed = httpx2.Request("POST", "http://form.invalid", data=dict(fields or {}), files=stand_ins)
        self._between: list[bytes] = []
        rest = framed.read()
        for mark in marks:
            before, _, rest = rest.partition(mark)
            self._between.append(before)
        self._after, self._parts = rest, tuple(parts)
        self.size = sum(map(len, self._between)) + sum(part.size for part in parts) + len(rest)
        self.headers = {"Content-Type": framed.headers["content-type"], "Content-Length": str(self.size)}

    async def read(self) -> AsyncGenerator[bytes]:
        """Read it from the beginning.

        Raises:
            Failure: a file is not as long as it was said.
        """
        for before, part in zip(self._between, self._parts, strict=True):
            yield before
            async for piece in part.read():
                yield piece
        yield self._after
