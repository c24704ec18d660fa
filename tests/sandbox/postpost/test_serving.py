"""Starting: states of their own, and connections from a file."""

import json
from pathlib import Path
from typing import Any

import httpx2
import pytest

from sandbox.postpost import BASE_PATH, ConnectionsError, create_app, load_connections
from sandbox.serve import running_in_thread
from tests.sandbox.postpost.caller import KEY, LINKEDIN, TWITTER, calling, post

SEED = {"platformId": "twitter-1", "username": "@a", "accessTokenExpiresAt": "2990-01-01T00:00:00.000Z"}


def test_a_caller_without_a_loop_is_served_from_a_thread() -> None:
    with running_in_thread(create_app()) as url, httpx2.Client(verify=False, timeout=60) as http:
        answer = http.post(f"{url}{BASE_PATH}/create-post", json=post(), headers={"x-api-key": KEY})
        assert answer.status_code == 200


@pytest.mark.anyio
async def test_every_application_has_a_state_of_its_own() -> None:
    async with calling(create_app()) as one, calling(create_app()) as other:
        await one.create()
        await one.failing(TWITTER, "no")
        await one.control("/limits", {"plan": "Premium"})
        assert await other.recorded() == []
        assert await other.look("/delivery") == {}
        assert (await other.look("/limits"))["plan"] == "Pro"


@pytest.mark.anyio
async def test_connections_come_from_a_file(tmp_path: Path) -> None:
    file = tmp_path / "connections.json"
    file.write_text(json.dumps([SEED, {"platformId": "bluesky-did:plc:a"}]), encoding="utf-8")
    async with calling(create_app(load_connections(file))) as caller:
        first, second = (await caller.data("GET", "/platform-connections"))["connections"]
        assert first.items() >= SEED.items()
        assert (first["displayName"], first["tokenStatus"]) == (None, "valid")
        assert (second["username"], second["tokenStatus"]) == (None, "unknown")
        group = await caller.schedule(platforms=["twitter-1", LINKEDIN])
        assert (await caller.listed(group))["status"] == "partially_published"


@pytest.mark.anyio
async def test_what_one_sandbox_shows_another_starts_with(tmp_path: Path) -> None:
    file = tmp_path / "connections.json"
    async with calling(create_app()) as caller:
        await caller.schedule()
        shown: list[Any] = (await caller.data("GET", "/platform-connections"))["connections"]
    file.write_text(json.dumps(shown), encoding="utf-8")
    async with calling(create_app(load_connections(file))) as caller:
        again: list[Any] = (await caller.data("GET", "/platform-connections"))["connections"]
    for one, other in zip(shown, again, strict=True):
        assert one | {"tokenExpiresIn": None} == other | {"tokenExpiresIn": None}


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("[", "not JSON"),
        ("\xff", "not JSON"),
        ("[" * 100_000, "not JSON"),
        ("{}", "a list is needed"),
        ("[1]", r"\[0\]: a connection is an object"),
        ("[{}]", r"\[0\]: platformId is missing"),
        (json.dumps([SEED, SEED]), r"\[1\]: the platformId twitter-1 occurs twice"),
        (json.dumps([SEED | {"platformId": "twitter"}]), r"\[0\]: unfit: platformId"),
        (json.dumps([SEED | {"username": 7, "accessTokenExpiresAt": "soon"}]), "unfit: username, accessTokenExpiresAt"),
        (json.dumps([SEED | {"platform": "twitter"}]), "unknown: platform"),
    ],
)
def test_a_bad_file_of_connections_is_a_clear_error(tmp_path: Path, text: str, reason: str) -> None:
    file = tmp_path / "connections.json"
    file.write_bytes(text.encode("latin-1"))
    with pytest.raises(ConnectionsError, match=reason) as caught:
        load_connections(file)
    assert str(file) in str(caught.value)


def test_a_missing_file_of_connections_is_a_clear_error(tmp_path: Path) -> None:
    with pytest.raises(ConnectionsError, match="No such file"):
        load_connections(tmp_path / "nothing.json")
