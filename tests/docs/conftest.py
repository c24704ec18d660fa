"""What the tests of the pages share: real servers for the networks that have one, and a database."""

from tests.peers.fixtures import pds, relay, synapse
from tests.postgres import cluster, postgres_url

__all__ = ["cluster", "pds", "postgres_url", "relay", "synapse"]
