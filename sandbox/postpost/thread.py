"""How long text becomes a thread (reference postpost 11, "Threading")."""

import re

from sandbox.postpost.javascript import length

#: Kept free in every part for its ``(n/N)``.
MARK = 10

#: A break made by hand: a line of three dashes, or a marker such as [2/5], which stays in its part.
_BREAK = re.compile(r"^[ \t]*---[ \t]*$|(?=\[[0-9]+/[0-9]+\])", re.MULTILINE | re.ASCII)

#: Where a text may be cut, the best places first: after a paragraph, after a sentence, between words.
_CUTS = (re.compile(r"\n\s*\n"), re.compile(r"(?<=[.!?])\s+"), re.compile(r"\s+"))


def parts(text: str, limit: int) -> list[str]:
    """Split a text into the parts of a thread: by hand where it has breaks, and wherever a piece is too long.

    Only parts that were cut for their length are numbered; a text that fits is one part, as it is.
    """
    pieces = [piece.strip() for piece in _BREAK.split(text) if piece.strip()]
    if all(length(piece) <= limit for piece in pieces):
        return pieces if len(pieces) > 1 else [text]
    cut = [part for piece in pieces for part in _cut(piece, limit - MARK)]
    return [f"{part} ({number}/{len(cut)})" for number, part in enumerate(cut, start=1)]


def _cut(piece: str, room: int) -> list[str]:
    found: list[str] = []
    while length(piece[: room + 1]) > room:
        end = _end(piece, room)
        found.append(piece[:end].rstrip())
        piece = piece[end:].lstrip()
    return [*found, piece] if piece else found


def _end(piece: str, room: int) -> int:
    """Find where the first part ends: at the last good place within ``room``, else in the middle of a word."""
    fits = room
    while length(piece[:fits]) > room:
        fits -= 1
    for place in _CUTS:
        ends = [match.start() for match in place.finditer(piece, 1, fits + 1) if match.start() <= fits]
        if ends:
            return ends[-1]
    return fits
