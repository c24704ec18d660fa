"""Media files of a chosen kind, made on the spot: pictures by hand, films by an encoder."""

import struct
import zlib
from fractions import Fraction
from pathlib import Path
from typing import Any

import av


def png(width: int = 64, height: int = 48, *, noise: bytes = b"") -> bytes:
    """A picture of which only the header and a little of the data is there; ``noise`` makes it another file."""

    def chunk(name: bytes, content: bytes) -> bytes:
        body = name + content
        return struct.pack(">I", len(content)) + body + struct.pack(">I", zlib.crc32(body))

    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    text = chunk(b"tEXt", b"Comment\x00" + noise) if noise else b""
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", header)
        + text
        + chunk(b"IDAT", zlib.compress(bytes(100)))
        + chunk(b"IEND", b"")
    )


def encoded(
    path: Path,
    *,
    width: int = 64,
    height: int = 48,
    seconds: float = 1.0,
    rate: int = 24,
    codec: str = "",
    options: dict[str, str] | None = None,
) -> Path:
    """A film or a picture in the format that the file's name says; ``options`` are for its container."""
    films = {**dict.fromkeys((".mp4", ".mov", ".avi", ".mkv"), "mpeg4"), ".webm": "libvpx"}
    codecs = {**films, ".jpg": "mjpeg", ".gif": "gif", ".webp": "libwebp"}
    opened: Any = av.open(str(path), "w", options=options or {})
    with opened as container:
        stream = container.add_stream(codec or codecs[path.suffix], rate=Fraction(rate))
        stream.width, stream.height = width, height
        stream.pix_fmt = {".jpg": "yuvj420p", ".gif": "rgb8"}.get(path.suffix, "yuv420p")
        for _ in range(max(1, round(seconds * rate))):
            frame = av.VideoFrame(width, height, "rgb24").reformat(format=stream.pix_fmt)
            container.mux(stream.encode(frame))
        container.mux(stream.encode())
    return path
