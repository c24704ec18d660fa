"""Measure a media file, as a program of its own: ``python mediainfo.py whole|head FILE`` writes JSON to stdout.

Parsers are large libraries, and files come from strangers: so they run beside the server, with little memory and time,
and never in it (reference engine 3.1, row 3). They read headers, and decode no picture.
"""

import json
import sys
from collections.abc import Mapping
from contextlib import suppress
from math import isfinite
from pathlib import Path
from typing import Any, BinaryIO

#: What a parser may use (bytes, seconds); a header needs far less.
MEMORY, SECONDS = 1024 * 1024 * 1024, 20

#: Pillow's names of pictures, and MediaInfo's of containers.
_PICTURES = {
    "JPEG": "image/jpeg",
    "MPO": "image/jpeg",
    "PNG": "image/png",
    "GIF": "image/gif",
    "WEBP": "image/webp",
    "AVIF": "image/avif",
    "BMP": "image/bmp",
    "TIFF": "image/tiff",
}
_CONTAINERS = {
    "QuickTime": "video/quicktime",
    "MPEG-4": "video/mp4",
    "WebM": "video/webm",
    "Matroska": "video/x-matroska",
    "AVI": "video/x-msvideo",
}
_EBML, _SEGMENT, _RIFF, _SMALLEST_BOX = b"\x1a\x45\xdf\xa3", b"\x18\x53\x80\x67", b"RIFF", 8
#: Where containers say what they are. Of anything else MediaInfo would open what it names: playlists name any file.
_MARKS = (
    *((4, mark) for mark in (b"ftyp", b"moov", b"mdat", b"wide", b"free", b"skip")),
    (0, _EBML),
    (8, b"AVI "),
)
_HEAD = 16
#: JPEG's marks: before the data of a picture, at its end, and what may fill up before a mark.
_SCAN, _END, _FILLED = b"\xff\xda", b"\xff\xd9", b"\xff\xff"
_OPENED_AS_JPEG = ("MPO",)
#: EXIF's tag of how a picture lies, and from when on that is on its side.
_ORIENTATION, _ON_ITS_SIDE, _TURNED = 0x0112, 5, ("JPEG", "MPO")


def limit() -> None:
    """Take from this process what a header does not need, where the system knows such limits."""
    with suppress(ImportError, ValueError, OSError):
        import resource  # noqa: PLC0415  (not on Windows)

        resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
        resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
        resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def measure(path: str, *, whole: bool) -> dict[str, Any]:
    """Read a file's header: nothing for what is no picture and no film of a known kind.

    ``broken_off`` tells whether the end of a file that should be ``whole`` is missing, as far as its format says.
    """
    return _picture(path, whole) or _film(path, whole) or {}


def _picture(path: str, whole: bool) -> dict[str, Any] | None:
    from PIL import Image, UnidentifiedImageError  # noqa: PLC0415  (after the limits)

    Image.MAX_IMAGE_PIXELS = None  # it counts before decoding, which is not done here: the rows bound it
    try:
        with Image.open(path, formats=[name for name in _PICTURES if name not in _OPENED_AS_JPEG]) as image:
            width, height = image.size
            # Other formats would be decoded to find it.
            turned = "exif" in image.info and image.format in _TURNED and _is_turned(image.getexif())
            size = (height, width) if turned else (width, height)
            media_type = _PICTURES[str(image.format)]
    except (UnidentifiedImageError, OSError, ValueError, SyntaxError, KeyError):
        return None
    ends = _ENDS.get(media_type)
    broken_off = whole and ends is not None and not ends(Path(path).read_bytes())
    return {"media_type": media_type, "width": size[0], "height": size[1], "broken_off": broken_off}


def _jpeg_ends(content: bytes) -> bool:
    """Find the end of the image after its data began; a smaller picture in the header has an end of its own."""
    here = 2
    while (marker := content[here : here + 2]) and marker != _SCAN:
        here += 1 if marker == _FILLED else 2 + int.from_bytes(content[here + 2 : here + 4])
    return content.find(_END, here) >= 0


def _png_ends(content: bytes) -> bool:
    """Go from chunk to chunk to the last."""
    here = 8
    while (name := content[here + 4 : here + 8]) and name != b"IEND":
        here += 12 + int.from_bytes(content[here : here + 4])
    return bool(name)


#: What tells whether a picture is whole, by its type; of others, those that are not do not open, or nothing tells.
_ENDS = {"image/jpeg": _jpeg_ends, "image/png": _png_ends}


def _film_ends(path: str) -> bool:
    """Tell whether all is there that a film says that it has; what is recorded live does not say."""
    size = Path(path).stat().st_size
    with Path(path).open("rb") as file:
        head = file.read(4096)
        if head.startswith(_RIFF):
            return 8 + int.from_bytes(head[4:8], "little") <= size
        return _matroska_ends(head, size) if head.startswith(_EBML) else _boxes_end(file, size)


def _matroska_ends(head: bytes, size: int) -> bool:
    """Hold the segment, in which all else lies, against the size of the file."""
    before, _, after = head.partition(_SEGMENT)
    if not after or not after[0]:
        return True
    width = 9 - after[0].bit_length()
    unknown = (1 << 7 * width) - 1
    told = int.from_bytes(after[:width]) & unknown
    return told == unknown or len(before) + len(_SEGMENT) + width + told <= size


def _boxes_end(file: BinaryIO, size: int) -> bool:
    """Go from box to box; what follows the last that matters may be anything."""
    here = 0
    while here + 8 <= size:
        file.seek(here)
        head = file.read(16)
        length = int.from_bytes(head[:4])
        length = int.from_bytes(head[8:16]) if length == 1 else length or size - here
        if length < _SMALLEST_BOX or here + length > size:
            return head[4:8] not in (b"moov", b"mdat", b"moof", b"meta")
        here += length
    return True


def _is_turned(exif: Mapping[int, Any]) -> bool:
    return exif.get(_ORIENTATION, 1) >= _ON_ITS_SIDE


def _film(path: str, whole: bool) -> dict[str, Any] | None:
    with Path(path).open("rb") as file:
        head = file.read(_HEAD)
    if not any(head.startswith(mark, offset) for offset, mark in _MARKS):
        return None
    from pymediainfo import MediaInfo  # noqa: PLC0415  (after the limits)

    options = {"File_TestContinuousFileNames": "0", "File_TestDirectory": "0"}
    parsed: Any = MediaInfo.parse(path, mediainfo_options=options)
    tracks: list[dict[str, Any]] = [track.to_data() for track in parsed.tracks]
    kinds = {track["track_type"]: track for track in reversed(tracks)}
    nothing: dict[str, Any] = {}
    general, video, image = (kinds.get(kind, nothing) for kind in ("General", "Video", "Image"))
    broken_off = whole and not _film_ends(path)
    if general.get("format") == "HEIF" and image:
        size = {"width": _whole(image, "width"), "height": _whole(image, "height")}
        return {"media_type": "image/heic", **size, "broken_off": broken_off}
    words = (general.get("format_profile"), general.get("format"))
    media_type = next((_CONTAINERS[word] for word in words if word in _CONTAINERS), None)
    if media_type is None or not (video or broken_off):
        return None
    width, height = _whole(video, "width"), _whole(video, "height")
    turned = _number(video, "rotation") in (90, 270)
    milliseconds = _number(general, "duration")
    return {
        "media_type": media_type,
        "width": height if turned else width,
        "height": width if turned else height,
        "duration": milliseconds / 1000 if milliseconds is not None else None,
        "frame_rate": _number(video, "frame_rate"),
        "broken_off": broken_off,
    }


def _whole(track: dict[str, Any], name: str) -> int | None:
    number = _number(track, name)
    return round(number) if number is not None else None


def _number(track: dict[str, Any], name: str) -> float | None:
    with suppress(KeyError, TypeError, ValueError):
        number = abs(float(track[name]))
        return number if isfinite(number) else None
    return None


if __name__ == "__main__":
    limit()
    json.dump(measure(sys.argv[2], whole=sys.argv[1] == "whole"), sys.stdout)
