"""A process that takes posts as a webhook: ``python -m bench.receiving PORT``.

It answers every POST with 204 and closes, as lightly as it can, and a GET with what it saw, in JSON: how many posts
(``count``), how many more than once (``doubled``), how many out of the order of their account (``disordered``), and
when the last came (``last``, seconds since 1970).
"""

import asyncio
import json
import sys
import time
from dataclasses import asdict, dataclass, field


@dataclass(slots=True)
class Told:
    """What was seen so far."""

    count: int = 0
    doubled: int = 0
    disordered: int = 0
    last: float = 0.0


@dataclass(slots=True)
class Receiver:
    """Sees every post."""

    told: Told = field(default_factory=Told)
    names: set[str] = field(default_factory=set[str])
    numbers: dict[str, int] = field(default_factory=dict[str, int])

    def see(self, body: bytes) -> None:
        """Note one post."""
        data = json.loads(body)["data"]
        name, account, number = data["delivery_id"], data["account"], int(data["caption"])
        told = self.told
        told.count, told.last = told.count + 1, time.time()
        told.doubled += name in self.names
        told.disordered += number != self.numbers.get(account, -1) + 1
        self.names.add(name)
        self.numbers[account] = number


class _Connection(asyncio.Protocol):
    def __init__(self, receiver: Receiver) -> None:
        self._receiver = receiver
        self._unread = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        self._unread += data
        head, ends, body = self._unread.partition(b"\r\n\r\n")
        if not ends:
            return
        if head.startswith(b"GET"):
            told = json.dumps(asdict(self._receiver.told)).encode()
            self._transport.write(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % len(told) + told)
            self._transport.close()
        elif len(body) >= _length(head):
            self._receiver.see(body)
            self._transport.write(b"HTTP/1.1 204 No Content\r\nConnection: close\r\n\r\n")
            self._transport.close()


def _length(head: bytes) -> int:
    return int(head.lower().partition(b"content-length:")[2].partition(b"\r\n")[0])


async def receive(port: int) -> None:
    """Take posts until the process is ended."""
    receiver = Receiver()
    server = await asyncio.get_running_loop().create_server(
        lambda: _Connection(receiver), "127.0.0.1", port, backlog=1024
    )
    await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(receive(int(sys.argv[1])))
