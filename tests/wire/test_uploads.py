"""A file goes only where a service may send it: to its own address, or to a public one; whole, or told."""

import sys
import tracemalloc
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

import anyio
import pytest
from anyio.abc import ByteStream
from pydantic import SecretStr

from engine.clock import utc_now
from providers.dialling import Dialler
from providers.protocol import Failure
from providers.public import is_public
from providers.wire import Wire
from schemas.errors import ErrorCode
from tests.local.receiver import Handler, Receiver, Seen, answers, receiver
from tests.local.test_fetch import HOSTILE, PUBLIC, Names, certificate

pytestmark = [
    pytest.mark.anyio,
    pytest.mark.skipif(sys.platform == "darwin", reason="127.0.0.1 is the only loopback address there"),
]

KEY = "a-key-of-a-test"
MEGABYTE = 1024 * 1024


@dataclass
class Uploader:
    """A wire to a service of its own, and a file to bring."""

    wire: Wire
    service: Receiver
    names: Names
    file: Path
    told: list[tuple[float, float]] = field(default_factory=list[tuple[float, float]])

    async def upload(self, url: str, size: int | None = None, seconds: float = 60.0) -> None:
        size = self.file.stat().st_size if size is None else size
        await self.wire.upload(url, str(self.file), "image/png", size, seconds=seconds, progress=self._tell)

    async def refusal(self, url: str, size: int | None = None, seconds: float = 60.0) -> Failure:
        with pytest.raises(Failure) as refused:
            await self.upload(url, size, seconds)
        return refused.value

    async def _tell(self, done: float, total: float, doing: str) -> None:
        assert doing
        self.told.append((done, total))


@asynccontextmanager
async def uploading(
    tmp_path: Path, handler: Handler | None = None, base: str | None = None
) -> AsyncGenerator[Uploader]:
    """Every name leads to another loopback address that stands for the internet, or into the service as a trap."""
    handler = handler or answers()
    async with receiver(handler) as service, receiver(handler, host=PUBLIC) as public:
        names = Names(public, service)
        dialler = Dialler(resolve=names.resolve, permitted=lambda address: address == PUBLIC or is_public(address))
        wire = Wire(
            base or f"http://127.0.0.1:{service.port}/api",
            SecretStr(KEY),
            utc_now,
            timeout=60.0,
            concurrency=1,
            user_agent="test",
            storage=dialler,
        )
        (tmp_path / "file").write_bytes(b"picture")
        yield Uploader(wire, service, names, tmp_path / "file")
        await wire.aclose()


async def test_the_services_own_address_is_trusted_where_it_is(tmp_path: Path) -> None:
    async with uploading(tmp_path) as uploader:
        await uploader.upload(f"http://127.0.0.1:{uploader.service.port}/bucket/1?X-Sig=a%2Fb%20c")
        [seen] = uploader.service.seen
        assert (seen.target, seen.body) == ("/bucket/1?X-Sig=a%2Fb%20c", b"picture")
        assert (seen.headers["content-type"], seen.headers["content-length"]) == ("image/png", "7")
        assert "transfer-encoding" not in seen.headers
        assert not any(KEY in value for value in seen.headers.values())
        assert uploader.told == [(7, 7)]
        assert uploader.names.asked == []


async def test_another_public_address_gets_the_file_under_its_own_name(tmp_path: Path) -> None:
    async with uploading(tmp_path) as uploader:
        await uploader.upload("http://pub.test/bucket/1")
        [seen] = uploader.names.server.seen
        assert (seen.headers["host"], seen.body) == ("pub.test", b"picture")
        assert not any(KEY in value for value in seen.headers.values())
        assert uploader.service.seen == []


@pytest.mark.parametrize("link", [link for link in HOSTILE if "pub.test/to" not in link])
async def test_no_other_address_gets_anything(tmp_path: Path, link: str) -> None:
    async with uploading(tmp_path) as uploader:
        refused = await uploader.refusal(link)
        assert (refused.code, refused.doubt) == (ErrorCode.UNEXPECTED_ANSWER, False)
        assert refused.message.startswith("The place named for the file cannot be used: ")
        assert uploader.service.seen == []
        assert uploader.names.server.seen == []


async def test_another_port_of_the_service_is_another_place(tmp_path: Path) -> None:
    async with uploading(tmp_path) as uploader, receiver(answers()) as neighbour:
        refused = await uploader.refusal(f"http://127.0.0.1:{neighbour.port}/")
        assert refused.code is ErrorCode.UNEXPECTED_ANSWER
        named = await uploader.refusal(f"http://user:word@127.0.0.1:{uploader.service.port}/")
        assert "it carries a user name" in named.message
        assert neighbour.seen == uploader.service.seen == []


async def test_a_service_that_is_spoken_to_in_secret_cannot_send_a_file_over_an_open_line(tmp_path: Path) -> None:
    async with uploading(tmp_path, base="https://api.test/v1") as uploader:
        refused = await uploader.refusal("http://pub.test/")
        assert "only https links" in refused.message
        assert uploader.names.server.seen == []


async def test_a_certificate_is_held_against_the_name_and_not_the_address(tmp_path: Path) -> None:
    served, trusting = certificate("pub.test", tmp_path)
    async with receiver(answers(), host=PUBLIC, tls=served) as public, receiver(answers()) as trap:
        names = Names(public, trap)
        dialler = Dialler(resolve=names.resolve, permitted=lambda _: True, tls=trusting)
        wire = Wire(
            "https://api.test", SecretStr(KEY), utc_now, timeout=60.0, concurrency=1, user_agent="test", storage=dialler
        )
        uploader = Uploader(wire, trap, names, tmp_path / "file")
        uploader.file.write_bytes(b"picture")
        await uploader.upload("https://pub.test/")
        refused = await uploader.refusal("https://twice.test/")
        assert (refused.code, len(public.seen)) == (ErrorCode.PROVIDER_UNREACHABLE, 1)
        await wire.aclose()


async def test_a_name_that_changes_its_mind_is_asked_once_and_taken_at_its_word(tmp_path: Path) -> None:
    async with uploading(tmp_path) as uploader:
        await uploader.upload("http://rebind.test/")
        assert uploader.names.asked == ["rebind.test"]
        assert uploader.service.seen == []


async def test_a_redirect_is_a_refusal_and_not_followed(tmp_path: Path) -> None:
    inward = answers(307, headers={"location": "http://169.254.169.254/latest"})
    async with uploading(tmp_path, inward) as uploader:
        refused = await uploader.refusal("http://pub.test/")
        assert (refused.code, refused.doubt) == (ErrorCode.UNEXPECTED_ANSWER, False)
        assert refused.message == "The storage refused the file (HTTP 307)."
        assert uploader.names.asked == ["pub.test"]


@pytest.mark.parametrize(("status", "code"), [(403, ErrorCode.UNEXPECTED_ANSWER), (503, ErrorCode.PROVIDER_ERROR)])
async def test_a_refusal_is_told_in_the_storages_words(tmp_path: Path, status: int, code: ErrorCode) -> None:
    page = f"<?xml version='1.0'?>\n<Error><Code>SlowDown</Code><Key>{KEY}</Key></Error>".encode()
    async with uploading(tmp_path, answers(status, page, media_type="application/xml")) as uploader:
        refused = await uploader.refusal("http://pub.test/")
        assert (refused.code, refused.doubt) == (code, False)
        assert refused.provider_error is not None
        assert (refused.provider_error.http_status, refused.provider_error.message) == (status, "SlowDown [key]")


async def test_a_refusal_before_the_file_was_read_is_heard(tmp_path: Path) -> None:
    """Storage refuses by the head of a request, and does not wait for gigabytes."""

    async def refuse(stream: ByteStream) -> None:
        async with stream:
            await stream.receive()
            await stream.send(b"HTTP/1.1 413 Too Large\r\ncontent-length: 0\r\nconnection: close\r\n\r\n")
            async for _ in stream:
                pass

    async with await anyio.create_tcp_listener(local_host="127.0.0.1") as listener, anyio.create_task_group() as group:
        group.start_soon(listener.serve, refuse)
        port = listener.extra(anyio.abc.SocketAttribute.local_port)
        async with uploading(tmp_path, base=f"http://127.0.0.1:{port}") as uploader:
            uploader.file.write_bytes(bytes(MEGABYTE))
            assert "HTTP 413" in (await uploader.refusal(f"http://127.0.0.1:{port}/")).message
        group.cancel_scope.cancel()


async def test_a_large_file_is_never_in_memory_and_its_progress_is_told_in_bytes(tmp_path: Path) -> None:
    size, taken = 64 * MEGABYTE, 0

    async def swallow(stream: ByteStream) -> None:
        nonlocal taken
        async with stream:
            head = await stream.receive()
            taken -= head.index(b"\r\n\r\n") + 4
            taken += len(head)
            while taken < size:
                taken += len(await stream.receive())
            await stream.send(b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n")

    async with await anyio.create_tcp_listener(local_host="127.0.0.1") as listener, anyio.create_task_group() as group:
        group.start_soon(listener.serve, swallow)
        port = listener.extra(anyio.abc.SocketAttribute.local_port)
        async with uploading(tmp_path, base=f"http://127.0.0.1:{port}") as uploader:
            with uploader.file.open("wb") as file:
                file.truncate(size)
            tracemalloc.start()
            await uploader.upload(f"http://127.0.0.1:{port}/", seconds=200.0)
            _, peak = tracemalloc.get_traced_memory()
            tracemalloc.stop()
            assert (taken, peak < 8 * MEGABYTE) == (size, True)
            done = [sent for sent, _ in uploader.told]
            assert done == sorted(set(done))
            assert (done[-1], 50 <= len(done) <= 100) == (size, True)
        group.cancel_scope.cancel()


@pytest.mark.parametrize("size", [6, 8])
async def test_a_file_that_changed_meanwhile_is_told(tmp_path: Path, size: int) -> None:
    async with uploading(tmp_path) as uploader:
        refused = await uploader.refusal("http://pub.test/", size)
        assert (refused.code, refused.message) == (ErrorCode.STORAGE_FAILED, "The file changed while it was sent.")
        assert uploader.names.server.seen == []


async def test_a_file_that_is_gone_is_told(tmp_path: Path) -> None:
    async with uploading(tmp_path) as uploader:
        uploader.file.unlink()
        refused = await uploader.refusal("http://pub.test/", 7)
        assert refused.code is ErrorCode.STORAGE_FAILED
        assert "No such file" in refused.message
        assert uploader.names.asked == []


async def hangs(_: Seen, __: ByteStream) -> None:
    await anyio.sleep_forever()


async def test_storage_that_does_not_answer_is_given_up_and_holds_no_turn_of_the_service(tmp_path: Path) -> None:
    reached = anyio.Event()

    async def service(seen: Seen, stream: ByteStream) -> None:
        if seen.target == "/bucket":
            reached.set()
        await (hangs if seen.target == "/bucket" else answers())(seen, stream)

    async with uploading(tmp_path, service) as uploader, anyio.create_task_group() as group:
        bucket = f"http://127.0.0.1:{uploader.service.port}/bucket"
        group.start_soon(lambda: uploader.upload(bucket, seconds=600.0))
        await reached.wait()
        assert (await uploader.wire.send("GET", "/accounts")).status == 200
        group.cancel_scope.cancel()
    async with uploading(tmp_path, service) as uploader:
        refused = await uploader.refusal(f"http://127.0.0.1:{uploader.service.port}/bucket", seconds=0.5)
    assert (refused.code, refused.message) == (ErrorCode.PROVIDER_TIMEOUT, "No answer within 0.5 s.")


async def test_storage_that_is_not_there_was_sent_nothing(tmp_path: Path) -> None:
    async with uploading(tmp_path, base="http://127.0.0.1:9/") as uploader:
        refused = await uploader.refusal("http://127.0.0.1:9/bucket")
        assert (refused.code, refused.doubt) == (ErrorCode.PROVIDER_UNREACHABLE, False)
