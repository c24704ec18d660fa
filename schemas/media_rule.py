"""What platforms take of a file, as rows: a measure, its bounds, who says so; and the check against them."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum

from schemas.account import Account
from schemas.asset import Measures
from schemas.post import Warn
from schemas.problem import Problem, ProblemCode


class Measure(StrEnum):
    """What is measured, each value with its unit."""

    TYPE = "media type"
    BYTES = "bytes"
    WIDTH = "pixels wide"
    HEIGHT = "pixels high"
    PIXELS = "pixels"
    DURATION = "seconds"
    FRAME_RATE = "frames a second"
    RATIO = "width to height"


@dataclass(frozen=True, slots=True)
class MediaRule:
    """One fact about the images or videos (``kind``) that ``platforms`` take (none named: every platform).

    ``among`` bounds a media type, ``least`` and ``most`` a number. ``sure`` is false where sources differ, or a
    service may convert the file: breaking it is then a warning. ``types`` narrows the row to files of these types.
    """

    platforms: frozenset[str]
    kind: str
    measure: Measure
    source: str
    least: float | None = None
    most: float | None = None
    among: frozenset[str] = frozenset()
    sure: bool = True
    types: frozenset[str] = frozenset()

    def speaks_of(self, measures: Measures, account: Account) -> bool:
        """Tell whether the row says anything about a file on an account."""
        return (
            self.kind == measures.kind
            and (not self.platforms or account.platform in self.platforms)
            and (not self.types or measures.media_type in self.types)
        )


@dataclass(frozen=True, slots=True)
class MediaFile:
    """A file as a request names it: the JSON pointer to its link, and what was measured on it."""

    path: str
    measures: Measures


def check_media(
    rules: Iterable[MediaRule], files: Sequence[MediaFile], accounts: Sequence[Account]
) -> tuple[list[Problem], list[Warn]]:
    """Hold files against the rows of the accounts' platforms; of several limits on one measure the tightest is told."""
    found: dict[tuple[str, Measure, bool], tuple[Problem, bool]] = {}
    for rule in rules:
        for file in files:
            named = [account.id for account in accounts if rule.speaks_of(file.measures, account)]
            for problem in _broken(rule, file, named) if named else ():
                key = (file.path, rule.measure, rule.sure)
                found[key] = (_tighter(problem, found[key][0]) if key in found else problem, rule.sure)
    problems = [problem for problem, sure in found.values() if sure]
    told = {(problem.path, problem.unit) for problem in problems}
    doubts = [problem for problem, sure in found.values() if not sure and (problem.path, problem.unit) not in told]
    return problems, [_warning(problem) for problem in doubts]


def _broken(rule: MediaRule, file: MediaFile, accounts: list[str]) -> Iterator[Problem]:
    actual = _METERS[rule.measure](file.measures)
    if actual is None:
        return
    if isinstance(actual, str):
        yield from () if actual in rule.among else (_of_another_type(rule, file, accounts, actual),)
        return
    bounds = [("at least", rule.least)] if rule.least is not None and actual < rule.least else []
    bounds += [("at most", rule.most)] if rule.most is not None and actual > rule.most else []
    for word, bound in bounds:
        wanted = f"{word} {_shown(bound)}"
        yield Problem(
            path=file.path,
            code=ProblemCode.OUT_OF_RANGE,
            message=f"{_shown(actual)} {rule.measure}; {wanted}",
            fix=f"Give a file with {wanted} {rule.measure}, or leave these accounts out.",
            limit=bound,
            actual=actual,
            unit=rule.measure,
            accounts=accounts,
        )


def _of_another_type(rule: MediaRule, file: MediaFile, accounts: list[str], actual: str) -> Problem:
    wanted = ", ".join(sorted(name.partition("/")[2] for name in rule.among))
    return Problem(
        path=file.path,
        code=ProblemCode.UNSUPPORTED,
        message=f"{actual} is not taken",
        fix=f"Give one of: {wanted}; or leave these accounts out.",
        limit=wanted,
        actual=actual,
        unit=rule.measure,
        accounts=accounts,
    )


def _shown(number: float) -> str:
    return f"{number:,.0f}" if number == int(number) else f"{number:,.2f}"


def _tighter(new: Problem, old: Problem) -> Problem:
    """Keep the tighter of two; of two that are alike, name the accounts of both."""
    if new.message == old.message:
        return old.model_copy(update={"accounts": list(dict.fromkeys([*(old.accounts or ()), *(new.accounts or ())]))})
    if not isinstance(new.limit, int | float) or not isinstance(old.limit, int | float):
        return old
    return new if new.limit < old.limit else old


def _warning(problem: Problem) -> Warn:
    accounts = ", ".join(problem.accounts or ())
    return Warn("MEDIA_MAY_BE_REFUSED", f"{accounts}: {problem.message}. {problem.fix}", problem.path[1:])


def _ratio(measures: Measures) -> float | None:
    return measures.width / measures.height if measures.width and measures.height else None


def _pixels(measures: Measures) -> int | None:
    return measures.width * measures.height if measures.width and measures.height else None


_METERS: dict[Measure, Callable[[Measures], float | str | None]] = {
    Measure.TYPE: lambda measures: measures.media_type if measures.sure else None,
    Measure.BYTES: lambda measures: measures.bytes or None,
    Measure.WIDTH: lambda measures: measures.width,
    Measure.HEIGHT: lambda measures: measures.height,
    Measure.PIXELS: _pixels,
    Measure.DURATION: lambda measures: measures.duration,
    Measure.FRAME_RATE: lambda measures: measures.frame_rate,
    Measure.RATIO: _ratio,
}
