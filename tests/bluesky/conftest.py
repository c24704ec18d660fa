"""Bluesky is tested on a real PDS, where each test has an account of its own."""

import pytest

from tests.bluesky.desk import Known
from tests.peers.fixtures import outside, pds
from tests.peers.pds import Pds

__all__ = ["outside", "pds"]


@pytest.fixture
def known(pds: Pds) -> Known:
    """An account, and the app password that its owner made for postwright."""
    member = pds.member()
    return Known(pds, member, pds.app_password(member))
