"""Each peer comes up, keeps what it is given, and is gone afterwards."""

import sys
from pathlib import Path

import httpx2
import pytest

from tests.peers import __main__ as installing
from tests.peers.pds import Pds
from tests.peers.running import answers, running
from tests.peers.synapse import Synapse
from tests.peers.wordpress import WordPress

#: Answers on a port, but only from its second start on: the first hangs, as a server now and then does.
_HANGS_ONCE = """
import os, sys, time
from http.server import HTTPServer, SimpleHTTPRequestHandler
if os.environ["PEER_TRY"] == "1":
    time.sleep(600)
HTTPServer(("127.0.0.1", int(sys.argv[1])), SimpleHTTPRequestHandler).serve_forever()
"""


def test_a_pds_keeps_a_post(pds: Pds) -> None:
    member = pds.member()
    record = {"$type": "app.bsky.feed.post", "text": "Hello", "createdAt": "2026-11-24T09:00:00Z"}
    body = {"repo": member.did, "collection": "app.bsky.feed.post", "record": record}
    pds.ask("com.atproto.repo.createRecord", token=member.token, body=body)
    assert [post["value"] for post in pds.posts(member)] == [record]


def test_a_homeserver_gives_a_room(synapse: Synapse) -> None:
    resident = synapse.resident()
    room = synapse.room(resident)
    joined = synapse.ask("GET", "/joined_rooms", token=resident.token)
    assert joined == {"joined_rooms": [room]}


def test_a_relay_says_what_it_is(relay: str) -> None:
    about = {"accept": "application/nostr+json"}
    answer = httpx2.get(relay.replace("ws://", "http://"), headers=about, timeout=60, trust_env=False)
    assert 1 in answer.json()["supported_nips"]


def test_a_wordpress_knows_its_administrator_by_the_application_password(wordpress: WordPress) -> None:
    auth = (wordpress.user, wordpress.app_password)
    answer = httpx2.get(f"{wordpress.url}/wp-json/wp/v2/users/me", auth=auth, timeout=60, trust_env=False)
    assert (answer.status_code, answer.json()["slug"]) == (200, "admin")


def test_a_peer_that_hangs_is_started_once_more_and_ended_with_the_block(tmp_path: Path, free_port: int) -> None:
    command = [sys.executable, "-c", _HANGS_ONCE, str(free_port)]
    with running(command, tmp_path, url=f"http://127.0.0.1:{free_port}/", patience=0.5):
        assert answers(f"http://127.0.0.1:{free_port}/")
    assert not answers(f"http://127.0.0.1:{free_port}/")


def test_a_peer_that_ends_at_once_is_told_with_its_log(tmp_path: Path, free_port: int) -> None:
    command = [sys.executable, "-c", "raise SystemExit('no such option')"]
    told = pytest.raises(RuntimeError, match="no such option")
    with told, running(command, tmp_path, url=f"http://127.0.0.1:{free_port}/"):
        pass


def test_an_unknown_peer_is_named_with_those_there_are(capsys: pytest.CaptureFixture[str]) -> None:
    assert installing.main(["pds", "mastodon"]) == 2
    assert "'mastodon'; there are pds, synapse, relay, wordpress, telegram" in capsys.readouterr().err
