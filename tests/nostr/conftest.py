"""What the tests of Nostr share."""

from tests.peers.fixtures import relay

__all__ = ["relay"]
