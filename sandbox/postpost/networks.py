"""What the networks themselves take (reference postpost 11), for posts fail there: create-post does not look at it."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import chain

from sandbox.postpost.javascript import length
from sandbox.postpost.media import Media
from sandbox.postpost.thread import parts

KB, MB, GB = 1024, 1024**2, 1024**3

JPEG_PNG = frozenset({"image/jpeg", "image/jpg", "image/png"})
GIF = frozenset({"image/gif"})
#: Taken everywhere that takes JPEG, which it is turned into where a network needs that.
WEBP = frozenset({"image/webp"})
BMP = frozenset({"image/bmp"})
TIFF = frozenset({"image/tiff"})
MP4 = frozenset({"video/mp4"})
MOV = frozenset({"video/quicktime"})
AVI = frozenset({"video/x-msvideo", "video/avi"})
MKV = frozenset({"video/x-matroska"})
WEBM = frozenset({"video/webm"})

#: (error code, message).
Objection = tuple[str, str]

#: The seed's words for a Threads post of more than one part.
BLOCKED = (
    "Multi-part threads (nested replies) are temporarily blocked while we wait for Meta to approve "
    "additional permissions for our app."
)


@dataclass(frozen=True, slots=True)
class Network:
    """One network.

    Attributes:
        text: the longest text, in UTF-16 code units.
        images: how many, of which types, and how many bytes each.
        video: of which types and how many bytes.
        needs: ``media``, ``video``, or nothing.
        mixes: whether images and video go together.
        caption: the longest text beside media, where it is another.
        threads: ``split`` makes a thread of what is longer, ``blocked`` refuses to.
        posted_id: the form of its own ids; None where the service does not keep them. That Bluesky's and Mastodon's are
            not kept is what a sibling service tells of its own past.
    """

    text: int
    images: tuple[int, frozenset[str], int]
    video: tuple[frozenset[str], int]
    needs: str | None = None
    mixes: bool = True
    caption: int | None = None
    threads: str | None = None
    posted_id: str | None = "{number}"


_NO_IMAGES = (0, frozenset[str](), 0)

NETWORKS: dict[str, Network] = {
    "twitter": Network(280, (4, JPEG_PNG | GIF | WEBP, 5 * MB), (MP4 | MOV, 512 * MB), mixes=False, threads="split"),
    "linkedin": Network(
        3_000, (10, JPEG_PNG | GIF | WEBP, 5 * MB), (MP4, 500 * MB), mixes=False, posted_id="urn:li:share:{number}"
    ),
    "instagram": Network(2_200, (10, JPEG_PNG | WEBP, 8 * MB), (MP4 | MOV, 300 * MB), needs="media", mixes=False),
    "threads": Network(500, (10, JPEG_PNG | WEBP, 8 * MB), (MP4 | MOV, 500 * MB), threads="blocked"),
    "tiktok": Network(2_200, _NO_IMAGES, (MP4 | MOV | WEBM, 4 * GB), needs="video"),
    "youtube": Network(5_000, _NO_IMAGES, (MP4 | MOV | AVI | WEBM, 512 * MB), needs="video", posted_id="{code}"),
    "facebook": Network(
        63_206,
        (10, JPEG_PNG | GIF | WEBP | BMP | TIFF, 10 * MB),
        (MP4 | MOV, 512 * MB),
        mixes=False,
        posted_id="{account}_{number}",
    ),
    "bluesky": Network(300, (4, JPEG_PNG | WEBP, 976 * KB), (MP4, 100 * MB), posted_id=None),
    "mastodon": Network(500, (4, JPEG_PNG | GIF | WEBP, 16 * MB), (MP4 | MOV | WEBM, 99 * MB), posted_id=None),
    "telegram": Network(
        4_096,
        (10, JPEG_PNG | GIF | WEBP | BMP, 10 * MB),
        (MP4 | MOV | AVI | MKV | WEBM, 50 * MB),
        mixes=False,
        caption=1_024,
    ),
}


def objection(platform: str, text: str, media: list[Media]) -> Objection | None:
    """Tell the first thing for which a network, or the service on its behalf, refuses a post."""
    network = NETWORKS[platform]
    return next(chain(_to_media(network, media), _to_text(network, text, media)), None)


def posted_id(platform: str, account: str, post_id: str) -> str | None:
    """Make up the id that a network gives to a post; None where the service does not keep it."""
    form = NETWORKS[platform].posted_id
    number = 10**18 + int(post_id, 16) % 10**18
    return None if form is None else form.format(number=number, account=account, code=post_id[-11:])


def _to_media(network: Network, media: list[Media]) -> Iterator[Objection]:
    images = [one for one in media if one.kind == "image"]
    videos = [one for one in media if one.kind == "video"]
    most, types, largest = network.images
    if (network.needs == "media" and not media) or (network.needs == "video" and not videos):
        yield "PLATFORM_VALIDATION_ERROR", f"{network.needs} is required"
    if images and videos and not network.mixes:
        yield "PLATFORM_VALIDATION_ERROR", "images and video cannot be mixed"
    if len(images) > most:
        yield "PLATFORM_VALIDATION_ERROR", f"{len(images)} images; at most {most}"
    yield from _to_files(images, types, largest)
    yield from _to_files(videos, *network.video)


def _to_files(files: list[Media], types: frozenset[str], largest: int) -> Iterator[Objection]:
    for file in files:
        if file.content_type.partition(";")[0].strip().lower() not in types:
            yield "PLATFORM_VALIDATION_ERROR", f"{file.content_type} is not supported"
        if (file.stored or 0) > largest:
            yield "CONTENT_TOO_LARGE", f"{file.stored} bytes; at most {largest}"


def _to_text(network: Network, text: str, media: list[Media]) -> Iterator[Objection]:
    limit = network.caption if network.caption is not None and media else network.text
    if network.threads == "blocked" and len(parts(text, limit)) > 1:
        yield "PLATFORM_VALIDATION_ERROR", BLOCKED
    elif network.threads is None and length(text) > limit:
        yield "INVALID_CONTENT", f"{length(text)} characters; at most {limit}"
