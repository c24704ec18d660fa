"""The account-aware rules: what is wrong with a well-formed post once its accounts are known.

Each rule is a function from a draft to a message, or None when it has no objection; a generation names those that it
has, and the error code that each stands under.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from ipaddress import ip_address
from urllib.parse import SplitResult, urlsplit

from sandbox.genviral.accounts import Account
from sandbox.genviral.files import CDN, DURATION, SIZE, File, Files, declared
from sandbox.genviral.shape import utf16, web_address
from sandbox.jsonvalue import JsonObject

Count = Callable[[str], int]


def utf8(text: str) -> int:
    """Count bytes in UTF-8."""
    return len(text.encode("utf-8", "surrogatepass"))


#: Caption limits of reference genviral 6.1: (platform, type, form of media; None: any) -> (limit, count, its name).
#: Where the reference names no unit it is JavaScript's own, as the service is written in it.
CAPTIONS: dict[tuple[str, str, str | None], tuple[int, Count, str]] = {
    ("facebook", "byo", None): (63_206, utf16, "characters"),
    ("instagram", "byo", None): (2_200, utf16, "characters"),
    ("tiktok", "byo", "video"): (2_200, utf16, "characters"),
    ("tiktok", "byo", "slideshow"): (4_000, utf16, "characters"),
    ("linkedin", "byo", None): (3_000, utf16, "characters"),
    ("pinterest", "byo", None): (800, utf16, "characters including tags"),
    ("youtube", "byo", None): (5_000, utf8, "bytes"),
    ("twitter", "byo", None): (280, utf16, "characters"),
}
HOSTED_CAPTION = (500, utf16, "characters")

#: Form of media -> (what it may be, by the address's ending; by an upload's type; fewer bytes than this).
#: Reference genviral 5.2.
POSTABLE: dict[str, tuple[frozenset[str], frozenset[str], int]] = {
    "video": (
        frozenset({".mp4", ".mov", ".m4v", ".avi"}),
        frozenset({"video/mp4", "video/quicktime", "video/x-m4v", "video/x-msvideo"}),
        100 * 1024 * 1024,
    ),
    "slideshow": (frozenset({".jpg", ".jpeg", ".png"}), frozenset({"image/jpeg", "image/png"}), 5 * 1024 * 1024),
}
#: Endings that say what a file is; an address with any other tells nothing.
TELLING = frozenset({".gif", ".webp", ".heic", ".heif", ".webm", ".mkv", ".pdf"}).union(
    *(endings for endings, _, _ in POSTABLE.values())
)

#: How many seconds a hosted account's video lasts, when that is known.
HOSTED_SECONDS = (15, 60)

#: Host and path of a TikTok post, and of the short links to one.
_TIKTOK_POST = re.compile(
    r"((www|m)[.])?tiktok[.]com/(@[^/]+/(video|photo)/[0-9]+|t/[A-Za-z0-9]+)/?|(vm|vt)[.]tiktok[.]com/[A-Za-z0-9]+/?"
)


@dataclass(frozen=True, slots=True)
class Draft:
    """A well-formed post that nobody has taken yet: its request fields and its accounts."""

    payload: JsonObject
    accounts: list[Account]
    files: Files

    @property
    def media(self) -> JsonObject:
        """The media of the request; empty for text alone."""
        return self.payload.get("media") or {}

    @property
    def media_form(self) -> str | None:
        """``video``, ``slideshow``, or None for text alone."""
        return self.media.get("type")

    @property
    def urls(self) -> list[str]:
        """The addresses of all media, in order."""
        return [self.media["url"]] if self.media_form == "video" else self.media.get("urls", [])

    @property
    def seconds(self) -> float | None:
        """How long the video lasts: as declared with it or with its upload; None when nobody said."""
        stated, upload = declared(DURATION, self.media), self._uploaded_video
        return upload.duration if stated is None and upload is not None else stated

    @property
    def size(self) -> int | None:
        """How many bytes the video has, as declared with it or with its upload; None when nobody said."""
        stated, upload = declared(SIZE, self.media), self._uploaded_video
        return upload.size if stated is None and upload is not None else stated

    @property
    def _uploaded_video(self) -> File | None:
        return self.files.behind(self.media["url"]) if self.media_form == "video" else None

    def uploads(self) -> Iterator[File]:
        """Walk through those media that were uploaded here, of which more is known."""
        return (file for file in map(self.files.behind, self.urls) if file is not None)


Rule = Callable[[Draft], str | None]


def captions_fit(draft: Draft) -> str | None:
    """Measure the caption for every account; Pinterest's grows by the tags, each a word more.

    An account's own limit goes before the table's.
    """
    for account in draft.accounts:
        caption, pinterest = draft.payload["caption"], draft.payload.get("pinterest")
        if account.platform == "pinterest" and pinterest is not None:
            caption = " ".join([caption, *pinterest.get("tags", ())])
        limit, count, unit = _caption_limit(account, draft.media_form)
        if limit is not None and count(caption) > limit:
            return f"Caption exceeds {limit} {unit} for {account.platform} account {account.id}"
    return None


def music_needs_tiktok(draft: Draft) -> str | None:
    """Allow music for TikTok accounts alone (seed 001)."""
    if draft.payload.get("music_url") is not None and any(one.platform != "tiktok" for one in draft.accounts):
        return "music_url is only supported when every account is a TikTok account"
    return None


def tiktok_needs_own_tiktok(draft: Draft) -> str | None:
    """Allow ``tiktok`` when every account is the user's own TikTok (reference genviral 6.2)."""
    if draft.payload.get("tiktok") is not None and any(one.kind != ("tiktok", "byo") for one in draft.accounts):
        return "tiktok settings require every account to be a BYO TikTok account"
    return None


def pinterest_needs_pinterest(draft: Draft) -> str | None:
    """Allow ``pinterest`` with a Pinterest account and images (reference genviral 6.3)."""
    if draft.payload.get("pinterest") is None:
        return None
    if all(one.platform != "pinterest" for one in draft.accounts):
        return "pinterest settings require at least one Pinterest account"
    if draft.media_form != "slideshow":
        return "pinterest settings support image media (slideshow) only"
    return None


def media_can_be_posted(draft: Draft) -> str | None:
    """Check the kind and the size of media, as far as address and upload tell."""
    if draft.media_form is None:
        return None
    endings, types, too_many = POSTABLE[draft.media_form]
    for address in draft.urls:
        _, dot, name = urlsplit(address).path.rpartition(".")
        ending = dot + name.lower()
        if ending in TELLING and ending not in endings:
            return f"{draft.media_form} media cannot be a {ending} file"
    too_large = f"{draft.media_form} media must be smaller than {too_many // 1024**2} MB"
    for file in draft.uploads():
        if file.content_type not in types:
            return f"{draft.media_form} media cannot be {file.content_type}"
        if (file.stored or 0) >= too_many or (file.size or 0) >= too_many:
            return too_large
    return too_large if (draft.size or 0) >= too_many else None


def hosted_video_lasts_right(draft: Draft) -> str | None:
    """Hold a hosted account's video to its seconds, when they are known."""
    least, most = HOSTED_SECONDS
    hosted = any(one.type == "hosted" for one in draft.accounts)
    if hosted and draft.seconds is not None and not least <= draft.seconds <= most:
        return f"Videos for hosted accounts must last {least} to {most} seconds"
    return None


def music_is_a_tiktok_post(draft: Draft) -> str | None:
    """Check that the music link leads to a TikTok post and can be reached."""
    address: str | None = draft.payload.get("music_url")
    if address is None:
        return None
    parts = web_address(address)
    if parts is None or _TIKTOK_POST.fullmatch(f"{parts.hostname}{parts.path}") is None or _unreachable(parts):
        return "music_url must be a reachable TikTok post URL"
    return None


def media_can_be_reached(draft: Draft) -> str | None:
    """Check that the service could fetch all media, by the look of the addresses alone."""
    for address in draft.urls:
        foreign = not address.startswith(CDN)
        if _unreachable(urlsplit(address)) if foreign else draft.files.behind(address) is None:
            return f"Media URL could not be reached: {address}"
    return None


def warnings(draft: Draft) -> list[JsonObject]:
    """List what is not known of a video: it does no harm yet (seed 001, reference genviral 5.3)."""
    if draft.media_form != "video":
        return []
    missing = {
        "VIDEO_DURATION_MISSING": ("Video duration metadata is missing", draft.seconds is None),
        "VIDEO_METADATA_MISSING": ("Video size metadata is missing", draft.size is None),
    }
    return [{"field": "media", "message": text, "code": code} for code, (text, misses) in missing.items() if misses]


def _caption_limit(account: Account, media_form: str | None) -> tuple[float | None, Count, str]:
    """Find an account's limit, the way of counting and its name: the platform's, but for a limit of its own."""
    listed: tuple[int | None, Count, str] = (None, utf16, "characters")
    if account.type == "hosted":
        listed = HOSTED_CAPTION
    for form in (None, media_form):
        listed = CAPTIONS.get((account.platform, account.type, form), listed)
    limit, count, unit = listed
    own = account.limit("caption_limit")
    return limit if own is None else own, count, unit


def _unreachable(parts: SplitResult) -> bool:
    """Tell what a service on the internet cannot reach: this machine, its network, and what is named so for a test."""
    host = parts.hostname or ""
    if host == "localhost" or host.endswith((".invalid", ".localhost", ".local")) or "unreachable" in parts.path:
        return True
    try:
        return (host[-1:].isdigit() or ":" in host) and not ip_address(host).is_global
    except ValueError:
        return False  # a name that ends in a digit
