"""Everything that is no answer: bodies that say nothing, HTTP that breaks off, floods. By name, for failing tests."""

import asyncio
import gzip
import json
import zlib
from functools import cache
from typing import Any, cast

from tests.hostile.service import Answer, Script, head, said

MEGABYTE = 1024 * 1024
DEEP = 10_000

#: Bodies that no service means. Each is said with a success, and with a failure of the service.
BODIES: dict[str, bytes] = {
    "nothing": b"",
    "a space": b" \r\n",
    "plain text": b"ok",
    "a page": b"<!DOCTYPE html><html><head><title>502</title></head><body><h1>Bad Gateway</h1></body></html>",
    "null": b"null",
    "true": b"true",
    "a number": b"201",
    "a text": b'"post-1"',
    "an array": b'[{"id": "post-1", "ok": true, "success": true}]',
    "an empty array": b"[]",
    "an empty object": b"{}",
    "strangers": b'{"foo": {"bar": [1, 2, {"baz": null}]}}',
    "deep arrays": b"[" * DEEP + b"]" * DEEP,
    "deep objects": b'{"data":' * DEEP + b"{}" + b"}" * DEEP,
    "deep and open": b'{"ok": true, "success": true, "data": ' + b'{"data":' * DEEP,
    "NaN": b"NaN",
    "no number": b'{"ok": true, "success": true, "id": NaN, "postGroupId": -Infinity, "data": {"id": Infinity}}',
    "huge numbers": b'{"ok": true, "success": true, "id": 1e999, "postGroupId": ' + b"9" * 5000 + b"}",
    "one key many times": b'{"ok": true, "data": {"id": "a"}, "ok": false, "success": true, "success": false}',
    "a failure with an id": (
        b'{"ok": false, "success": false, "error": "No", "data": {"id": "post-1"}, "id": "p_1", "status": "draft", '
        b'"postGroupId": "6601a0b1c2d3e4f506172839"}'
    ),
    "control characters": b'{"ok": true, "data": {"id": "\x00\x01\x1b[2J"}, "postGroupId": "\x07"}',
    "NULs": b"\x00" * 1000,
    "no UTF-8": b'{"ok": true, "success": true, "id": "\xff\xfe\xfa", "data": {"id": "\xc3\x28"}}',
    "UTF-16": '{"ok": true, "success": true}'.encode("utf-16"),
    "surrogates in bytes": b'{"ok": true, "success": true, "id": "\xed\xa0\x80", "status": "\xed\xa0\x80"}',
    "a lone surrogate": b'{"ok": true, "success": true, "data": {"id": "\\ud800"}, "postGroupId": "\\udfff"}',
    "half an object": b'{"ok": true, "success": true, "data": {"id": "post-1',
    "half a text": b'{"ok": true, "id": "post-1", "status": "draft", "text": "\\ud8',
    "more after it": b'{"ok": true, "success": true} {"ok": true}',
    "a comment": b'/* ok */ {"ok": true, "success": true}',
    "JSON lines": b'{"ok": true}\n{"ok": true}\n',
    "a callback": b'callback({"ok": true, "success": true})',
}


def _chunked(*chunks: bytes, end: bytes = b"0\r\n\r\n") -> bytes:
    told = {"content-type": "application/json", "transfer-encoding": "chunked"}
    return head(200, told) + b"".join(b"%x\r\n%s\r\n" % (len(chunk), chunk) for chunk in chunks) + end


def _told(body: bytes, **headers: str) -> bytes:
    return said(200, body, connection="close", **headers)


#: HTTP that ends too early, goes on too long, or is none.
WIRE: dict[str, bytes] = {
    "a length that is too long": _told(b'{"ok": true}', content_length="500"),
    "a length that is too short": _told(b'{"ok": true, "success": true}', content_length="9"),
    "a negative length": _told(b"{}", content_length="-1"),
    "a length that is no number": _told(b"{}", content_length="many"),
    "two lengths": head(200, {"content-length": "2", "Content-Length": "3", "connection": "close"}) + b"{}",
    "a length beyond all memory": _told(b"{}", content_length=str(10**18)),
    "a chunk that is cut off": _chunked(b'{"ok": true', end=b"ffff\r\n}"),
    "a chunk without a size": _chunked(b"{}", end=b"zz\r\n"),
    "a chunk of an absurd size": _chunked(b"{}", end=b"f" * 40 + b"\r\n"),
    "no end of the chunks": _chunked(b'{"ok": true}', end=b""),
    "no status line": b"Hello, who is there?\r\n\r\n",
    "a status of two digits": b"HTTP/1.1 20 OK\r\n\r\n",
    "HTTP/0.9": b'{"ok": true, "success": true}\r\n',
    "a TLS alert": b"\x15\x03\x01\x00\x02\x02\x28",
    "half a header": b"HTTP/1.1 200 OK\r\ncontent-le",
    "a header without a colon": b"HTTP/1.1 200 OK\r\nhello\r\n\r\n{}",
    "a header of a megabyte": _told(b"{}", x_request_id="r" * MEGABYTE),
    "99,999 headers": head(200, {f"x-{number}": "1" for number in range(99_999)}) + b"{}",
    "a switch of protocols": head(101, {"upgrade": "h3", "connection": "upgrade"}),
    "a hint and then nothing": head(103, {"link": "</a.css>"}),
    "gzip that is none": _told(b'{"ok": true}', content_encoding="gzip"),
    "gzip that is cut off": _told(gzip.compress(b'{"ok": true, "success": true}' * 99)[:-30], content_encoding="gzip"),
    "too many codings": _told(b"{}", content_encoding=", ".join(["gzip"] * 40)),
    "a coding that nobody knows": _told(b"\x8b\x02\x80ok\x03", content_encoding="br, pack200-gzip"),
}


def _flood(start: bytes, piece: bytes, most: int) -> Script:
    """Say ``start`` and then ``piece`` over and over: for good, as far as anybody waits for it."""

    async def script(writer: asyncio.StreamWriter) -> None:
        writer.write(start)
        for _ in range(most):
            writer.write(piece)
            await writer.drain()

    return script


def _drip(start: bytes, piece: bytes) -> Script:
    """The same, but slowly."""

    async def script(writer: asyncio.StreamWriter) -> None:
        writer.write(start)
        while True:
            writer.write(piece)
            await writer.drain()
            await asyncio.sleep(0.02)

    return script


def _chunks(piece: bytes) -> tuple[bytes, bytes]:
    start = head(200, {"content-type": "application/json", "transfer-encoding": "chunked"})
    return start, b"%x\r\n%s\r\n" % (len(piece), piece)


def _long(start: bytes, piece: bytes, size: int) -> Script:
    """An answer of a length that it says, made as it goes."""
    return _flood(said(200, start, content_length=str(size)), piece, most=size // len(piece))


@cache
def bomb(kind: str) -> bytes:
    """200 MB of zeros in some 200 KB; ``twice``: in less than 1 KB."""
    packer = zlib.compressobj(9, zlib.DEFLATED, -15 if kind == "deflate" else 31)
    once = b"".join(packer.compress(bytes(MEGABYTE)) for _ in range(200)) + packer.flush()
    return gzip.compress(once, 9) if kind == "twice" else once


def _exploding(kind: str) -> Script:
    async def script(writer: asyncio.StreamWriter) -> None:
        coding = {"gzip": "gzip", "deflate": "deflate", "twice": "gzip, gzip"}[kind]
        writer.write(said(200, bomb(kind), content_encoding=coding))
        await writer.drain()

    return script


#: Answers without an end, or so large that reading them to it would be the harm.
FLOODS: dict[str, Answer] = {
    "10 MB of JSON": _long(b'{"ok": true, "success": true, "message": "', b"x" * 65_536, 10 * MEGABYTE),
    "10 MB of anything": _long(b"", b"\x93" * 65_536, 10 * MEGABYTE),
    "endless chunks": _flood(*_chunks(b"x" * 65_536), most=100_000),
    "endless text without a length": _flood(head(200, {"connection": "close"}), b"y" * 65_536, most=100_000),
    "endless headers": _flood(b"HTTP/1.1 200 OK\r\n", b"x-more: " + b"z" * 1000 + b"\r\n", most=10_000_000),
    "an endless header": _flood(b"HTTP/1.1 200 OK\r\nx-long: ", b"z" * 1000, most=10_000_000),
    "a slow drip": _drip(*_chunks(b" ")),
    "a gzip bomb": _exploding("gzip"),
    "a deflate bomb": _exploding("deflate"),
    "a gzip bomb in gzip": _exploding("twice"),
}
#: Floods of nothing, which only the time-out ends.
IDLE: dict[str, Answer] = {
    "endless hints": _flood(b"", head(103, {"link": "</a.css>"}), most=10_000_000),
    "endless nothing in gzip": _flood(
        head(200, {"content-encoding": "gzip", "connection": "close"}) + gzip.compress(b"")[:10],
        b"\x00\x00\x00\xff\xff" * 4_000,
        most=100_000,
    ),
}


def spoilt(body: Any) -> list[tuple[str, bytes]]:
    """An honest answer with each of its members, one after another, taken away or made what it must not be."""
    return [
        (f"{'.'.join(map(str, path)) or 'all'} is {name}", json.dumps(_with(body, path, value)).encode())
        for path in _paths(body)
        for name, value in WRONG.items()
    ]


WRONG: dict[str, Any] = {
    "gone": ...,
    "null": None,
    "a text": "\ud800 \u202e\x00\x1b[31m \U000e0041 text",
    "a long text": "long " * 20_000,
    "a list": [["x"], {"y": 1}],
    "an object": {"x": {"y": ["z"]}},
    "a number": 10**4000,
    "year 9999": "9999-12-31T23:59:59.999Z",
}


def _paths(value: Any) -> list[tuple[str | int, ...]]:
    inner = list(cast("dict[str, Any]", value).items()) if isinstance(value, dict) else []
    inner += list(enumerate(cast("list[Any]", value))) if isinstance(value, list) else []
    return [(), *((place, *rest) for place, part in inner for rest in _paths(part))]


def _with(value: Any, path: tuple[str | int, ...], wrong: Any) -> Any:
    """Copy a value, with what stands at a path made wrong or taken away."""
    if not path:
        return None if wrong is ... else wrong
    first, *rest = path
    changed: Any = value.copy()
    if wrong is ... and not rest:
        del changed[first]
    else:
        changed[first] = _with(changed[first], tuple(rest), wrong)
    return changed
