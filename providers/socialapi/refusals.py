"""What SocialAPI says when it refuses: its envelope, old and new, and ``meta`` as problems (reference 1.1)."""

import re
from collections.abc import Iterator

from providers import payload
from providers.errors import doubtful
from providers.protocol import Failure
from providers.socialapi.errors import WAITS, find
from providers.socialapi.settings import OBJECTS, PLATFORMS, POINTERS
from providers.wire import Answer, Wire, retry_after, within_a_day
from schemas.errors import ENTRIES, Decision
from schemas.instant import Clock
from schemas.jsonvalue import JsonObject, members, text
from schemas.problem import Problem, ProblemCode
from schemas.result import ProviderError
from schemas.untrusted import clean


def body(answer: Answer) -> JsonObject:
    """Read an answer's JSON object; of anything else, an empty one."""
    return payload.read(answer.body) or {}


def failure(answer: Answer, http: Wire, clock: Clock) -> Failure:
    """Make the failure that the error table has for an answer."""
    envelope = body(answer)
    error = members(envelope.get("error"))
    meta = members(error.get("meta"))
    # Until May 2026 an error was a text, and its code stood beside it.
    code = text(error.get("code")) or text(envelope.get("code"))
    message = http.redact(text(error.get("message")) or text(envelope.get("error")) or _plain(answer))
    request_id = text(envelope.get("request_id")) or answer.headers.get("x-request-id")
    row = find(answer.status, code, f"{clean(text(meta.get('field')) or '', 120)} {message}".strip())
    asked = _wait(answer, meta, clock)
    waits = ENTRIES[row.code].decision is Decision.WAIT_THEN_RETRY
    return Failure(
        row.code,
        f"SocialAPI: {message}",
        doubt=doubtful(row, answer.status, asked),
        provider_error=ProviderError(
            http_status=answer.status,
            code=http.redact(code, 80) if code else None,
            message=message,
            request_id=http.redact(request_id, 80) if request_id else None,
        ),
        problems=tuple(_problems(meta, message)),
        after_seconds=(asked or WAITS.get(row.provider_code or "")) if waits else None,
        advice=row.advice,
    )


def _plain(answer: Answer) -> str:
    """Say what came instead of an envelope: a proxy's plain words, but not its pages."""
    words = answer.body[:200].decode("utf-8", "replace").strip()
    if words.startswith(("{", "[")) or not words:
        return f"HTTP {answer.status} without a message"
    return f"not JSON: {f'a page (HTTP {answer.status})' if words.startswith('<') else words}"


def _wait(answer: Answer, meta: JsonObject, clock: Clock) -> float | None:
    """Read how long to wait: the header, else ``meta``; between 1 s and 24 h."""
    seconds = meta.get("retry_after_seconds")
    told = within_a_day(float(seconds)) if isinstance(seconds, int | float) else None
    return retry_after(answer.headers, clock) or told


def _problems(meta: JsonObject, message: str) -> Iterator[Problem]:
    """Turn ``meta`` into a problem: the field that is wrong, the limit that was met, or what is not there."""
    field, most = text(meta.get("field")), meta.get("max", meta.get("limit"))
    thing = text(meta.get("resource")) or text(meta.get("platform"))
    if field:
        yield refused(field, message)
    elif isinstance(most, int | float):
        yield _limit(meta, most, message)
    elif thing:
        named = " ".join(part for part in (thing, text(meta.get("id"))) if part)
        yield Problem(
            path="/accounts" if thing == "account" or PLATFORMS.get(thing, thing) in OBJECTS else "",
            code=ProblemCode.REFUSED,
            message=clean(f"{message} ({named})", 300),
            fix="Use the ids that list_accounts and list_posts show.",
        )
    yield from _about_the_key_or_the_window(meta, message)


def _about_the_key_or_the_window(meta: JsonObject, message: str) -> Iterator[Problem]:
    """Tell the scope that a key lacks, and who closed a window of messages (reference 1.1, later documents)."""
    scope = text(meta.get("required_scope"))
    told = clean(f"{message} (it needs {scope})", 300) if scope else ""
    fix = "Ask the user for a key that has this scope."
    if meta.get("blocked_locally") is True:
        told = clean(f"{message} (SocialAPI refused it without asking the platform)", 300)
        fix = "Do not repeat: it is about messages, not posts."
    if told:
        yield Problem(path="", code=ProblemCode.REFUSED, message=told, fix=fix)


def _limit(meta: JsonObject, most: float, message: str) -> Problem:
    plan, window, account = (text(meta.get(name)) for name in ("plan", "window", "account_id"))
    return Problem(
        path="/accounts" if account else "",
        code=ProblemCode.REFUSED,
        message=clean(f"{message} (plan {plan})" if plan else message, 300),
        fix="Wait for the plan's next period, or ask the user for a larger plan." if plan else "Wait.",
        limit=most,
        unit=clean(f"per {window}", 40) if window else None,
        accounts=[f"socialapi:{clean(account, 80)}"] if account else None,
    )


def refused(field: str, message: str, platform: str | None = None, account: str | None = None) -> Problem:
    """Make the problem of one field, which the service names in its own terms; ``account`` is a native id."""
    return Problem(
        path=_pointer(field, platform),
        code=ProblemCode.REFUSED,
        message=clean(f"{field}: {message}" if field else message, 300),
        fix="Change it as the service says.",
        accounts=[f"socialapi:{clean(account, 80)}"] if account else None,
    )


def _pointer(field: str, platform: str | None) -> str:
    """Translate the service's name of a field into a pointer into create_post's arguments; empty where none fits."""
    parts = [part for part in re.split(r"[.\[\]/]+", field[:120]) if part]
    words = [part for part in parts if not part.isdigit()]
    named = next((PLATFORMS.get(word, word) for word in words if PLATFORMS.get(word, word) in OBJECTS), None)
    exact = POINTERS.get((named or PLATFORMS.get(platform or "", platform or ""), words[-1] if words else ""))
    owners = [pointer for (_, name), pointer in POINTERS.items() if words[-1:] == [name]]
    if exact or len(owners) == 1:
        return exact or owners[0]
    top = next((_TOP[word] for word in words if word in _TOP), "")
    index = next((part for part in parts if part.isdigit()), "") if top == "/accounts" else ""
    return f"{top}/{index}" if index else top


# The service's names of what every post has -> ours.
_TOP = {
    "text": "/caption",
    "targets": "/accounts",
    "account_id": "/accounts",
    "account_ids": "/accounts",
    "media": "/media",
    "media_ids": "/media",
    "scheduled_at": "/scheduled_at",
    "first_comment": "/first_comment",
}
