"""Wall-clock times over every zone there is, and every change of its clock in 2026 and 2027."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from functools import cache
from zoneinfo import ZoneInfo, available_timezones

from hypothesis import given
from hypothesis import strategies as st

from schemas.instant import local, parse, resolve, wire
from schemas.problem import Problem, ProblemCode

NOW = datetime(2025, 12, 1, tzinfo=UTC)
FIRST, LAST = datetime(2026, 1, 1, tzinfo=UTC), datetime(2028, 1, 1, tzinfo=UTC)
ZONES = sorted(available_timezones())
SECOND, DAY = timedelta(seconds=1), timedelta(days=1)
WRITTEN = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:Z|[+-]\d\d:\d\d(?::\d\d)?)")

EARLIEST, LATEST = FIRST.replace(tzinfo=None), LAST.replace(tzinfo=None)
walls = st.datetimes(EARLIEST, LATEST, timezones=st.none()).map(lambda wall: wall.replace(microsecond=0))


def offset(zone: ZoneInfo, moment: datetime) -> timedelta:
    found = moment.astimezone(zone).utcoffset()
    assert found is not None
    return found


@cache
def changes() -> list[tuple[str, datetime, timedelta, timedelta]]:
    """Every change of a clock: the zone, the first moment of the new offset, the offsets before and after."""
    return [(name, *change) for name in ZONES for change in _changes(ZoneInfo(name))]


def _changes(zone: ZoneInfo) -> Iterator[tuple[datetime, timedelta, timedelta]]:
    day = FIRST
    while day < LAST:
        low, high = day, day + DAY
        day = high
        before, after = offset(zone, low), offset(zone, high)
        if before == after:
            continue
        while high - low > SECOND:
            middle = low + (high - low) // 2
            low, high = (low, middle) if offset(zone, middle) != before else (middle, high)
        yield high.replace(microsecond=0), before, after


def instants(wall: datetime, zone: ZoneInfo) -> set[datetime]:
    """Find every moment at which the clocks of a zone show a time, by trying each offset it has around then."""
    near = wall.replace(tzinfo=UTC)
    offsets = {offset(zone, near + timedelta(hours=hours)) for hours in range(-48, 49)}
    found = {near - one for one in offsets}
    return {moment for moment in found if moment.astimezone(zone).replace(tzinfo=None) == wall}


def held_against_the_clocks(wall: datetime, name: str) -> None:
    zone, told = ZoneInfo(name), resolve(wall.isoformat(), name, NOW)
    meant = instants(wall, zone)
    if isinstance(told, datetime):
        assert {told} == meant
        return
    assert isinstance(told, Problem)
    assert told.code is {0: ProblemCode.NO_SUCH_TIME, 2: ProblemCode.AMBIGUOUS_TIME}[len(meant)]
    offered = meanings(told.fix)
    assert len(offered) == 2
    shown = [moment.astimezone(zone).replace(tzinfo=None) for moment in sorted(offered)]
    # What is skipped lies between the two that are offered; what happens twice is both.
    assert offered == meant if meant else shown[0] < wall < shown[1]
    assert all(abs(clock - wall) < DAY for clock in shown)


def meanings(fix: str) -> set[datetime]:
    """Read every time that a fix says to write."""
    found: set[datetime] = set()
    for text in WRITTEN.findall(fix):
        moment = resolve(text, None, NOW)
        assert isinstance(moment, datetime)
        found.add(moment)
    return found


@given(wall=walls, name=st.sampled_from(ZONES))
def test_a_wall_clock_time_is_the_one_moment_at_which_the_clocks_show_it(wall: datetime, name: str) -> None:
    held_against_the_clocks(wall, name)


def test_every_change_of_a_clock_is_seen_from_its_first_second_to_its_last() -> None:
    found = changes()
    gaps = sum(after > before for _, _, before, after in found)
    assert len(found) > 300
    assert 100 < gaps < len(found) - 100
    for name, moment, before, after in found:
        start = (moment + min(before, after)).replace(tzinfo=None)
        end = (moment + max(before, after)).replace(tzinfo=None)
        for wall in (start - SECOND, start, start + (end - start) / 2, end - SECOND, end):
            held_against_the_clocks(wall.replace(microsecond=0), name)
        expected = ProblemCode.NO_SUCH_TIME if after > before else ProblemCode.AMBIGUOUS_TIME
        for wall, is_told in ((start - SECOND, False), (start, True), (end - SECOND, True), (end, False)):
            told = resolve(wall.isoformat(), name, NOW)
            assert (isinstance(told, Problem) and told.code is expected) is is_told, (name, wall)


@given(wall=walls, home=st.sampled_from(ZONES))
def test_a_time_without_a_zone_is_shown_as_it_may_be_meant(wall: datetime, home: str) -> None:
    told = resolve(wall.isoformat(), None, NOW, home)
    assert isinstance(told, Problem)
    assert told.code is ProblemCode.NO_OFFSET
    here, offered = resolve(wall.isoformat(), home, NOW), meanings(told.fix)
    assert wall.replace(tzinfo=UTC) in offered
    if home != "UTC":
        assert home in told.fix
        assert here in offered if isinstance(here, datetime) else len(offered) >= 2


@given(wall=walls, name=st.sampled_from(ZONES))
def test_what_is_told_in_a_zone_is_the_moment_that_is_told_in_utc(wall: datetime, name: str) -> None:
    moment = wall.replace(tzinfo=UTC)
    there = local(moment, name)
    assert there is not None
    assert parse(there) == parse(wire(moment)) == moment
