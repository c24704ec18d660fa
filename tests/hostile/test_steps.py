"""Posts that are made in several steps, with a service that is honest up to one of them and then is not."""

import json
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from itertools import product
from pathlib import Path

import pytest

from tests.desk import Body
from tests.hostile.answers import BODIES, WIRE
from tests.hostile.service import Answer, Service, listening, said
from tests.hostile.victims import KINDS, Victim, assert_verdict
from tests.postpost.desk import Poster, agent, slides

POSTPOST = next(kind for kind in KINDS if kind.name == "postpost")
GROUP = POSTPOST.post.partition(":")[2]
#: What is done with a draft while it is being filled, in the order of the steps.
CREATE, PLACE, STORE = ("POST", "/create-post"), ("POST", "/get-upload-url"), ("PUT", "/bucket/1")
SCHEDULE, LOOK, REMOVE = ("PUT", f"/update-post/{GROUP}"), ("GET", f"/get-post/{GROUP}"), ("DELETE", f"/{GROUP}")
SAMPLE: dict[str, Answer] = {
    **{name: said(200, BODIES[name]) for name in ("nothing", "a page", "null", "an empty object", "deep objects")},
    **{name: WIRE[name] for name in ("a chunk that is cut off", "no status line", "99,999 headers")},
    "a redirect": said(307, b'{"success": true}', location="http://127.0.0.1:9/"),
    "a failure": said(500, b'{"success": true}'),
}


@pytest.mark.parametrize("name", BODIES)
@pytest.mark.parametrize("victim", ["socialapi"], indirect=True)
def test_a_publish_that_is_answered_with_nothing_is_open_and_settled_by_a_look(victim: Victim, name: str) -> None:
    victim.behave(("POST", "/posts"))
    victim.hears(said(200, BODIES[name]))
    body = victim.create()
    assert (body["outcome"], body["error_code"]) == ("unknown", "outcome_unknown")
    [look] = body["next"]
    victim.hears(said(200, json.dumps({**victim.kind.read, "status": "published"}).encode()))
    settled = victim.call(look["tool"], **look["arguments"])
    victim.behave()
    assert (settled["ok"], settled["data"]["id"], settled["data"]["status"]) == (True, victim.kind.post, "published")


@asynccontextmanager
async def filling(home: Path, broken: tuple[str, str], answer: Answer) -> AsyncGenerator[tuple[Poster, Service]]:
    """An agent at a PostPost that does everything right but for one step."""
    async with listening(Service(answer=answer)) as service:
        draft: Body = {"success": True, "posts": [{"platform": "linkedin", "platformId": "1", "status": "draft"}]}
        known: dict[tuple[str, str], Body] = {
            ("GET", POSTPOST.accounts_path): POSTPOST.accounts,
            CREATE: POSTPOST.created,
            PLACE: {"success": True, "uploadUrl": f"{service.url}/bucket/1"},
            STORE: {},
            SCHEDULE: {"success": True, "postGroup": {"status": "scheduled"}},
            LOOK: draft,
            REMOVE: {"success": True},
        }
        service.honest = {step: said(200, json.dumps(body).encode()) for step, body in known.items() if step != broken}
        async with agent(home, service.url) as found:
            yield found, service


def done(service: Service, step: tuple[str, str]) -> bool:
    return any(asked.method == step[0] and asked.path.endswith(step[1]) for asked in service.asked)


async def post(poster: Poster) -> Body:
    body = await poster.create(accounts=[POSTPOST.account], media=slides("/1.jpg"))
    assert_verdict(body)
    return body


@pytest.mark.anyio
async def test_the_steps_make_a_post_where_nothing_is_broken(tmp_path: Path) -> None:
    async with filling(tmp_path, ("", ""), b"") as (poster, _):
        assert (await post(poster))["data"]["status"] == "queued"


@pytest.mark.anyio
@pytest.mark.parametrize(
    ("step", "name"),
    # The store answers with a status alone: no body of its is wrong.
    [*product((CREATE, PLACE), SAMPLE), *product((STORE,), [name for name in SAMPLE if name not in BODIES])],
    ids=str,
)
async def test_before_the_draft_is_scheduled_no_answer_can_have_made_a_post(
    tmp_path: Path, name: str, step: tuple[str, str]
) -> None:
    async with filling(tmp_path, step, SAMPLE[name]) as (poster, service):
        body = await post(poster)
        assert body["outcome"] in {"nothing_sent", "rejected"}
        assert "Nothing was published" in body["message"]
        assert not done(service, SCHEDULE)
        assert done(service, REMOVE) is (step != CREATE)


@pytest.mark.anyio
@pytest.mark.parametrize("name", SAMPLE)
async def test_a_draft_that_may_have_been_scheduled_is_open_until_a_look_removes_it(tmp_path: Path, name: str) -> None:
    async with filling(tmp_path, SCHEDULE, SAMPLE[name]) as (poster, service):
        body = await post(poster)
        assert (body["outcome"], body["error_code"]) == ("unknown", "outcome_unknown")
        assert not done(service, REMOVE)
        [look] = body["next"]
        settled = await poster.call(look["tool"], **look["arguments"])
        assert (settled["outcome"], done(service, REMOVE)) == ("rejected", True)


PLACES: list[object] = [
    None, 5, {}, "", "bucket/1", "javascript:alert(1)", "file:///etc/passwd", "https://", "http://[", "http://a b/", "http://:0",
    "http://127.0.0.1:99999/", "https://\ud800/", "http://x.test/\x00", "http://" + "x" * 70_000, "http://u:p@127.0.0.1:9/",
]  # fmt: skip


@pytest.mark.anyio
@pytest.mark.parametrize("place", PLACES, ids=lambda place: repr(place)[:30])
async def test_a_place_for_media_that_is_none_is_told(tmp_path: Path, place: object) -> None:
    answer = said(200, json.dumps({"success": True, "uploadUrl": place}).encode())
    async with filling(tmp_path, PLACE, answer) as (poster, service):
        body = await post(poster)
        assert body["error_code"] in {"unexpected_answer", "provider_unreachable"}
        assert "Nothing was published" in body["message"]
        assert done(service, REMOVE)


#: Places in the network around us, in every way of writing them.
INSIDE = [
    "http://169.254.169.254/latest/meta-data", "http://[::1]:9/bucket", "http://10.0.0.1/bucket", "http://localhost:9/bucket",
    "http://[::ffff:127.0.0.1]/bucket", "http://2130706433/bucket", "http://0.0.0.0/bucket", "https://192.168.0.1/bucket",
]  # fmt: skip


@pytest.mark.anyio
@pytest.mark.parametrize("place", INSIDE)
async def test_a_place_for_media_in_the_network_around_us_is_brought_nothing(tmp_path: Path, place: str) -> None:
    answer = said(200, json.dumps({"success": True, "uploadUrl": place}).encode())
    async with filling(tmp_path, PLACE, answer) as (poster, service):
        body = await post(poster)
        assert body["error_code"] == "unexpected_answer"
        assert "The place named for the file cannot be used" in body["message"]
        assert "Nothing was published" in body["message"]
        assert (done(service, REMOVE), done(service, SCHEDULE)) == (True, False)


@pytest.mark.anyio
async def test_a_neighbour_of_the_service_on_this_machine_is_brought_nothing(tmp_path: Path) -> None:
    async with listening(Service(answer=said(200))) as neighbour:
        answer = said(200, json.dumps({"success": True, "uploadUrl": f"{neighbour.url}/bucket/1"}).encode())
        async with filling(tmp_path, PLACE, answer) as (poster, _):
            body = await post(poster)
            assert (body["error_code"], body["outcome"]) == ("unexpected_answer", "nothing_sent")
        assert neighbour.asked == []


@pytest.mark.anyio
async def test_a_storage_that_leads_on_is_not_followed(tmp_path: Path) -> None:
    async with listening(Service(answer=said(200))) as neighbour:
        leading = said(307, location=f"{neighbour.url}/bucket/1")
        async with filling(tmp_path, STORE, leading) as (poster, service):
            body = await post(poster)
            assert body["error_code"] == "unexpected_answer"
            assert "storage refused the file (HTTP 307)" in body["message"]
            assert done(service, REMOVE)
        assert neighbour.asked == []
