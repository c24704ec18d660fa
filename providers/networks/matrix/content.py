"""What a delivery becomes in a room: a message of text, and one more for each of its media."""

import json
import re
from collections.abc import Iterator
from html import escape
from urllib.parse import quote

from providers.networks.matrix.limits import CONTENT_BYTES
from schemas.asset import Measures
from schemas.jsonvalue import JsonObject

#: What names a delivery in its messages, so that it is found again when the homeserver has forgotten the transaction.
MARK = "postwright.delivery"


def words(caption: str) -> JsonObject:
    """Write a caption as a message: users whom it names are told of it, and stand in it as links."""
    users = list(dict.fromkeys(match.group() for match in _USER.finditer(caption)))
    plain: JsonObject = {"msgtype": "m.text", "body": caption, "m.mentions": {"user_ids": users} if users else {}}
    formatted = {**plain, "format": "org.matrix.custom.html", "formatted_body": "".join(_linked(caption))}
    # The same text twice may be too much; whom it names is told all the same.
    return formatted if users and measured(formatted) <= CONTENT_BYTES else plain


def media(link: str, name: str, alt_text: str | None, found: Measures) -> JsonObject:
    """Write an uploaded file as a message, which says in words what it shows where they are known."""
    info: JsonObject = {"mimetype": found.media_type, "size": found.bytes}
    if found.width and found.height:
        info |= {"w": found.width, "h": found.height}
    if found.duration:
        info["duration"] = round(found.duration * 1_000)
    body: JsonObject = {"msgtype": f"m.{found.kind}", "body": alt_text or name, "filename": name, "url": link}
    return {**body, "info": info, "m.mentions": {}}


def measured(content: JsonObject) -> int:
    """Tell how many bytes a content takes in an event."""
    return len(json.dumps(content, ensure_ascii=False, separators=(",", ":")).encode())


def link_to(room: str, event: str, user: str) -> str:
    """Make the link that opens a message in whichever client a reader has; the user's server knows the room."""
    server = user.partition(":")[2]
    return (
        f"https://matrix.to/#/{quote(room, safe=_PLAIN)}/{quote(event, safe=_PLAIN)}?via={quote(server, safe=_PLAIN)}"
    )


def _linked(caption: str) -> Iterator[str]:
    """Write a caption as HTML."""
    end = 0
    for match in _USER.finditer(caption):
        user = match.group()
        yield _html(caption[end : match.start()])
        yield f'<a href="https://matrix.to/#/{quote(user, safe=_PLAIN)}">{_html(user)}</a>'
        end = match.end()
    yield _html(caption[end:])


def _html(text: str) -> str:
    return escape(text, quote=False).replace("\n", "<br>")


_PLAIN = "!#$@:"
# User identifiers (appendix 4.2.1), whose server is a name or an address, perhaps with a port.
_USER = re.compile(
    r"(?<![\w@./=+-])@[a-z0-9._=/+-]+:"
    r"(?:\[[0-9a-fA-F:.]{2,45}\]|[A-Za-z0-9](?:[A-Za-z0-9.-]*[A-Za-z0-9])?)(?::[0-9]{1,5}(?![0-9]))?"
)
