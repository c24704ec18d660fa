"""What the tests of Matrix share."""

from tests.peers.fixtures import synapse

__all__ = ["synapse"]
