"""The ids of everything that the service stores, and those of the accounts on the networks."""

import re
import secrets

from sandbox.clock import Clock

_OBJECT_ID = re.compile(r"[0-9a-fA-F]{24}", re.ASCII)

#: The form that create-post asks for (seed 002; reference postpost 2). A Bluesky DID has colons and does not fit.
PLATFORM_ID = re.compile(r"[a-z]+-[a-zA-Z0-9_-]+", re.ASCII)


class ObjectIds:
    """Makes ids as MongoDB does: four bytes of time, five of the process, three of a counter."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._process = secrets.token_hex(5)
        self._made = 0

    def new(self) -> str:
        """Make one more: 24 hexadecimal digits."""
        self._made += 1
        seconds = int(self._clock.now().timestamp())
        return f"{seconds & 0xFFFFFFFF:08x}{self._process}{self._made & 0xFFFFFF:06x}"


def is_object_id(text: str) -> bool:
    """Tell whether a text could be an id at all."""
    return _OBJECT_ID.fullmatch(text) is not None


def split(platform_id: str) -> tuple[str, str]:
    """Take ``twitter-123`` apart at its first dash: platform, account."""
    platform, _, account = platform_id.partition("-")
    return platform, account
