"""What Matrix takes (Client-Server API, "Size limits")."""

from schemas.rule import Check, Rule, Scope
from schemas.units import Unit

#: The largest event (Client-Server API, "Size limits"), of which other servers add to ours: whose it is, what it
#: follows, hashes, signatures.
EVENT_BYTES, AROUND_CONTENT = 65_536, 4_096
CONTENT_BYTES = EVENT_BYTES - AROUND_CONTENT
#: Of the caption, so that in JSON it fits an event, with its escapes and whom it mentions.
CAPTION_BYTES = 60_000
_SIZE = f"Client-Server API, size limits: {EVENT_BYTES:,} bytes an event, less {AROUND_CONTENT:,} around its content"

RULES = (
    Rule(
        "/caption",
        Check.MAX_LENGTH,
        CAPTION_BYTES,
        _SIZE,
        Unit.BYTES,
        Scope(platforms=frozenset({"matrix"})),
    ),
)
