"""What follows from a failure: a pure decision, looked up in a table of cases."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from providers.local.state import (
    MAX_AGE,
    MAX_REFUSALS,
    Nature,
    Record,
    Settling,
    State,
    found_nothing,
    full_jitter,
    judge,
    wait_seconds,
)
from providers.protocol import Failure
from schemas.errors import ErrorCode

NOW = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)
FRESH = Record(due_at=NOW, tries=0, refusals=0)

REFUSED = Failure(ErrorCode.REJECTED, "No.")
THROTTLED = Failure(ErrorCode.RATE_LIMITED, "Later.", after_seconds=120)
BROKEN = Failure(ErrorCode.PROVIDER_ERROR, "Broken.")
UNREACHABLE = Failure(ErrorCode.PROVIDER_UNREACHABLE, "Not there.")
DOUBT = Failure(ErrorCode.PROVIDER_TIMEOUT, "No answer.", doubt=True)


@pytest.mark.parametrize(
    ("failure", "exact", "state", "retry", "counts"),
    [
        (REFUSED, False, State.FAILED, False, False),
        (REFUSED, True, State.FAILED, False, False),
        (THROTTLED, False, State.QUEUED, None, True),
        (BROKEN, False, State.QUEUED, None, True),
        (UNREACHABLE, False, State.QUEUED, None, False),
        (DOUBT, False, State.UNKNOWN, None, False),
        (DOUBT, True, State.QUEUED, None, True),
    ],
)
def test_each_class_of_failure_has_its_own_end(
    failure: Failure, exact: bool, state: State, retry: bool | None, counts: bool
) -> None:
    verdict = judge(failure, FRESH, NOW, lambda ceiling: ceiling, Nature(exact=exact))
    assert (verdict.state, verdict.retry, verdict.refused) == (state, retry, counts)
    assert (verdict.wake_at is not None) == (state is State.QUEUED)
    assert verdict.error is not None
    assert verdict.error.startswith(failure.message)


def test_what_was_refused_eight_times_has_failed_and_may_be_sent_again_by_hand() -> None:
    verdict = judge(BROKEN, Record(NOW, 7, MAX_REFUSALS - 1), NOW, lambda _: 1.0, Nature(exact=False))
    assert (verdict.state, verdict.retry, verdict.error) == (State.FAILED, True, "Broken. Given up after 8 tries.")


@pytest.mark.parametrize(("failure", "earlier"), [(DOUBT, False), (BROKEN, True)])
def test_what_is_given_up_and_may_be_there_is_looked_for_where_that_is_told(failure: Failure, earlier: bool) -> None:
    record = Record(NOW, 7, MAX_REFUSALS - 1, doubt=earlier)
    told, mute = (
        judge(failure, record, NOW, lambda _: 1.0, Nature(exact=True, tells=tells)) for tells in (True, False)
    )
    assert (told.state, told.doubt, told.wake_at) == (State.SETTLING, True, NOW + Settling().first)
    assert (mute.state, mute.retry) == (State.FAILED, True)


@pytest.mark.parametrize(("tries", "age"), [(MAX_REFUSALS, timedelta()), (1, MAX_AGE + timedelta(seconds=1))])
def test_what_was_sent_and_not_found_again_and_again_has_failed_in_the_end(tries: int, age: timedelta) -> None:
    settling = Settling(looks=1)
    once = found_nothing(Record(NOW, 1, 0), NOW, settling)
    often = found_nothing(Record(NOW, tries, 0), NOW + age, settling)
    assert (once.state, often.state, often.retry, often.doubt) == (State.QUEUED, State.FAILED, True, False)
    assert often.error == f"It was looked for 1 times and is not there. Given up after {tries} tries."


def test_what_never_left_comes_back_for_a_day_and_no_longer() -> None:
    tried_often = Record(NOW, 500, 0)
    before = judge(
        UNREACHABLE, tried_often, NOW + MAX_AGE - timedelta(minutes=20), lambda _: 900.0, Nature(exact=False)
    )
    after = judge(UNREACHABLE, tried_often, NOW + MAX_AGE - timedelta(minutes=10), lambda _: 900.0, Nature(exact=False))
    assert (before.state, after.state, after.retry) == (State.QUEUED, State.FAILED, True)


def test_a_wait_that_was_asked_for_is_kept() -> None:
    verdict = judge(THROTTLED, FRESH, NOW, lambda _: 0.0, Nature(exact=False))
    assert verdict.wake_at == NOW + timedelta(seconds=120)


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(tries=st.integers(0, 10_000), asked=st.none() | st.floats(1, 86_400))
def test_every_wait_is_within_its_bounds(tries: int, asked: float | None) -> None:
    seconds = wait_seconds(tries, asked, full_jitter)
    low, high = (1.0, min(900.0, 2.0 ** min(tries + 1, 20))) if asked is None else (asked, asked * 1.1)
    assert low <= seconds <= max(high, 1.0) + 1e-9


def test_every_state_reads_as_a_status() -> None:
    assert [state.status.value for state in State] == [
        "draft", "scheduled", "queued", "queued", "publishing", "unknown", "unknown", "published", "failed",
        "unknown", "missed", "cancelled",
    ]  # fmt: skip
