"""The page of the board: one document that holds all it needs, the same in a browser and in a client's frame."""

import base64
import re
from dataclasses import dataclass
from functools import cache
from hashlib import sha256
from pathlib import Path

_HERE = Path(__file__).parent
#: The modules of the page's script; each imports from earlier ones alone.
_MODULES = ("elements", "time", "host", "list", "calendar", "attention", "post", "board")
#: Joined, the modules are one, and see each other's names.
_JOINTS = re.compile(r"^import .*\n|^export (?=\w)", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Page:
    """The document, and the policy that lets nothing run in it but its own script and style."""

    html: str
    policy: str


@cache
def page() -> Page:
    """Put the page together."""
    script = "\n".join(_JOINTS.sub("", _text(f"{name}.js")) for name in _MODULES)
    style = _text("style.css")
    html = _text("page.html").replace("/* style */", style).replace("/* script */", script)
    return Page(html, _policy(script, style))


def _policy(script: str, style: str) -> str:
    rules = {
        "default-src": "'none'",
        "script-src": _hash(script),
        "style-src": _hash(style),
        "connect-src": "'self'",
        "base-uri": "'none'",
        "form-action": "'none'",
        "frame-ancestors": "'none'",
    }
    return "; ".join(f"{name} {value}" for name, value in rules.items())


def _hash(text: str) -> str:
    return f"'sha256-{base64.b64encode(sha256(text.encode()).digest()).decode()}'"


def _text(name: str) -> str:
    return (_HERE / name).read_text(encoding="utf-8")
