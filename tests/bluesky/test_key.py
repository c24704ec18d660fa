"""The name of a post follows from its delivery, and from nothing else."""

import re
from datetime import UTC, datetime

from hypothesis import given
from hypothesis import strategies as st

from providers.local.identity import ulid
from providers.networks.bluesky.key import record_key

_TID = re.compile(r"[234567abcdefghij][234567abcdefghijklmnopqrstuvwxyz]{12}")
TIMES = st.datetimes(datetime(2020, 1, 1), datetime(2100, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001  (bounds)


@given(st.text(max_size=60), TIMES)
def test_every_delivery_has_a_name_that_servers_take(delivery_id: str, due_at: datetime) -> None:
    assert _TID.fullmatch(record_key(delivery_id, due_at))


@given(TIMES, TIMES, TIMES)
def test_a_delivery_keeps_its_name_whenever_it_is_due(made_at: datetime, due: datetime, later: datetime) -> None:
    delivery_id = f"dlv_{ulid(made_at)}"
    assert record_key(delivery_id, due) == record_key(delivery_id, later)


@given(TIMES, TIMES)
def test_names_sort_as_their_deliveries_were_made(one: datetime, other: datetime) -> None:
    first, second = sorted((one, other))
    if int(first.timestamp() * 1000) < int(second.timestamp() * 1000):
        assert record_key(f"dlv_{ulid(first)}", first) < record_key(f"dlv_{ulid(second)}", second)


def test_deliveries_of_one_moment_have_names_of_their_own() -> None:
    now = datetime(2026, 11, 26, tzinfo=UTC)
    assert len({record_key(f"dlv_{ulid(now)}", now) for _ in range(100)}) == 100
