"""No link leads where a stranger may not go: 44 hostile ones, and the good ones that must work."""

import gzip
import socket
import ssl
import sys
from collections.abc import AsyncGenerator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import cycle, repeat
from pathlib import Path
from typing import Any

import anyio
import pytest
from anyio.abc import ByteStream

from providers.fetch import Fetcher
from providers.protocol import Failure
from providers.public import is_public
from schemas.errors import ErrorCode
from tests.local.certificates import certificate
from tests.local.receiver import Handler, Receiver, Seen, answers, receiver, shut_port

pytestmark = [
    pytest.mark.anyio,
    pytest.mark.skipif(sys.platform == "darwin", reason="127.0.0.1 is the only loopback address there"),
]

NOW = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)
#: Stands for the public internet: another loopback address than the one that must never be reached.
PUBLIC = "127.0.0.2"

HOSTILE = [
    *(
        f"http://{rest}"
        for rest in (
            "127.0.0.1/", "localhost/", "127.1/", "2130706433/", "0x7f000001/", "0177.0.0.1/", "0/", "0.0.0.0/",
            "[::1]/", "[::]/", "[::ffff:127.0.0.1]/", "[::ffff:7f00:1]/", "[64:ff9b::7f00:1]/", "[2002:7f00:1::]/",
            "169.254.169.254/latest/meta-data/", "100.100.100.200/", "192.0.0.192/", "168.63.129.16/", "10.0.0.5/",
            "192.168.1.1/", "172.16.0.1/", "100.64.0.1/", "198.18.0.1/", "[fd00:ec2::254]/", "[fe80::1%25lo]/",
            "priv.test/", "v6map.test/", "meta.test/", "metadata.google.internal/", "rebind2.test/", "multi2.test/",
            "pub.test/to?http://127.0.0.1/", "pub.test/to?http://169.254.169.254/", "pub.test/to?http://rebind2.test/",
            "pub.test/to?//127.0.0.1/", "pub.test/to?http://[::ffff:127.0.0.1]/",
            "pub.test@127.0.0.1/", "127。0。0。1/", "①②⑦.0.0.1/", "127.0.0.1:8080/", "pub.test:8080/",
        )
    ),
    "file:///etc/passwd",
    "ftp://127.0.0.1/",
]  # fmt: skip


@dataclass
class Names:
    """A name service: each name's answers in turn, an address for itself; every private one leads into the trap."""

    server: Receiver
    trap: Receiver
    asked: list[str] = field(default_factory=list[str])

    def __post_init__(self) -> None:
        self._turns: dict[str, Iterator[list[str]]] = {
            "pub.test": repeat([PUBLIC]),
            "localhost": repeat(["127.0.0.1"]),
            "priv.test": repeat(["127.0.0.1"]),
            "v6map.test": repeat(["::ffff:127.0.0.1"]),
            "meta.test": repeat(["169.254.169.254"]),
            "metadata.google.internal": repeat(["169.254.169.254"]),
            "rebind.test": iter([[PUBLIC], ["127.0.0.1"], ["127.0.0.1"]]),
            "rebind2.test": cycle([["127.0.0.1"], [PUBLIC]]),
            "multi2.test": repeat(["127.0.0.1", PUBLIC]),
            "twice.test": repeat([PUBLIC, PUBLIC]),
        }

    async def resolve(self, host: str, port: int) -> list[tuple[str, int]]:
        self.asked.append(host)
        if host in self._turns:
            addresses = next(self._turns[host])
        else:
            found = await anyio.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_NUMERICHOST)
            addresses = [str(address[0]) for *_, address in found]
        return [(address, (self.server if address == PUBLIC else self.trap).port) for address in addresses]


async def site(seen: Seen, stream: ByteStream) -> None:
    """``/to?URL`` redirects there, every other path is a picture."""
    path, _, target = seen.target.partition("?")
    if path == "/to":
        await answers(302, headers={"location": target})(seen, stream)
    else:
        await answers(body=b"picture", media_type="image/png; charset=binary")(seen, stream)


@asynccontextmanager
async def online(
    handler: Handler = site, *, tls: ssl.SSLContext | None = None, **limits: Any
) -> AsyncGenerator[tuple[Fetcher, Names]]:
    async with receiver(handler, host=PUBLIC, tls=tls) as server, receiver(site) as trap:
        names = Names(server, trap)
        fetcher = Fetcher(
            lambda: NOW,
            resolve=names.resolve,
            permitted=lambda address: address == PUBLIC or is_public(address),
            **limits,
        )
        yield fetcher, names
        await fetcher.aclose()
        assert trap.seen == []


async def refusal(fetcher: Fetcher, link: str, tmp_path: Path) -> Failure:
    with pytest.raises(Failure) as refused:
        await fetcher.download(link, tmp_path / "file")
    assert not refused.value.doubt
    return refused.value


@pytest.mark.parametrize("link", HOSTILE)
async def test_a_hostile_link_reaches_nothing(link: str, tmp_path: Path) -> None:
    async with online() as (fetcher, _):
        refused = await refusal(fetcher, link, tmp_path)
    assert refused.code is ErrorCode.MEDIA_UNREACHABLE
    assert "cannot be used" in refused.message


async def test_a_name_that_changes_its_mind_is_asked_once_and_taken_at_its_word(tmp_path: Path) -> None:
    async with online() as (fetcher, names):
        await fetcher.download("http://rebind.test/", tmp_path / "file")
    assert names.asked == ["rebind.test"]


@pytest.mark.parametrize("link", ["http://pub.test/", "http://pub.test/to?http://pub.test/", "http://pub.test/to?/a"])
async def test_a_good_link_is_loaded(link: str, tmp_path: Path) -> None:
    async with online() as (fetcher, names):
        fetched = await fetcher.download(link, tmp_path / "file")
    assert (fetched.media_type, fetched.bytes) == ("image/png", 7)
    assert (tmp_path / "file").read_bytes() == b"picture"
    assert {seen.headers["host"] for seen in names.server.seen} == {"pub.test"}


async def test_an_address_that_does_not_answer_makes_way_for_the_next(tmp_path: Path) -> None:
    with shut_port(PUBLIC) as port:
        async with online() as (_, names):

            async def resolve(host: str, _: int) -> list[tuple[str, int]]:
                return [(PUBLIC, port), (PUBLIC, names.server.port)]

            second = Fetcher(lambda: NOW, resolve=resolve, permitted=lambda _: True)
            assert (await second.download("http://pub.test/", tmp_path / "file")).bytes == 7
            await second.aclose()


async def test_three_redirects_are_followed_and_a_fourth_is_not(tmp_path: Path) -> None:
    def hops(count: int) -> str:
        return "http://pub.test/" + "to?http://pub.test/" * count

    async def hop(seen: Seen, stream: ByteStream) -> None:
        _, _, target = seen.target.partition("?")
        await (answers(307, headers={"location": target}) if target else answers(body=b"x"))(seen, stream)

    async with online(hop) as (fetcher, _):
        assert (await fetcher.download(hops(3), tmp_path / "file")).bytes == 1
        assert "redirects more than 3 times" in (await refusal(fetcher, hops(4), tmp_path)).message


async def test_a_bomb_is_refused_by_what_it_unpacks_to(tmp_path: Path) -> None:
    bomb = gzip.compress(bytes(5_000_000))
    assert len(bomb) < 10_000
    async with online(answers(body=bomb, headers={"content-encoding": "gzip"}), max_bytes=1_000_000) as (fetcher, _):
        refused = await refusal(fetcher, "http://pub.test/", tmp_path)
    assert refused.code is ErrorCode.MEDIA_UNREACHABLE
    assert "larger than 1,000,000 bytes" in refused.message
    assert (tmp_path / "file").stat().st_size <= 1_000_000


async def test_an_endless_drip_is_cut_off_by_the_clock(tmp_path: Path) -> None:
    async def drip(_: Seen, stream: ByteStream) -> None:
        await stream.send(b"HTTP/1.1 200 OK\r\ncontent-type: image/png\r\n\r\n")
        while True:
            await stream.send(b"x")
            await anyio.sleep(0.02)

    async with online(drip, seconds=0.3) as (fetcher, _):
        refused = await refusal(fetcher, "http://pub.test/slow?signature=s3cret", tmp_path)
    assert (refused.code, refused.message) == (
        ErrorCode.PROVIDER_TIMEOUT,
        "http://pub.test/slow took too long to load.",
    )


@pytest.mark.parametrize(
    ("status", "headers", "code", "after"),
    [
        (404, {}, ErrorCode.MEDIA_UNREACHABLE, None),
        (304, {}, ErrorCode.MEDIA_UNREACHABLE, None),
        (429, {"retry-after": "Tue, 24 Nov 2026 09:01:30 GMT"}, ErrorCode.RATE_LIMITED, 90.0),
        (503, {"retry-after": "7"}, ErrorCode.PROVIDER_ERROR, 7.0),
        (500, {}, ErrorCode.PROVIDER_ERROR, None),
    ],
)
async def test_a_servers_refusal_says_whether_later_helps(
    status: int, headers: dict[str, str], code: ErrorCode, after: float | None, tmp_path: Path
) -> None:
    async with online(answers(status, headers=headers)) as (fetcher, _):
        refused = await refusal(fetcher, "http://pub.test/", tmp_path)
    assert (refused.code, refused.after_seconds) == (code, after)


@pytest.mark.parametrize(
    ("errno", "code"),
    [(socket.EAI_AGAIN, ErrorCode.PROVIDER_UNREACHABLE), (socket.EAI_NONAME, ErrorCode.MEDIA_UNREACHABLE)],
)
async def test_a_name_without_an_address_is_told_from_a_name_service_that_is_away(
    errno: int, code: ErrorCode, tmp_path: Path
) -> None:
    async def fail(host: str, port: int) -> list[tuple[str, int]]:
        raise socket.gaierror(errno, "no")

    fetcher = Fetcher(lambda: NOW, resolve=fail)
    assert (await refusal(fetcher, "http://nowhere.test/", tmp_path)).code is code


async def test_a_connection_that_breaks_off_may_be_tried_later(tmp_path: Path) -> None:
    async def half(_: Seen, stream: ByteStream) -> None:
        await stream.send(b"HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\nhalf")

    async with online(half) as (fetcher, _):
        assert (await refusal(fetcher, "http://pub.test/", tmp_path)).code is ErrorCode.PROVIDER_UNREACHABLE


async def test_a_certificate_is_held_against_the_name_and_not_the_address(tmp_path: Path) -> None:
    served, trusting = certificate("pub.test", tmp_path)
    async with online(tls=served) as (_, names):
        fetcher = Fetcher(lambda: NOW, resolve=names.resolve, permitted=lambda _: True, tls=trusting)
        assert (await fetcher.download("https://pub.test/", tmp_path / "file")).bytes == 7
        refused = await refusal(fetcher, "https://twice.test/", tmp_path)
        await fetcher.aclose()
    assert refused.code is ErrorCode.PROVIDER_UNREACHABLE


@pytest.mark.parametrize("address", ["8.8.8.8", "1.1.1.1", "93.184.215.14", "2606:4700:4700::1111", "2a00:1450::1"])
def test_public_addresses_are_public(address: str) -> None:
    assert is_public(address)


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1", "0.0.0.0", "10.1.2.3", "172.31.255.255", "192.168.0.1", "169.254.169.254", "100.64.0.1",
        "100.127.255.255", "192.0.0.192", "168.63.129.16", "198.19.0.1", "224.0.0.1", "239.1.2.3", "240.0.0.1",
        "255.255.255.255", "192.88.99.1", "192.0.2.1", "198.51.100.1", "203.0.113.1", "::", "::1", "::ffff:8.8.8.8",
        "::8.8.8.8", "64:ff9b::808:808", "64:ff9b:1::1", "100::1", "2001::1", "2001:0:4136:e378::1", "2001:db8::1",
        "2002:808:808::1", "3fff::1", "5f00::1", "fc00::1", "fd00:ec2::254", "fe80::1", "fe80::1%eth0", "fec0::1",
        "ff02::1", "2606:4700::5efe:7f00:1", "2606:4700::200:5efe:7f00:1", "not an address", "",
    ],
)  # fmt: skip
def test_all_other_addresses_are_not(address: str) -> None:
    assert not is_public(address)
