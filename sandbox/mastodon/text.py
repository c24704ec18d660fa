"""What a status counts, and the HTML that is made of it."""

import html
import re

import regex

_LINK = r"https?://[a-z0-9.-]+\.[a-z]{2,}(?::\d+)?(?:/[\x21-\x7e]*[a-zA-Z0-9/=_#+&-])?"
_MENTION = r"(?<![\w/=@])@(?P<user>[a-zA-Z0-9_]+)(?:@(?P<host>[a-zA-Z0-9.-]+[a-zA-Z0-9]))?"
_TAG = r"(?<![\w/&#])#(?P<tag>[^\W\d_]\w*)"
_PARTS = re.compile(f"(?P<link>{_LINK})|(?P<mention>{_MENTION})|(?P<hash>{_TAG})")
#: Of a long link so much shows (Mastodon hides the rest).
_SHOWN = 30


def graphemes(text: str, link: int) -> int:
    """Count clusters; a link as so many, a mention by its local part."""

    def counted(found: re.Match[str]) -> str:
        if found["link"]:
            return "x" * link
        return f"@{found['user']}" if found["mention"] else found[0]

    return len(regex.findall(r"\X", _PARTS.sub(counted, text)))


def content(text: str, origin: str, *, rich: bool) -> str:
    """Write a status as HTML; ``rich`` as Mastodon does, with hidden parts, otherwise with bare links."""
    paragraphs = text.replace("\r\n", "\n").strip().split("\n\n")
    return "".join(f"<p>{_marked_up(paragraph, origin, rich=rich)}</p>" for paragraph in paragraphs)


def _marked_up(text: str, origin: str, *, rich: bool) -> str:
    written, at = "", 0
    for found in _PARTS.finditer(text):
        written += html.escape(text[at : found.start()], quote=False) + _anchor(found, origin, rich=rich)
        at = found.end()
    return (written + html.escape(text[at:], quote=False)).replace("\n", "<br />")


def _anchor(found: re.Match[str], origin: str, *, rich: bool) -> str:
    if found["link"]:
        return _link(found["link"], rich=rich)
    if found["mention"]:
        name, at = found["user"], f"@{found['host']}" if found["host"] else ""
        shown = f"@<span>{name}</span>" if rich else f"@{name}{at}"
        return f'<span class="h-card"><a href="{origin}/@{name}{at}" class="u-url mention">{shown}</a></span>'
    tag = found["tag"]
    return f'<a href="{origin}/tags/{tag.lower()}" class="mention hashtag" rel="tag">#<span>{tag}</span></a>'


def _link(link: str, *, rich: bool) -> str:
    target = html.escape(link)
    if not rich:
        return f'<a href="{target}" rel="nofollow">{html.escape(link, quote=False)}</a>'
    scheme, _, rest = link.partition("//")
    shown, hidden = (html.escape(part, quote=False) for part in (rest[:_SHOWN], rest[_SHOWN:]))
    kind = "ellipsis" if hidden else ""
    return (
        f'<a href="{target}" target="_blank" rel="nofollow noopener"><span class="invisible">{scheme}//</span>'
        f'<span class="{kind}">{shown}</span><span class="invisible">{hidden}</span></a>'
    )
