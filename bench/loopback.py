"""Servers on loopback, and the one that all posts go to: Genviral's sandbox in a process of its own."""

import json
import socket
import subprocess
import time
import urllib.request
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bench.program import KEY, MeasurementError, Program, postwright
from sandbox.genviral import BASE_PATH

#: Seconds until a server must listen, answer, or have ended.
PATIENCE = 20.0
PAUSE = 0.02

#: Media for a post; the stand-in fetches none.
PICTURE = {"type": "slideshow", "urls": ["https://cdn.example.com/1.jpg"]}


@dataclass(frozen=True, slots=True)
class Api:
    """The stand-in, by its root address."""

    root: str

    @property
    def url(self) -> str:
        """What postwright is pointed at."""
        return self.root + BASE_PATH

    def account(self) -> str:
        """Name an account to post to, by Genviral's id: one with the widest limits."""
        accounts = self._ask(f"{BASE_PATH}/accounts")["data"]["accounts"]
        return next(account["id"] for account in accounts if account["platform"] == "facebook")

    def made(self, *, again: bool = False) -> int:
        """Count the posts that exist there; ``again``: each may have been asked for more than once, under its key.

        Raises:
            MeasurementError: two creates led to the same post.
        """
        posts = self._ask("/_sandbox/posts")["posts"]
        repeated = [post["id"] for post in posts if post["requests"] != 1]
        if repeated and not again:
            raise MeasurementError(f"posts that were created more than once: {repeated[:3]}")
        return len(posts)

    def arm(self, method: str, path: str, fault: str, times: int = 1) -> None:
        """Let something go wrong with the next such requests (``sandbox.faults`` lists what can)."""
        self._ask("/_sandbox/faults", {"method": method, "path": path, "fault": fault, "times": times})

    def _ask(self, path: str, body: dict[str, Any] | None = None) -> dict[str, Any]:
        data = json.dumps(body).encode() if body else None
        request = urllib.request.Request(self.root + path, data, {"Authorization": f"Bearer {KEY}"})  # noqa: S310  (http, to loopback)
        with urllib.request.urlopen(request, timeout=PATIENCE) as answer:  # noqa: S310  (the same)
            return json.load(answer)


@contextmanager
def sandbox(log: Path) -> Generator[Api]:
    """Run the stand-in for as long as it is needed."""
    port = free_port()
    program = postwright(log.parent, "sandbox", "genviral", "--port", str(port))
    with serving(program, port, log):
        yield Api(f"http://127.0.0.1:{port}")


@contextmanager
def serving(program: Program, port: int, log: Path) -> Generator[int]:
    """Run a server for as long as it is needed; yields its process id once it accepts connections.

    Raises:
        MeasurementError: it does not.
    """
    with (
        log.open("ab") as output,
        subprocess.Popen(program.words, env=program.environment, stdout=output, stderr=output) as process,
    ):
        try:
            _await(process, port, log)
            yield process.pid
        finally:
            _end(process)


def free_port() -> int:
    """Find a loopback port that nothing listens on."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return listener.getsockname()[1]


def _await(process: subprocess.Popen[bytes], port: int, log: Path) -> None:
    deadline = time.monotonic() + PATIENCE
    while process.poll() is None and time.monotonic() < deadline:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=PATIENCE).close()
        except ConnectionRefusedError:
            time.sleep(PAUSE)
        else:
            return
    raise MeasurementError(f"nothing listens on port {port}:\n{log.read_text(encoding='utf-8', errors='replace')}")


def _end(process: subprocess.Popen[bytes]) -> None:
    process.terminate()
    try:
        process.wait(PATIENCE)
    except subprocess.TimeoutExpired:
        process.kill()
