"""The audit trail: one line for every write, chained by digests, and no text or key in any of them.

``audit/YYYY-MM.jsonl`` in the home. Every line carries the SHA-256 of the one before, over files and processes, so that
what is changed, left out or put in between shows. It does not show that the end was cut off, and whoever can write the
folder can write the whole chain anew: keep copies elsewhere where that matters.
"""

import errno
import hashlib
import json
import os
import re
from collections.abc import Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any

import structlog
from anyio import CapacityLimiter, to_thread
from filelock import FileLock, Timeout

from schemas.errors import ErrorCode
from schemas.instant import Clock, wire
from schemas.jsonvalue import JsonObject, items, members, text
from schemas.result import Result
from schemas.untrusted import clean
from server.caller import Caller
from server.log import redact

log = structlog.get_logger(__name__)

#: Where the lines of a home are, and what the first line of all has for the one before.
FOLDER = "audit"
NONE_BEFORE = "0" * 64
_NAME = re.compile(r"\d{4}-\d{2}\.jsonl")


def files(folder: Path) -> list[Path]:
    """The months in order."""
    # Every write looks: listing names alone takes a fifth of what a glob does.
    try:
        names = os.listdir(folder)  # noqa: PTH208  (iterdir takes longer)
    except FileNotFoundError:
        return []
    return [folder / name for name in sorted(names) if _NAME.fullmatch(name)]


def digest(line: bytes) -> str:
    """What the next line carries of a line."""
    return hashlib.sha256(line).hexdigest()


class Audit:
    """Appends lines, each whole or not at all; the event loop never waits for the disk."""

    def __init__(self, home: Path, clock: Clock, secrets: Sequence[str]) -> None:
        self._folder = home / FOLDER
        self._clock = clock
        self._secrets = secrets
        self._lock: FileLock | None = None
        self._turn: CapacityLimiter = CapacityLimiter(1)
        self._last: tuple[Path, int, str] | None = None

    async def write(self, entry: JsonObject) -> bool:
        """Append a line; false, and an error in the log, if that cannot be done."""
        try:
            await to_thread.run_sync(partial(self._append, entry), limiter=self._turn)
        except (OSError, Timeout) as error:
            log.error("audit_unwritable", error=str(error), entry=entry)  # noqa: TRY400  (the entry, not the stack)
            return False
        return True

    def _append(self, entry: JsonObject) -> None:
        if self._lock is None:
            self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            self._lock = FileLock(self._folder / ".lock", _LOCK_SECONDS, mode=0o600, thread_local=False)
        with self._lock.acquire(poll_interval=_POLL_SECONDS):
            at = wire(self._clock())
            # Never an earlier month than the last line's, wherever the clock was set back to.
            path = max([self._folder / f"{at[:7]}.jsonl", *files(self._folder)[-1:]])
            opened = os.open(path, os.O_RDWR | os.O_APPEND | os.O_CREAT | _NO_LINK, 0o600)
            try:
                self._add(opened, path, {"at": at, **entry})
            finally:
                os.close(opened)

    def _add(self, opened: int, path: Path, entry: JsonObject) -> None:
        size = os.fstat(opened).st_size
        before, torn = self._before(opened, path, size)
        told = json.dumps({**entry, "prev": before}, separators=(",", ":"))
        line = redact(told, self._secrets).encode()
        whole = (b"\n" if torn else b"") + line + b"\n"
        if os.write(opened, whole) != len(whole):
            os.ftruncate(opened, size)
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        self._last = (path, size + len(whole), digest(line))

    def _before(self, opened: int, path: Path, size: int) -> tuple[str, bool]:
        """The digest of the last line, and whether a write was cut off in it."""
        if self._last and self._last[:2] == (path, size):
            return self._last[2], False
        if size:
            line, ended = _last_line(opened, size)
            return digest(line), not ended
        earlier = [found for found in files(self._folder) if found < path and found.stat().st_size]
        return (digest(earlier[-1].read_bytes().rstrip(b"\n").rpartition(b"\n")[2]) if earlier else NONE_BEFORE), False


def _last_line(opened: int, size: int) -> tuple[bytes, bool]:
    """Read the last line from the end of a file, and whether its newline is there."""
    tail, start = b"", size
    while start and b"\n" not in tail[:-1]:
        step = min(_CHUNK, start)
        start -= step
        os.lseek(opened, start, os.SEEK_SET)
        tail = os.read(opened, step) + tail
    ended = tail.endswith(b"\n")
    return tail.removesuffix(b"\n").rpartition(b"\n")[2], ended


def entry(
    caller: Caller, tool: str, mode: str, arguments: Mapping[str, Any], result: Result | None, **more: str
) -> JsonObject:
    """Make the line of a call: who, what, and the verdict; of the arguments only their digest, accounts and post."""
    canonical = json.dumps(arguments, sort_keys=True, separators=(",", ":"), default=str)
    return {
        **more,
        "client": caller.client,
        "transport": caller.transport,
        "protocol": caller.protocol,
        "user": caller.user,
        "tool": tool,
        "mode": mode,
        "arguments": digest(canonical.encode()),
        "accounts": _accounts(arguments, result),
        "post": _post(arguments, result),
        "ok": result.ok if result else None,
        "code": result.code if result else None,
        "error_code": result.error_code if result else None,
        "outcome": result.outcome if result else None,
    }


def _accounts(arguments: Mapping[str, Any], result: Result | None) -> list[str]:
    sent = [members(one).get("account") for one in items(((result and result.data) or {}).get("deliveries"))]
    named = items(arguments.get("accounts")) or sent
    return [clean(name, _LONGEST) for name in named if isinstance(name, str)][:_MOST]


def _post(arguments: Mapping[str, Any], result: Result | None) -> str | None:
    data = (result and result.data) or {}
    looked = [call.arguments.get("post_id") for call in result.next if call.tool == "check_status"] if result else []
    open_case = looked[0] if looked and result and result.error_code is ErrorCode.OUTCOME_UNKNOWN else None
    named = text(data.get("id")) or text(open_case) or text(arguments.get("post_id"))
    return clean(named, _LONGEST) if named else None


def unaudited(result: Result) -> Result:
    """Say in a result that its line could not be written."""
    message = "The audit log could not be written: tell whoever runs postwright."
    if not result.ok:
        return result.model_copy(update={"message": f"{result.message} {message}"})
    warnings = [*items((result.data or {}).get("warnings")), {"code": "NOT_AUDITED", "message": message}]
    return result.model_copy(update={"data": {**(result.data or {}), "warnings": warnings}})


_LOCK_SECONDS, _POLL_SECONDS = 5.0, 0.002
_NO_LINK = getattr(os, "O_NOFOLLOW", 0)
_CHUNK = 1 << 14
_LONGEST, _MOST = 200, 50
