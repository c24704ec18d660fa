"""The stand-in against the table of what was observed, cell by cell."""

from collections.abc import AsyncIterator

import httpx2
import pytest
from click.testing import CliRunner

from sandbox.mastodon import PROFILES, create_app
from sandbox.serve import running
from server.cli import main
from tests.mastodon.asking import AUTHORIZED, QUESTIONS, Caller
from tests.mastodon.table import COLUMNS, TABLE

pytestmark = pytest.mark.anyio

CELLS = [
    pytest.param(profile, question, cell, id=f"{profile}, {question}")
    for question, cells in TABLE.items()
    for profile, cell in zip(COLUMNS, cells, strict=True)
]


@pytest.fixture
async def caller(request: pytest.FixtureRequest) -> AsyncIterator[Caller]:
    profile = request.node.callspec.params["profile"]
    async with (
        running(create_app(PROFILES[profile])) as url,
        httpx2.AsyncClient(base_url=url, headers=AUTHORIZED, timeout=60, trust_env=False) as http,
    ):
        yield Caller(http)


@pytest.mark.parametrize(("profile", "question", "cell"), CELLS)
async def test_it_answers_as_the_implementation_does(profile: str, question: str, cell: str, caller: Caller) -> None:
    assert await QUESTIONS[question](caller) == cell


def test_every_profile_and_every_question_is_asked_for() -> None:
    assert tuple(PROFILES) == COLUMNS
    assert set(QUESTIONS) == set(TABLE)


@pytest.mark.parametrize("profile", ["mastodon"])
async def test_a_film_is_processed_before_it_can_be_published(profile: str, caller: Caller) -> None:
    made = await caller.http.post("/api/v2/media", files={"file": ("a.mp4", b"film", "video/mp4")})
    assert (made.status_code, made.json()["url"]) == (202, None)
    early = await caller.post(media_ids=[made.json()["id"]])
    assert (early.status_code, "not finished processing" in early.json()["error"]) == (422, True)
    looks = [await caller.http.get(f"/api/v1/media/{made.json()['id']}") for _ in range(2)]
    assert [look.status_code for look in looks] == [206, 200]
    assert (await caller.post(media_ids=[made.json()["id"]])).is_success


@pytest.mark.parametrize("profile", ["gotosocial"])
async def test_a_deleted_post_of_gotosocial_is_there_a_little_longer(profile: str, caller: Caller) -> None:
    path = f"/api/v1/statuses/{(await caller.post()).json()['id']}"
    await caller.http.delete(path)
    assert (await caller.http.get(path)).is_success
    await caller.http.post("/_sandbox/clock", json={"advance_seconds": 2})
    assert (await caller.http.get(path)).status_code == 404
    assert (await caller.http.delete(path)).status_code == 404


def test_the_command_line_names_every_profile() -> None:
    shown = CliRunner().invoke(main, ["sandbox", "mastodon", "--help"]).output
    assert all(profile in shown for profile in PROFILES)
