"""The peers themselves under test."""

import pytest

from tests.peers.fixtures import pds, relay, synapse, wordpress
from tests.peers.place import free_ports

__all__ = ["pds", "relay", "synapse", "wordpress"]


@pytest.fixture
def free_port() -> int:
    return free_ports(1)[0]
