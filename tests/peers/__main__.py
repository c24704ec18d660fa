"""``python -m tests.peers [NAME...]`` installs real servers to deliver to; without names, those of every CI run."""

import sys
import time
from types import ModuleType

from tests.peers import pds, relay, synapse, telegram, wordpress

#: Those that tests start on every run, and all.
EVERY_RUN = ("pds", "synapse", "relay")
PEERS: dict[str, ModuleType] = {
    "pds": pds,
    "synapse": synapse,
    "relay": relay,
    "wordpress": wordpress,
    "telegram": telegram,
}


def main(names: list[str]) -> int:
    """Install the named peers that are not there yet; return an exit code."""
    unknown = [name for name in names if name not in PEERS]
    if unknown:
        print(f"There is no peer {unknown[0]!r}; there are {', '.join(PEERS)}.", file=sys.stderr)  # noqa: T201
        return 2
    for name in names or EVERY_RUN:
        began = time.monotonic()
        PEERS[name].install()
        print(f"{name}: installed in {time.monotonic() - began:.0f} s", file=sys.stderr)  # noqa: T201
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
