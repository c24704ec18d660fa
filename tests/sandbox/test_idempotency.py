"""external_id: the same request twice is one post (seed 000, reference genviral 5.4)."""

import pytest

from tests.sandbox.caller import Caller, post

pytestmark = pytest.mark.anyio


async def test_a_replay_is_answered_with_the_first_post(genviral: Caller) -> None:
    first = await genviral.send("POST", "/posts", post(external_id="launch-1"))
    again = await genviral.send("POST", "/posts", dict(reversed(post(external_id="launch-1").items())))
    assert (first.status_code, again.status_code) == (201, 200)
    assert again.json()["data"] == first.json()["data"]
    [recorded] = (await genviral.look("/posts"))["posts"]
    assert (recorded["external_id"], recorded["requests"]) == ("launch-1", 2)


async def test_a_replay_tells_how_the_post_has_fared_since(genviral: Caller) -> None:
    await genviral.create(external_id="launch-1")
    await genviral.wait(60)
    assert (await genviral.create(external_id="launch-1"))["status"] == "posted"


async def test_the_same_external_id_with_another_payload_is_a_conflict(genviral: Caller) -> None:
    await genviral.create(external_id="launch-1")
    status, code, _ = await genviral.refusal("POST", "/posts", post(external_id="launch-1", caption="Another"))
    assert (status, code) == (409, "create_failed")
    assert len((await genviral.look("/posts"))["posts"]) == 1


async def test_without_an_external_id_the_same_request_twice_is_two_posts(genviral: Caller) -> None:
    assert (await genviral.create())["id"] != (await genviral.create())["id"]
    assert [one["requests"] for one in (await genviral.look("/posts"))["posts"]] == [1, 1]


async def test_a_refused_request_leaves_its_external_id_free(genviral: Caller) -> None:
    await genviral.refusal("POST", "/posts", post(external_id="launch-1", caption=""))
    assert (await genviral.send("POST", "/posts", post(external_id="launch-1"))).status_code == 201


async def test_the_external_id_of_a_deleted_post_can_be_used_again(genviral: Caller) -> None:
    first = await genviral.create(external_id="launch-1")
    await genviral.data("POST", "/posts/delete", {"postIds": [first["id"]]})
    second = await genviral.create(external_id="launch-1")
    assert second["id"] != first["id"]
