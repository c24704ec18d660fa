"""Bech32 as BIP-173 has it, but of any length: Nostr's names outgrow the 90 characters that libraries hold to."""

from collections.abc import Iterable, Sequence


def encode(prefix: str, data: bytes) -> str:
    """Write bytes as a word that begins with ``prefix`` and ends with a checksum."""
    values = _regrouped(data, 8, 5, pad=True)
    checksum = _polymod([*_expanded(prefix), *values, *[0] * _CHECKSUM]) ^ 1
    values += [checksum >> 5 * (_CHECKSUM - 1 - place) & 31 for place in range(_CHECKSUM)]
    return f"{prefix}1{''.join(_LETTERS[value] for value in values)}"


def decode(word: str) -> tuple[str, bytes]:
    """Read a word back: its prefix and its bytes.

    Raises:
        ValueError: it is none, or a letter of it is wrong.
    """
    lowered = word.lower()
    prefix, mark, rest = lowered.rpartition("1")
    if not mark or not prefix or len(rest) < _CHECKSUM or word not in (lowered, word.upper()) or not word.isascii():
        raise ValueError("not a bech32 word")
    values = [_LETTERS.find(letter) for letter in rest]
    if min(values) < 0 or _polymod([*_expanded(prefix), *values]) != 1:
        raise ValueError("mistyped: its checksum is wrong")
    return prefix, bytes(_regrouped(values[:-_CHECKSUM], 5, 8, pad=False))


def _regrouped(values: Iterable[int], given: int, wanted: int, *, pad: bool) -> list[int]:
    """Cut a row of bits that came in groups of ``given`` into groups of ``wanted``."""
    held = bits = 0
    found: list[int] = []
    for value in values:
        held, bits = held << given | value, bits + given
        while bits >= wanted:
            bits -= wanted
            found.append(held >> bits)
            held &= (1 << bits) - 1
    if pad and bits:
        found.append(held << wanted - bits)
    elif not pad and (bits >= given or held):
        raise ValueError("its padding is wrong")
    return found


def _expanded(prefix: str) -> list[int]:
    return [*(ord(letter) >> 5 for letter in prefix), 0, *(ord(letter) & 31 for letter in prefix)]


def _polymod(values: Sequence[int]) -> int:
    check = 1
    for value in values:
        top = check >> 25
        check = (check & 0x1FF_FFFF) << 5 ^ value
        for place, generator in enumerate(_GENERATORS):
            check ^= generator if top >> place & 1 else 0
    return check


_LETTERS = "qpzry9x8gf2tvdw0s3jn54khce6mua7l"
_GENERATORS = (0x3B6A57B2, 0x26508E6D, 0x1EA119FA, 0x3D4233DD, 0x2A1462B3)
_CHECKSUM = 6
