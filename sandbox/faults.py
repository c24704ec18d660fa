"""Failures on demand: what may go wrong with a request, how it is spelled, and which requests it waits for.

A fault is a text, its arguments behind colons:

=============================================  =====================================================================
``status:<n>[:<error_code>[:<shape>]]``        answer with status n in the service's own envelope; nothing is done
``html_500``                                   answer 500 with an HTML page, as a proxy does; nothing is done
``page:<n>[:<words>]``                         answer n with such a page, or in plain words; nothing is done
``retry_after:<s>[:<error_code>]``             answer 429 with ``Retry-After: <s>``; nothing is done
``slow:<s>``                                   wait, then act and answer: a caller who gave up is surprised later
``drop_before[:eof]``                          close the connection; nothing is done
``accept_then_drop[:eof]``                     act, then close the connection without an answer
``accept_then_slow:<s>``                       act, then wait before the answer
``accept_then_status:<n>[:<error_code>...]``   act, then answer as ``status`` does
``accept_then_html_500``                       act, then answer as ``html_500`` does
=============================================  =====================================================================

A dropped connection is reset (RST), or with ``:eof`` closed in order (FIN): clients tell these apart.
``shape`` is the service's affair; Genviral takes the shape of ``issues``.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Literal

from sandbox.jsonvalue import JsonObject

Ending = Literal["reset", "eof"]

LONGEST_WAIT = 3600.0


@dataclass(frozen=True, slots=True)
class Reply:
    """The answer that a fault gives; ``shape`` varies the envelope in a way that the service knows.

    ``page`` stands in for the envelope, as a proxy before the service would have it: plain words, or of none a page.
    """

    status: int
    error_code: str | None = None
    shape: str | None = None
    retry_after: str | None = None
    page: str | None = None


@dataclass(frozen=True, slots=True)
class Fault:
    """What happens to one request: it is acted on or not, then a wait, then a drop, a reply, or the true answer."""

    text: str
    acts: bool = False
    wait: float = 0.0
    drop: Ending | None = None
    reply: Reply | None = None


def _status(text: str, number: str, error_code: str | None = None, shape: str | None = None) -> Fault:
    return Fault(text, reply=Reply(_failing(number), error_code or None, shape))


def _html(text: str) -> Fault:
    return Fault(text, reply=Reply(500, page=""))


def _page(text: str, number: str, *words: str) -> Fault:
    return Fault(text, reply=Reply(_failing(number), page=":".join(words)))


def _retry_after(text: str, seconds: str, error_code: str | None = None) -> Fault:
    _seconds(seconds)
    return Fault(text, reply=Reply(429, error_code, retry_after=seconds))


def _slow(text: str, seconds: str) -> Fault:
    return Fault(text, wait=_seconds(seconds))


def _drop(text: str, ending: str = "reset") -> Fault:
    if ending != "reset" and ending != "eof":  # noqa: PLR1714  (the type checker narrows this, not a membership test)
        raise ValueError(f"{ending!r} is not an ending: reset, eof")
    return Fault(text, drop=ending)


#: Name -> (is the request acted on first?, what else happens, how many arguments that takes).
KINDS: dict[str, tuple[bool, Callable[..., Fault], range]] = {
    "status": (False, _status, range(1, 4)),
    "html_500": (False, _html, range(1)),
    "page": (False, _page, range(1, 9)),
    "retry_after": (False, _retry_after, range(1, 3)),
    "slow": (False, _slow, range(1, 2)),
    "drop_before": (False, _drop, range(2)),
    "accept_then_drop": (True, _drop, range(2)),
    "accept_then_slow": (True, _slow, range(1, 2)),
    "accept_then_status": (True, _status, range(1, 4)),
    "accept_then_html_500": (True, _html, range(1)),
}


def parse(text: str) -> Fault:
    """Read a fault as spelled in the table above.

    Raises:
        ValueError: there is no such fault, or its arguments are wrong; the text says which.
    """
    kind, *arguments = text.split(":")
    if kind not in KINDS:
        raise ValueError(f"{kind!r} is not a fault: {', '.join(KINDS)}")
    acts, build, accepted = KINDS[kind]
    if len(arguments) not in accepted:
        raise ValueError(f"{text!r} has too few or too many arguments")
    return replace(build(text, *arguments), acts=acts)


def _failing(number: str) -> int:
    if re.fullmatch("[45][0-9]{2}", number) is None:
        raise ValueError(f"{number!r} is not a status from 400 to 599")
    return int(number)


def _seconds(text: str) -> float:
    if re.fullmatch("[0-9]+([.][0-9]+)?", text) is None or float(text) > LONGEST_WAIT:
        raise ValueError(f"{text!r} is not a number of seconds from 0 to {LONGEST_WAIT:g}")
    return float(text)


@dataclass(slots=True)
class Armed:
    """A fault that waits for ``times`` more requests."""

    method: str
    path: str
    fault: Fault
    times: int

    def matches(self, method: str, path: str) -> bool:
        """Tell whether a request is meant: ``{...}`` in the path stands for any one segment."""
        if self.method not in ("*", method):
            return False
        wanted, given = self.path.split("/"), path.split("/")
        return len(wanted) == len(given) and all(
            one == other or (one.startswith("{") and one.endswith("}"))
            for one, other in zip(wanted, given, strict=True)
        )

    def view(self) -> JsonObject:
        """Show it as JSON."""
        return {"method": self.method, "path": self.path, "fault": self.fault.text, "times": self.times}


class Faults:
    """The armed faults; the first that matches a request is used up by it."""

    def __init__(self) -> None:
        self._armed: list[Armed] = []

    def arm(self, armed: Armed) -> None:
        """Add one more."""
        self._armed.append(armed)

    def clear(self) -> None:
        """Disarm all."""
        self._armed.clear()

    def take(self, method: str, path: str) -> Fault | None:
        """Use up the fault that waits for this request, if any."""
        for armed in self._armed:
            if armed.matches(method, path):
                armed.times -= 1
                if armed.times == 0:
                    self._armed.remove(armed)
                return armed.fault
        return None

    def view(self) -> list[JsonObject]:
        """Show what is armed as JSON."""
        return [armed.view() for armed in self._armed]
