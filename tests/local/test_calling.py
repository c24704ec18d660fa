"""The one HTTP way towards networks: what is done, refused, not sent, and in doubt, on real sockets."""

import socket
from collections.abc import AsyncGenerator, Generator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import anyio
import pytest
from anyio.abc import ByteStream, SocketAttribute

from providers.answer import Answer
from providers.errors import ErrorTable
from providers.networks.calling import Caller, Dialect
from providers.networks.network import Window
from providers.protocol import Failure
from schemas.errors import ErrorCode
from tests.local.certificates import certificate
from tests.local.embedded import Watch
from tests.local.passing import pass_time
from tests.local.receiver import Handler, Seen, answers, receiver

pytestmark = pytest.mark.anyio

DIALECT = Dialect("Example", ErrorTable(()), lambda answer: (None, answer.body.decode()))
SECRET = "a-token-that-must-not-show"


def caller(watch: Watch, seconds: float = 60.0) -> Caller:
    return Caller(DIALECT, watch, [SECRET, ""], seconds=seconds)


async def refusal(
    url: str,
    watch: Watch,
    *,
    publishes: bool = True,
    seconds: float = 60.0,
    content: AsyncGenerator[bytes] | None = None,
) -> Failure:
    asker = caller(watch, seconds)
    body = None if content else {"a": 1}
    with pytest.raises(Failure) as refused:
        await asker.call("POST", url, body=body, content=content, window=Window(watch, 60) if publishes else None)
    await asker.aclose()
    return refused.value


async def cut(seen: Seen, stream: ByteStream) -> None:
    await stream.send(b"HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\nhalf")


async def silence(seen: Seen, stream: ByteStream) -> None:
    pass_time(100)
    await anyio.sleep_forever()


@contextmanager
def deaf() -> Generator[str]:
    """A port whose queue of connections is full: nobody gets through, and nobody is turned away."""
    with ExitStack() as open_sockets:
        listener = open_sockets.enter_context(socket.socket())
        listener.bind(("127.0.0.1", 0))
        listener.listen(0)
        address = listener.getsockname()
        for _ in range(3):
            waiting = open_sockets.enter_context(socket.socket())
            waiting.setblocking(False)
            waiting.connect_ex(address)
        yield f"http://127.0.0.1:{address[1]}/"


async def test_who_cannot_be_connected_to_in_time_was_sent_nothing(watch: Watch) -> None:
    with deaf() as url:
        failure = await refusal(url, watch, seconds=0.3)
    assert (failure.code, failure.doubt) == (ErrorCode.PROVIDER_UNREACHABLE, False)
    assert "nothing was sent" in failure.message


@pytest.mark.parametrize("handler", [cut, silence])
async def test_a_lost_answer_is_a_doubt_for_what_publishes_and_none_for_what_asks(
    watch: Watch, handler: Handler
) -> None:
    async with receiver(handler) as server:
        published = await refusal(server.url, watch)
        asked = await refusal(server.url, watch, publishes=False)
    assert (published.doubt, asked.doubt) == (True, False)
    assert "was sent the post" in published.message
    assert "was sent the post" not in asked.message


@pytest.fixture
async def hangs_up(anyio_backend: str) -> AsyncGenerator[str]:
    """A server that reads the beginning of a request and ends the connection."""

    async def serve(stream: ByteStream) -> None:
        async with stream:
            await stream.receive()

    async with await anyio.create_tcp_listener(local_host="127.0.0.1") as listener, anyio.create_task_group() as group:
        group.start_soon(listener.serve, serve)
        yield f"http://127.0.0.1:{listener.extra(SocketAttribute.local_port)}/"
        group.cancel_scope.cancel()


async def test_what_breaks_off_in_the_middle_of_a_body_was_not_published(watch: Watch, hangs_up: str) -> None:
    async def endless() -> AsyncGenerator[bytes]:
        while True:
            yield b"x" * 65_536

    async def whole() -> AsyncGenerator[bytes]:
        yield b"x"

    broken_off = await refusal(hangs_up, watch, content=endless())
    all_sent = await refusal(hangs_up, watch, content=whole())
    assert (broken_off.code, broken_off.doubt) == (ErrorCode.PROVIDER_UNREACHABLE, False)
    assert "was not sent all of the post" in broken_off.message
    assert all_sent.doubt


async def test_a_lost_answer_to_a_removal_is_a_doubt(watch: Watch) -> None:
    asker = caller(watch)
    async with receiver(silence) as server:
        with pytest.raises(Failure) as lost:
            await asker.call("DELETE", server.url, removes=True)
    await asker.aclose()
    assert lost.value.doubt


async def test_words_of_a_server_are_told_without_secrets_and_bounded(watch: Watch) -> None:
    words = f"no bot {SECRET} here \x1b[0m".encode() + b"x" * 10_000
    async with receiver(answers(404, words)) as server:
        failure = await refusal(server.url, watch)
    assert failure.message.startswith('Example answered 404 and said: "no bot [secret] here [0mx')
    assert len(failure.message) < 300
    assert failure.provider_error
    assert SECRET not in str(failure.provider_error)


async def test_every_request_has_a_connection_of_its_own(watch: Watch) -> None:
    asker = caller(watch)
    async with receiver(answers(200, b"{}", headers={"connection": "keep-alive"})) as server:
        for _ in range(2):
            await asker.call("POST", server.url, body={})
    await asker.aclose()
    assert [seen.headers["connection"] for seen in server.seen] == ["close", "close"]


async def test_a_redirect_is_told_and_not_followed(watch: Watch) -> None:
    async with receiver(answers()) as elsewhere, receiver(answers(302, headers={"location": elsewhere.url})) as server:
        failure = await refusal(server.url, watch)
    assert elsewhere.seen == []
    assert failure.message.endswith("Redirects are not followed: give the final URL.")


async def test_a_proxy_that_the_environment_names_is_used(watch: Watch, monkeypatch: pytest.MonkeyPatch) -> None:
    async with receiver(answers(200, b"{}")) as proxy:
        monkeypatch.setenv("http_proxy", f"http://127.0.0.1:{proxy.port}")
        monkeypatch.setenv("no_proxy", "127.0.0.2")
        asker = caller(watch)
        answer = await asker.call("GET", "http://far.example/a?b=c")
        await asker.aclose()
    assert answer == Answer(200, answer.headers, b"{}")
    assert proxy.seen[0].target == "http://far.example/a?b=c"


@pytest.mark.parametrize("url", ["ftp://example.com/", "nowhere", "http://a\x00b/"])
async def test_what_is_no_link_is_not_called(watch: Watch, url: str) -> None:
    failure = await refusal(url, watch)
    assert (failure.code, failure.doubt) == (ErrorCode.PROVIDER_UNREACHABLE, False)


async def test_a_certificate_that_is_not_trusted_is_named_as_the_reason(watch: Watch, tmp_path: Path) -> None:
    served, _ = certificate("localhost", tmp_path)
    async with receiver(answers(), tls=served) as server:
        failure = await refusal(server.url.replace("http://", "https://"), watch)
    assert (failure.code, failure.doubt, server.seen) == (ErrorCode.PROVIDER_UNREACHABLE, False, [])
    assert "certificate" in failure.message
