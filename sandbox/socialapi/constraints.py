"""What each platform takes, as GET /posts/validate tells it (reference socialapi 4.11 and 11).

Where the reference has no number, ours are the platforms' usual ones: LinkedIn's and Bluesky's lengths, the sizes of
files. Zalo's article is taken for a text with one picture or video.
"""

from collections.abc import Callable
from dataclasses import dataclass

from sandbox.jsonvalue import JsonObject

MB = 1_000_000

JPEG, PNG, WEBP, GIF = "image/jpeg", "image/png", "image/webp", "image/gif"
MP4, MOV, WEBM = "video/mp4", "video/quicktime", "video/webm"

#: counting_mode -> how a text is measured.
COUNTS: dict[str, Callable[[str], int]] = {
    "chars": len,
    "utf16": lambda text: len(text.encode("utf-16-le", "surrogatepass")) // 2,
    "bytes": lambda text: len(text.encode("utf-8", "surrogatepass")),
}


@dataclass(frozen=True, slots=True)
class Carousel:
    """Several items in one post: how many, and whether videos are among them or images alone."""

    least: int
    most: int
    videos: bool = False


@dataclass(frozen=True, slots=True)
class Constraints:
    """One platform's; 0 means no limit, and no types mean that there are none.

    Attributes:
        photo_length: the text's length beside photos, when it is another.
        needs: what has to be there: ``image``, ``video``, either (``media``), or nothing.
        mixed: whether images and videos go together.
        attachments: whether the platform's own attachment ids are taken.
        deletes: whether a post can be taken down by API.
    """

    length: int
    counting: str = "chars"
    hashtags: int = 0
    mentions: int = 0
    photo_length: int = 0
    images: tuple[str, ...] = (JPEG, PNG)
    videos: tuple[str, ...] = (MP4, MOV)
    image_bytes: int = 0
    video_bytes: int = 0
    video_seconds: tuple[int, int] = (0, 0)
    carousel: Carousel | None = None
    needs: str | None = None
    mixed: bool = False
    attachments: bool = False
    deletes: bool = True
    native_schedule: bool = False

    def view(self) -> JsonObject:
        """Show it as GET /posts/validate does."""
        many = self.carousel
        return {
            "text": {
                "max_length": self.length,
                "counting_mode": self.counting,
                "max_hashtags": self.hashtags,
                "max_mentions": self.mentions,
                "photo_max_length": self.photo_length,
            },
            "media": {
                "max_image_size_bytes": self.image_bytes,
                "max_video_size_bytes": self.video_bytes,
                "min_video_duration_sec": self.video_seconds[0],
                "max_video_duration_sec": self.video_seconds[1],
                "max_video_fps": 0,
                "supported_image_types": list(self.images),
                "supported_video_types": list(self.videos),
            },
            "carousel": {
                "supported": many is not None,
                "min_items": 0 if many is None else many.least,
                "max_items": 0 if many is None else many.most,
                "allow_video": many is not None and many.videos,
                "images_only": many is not None and not many.videos,
                "photos_only": many is not None and not many.videos,
            },
            "scheduling": {"supported": True, "mode": "native" if self.native_schedule else "server_side"},
            "supports_platform_attachment_id": self.attachments,
            "supports_mixed_media": self.mixed,
        }


_LINKEDIN = Constraints(
    3000, image_bytes=8 * MB, video_bytes=500 * MB, carousel=Carousel(2, 20), attachments=True, images=(JPEG, PNG, GIF)
)

CONSTRAINTS: dict[str, Constraints] = {
    "instagram": Constraints(
        2200,
        hashtags=30,
        mentions=20,
        image_bytes=8 * MB,
        video_bytes=300 * MB,
        video_seconds=(3, 900),
        carousel=Carousel(2, 10, videos=True),
        needs="media",
        mixed=True,
        attachments=True,
        deletes=False,
    ),
    "facebook": Constraints(63206, image_bytes=4 * MB, carousel=Carousel(2, 10)),
    "threads": Constraints(
        500, image_bytes=8 * MB, carousel=Carousel(2, 20, videos=True), mixed=True, attachments=True
    ),
    "tiktok": Constraints(
        2200,
        "utf16",
        photo_length=4000,
        images=(JPEG, WEBP),
        videos=(MP4, MOV, WEBM),
        carousel=Carousel(2, 35),
        needs="media",
        deletes=False,
    ),
    "youtube": Constraints(5000, "bytes", images=(), video_bytes=256_000 * MB, needs="video", native_schedule=True),
    "twitter": Constraints(
        280, images=(JPEG, PNG, GIF, WEBP), image_bytes=5 * MB, carousel=Carousel(2, 4), attachments=True
    ),
    "linkedin": _LINKEDIN,
    "linkedin_page": _LINKEDIN,
    "google": Constraints(1500, videos=(), image_bytes=5 * MB),
    "pinterest": Constraints(800, images=(JPEG, PNG, WEBP, GIF), videos=(), image_bytes=20 * MB, needs="image"),
    "bluesky": Constraints(
        300, images=(JPEG, PNG, GIF, WEBP), image_bytes=2 * MB, videos=(MP4,), carousel=Carousel(2, 4)
    ),
    "zalo": Constraints(2000),
}
