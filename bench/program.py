"""The programs that are measured, as they are started: postwright's own defaults, and the bare server's."""

import os
import sys
from dataclasses import dataclass
from pathlib import Path

#: A key of the shape that Genviral issues; nothing real.
KEY = "gva_bench.0123456789abcdef0123456789abcdef"


class MeasurementError(Exception):
    """Raised when something could not be measured, or was measured on a wrong answer."""


@dataclass(frozen=True, slots=True)
class Program:
    """A command and the whole environment it runs in."""

    words: tuple[str, ...]
    environment: dict[str, str]


def bare(*words: str) -> Program:
    """The bare server (``bench.bare``) in one of its forms."""
    return Program((sys.executable, "-m", "bench.bare", *words), _environment())


def postwright(home: Path, *words: str, api: str = "", **settings: object) -> Program:
    """Our server: with Genviral at ``api``, or the embedded engine alone; ``settings`` are lower-case names.

    Media links are not looked at, since the posts of a bench show pictures that do not exist.
    """
    chosen = {"home": home, "probe_urls": "off", **settings}
    if api:
        chosen |= {"genviral_api_key": KEY, "genviral_base_url": api}
    variables = {f"POSTWRIGHT_{name.upper()}": str(value) for name, value in chosen.items() if value is not None}
    return Program((sys.executable, "-m", "server", *words), _environment() | variables)


def _environment() -> dict[str, str]:
    """What a client hands on, without any setting of ours and with compiled bytecode allowed."""
    return {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("POSTWRIGHT_", "PYTHONDONTWRITEBYTECODE"))
    }
