"""What the tests of Matrix share."""

from tests.peers.fixtures import relay, synapse

__all__ = ["relay", "synapse"]
