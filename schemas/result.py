"""The one shape every call answers with, success or failure (design section 4.2)."""

import json
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from schemas.errors import ENTRIES, Decision, Entry, ErrorCode, Outcome, Who
from schemas.jsonvalue import JsonObject, is_list, items, members
from schemas.problem import Problem, issues
from schemas.untrusted import foreign, scrubbed, spotless

#: Errors stay under this many characters of JSON: Claude Code cuts the text of an error at 10,000.
ERROR_BUDGET = 8_000


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True)


class Retry(_Frozen):
    """May the call be repeated, by whom, when."""

    decision: Decision
    who: Who
    after_seconds: float | None = None
    not_before: str | None = None
    same_idempotency_key: bool = False
    advice: str


class NextCall(_Frozen):
    """A call worth making next: tool, arguments, and why."""

    tool: str
    arguments: JsonObject
    why: str


class ProviderError(_Frozen):
    """A service's own words: bounded, cleaned, and data rather than instructions."""

    http_status: int | None = None
    code: str | None = None
    message: str | None = None
    request_id: str | None = None
    untrusted: Literal[True] = True


class Result(_Frozen):
    """What a tool call ends in. ``data`` is there only when ``ok``; the verdict only when not."""

    ok: bool
    code: int
    message: str
    error_code: ErrorCode | None = None
    provider: str | None = None
    request_id: str | None = None
    outcome: Outcome | None = None
    retry: Retry | None = None
    problems: list[Problem] = Field(default_factory=list[Problem])
    provider_error: ProviderError | None = None
    data: JsonObject | None = None
    next: list[NextCall] = Field(default_factory=list[NextCall])

    def wire(self) -> JsonObject:
        """Make the JSON object that agents see: no empty members, ``issues`` beside ``problems``.

        No text in it hides anything, and ``data.untrusted`` names the members whose text comes from outside. An error
        that would pass the budget keeps its first problems and says how many it left out.
        """
        body = self.model_dump(mode="json", exclude_none=True, exclude={"retry", "problems", "next"})
        if self.retry:
            body["retry"] = self.retry.model_dump(mode="json")
        if self.problems:
            body["problems"] = [problem.model_dump(mode="json", exclude_none=True) for problem in self.problems]
            body["issues"] = issues(self.problems)
        if self.next:
            body["next"] = [call.model_dump(mode="json") for call in self.next]
        if not self.ok:
            return _within_budget(scrubbed(body), self.problems)
        outside = sorted(foreign(body.get("data")))
        if outside:
            body["data"]["untrusted"] = outside
        return body if spotless(compact(body)) else scrubbed(body)


def failure(
    code: ErrorCode,
    message: str,
    *,
    outcome: Outcome = Outcome.NOTHING_SENT,
    problems: list[Problem] | None = None,
    provider: str | None = None,
    provider_error: ProviderError | None = None,
    next_calls: list[NextCall] | None = None,
    after_seconds: float | None = None,
    not_before: str | None = None,
    advice: str | None = None,
) -> Result:
    """Build a failed result from the table's row of ``code``; what the caller knows better replaces it."""
    entry = ENTRIES[code]
    return Result(
        ok=False,
        code=entry.status,
        message=message,
        error_code=code,
        provider=provider,
        outcome=outcome,
        retry=_retry(entry, after_seconds, not_before, advice),
        problems=problems or [],
        provider_error=provider_error,
        next=next_calls or [],
    )


def _retry(entry: Entry, after_seconds: float | None, not_before: str | None, advice: str | None) -> Retry:
    return Retry(
        decision=entry.decision,
        who=entry.who,
        after_seconds=entry.after_seconds if after_seconds is None else after_seconds,
        not_before=not_before,
        same_idempotency_key=entry.same_key,
        advice=advice or entry.advice,
    )


def compact(body: JsonObject) -> str:
    """Write a result as the one line of JSON that goes into the text block."""
    return json.dumps(body, ensure_ascii=False, separators=(",", ":"))


def _within_budget(body: JsonObject, problems: list[Problem]) -> JsonObject:
    kept = len(problems)
    while kept > 1 and len(compact(body)) > ERROR_BUDGET:
        kept = max(1, kept * 2 // 3)
        body["problems"] = body["problems"][:kept]
        body["issues"] = scrubbed(issues(problems[:kept]))
        body["problems_left_out"] = len(problems) - kept
    for longest in _SHORTER:
        if len(compact(body)) <= ERROR_BUDGET:
            break
        body = _shortened(body, longest)
    return body


def _shortened(value: Any, longest: int) -> Any:
    """Cut every text and every list of a JSON value."""
    if isinstance(value, str):
        return value if len(value) <= longest else f"{value[: longest - 1]}…"
    if is_list(value):
        return [_shortened(entry, longest) for entry in items(value)[: longest // 20]]
    return {name: _shortened(member, longest) for name, member in members(value).items()} or value


#: How short texts are cut, in turn, in an error that is still too long.
_SHORTER = (600, 200, 80)


#: What every tool publishes as ``outputSchema``: flat, so that errors fit it too (reference mcp 2).
OUTPUT_SCHEMA: JsonObject = {
    "type": "object",
    "properties": {
        "ok": {"type": "boolean"},
        "code": {"type": "integer"},
        "message": {"type": "string"},
        "data": {"type": "object"},
        "error_code": {"type": "string", "enum": [code.value for code in ErrorCode]},
        "provider": {"type": "string"},
        "request_id": {"type": "string"},
        "outcome": {"type": "string", "enum": [outcome.value for outcome in Outcome]},
        "retry": {"type": "object"},
        "issues": {"type": "object"},
        "problems": {"type": "array", "items": {"type": "object"}},
        "problems_left_out": {"type": "integer"},
        "provider_error": {"type": "object"},
        "next": {"type": "array", "items": {"type": "object"}},
    },
    "required": ["ok", "code", "message"],
}
