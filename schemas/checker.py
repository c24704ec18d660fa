"""Hold a request against the rules: all problems at once, each with limit, actual value and fix."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from math import isfinite
from typing import Any

from schemas.account import Account
from schemas.jsonvalue import is_list, items, members, text
from schemas.problem import Problem, ProblemCode
from schemas.rule import Arguments, Check, CrossRule, Rule, RuleSet, Situation, at, concerns
from schemas.units import THINGS, Unit, count


def check_shape(rules: RuleSet, situation: Situation) -> list[Problem]:
    """Check what needs no account: the rows without a scope, then the cross-field rules of stage one."""
    rows = (rule for rule in rules.rules if rule.scope is None and concerns(rule, situation.arguments))
    problems = [problem for rule in rows for problem in _few(_broken(rule, situation.arguments, ()))]
    return problems + _crossed(rules, situation, needs_accounts=False)


def check_accounts(rules: RuleSet, situation: Situation) -> list[Problem]:
    """Check what depends on the accounts; of several limits on one path and unit the tightest is told."""
    media = text(members(situation.arguments.get("media")).get("type"))
    tightest: dict[tuple[str, Check, Unit], Problem] = {}
    scoped = [(rule, situation.accounts) for rule in rules.rules if rule.scope]
    scoped += [(rule, (account,)) for account in situation.accounts for rule in rules.own(account)]
    for rule, accounts in scoped:
        covered = tuple(account for account in accounts if rule.scope is None or rule.scope.covers(account, media))
        for problem in _broken(rule, situation.arguments, covered) if covered else ():
            key = (problem.path, rule.check, rule.unit)
            tightest[key] = _tighter(problem, tightest[key]) if key in tightest else problem
    return [*tightest.values(), *_crossed(rules, situation, needs_accounts=True)]


def _crossed(rules: RuleSet, situation: Situation, *, needs_accounts: bool) -> list[Problem]:
    asked: list[CrossRule] = [rule for rule in rules.cross if rule.needs_accounts is needs_accounts]
    return [problem.model_copy(update={"rule": rule.name}) for rule in asked for problem in rule.check(situation)]


def _few(problems: Iterator[Problem]) -> list[Problem]:
    """Tell the first items that break a row, and of the rest only how many they are."""
    found = list(problems)
    told, rest = found[:_ALIKE], len(found) - _ALIKE
    if rest > 0:
        told[-1] = told[-1].model_copy(update={"message": f"{told[-1].message} (and {rest} more like it)"})
    return told


_ALIKE = 3
#: Numbers beyond this are told as this: what matters is that they are far out.
_LARGE = 10**15


def _tighter(new: Problem, old: Problem) -> Problem:
    """Choose the problem with the tighter limit; with the same limit, name the accounts of both."""
    if not isinstance(new.limit, int) or not isinstance(old.limit, int) or new.limit > old.limit:
        return old
    if new.limit < old.limit:
        return new
    named = dict.fromkeys([*(old.accounts or ()), *(new.accounts or ())])
    return old.model_copy(update={"accounts": list(named)})


def _broken(rule: Rule, arguments: Arguments, accounts: tuple[Account, ...]) -> Iterator[Problem]:
    ids = [account.id for account in accounts] or None
    if rule.check is Check.REQUIRED:
        parent, _, name = rule.path.rpartition("/")
        for path, holder in at(arguments, parent):
            if isinstance(holder, dict) and name not in holder:
                message = f"{name} is missing"
                fix = rule.fix or "Add it."
                yield Problem(path=f"{path}/{name}", code=ProblemCode.MISSING, message=message, fix=fix, accounts=ids)
        return
    meter = _OF_THINGS if rule.unit in THINGS else _METERS[rule.check]
    for path, actual in measured(rule, arguments):
        if not meter.holds(actual, rule.limit):
            words = {
                "actual": actual,
                "limit": rule.limit,
                "unit": rule.unit.value,
                "over": _over(actual, rule.limit),
            }
            yield Problem(
                path=path,
                code=meter.code,
                message=meter.message.format(**words),
                fix=rule.fix or meter.fix.format(**words),
                limit=rule.limit if meter.numeric else None,
                actual=actual if meter.numeric else None,
                unit=rule.unit.value if meter.numeric else None,
                accounts=ids,
            )


def measured(rule: Rule, arguments: Arguments) -> Iterator[tuple[str, Any]]:
    """Measure what a row speaks of, but REQUIRED: pairs of a JSON pointer and what was found there, in its unit."""
    added = [more for pointer in rule.adds for _, more in at(arguments, pointer) if isinstance(more, str)]
    extra = sum(count(more, rule.unit, rule.link) for more in added)
    for path, value in at(arguments, rule.path):
        actual = _METERS[rule.check].measure(value, rule, extra)
        if actual is not None:
            yield path, actual


def _over(actual: Any, limit: Any) -> int:
    return abs(actual - limit) if isinstance(actual, int) and isinstance(limit, int) else 0


@dataclass(frozen=True, slots=True)
class _Meter:
    """How one kind of check measures a value, judges it, and words the problem.

    ``measure`` answers ``None`` for a value of another type: that is a structural problem, told elsewhere.
    """

    measure: Callable[[Any, Rule, int], Any]
    holds: Callable[[Any, Any], bool]
    code: ProblemCode
    message: str
    fix: str
    numeric: bool = True


def _length(value: object, rule: Rule, extra: int) -> int | None:
    return count(value, rule.unit, rule.link) + extra if isinstance(value, str) else None


def _size(value: object, rule: Rule, extra: int) -> int | None:
    return len(items(value)) if is_list(value) else None


def _number(value: object, rule: Rule, extra: int) -> float | None:
    if isinstance(value, bool) or not isinstance(value, int | float) or not isfinite(value):
        return None
    return max(-_LARGE, min(_LARGE, value))


def _text(value: object, rule: Rule, extra: int) -> str | None:
    return value if isinstance(value, str) else None


def _repeats(value: object, rule: Rule, extra: int) -> list[str] | None:
    found = [item for item in items(value) if isinstance(item, str)]
    return found if len(found) == len(items(value)) else None


def _at_most(actual: Any, limit: Any) -> bool:
    return actual <= limit


def _at_least(actual: Any, limit: Any) -> bool:
    return actual >= limit


_METERS: dict[Check, _Meter] = {
    Check.MAX_LENGTH: _Meter(
        _length,
        _at_most,
        ProblemCode.TOO_LONG,
        "{actual} {unit}; at most {limit}",
        "Shorten by {over} {unit}.",
    ),
    Check.MIN_LENGTH: _Meter(
        _length,
        _at_least,
        ProblemCode.TOO_SHORT,
        "{actual} {unit}; at least {limit}",
        "Add at least {over} {unit}.",
    ),
    Check.MAX_ITEMS: _Meter(
        _size,
        _at_most,
        ProblemCode.TOO_MANY,
        "{actual} items; at most {limit}",
        "Remove {over}, or split the call.",
    ),
    Check.MIN_ITEMS: _Meter(
        _size, _at_least, ProblemCode.TOO_FEW, "{actual} items; at least {limit}", "Add at least {over}."
    ),
    Check.MINIMUM: _Meter(
        _number, _at_least, ProblemCode.OUT_OF_RANGE, "{actual}; at least {limit}", "Give {limit} or more."
    ),
    Check.MAXIMUM: _Meter(
        _number, _at_most, ProblemCode.OUT_OF_RANGE, "{actual} {unit}; at most {limit}", "Give {limit} or less."
    ),
    Check.UNIQUE: _Meter(
        _repeats,
        lambda items, _: len(set(items)) == len(items),
        ProblemCode.REPEATED,
        "the same item stands there twice",
        "Name each once.",
        numeric=False,
    ),
    Check.PATTERN: _Meter(
        _text,
        lambda value, pattern: re.search(pattern, value) is not None,
        ProblemCode.BAD_FORMAT,
        "does not have the form that is wanted",
        "Match {limit}.",
        numeric=False,
    ),
}
#: A text may have at most so many of something.
_OF_THINGS = _Meter(
    _length, _at_most, ProblemCode.TOO_MANY, "{actual} {unit}; at most {limit}", "Remove {over} {unit}."
)
