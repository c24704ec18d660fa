"""What POST /posts/validate says of a post, in our words (reference socialapi 4.10)."""

from collections.abc import Iterable
from dataclasses import dataclass

from providers import payload
from providers.socialapi.refusals import refused
from schemas.jsonvalue import JsonObject, items, members, text
from schemas.post import Warn
from schemas.problem import Problem
from schemas.untrusted import clean


@dataclass(frozen=True, slots=True)
class Opinion:
    """Whether the service would take a post, what is wrong with it, and what may go wrong."""

    valid: bool
    problems: tuple[Problem, ...]
    warnings: tuple[Warn, ...]


def opinion(answer: JsonObject) -> Opinion:
    """Read the answer in each of its forms: errors and warnings apart, or one list of issues that say their type."""
    issues = [members(issue) for name in ("errors", "issues") for issue in items(answer.get(name))[: payload.MOST]]
    mild = [members(issue) for issue in items(answer.get("warnings"))[: payload.MOST]]
    mild += [issue for issue in issues if issue.get("type") == "warning"]
    problems = _merged(_problem(issue) for issue in issues if issue.get("type") != "warning")
    return Opinion(
        answer.get("valid") is not False and not problems, problems, tuple(dict.fromkeys(map(_warning, mild)))
    )


def _merged(problems: Iterable[Problem]) -> tuple[Problem, ...]:
    """Tell what is wrong for several accounts once."""
    merged: dict[tuple[str, str], Problem] = {}
    for problem in problems:
        before = merged.setdefault((problem.path, problem.message), problem)
        if before.accounts and problem.accounts:
            named = dict.fromkeys([*before.accounts, *problem.accounts])
            merged[problem.path, problem.message] = before.model_copy(update={"accounts": list(named)})
    return tuple(merged.values())


def _problem(issue: JsonObject) -> Problem:
    field, message = text(issue.get("field")) or "", text(issue.get("message")) or "refused without a reason"
    return refused(field, message, text(issue.get("platform")), text(issue.get("target")))


def _warning(issue: JsonObject) -> Warn:
    field, message = text(issue.get("field")), text(issue.get("message")) or "no reason given"
    return Warn("SERVICE_WARNING", clean(message, 300), clean(field, 60) if field else None)
