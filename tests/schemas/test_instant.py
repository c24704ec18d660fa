"""Times as agents write them."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.instant import NOW_WINDOW, relative, resolve, wire
from schemas.problem import Problem, ProblemCode

NOW = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "timezone", "utc"),
    [
        ("2026-12-01T15:00:00Z", None, "2026-12-01T15:00:00Z"),
        ("2026-12-01T15:00:00+02:00", None, "2026-12-01T13:00:00Z"),
        ("2026-12-01T15:00", "Europe/Berlin", "2026-12-01T14:00:00Z"),
        ("2026-07-01T15:00", "Europe/Berlin", "2026-07-01T13:00:00Z"),
        ("2026-12-01T15:00:00-05:00", "Europe/Berlin", "2026-12-01T20:00:00Z"),
    ],
)
def test_a_time_with_an_offset_or_a_zone_is_one_instant(text: str, timezone: str | None, utc: str) -> None:
    moment = resolve(text, timezone, NOW)
    assert isinstance(moment, datetime)
    assert wire(moment) == utc


@pytest.mark.parametrize(
    ("text", "timezone", "code", "in_fix"),
    [
        ("tomorrow at five", None, ProblemCode.BAD_FORMAT, "2026-03-01T13:00:00Z"),
        ("", None, ProblemCode.BAD_FORMAT, "2026"),
        ("2026-12-01T15:00:00", None, ProblemCode.NO_OFFSET, "timezone"),
        ("2026-02-28T15:00:00Z", None, ProblemCode.IN_THE_PAST, "Leave scheduled_at out"),
        ("2026-03-29T02:30", "Europe/Berlin", ProblemCode.NO_SUCH_TIME, "2026-03-29T03:30:00+02:00"),
        ("2026-10-25T02:30", "Europe/Berlin", ProblemCode.AMBIGUOUS_TIME, "2026-10-25T02:30:00+01:00"),
        ("0001-01-01T00:00:00+14:00", None, ProblemCode.BAD_FORMAT, "2026"),
        ("9999-12-31T23:59:59-14:00", None, ProblemCode.BAD_FORMAT, "2026"),
    ],
)
def test_a_time_that_cannot_be_meant_is_a_problem_with_a_way_out(
    text: str, timezone: str | None, code: ProblemCode, in_fix: str
) -> None:
    problem = resolve(text, timezone, NOW)
    assert isinstance(problem, Problem)
    assert problem.code is code
    assert in_fix in problem.fix


@given(st.floats(-30, 30))
def test_within_thirty_seconds_of_now_is_now(seconds: float) -> None:
    moment = NOW + timedelta(seconds=seconds)
    assert resolve(moment.isoformat(), None, NOW) is None
    assert timedelta(seconds=30) == NOW_WINDOW


@given(st.text(max_size=40))
def test_no_text_breaks_the_reader(text: str) -> None:
    assert isinstance(resolve(text, "Europe/Berlin", NOW), datetime | Problem | None)


@pytest.mark.parametrize(
    ("seconds", "words"),
    [(0, "in 0 s"), (45, "in 45 s"), (11520, "in 3 h 12 min"), (180_000, "in 2 d 2 h"), (-7200, "2 h ago")],
)
def test_distances_read_as_a_person_says_them(seconds: int, words: str) -> None:
    assert relative(NOW + timedelta(seconds=seconds), NOW) == words
