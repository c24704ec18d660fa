"""The webhook: what a receiver on a real socket gets, and what its every answer leads to."""

import base64
import hashlib
import hmac
import json
import struct
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path
from socket import SO_LINGER, SOL_SOCKET
from typing import Any

import anyio
import pytest
from anyio.abc import ByteStream, SocketAttribute

from providers.networks.network import Parcel, Published, Step, Window
from providers.networks.webhook.kind import KIND
from providers.networks.webhook.network import Webhook
from schemas.post import Delivery, Query
from schemas.status import Status
from tests.local.chatting import added, means
from tests.local.embedded import OUTBOX, WEBHOOK, Embedded, Watch, order
from tests.local.passing import pass_time
from tests.local.receiver import Handler, Receiver, Seen, answers, receiver, shut_port

pytestmark = pytest.mark.anyio

EVERYTHING = Query(limit=10)
KEY = b"a key of 24 bytes, raw!!"
WHSEC = "whsec_" + base64.b64encode(KEY).decode()


@asynccontextmanager
async def hooked(
    handler: Handler, tmp_path: Path, watch: Watch, secret: str | None = None, **limits: Any
) -> AsyncGenerator[tuple[Embedded, Receiver]]:
    async with receiver(handler) as server:
        hook = Webhook(server.url, secret, watch, **limits)
        async with Embedded(tmp_path, watch, hook, spread=1.0) as engine:
            yield engine, server


async def sent(engine: Embedded, **more: Any) -> Delivery:
    """Create a post on the webhook, deliver what is due, and tell what became of it."""
    receipt = await engine.local.create(order("Hello, ünï", WEBHOOK, **more))
    await engine.courier.step()
    return (await engine.local.post(receipt.id)).deliveries[0]


@pytest.mark.parametrize(("secret", "key"), [(WHSEC, KEY), ("plain words", b"plain words")])
async def test_the_receiver_can_verify_what_it_gets(tmp_path: Path, watch: Watch, secret: str, key: bytes) -> None:
    media = {"type": "video", "url": "https://example.com/a.mp4"}
    async with hooked(answers(204), tmp_path, watch, secret) as (engine, server):
        delivery = await sent(engine, media=media)
        post = (await engine.local.posts(EVERYTHING)).posts[0]
    (seen,) = server.seen
    signed = f"{seen.headers['webhook-id']}.{seen.headers['webhook-timestamp']}.".encode() + seen.body
    expected = base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode()
    assert seen.headers["webhook-signature"] == f"v1,{expected}"
    assert int(seen.headers["webhook-timestamp"]) == watch.now.timestamp()
    assert seen.headers["content-type"] == "application/json"
    assert json.loads(seen.body) == {
        "type": "post.publish",
        "timestamp": "2026-11-24T09:00:00Z",
        "data": {
            "post_id": post.id,
            "delivery_id": seen.headers["webhook-id"],
            "account": "local:webhook",
            "caption": "Hello, ünï",
            "media": media,
            "scheduled_at": None,
        },
    }
    assert (delivery.status, delivery.published_at, delivery.url) == (Status.PUBLISHED, watch.now, None)


async def test_without_a_secret_nothing_pretends_to_be_signed(tmp_path: Path, watch: Watch) -> None:
    async with hooked(answers(), tmp_path, watch) as (engine, server):
        await sent(engine)
    assert "webhook-signature" not in server.seen[0].headers


@pytest.mark.parametrize(
    ("answer", "url"),
    [
        (b'{"url": "https://example.com/p/1"}', "https://example.com/p/1"),
        (b'{"url": "javascript:alert(1)"}', None),
        (b'{"url": ["https://example.com"]}', None),
        (b"[" * 100_000, None),
        (b"OK", None),
    ],
)
async def test_the_answer_may_give_the_link_of_the_post(
    tmp_path: Path, watch: Watch, answer: bytes, url: str | None
) -> None:
    async with hooked(answers(201, answer), tmp_path, watch) as (engine, _):
        delivery = await sent(engine)
    assert (delivery.status, delivery.url) == (Status.PUBLISHED, url)


async def reset(seen: Seen, stream: ByteStream) -> None:
    """Close with a reset: lingering for no time."""
    socket = stream.extra(SocketAttribute.raw_socket)
    socket.setsockopt(SOL_SOCKET, SO_LINGER, struct.pack("ii", 1, 0))


async def silence(seen: Seen, stream: ByteStream) -> None:
    pass_time(100)
    await anyio.sleep_forever()


async def garbage(seen: Seen, stream: ByteStream) -> None:
    await stream.send(b"\x00\x01 this is not HTTP\r\n\r\n")


async def hang_up(seen: Seen, stream: ByteStream) -> None:
    """Close without a word."""


async def half(seen: Seen, stream: ByteStream) -> None:
    await stream.send(b"HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\nhalf")


@pytest.mark.parametrize("handler", [reset, silence, garbage, hang_up, *map(answers, (500, 502, 503, 504))])
async def test_a_doubt_is_unknown_and_never_sent_again(tmp_path: Path, watch: Watch, handler: Handler) -> None:
    async with hooked(handler, tmp_path, watch) as (engine, server):
        delivery = await sent(engine)
        watch.advance(minutes=30)
        await engine.courier.step()
        post = (await engine.local.posts(EVERYTHING)).posts[0]
    assert (delivery.status, delivery.retry) == (Status.UNKNOWN, None)
    assert "not sent again" in (delivery.error or "")
    assert post.status is Status.UNKNOWN
    assert len(server.seen) == 1


async def test_a_yes_is_a_yes_however_the_rest_of_the_answer_ends(tmp_path: Path, watch: Watch) -> None:
    async with hooked(half, tmp_path, watch) as (engine, _):
        assert (await sent(engine)).status is Status.PUBLISHED


@pytest.mark.parametrize("status", [400, 401, 403, 404, 409, 410, 413, 422])
async def test_a_no_has_failed_for_good(tmp_path: Path, watch: Watch, status: int) -> None:
    words = b"caption \x1b[31mtoo long\x00 for us " + b"x" * 100_000
    async with hooked(answers(status, words), tmp_path, watch) as (engine, server):
        delivery = await sent(engine)
        watch.advance(minutes=30)
        await engine.courier.step()
    assert (delivery.status, delivery.retry, len(server.seen)) == (Status.FAILED, False, 1)
    assert (delivery.error or "").startswith(f'The webhook answered {status} and said: "caption [31mtoo long for us x')
    assert len(delivery.error or "") < 300


async def test_a_redirect_is_not_followed(tmp_path: Path, watch: Watch) -> None:
    async with receiver(answers()) as elsewhere:
        moved = answers(307, headers={"location": elsewhere.url})
        async with hooked(moved, tmp_path, watch) as (engine, _):
            delivery = await sent(engine)
    assert (delivery.status, elsewhere.seen) == (Status.FAILED, [])
    assert "final URL" in (delivery.error or "")


@pytest.mark.parametrize(
    ("status", "headers", "pause"),
    [
        (408, {}, 2),
        (425, {}, 2),
        (429, {}, 2),
        (429, {"retry-after": "100"}, 110),
        (429, {"retry-after": "Tue, 24 Nov 2026 09:10:00 GMT"}, 660),
        (503, {"retry-after": "20"}, 22),
    ],
)
async def test_not_now_is_sent_again_when_the_pause_is_over(
    tmp_path: Path, watch: Watch, status: int, headers: dict[str, str], pause: int
) -> None:
    async def once(seen: Seen, stream: ByteStream) -> None:
        await (answers() if len(server.seen) > 1 else answers(status, headers=headers))(seen, stream)

    async with hooked(once, tmp_path, watch) as (engine, server):
        delivery = await sent(engine)
        assert (delivery.status, delivery.retry) == (Status.QUEUED, None)
        watch.advance(seconds=pause - 0.001)
        await engine.courier.step()
        assert len(server.seen) == 1
        watch.advance(seconds=0.001)
        await engine.courier.step()
        assert (await engine.local.posts(EVERYTHING)).posts[0].status is Status.PUBLISHED
    first, second = server.seen
    assert first.headers["webhook-id"] == second.headers["webhook-id"]
    assert first.body == second.body


async def test_what_cannot_be_reached_waits_and_goes_out_when_it_can(tmp_path: Path, watch: Watch) -> None:
    with shut_port() as port:
        hook = Webhook(f"http://127.0.0.1:{port}/hook", None, watch)
        async with Embedded(tmp_path, watch, hook, spread=1.0) as engine:
            delivery = await sent(engine)
            assert (delivery.status, delivery.retry) == (Status.QUEUED, None)
            assert "could not be reached (ConnectError); nothing was sent" in (delivery.error or "")
            for _ in range(20):
                watch.advance(minutes=15)
                await engine.courier.step()
            assert (await engine.local.posts(EVERYTHING)).posts[0].status is Status.QUEUED
            for _ in range(90):
                watch.advance(minutes=15)
                await engine.courier.step()
            given_up = (await engine.local.posts(EVERYTHING)).posts[0].deliveries[0]
    assert (given_up.status, given_up.retry) == (Status.FAILED, True)


async def test_a_machine_that_slept_between_deciding_and_sending_does_not_send(tmp_path: Path, watch: Watch) -> None:
    class Sleepy(Webhook):
        """A network on a machine whose lid closes right before sending, once."""

        async def prepare(self, parcel: Parcel) -> Step:
            step = await super().prepare(parcel)

            async def asleep(window: Window) -> Published:
                if not server.seen and parcel.due_at == watch.now:
                    watch.advance(seconds=50)
                return await step(window)

            return asleep

    async with receiver(answers()) as server:
        hook = Sleepy(server.url, None, watch)
        async with Embedded(tmp_path, watch, hook, spread=1.0) as engine:
            delivery = await sent(engine)
            assert (delivery.status, server.seen) == (Status.QUEUED, [])
            assert "50 s passed between deciding and sending, so nothing was sent." in (delivery.error or "")
            watch.advance(seconds=2)
            await engine.courier.step()
    assert len(server.seen) == 1


async def test_one_account_that_fails_does_not_hold_the_others_up(tmp_path: Path, watch: Watch) -> None:
    async with hooked(answers(400), tmp_path, watch) as (engine, _):
        receipt = await engine.local.create(order("Both", OUTBOX, WEBHOOK))
        await engine.courier.step()
        post = await engine.local.post(receipt.id)
    assert [delivery.status for delivery in post.deliveries] == [Status.PUBLISHED, Status.FAILED]
    assert post.status is Status.PARTIAL


@pytest.mark.parametrize("url", ["", "hooks.example.com", "ftp://example.com/", "http:///path", "http://a\x00b/"])
def test_a_url_that_is_none_is_refused_at_the_start(url: str, watch: Watch) -> None:
    with pytest.raises(ValueError, match="webhook URL"):
        Webhook(url, None, watch)


def test_a_secret_that_is_none_is_refused_at_the_start_without_being_shown(watch: Watch) -> None:
    with pytest.raises(ValueError, match="not base64") as refused:
        Webhook("https://example.com", "whsec_s3cret!", watch)
    assert "s3cret" not in str(refused.value)


async def test_several_webhooks_are_accounts_of_their_own(tmp_path: Path, watch: Watch) -> None:
    tools = means(tmp_path, watch)
    async with receiver(answers()) as server:
        hooks = [
            await added(KIND, tools, name="crm", url=server.url, secret=WHSEC),
            await added(KIND, tools, name="blog", url=server.url),
        ]
        async with Embedded(tmp_path, watch, *hooks) as engine:
            receipt = await engine.local.create(order("Both", *(hook.account for hook in hooks)))
            await engine.courier.step()
            post = await engine.local.post(receipt.id)
    assert post.status is Status.PUBLISHED
    signed = {json.loads(seen.body)["data"]["account"]: "webhook-signature" in seen.headers for seen in server.seen}
    assert signed == {"local:webhook-crm": True, "local:webhook-blog": False}


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"name": "My CRM"}, "the name is not one"),
        ({"url": "crm.example.com"}, "the webhook URL is not a link"),
        ({"secret": "short"}, "the secret is too short"),
        ({"secret": "whsec_not base64"}, "not base64"),
    ],
)
async def test_a_webhook_that_can_be_none_is_not_added(
    tmp_path: Path, watch: Watch, given: dict[str, str], words: str
) -> None:
    with pytest.raises(ValueError, match=words):
        await added(KIND, means(tmp_path, watch), **{"name": "crm", "url": "https://crm.example.com/", **given})


async def test_a_receiver_that_repeats_its_link_or_its_secret_does_not_make_them_known(
    tmp_path: Path, watch: Watch
) -> None:
    words = b"Cannot POST /services/t0ken-of-mine?key=another-key for my-s3cret of passw0rd"
    async with receiver(answers(404, words)) as server:
        link = f"http://me:passw0rd@127.0.0.1:{server.port}/services/t0ken-of-mine?key=another-key"
        async with Embedded(tmp_path, watch, Webhook(link, "my-s3cret", watch)) as engine:
            delivery = await sent(engine)
    assert server.seen[0].headers["authorization"] == "Basic " + base64.b64encode(b"me:passw0rd").decode()
    assert "Cannot POST /[secret] for [secret] of [secret]" in (delivery.error or "")


async def test_no_error_shows_the_url_or_the_secret(tmp_path: Path, watch: Watch) -> None:
    hook = Webhook("http://me:passw0rd@127.0.0.1:9/t0ken?key=s3cret", "my-s3cret", watch)
    async with Embedded(tmp_path, watch, hook) as engine:
        delivery = await sent(engine)
    shown = f"{delivery} {hook!r} {hook.account}"
    assert not any(word in shown for word in ("passw0rd", "t0ken", "s3cret"))
