"""The peers as fixtures: a ``conftest.py`` imports those that its tests ask for. One runs as long as the session."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.peers import pds as pds_peer
from tests.peers import relay as relay_peer
from tests.peers import synapse as synapse_peer
from tests.peers import telegram as telegram_peer
from tests.peers import wordpress as wordpress_peer
from tests.peers.pds import Pds, running_pds
from tests.peers.relay import running_relay
from tests.peers.synapse import Synapse, running_synapse
from tests.peers.telegram import running_telegram
from tests.peers.wordpress import WordPress, running_wordpress


@pytest.fixture(scope="session")
def pds(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Pds]:
    """A Bluesky PDS; a test opens accounts of its own on it."""
    _skip_if(pds_peer.missing())
    with running_pds(tmp_path_factory.mktemp("pds")) as running:
        yield running


@pytest.fixture(scope="session")
def synapse(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Synapse]:
    """A Matrix homeserver; a test registers users of its own on it."""
    _skip_if(synapse_peer.missing())
    with running_synapse(tmp_path_factory.mktemp("synapse")) as running:
        yield running


@pytest.fixture(scope="session")
def relay(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A Nostr relay, by its ``ws://`` address; a test draws keys of its own."""
    _skip_if(relay_peer.missing())
    with running_relay(tmp_path_factory.mktemp("relay")) as url:
        yield url


@pytest.fixture(scope="session")
def wordpress(tmp_path_factory: pytest.TempPathFactory) -> Iterator[WordPress]:
    """A WordPress, shared by all tests."""
    _skip_if(wordpress_peer.missing())
    with running_wordpress(tmp_path_factory.mktemp("wordpress")) as running:
        yield running


@pytest.fixture(scope="session")
def telegram(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """An emulator of Telegram's Bot API, by its address."""
    _skip_if(telegram_peer.missing())
    with running_telegram(tmp_path_factory.mktemp("telegram")) as url:
        yield url


@pytest.fixture
def outside(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder for a peer of a test's own: what a server keeps of its users is no leak of ours."""
    return tmp_path_factory.mktemp("peer")


def _skip_if(reason: str | None) -> None:
    if reason:
        pytest.skip(reason)
