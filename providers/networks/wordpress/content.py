"""A caption and its media as a post in blocks: nothing that a caption says is taken for markup or a shortcode."""

import hashlib
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from html import escape
from unicodedata import normalize

#: How long a title gets that is the caption's first line.
TITLE = 80
_LINK = re.compile(r"https?://[^\s<>\"]+[^\s<>\"'.,;:!?()\[\]{}\u00bb\u201d\u2019]", re.IGNORECASE)
_NO_LETTERS = re.compile(r"[^a-z0-9]+")
_SHORT, _DIGITS = 40, 10


@dataclass(frozen=True, slots=True)
class Shown:
    """A file in the site's media library."""

    id: int
    url: str
    kind: str
    alt_text: str = ""


def title(caption: str) -> str:
    """Make a title of the first line of a caption that says something, cut at a word."""
    first = next((line.strip() for line in caption.splitlines() if line.strip()), "")
    if len(first) <= TITLE:
        return first
    cut = first[: TITLE - 1]
    return f"{cut.rpartition(' ')[0] or cut}…"


def slug(named: str, delivery_id: str) -> str:
    """Name a post in links: what its title has of letters, and a mark of the delivery by which it is found again."""
    plain = normalize("NFKD", named.lower()).encode("ascii", "ignore").decode("ascii")
    words = _NO_LETTERS.sub("-", plain).strip("-")[:_SHORT].strip("-")
    return f"{words or 'post'}-{mark(delivery_id)}"


def mark(*parts: str) -> str:
    """Make a short mark of what tells one thing from all others."""
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()[:_DIGITS]


def plain(words: str) -> str:
    """Write words so that they show as they are: no markup, and no shortcode in square brackets."""
    return escape(words, quote=False).replace("[", "&#91;")


def content(caption: str, files: Sequence[Shown]) -> str:
    """Write a post: its paragraphs, with links that can be followed, then its images or its video."""
    return "\n\n".join([*_paragraphs(caption), *map(_block, files)])


def _paragraphs(caption: str) -> Iterator[str]:
    lines = caption.replace("\r\n", "\n").replace("\r", "\n").strip("\n")
    for paragraph in re.split(r"\n\s*\n", lines):
        if paragraph.strip():
            written = "<br>".join(map(_linked, paragraph.strip().split("\n")))
            yield f"<!-- wp:paragraph -->\n<p>{written}</p>\n<!-- /wp:paragraph -->"


def _linked(line: str) -> str:
    written, at = "", 0
    for found in _LINK.finditer(line):
        target = escape(found[0]).replace("[", "%5B")
        written += f'{plain(line[at : found.start()])}<a href="{target}">{plain(found[0])}</a>'
        at = found.end()
    return written + plain(line[at:])


def _block(file: Shown) -> str:
    source = escape(file.url)
    if file.kind == "video":
        figure = f'<figure class="wp-block-video"><video controls src="{source}"></video></figure>'
        return f'<!-- wp:video {{"id":{file.id}}} -->\n{figure}\n<!-- /wp:video -->'
    alt = escape(file.alt_text).replace("[", "&#91;").replace("\n", " ")
    image = f'<img src="{source}" alt="{alt}" class="wp-image-{file.id}"/>'
    figure = f'<figure class="wp-block-image size-full">{image}</figure>'
    return f'<!-- wp:image {{"id":{file.id},"sizeSlug":"full"}} -->\n{figure}\n<!-- /wp:image -->'
