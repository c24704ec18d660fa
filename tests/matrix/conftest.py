"""What the tests of Matrix share."""

from tests.peers.fixtures import outside, relay, synapse

__all__ = ["outside", "relay", "synapse"]
