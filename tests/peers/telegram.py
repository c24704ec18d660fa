"""An emulator of Telegram's Bot API that is not ours (reference peers, section 3): not every run has it."""

from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

from tests.peers import place
from tests.peers.running import running

_START = place.PLACE / "telegram/start.mjs"
#: It takes any token.
TOKEN = "7000000001:AAE_any-token-of-postwright-s3cret"


def install() -> None:
    """Bring it from npm."""
    place.from_npm("telegram")


def missing() -> str | None:
    """Say what keeps it from running here."""
    return place.missing("telegram", place.PLACE / "telegram/node_modules/telegram-test-api/package.json")


@contextmanager
def running_telegram(folder: Path) -> Generator[str]:
    """Run one; yield its address."""
    (port,) = place.free_ports(1)
    url = f"http://127.0.0.1:{port}"
    with running([*place.node_on_loopback(), _START, str(port)], folder, url=f"{url}/bot{TOKEN}/getMe"):
        yield url
