"""The table of retries: what it allows for every verdict, and how long all tries of a call may take together."""

from dataclasses import dataclass
from datetime import timedelta
from itertools import product
from math import inf

import anyio
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bench.faults.virtual import BEGINNING, WallClock, run
from providers.jitter import full_jitter
from providers.protocol import Failure
from providers.retrying import POLICIES, Kind, Try, retried
from schemas.errors import ENTRIES, Category, Decision, ErrorCode
from schemas.instant import Deadline

DOWN = {
    ErrorCode.PROVIDER_UNREACHABLE, ErrorCode.PROVIDER_TIMEOUT, ErrorCode.UNEXPECTED_ANSWER, ErrorCode.PROVIDER_ERROR,
}  # fmt: skip
#: What is made again when the service does not say how long to wait, and when it does and that is short.
UNASKED = {Kind.READ: DOWN, Kind.WRITE: {ErrorCode.PROVIDER_UNREACHABLE}, Kind.KEYED: DOWN}
ASKED = {
    Kind.READ: {*DOWN, ErrorCode.RATE_LIMITED},
    Kind.WRITE: {ErrorCode.PROVIDER_UNREACHABLE, ErrorCode.PROVIDER_ERROR, ErrorCode.RATE_LIMITED},
    Kind.KEYED: {*DOWN, ErrorCode.RATE_LIMITED},
}
CASES = list(product(Kind, ErrorCode, (False, True), (None, 1.0, 5.0, 600.0)))


@pytest.mark.parametrize("kind", Kind)
def test_the_verdict_alone_decides_what_is_made_again(kind: Kind) -> None:
    for of, code, doubt, asked in CASES:
        if of is kind:
            failure = Failure(code, "No.", doubt=doubt, after_seconds=asked)
            may = code in (UNASKED if asked is None else ASKED)[kind] and asked != 600.0
            expected = may and not (doubt and kind is Kind.WRITE)
            assert (POLICIES[kind].pause(failure, 1) is not None) is expected, (code, doubt, asked)


def test_nothing_is_made_again_of_which_the_table_of_errors_says_otherwise() -> None:
    for kind, code, doubt, asked in CASES:
        if POLICIES[kind].pause(Failure(code, "No.", doubt=doubt, after_seconds=asked), 1) is not None:
            assert ENTRIES[code].decision in (Decision.WAIT_THEN_RETRY, Decision.RETRY_UNCHANGED)
            assert ENTRIES[code].category in (Category.UPSTREAM, Category.THROTTLE)
            assert code is not ErrorCode.PROVIDER_PAUSED


@given(
    kind=st.sampled_from(Kind),
    tries=st.integers(1, 10_000),
    asked=st.none() | st.floats(1, 86_400),
    doubt=st.booleans(),
)
def test_every_pause_is_within_its_bounds(kind: Kind, tries: int, asked: float | None, doubt: bool) -> None:
    policy = POLICIES[kind]
    pause = policy.pause(Failure(ErrorCode.PROVIDER_UNREACHABLE, "No.", doubt=doubt, after_seconds=asked), tries)
    may = tries < policy.attempts and (asked or 0) <= policy.longest and not (doubt and kind is Kind.WRITE)
    assert (pause is not None) is may
    if pause is not None and asked is not None:
        assert asked <= pause <= asked * 1.1
    elif pause is not None:
        assert 0 <= pause <= min(policy.cap, policy.base * 2 ** (tries - 1))


def test_the_whole_range_of_a_pause_is_used() -> None:
    policy = POLICIES[Kind.READ]
    drawn = [policy.pause(Failure(ErrorCode.PROVIDER_ERROR, "No."), 2, full_jitter) or 0.0 for _ in range(2_000)]
    assert min(drawn) < policy.base * 2 * 0.05
    assert max(drawn) > policy.base * 2 * 0.95


@dataclass(frozen=True, slots=True)
class Met:
    """How one try ends, if it may take as long as it wants."""

    seconds: float
    failure: tuple[ErrorCode, bool, float | None] | None


@dataclass(slots=True)
class Told:
    """What one call made of its tries."""

    begun: list[float]
    ended: float
    failure: Failure | None


#: What a try that was made can end with.
MADE = [code for code in ErrorCode if code is not ErrorCode.PROVIDER_PAUSED]
PASSING = sorted({*DOWN, ErrorCode.RATE_LIMITED})
METS = st.lists(
    st.builds(
        Met,
        st.sampled_from([0.0, 0.2, 3.0, 8.0, 12.0, 30.0, 38.0]),
        st.none()
        | st.tuples(
            st.sampled_from(PASSING) | st.sampled_from(MADE), st.booleans(), st.sampled_from([None, 1.0, 9.0, 600.0])
        ),
    ),
    min_size=3,
    max_size=3,
)


def play(kind: Kind, mets: list[Met], around: float = inf, leave: float | None = None) -> Told:
    """Let tries end as told, in virtual time, in a scope that ends after ``around`` seconds."""

    async def call() -> Told:
        told, coming, clock = Told([], 0.0, None), iter(mets), WallClock()
        leave_by = None if leave is None else Deadline(BEGINNING + timedelta(days=1), leave)

        async def attempt(this: Try) -> None:
            met = next(coming)
            told.begun.append(anyio.current_time())
            if anyio.current_time() + met.seconds > this.until:
                await anyio.sleep_until(this.until)
                raise Failure(ErrorCode.PROVIDER_TIMEOUT, "No answer.", doubt=True)
            await anyio.sleep(met.seconds)
            if met.failure:
                code, doubt, asked = met.failure
                raise Failure(code, "No.", doubt=doubt, after_seconds=asked)

        try:
            with anyio.fail_after(around):
                await retried(kind, attempt, clock, leave_by)
        except Failure as failure:
            told.failure = failure
        except TimeoutError:
            pass
        told.ended = anyio.current_time()
        return told

    return run(call)


@given(kind=st.sampled_from(Kind), mets=METS)
def test_all_tries_end_in_the_time_that_one_may_take(kind: Kind, mets: list[Met]) -> None:
    told = play(kind, mets)
    assert told.ended <= max(POLICIES[kind].budget, mets[0].seconds) + 0.001
    assert told.ended <= 38.001
    for again in told.begun[1:]:
        assert again + POLICIES[kind].least <= POLICIES[kind].budget


@given(kind=st.sampled_from(Kind), mets=METS, around=st.sampled_from([1.0, 4.0, 10.0, 35.0]))
def test_a_failure_is_told_before_the_time_of_whoever_waits_is_over(kind: Kind, mets: list[Met], around: float) -> None:
    told = play(kind, mets, around)
    if mets[0].seconds < around:
        assert told.ended <= around
    for again in told.begun[1:]:
        assert again + POLICIES[kind].least <= around


@given(mets=METS)
def test_after_a_doubt_a_write_is_never_made_again(mets: list[Met]) -> None:
    told = play(Kind.WRITE, mets)
    doubts = [met.failure is not None and met.failure[1] for met in mets[: len(told.begun)]]
    assert not any(doubts[:-1])


@given(mets=METS)
def test_a_doubt_about_a_write_with_a_key_is_never_forgotten(mets: list[Met]) -> None:
    told = play(Kind.KEYED, mets)
    doubts = [met.failure is not None and met.failure[1] for met in mets[: len(told.begun)]]
    if told.failure:
        assert told.failure.doubt or not any(doubts)


@given(kind=st.sampled_from(Kind), mets=METS, leave=st.sampled_from([0.0, 0.3, 2.0, 9.0]))
def test_nothing_begins_again_after_it_had_to_leave(kind: Kind, mets: list[Met], leave: float) -> None:
    assert all(again <= leave for again in play(kind, mets, leave=leave).begun[1:])


@given(kind=st.sampled_from(Kind), mets=METS)
def test_the_last_failure_says_how_often_it_was_tried(kind: Kind, mets: list[Met]) -> None:
    told = play(kind, mets)
    if told.failure:
        assert ("tried" in told.failure.message) is (len(told.begun) > 1)
        assert len(told.begun) == 1 or f"(tried {len(told.begun)} times)" in told.failure.message


def test_what_a_pause_of_the_service_hides_is_told_by_the_tries_before_it() -> None:
    lost = (ErrorCode.UNEXPECTED_ANSWER, True, None)
    told = play(Kind.KEYED, [Met(0.1, lost), Met(0.0, (ErrorCode.PROVIDER_PAUSED, False, 15.0)), Met(0.0, None)])
    assert told.failure
    assert (told.failure.code, told.failure.doubt, told.failure.message) == (lost[0], True, "No.")


def test_a_lost_write_with_a_key_that_is_then_refused_stays_in_doubt() -> None:
    refused = (ErrorCode.UNKNOWN_ACCOUNTS, False, None)
    told = play(Kind.KEYED, [Met(0.1, (ErrorCode.PROVIDER_TIMEOUT, True, None)), Met(0.1, refused), Met(0.0, None)])
    assert told.failure
    assert (told.failure.code, told.failure.doubt) == (ErrorCode.UNKNOWN_ACCOUNTS, True)
