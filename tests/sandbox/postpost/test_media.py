"""The media flow: an address, the PUT to it, and what is attached in the end (seed 002; reference postpost 5.6)."""

from collections.abc import AsyncGenerator
from typing import Any

import httpx2
import pytest

from sandbox.postpost import create_app
from tests.sandbox.postpost.caller import INSTAGRAM, KEY, NOBODY, Body, Caller, calling

pytestmark = pytest.mark.anyio

MISSING = "fileName, contentType, and postGroupId are required"
BROKEN = "Failed to create upload URL"


def upload(**changes: Any) -> Body:
    body: Body = {
        "fileName": "a.jpg",
        "contentType": "image/jpeg",
        "postGroupId": NOBODY,
        "type": "image",
        **changes,
    }
    return {name: value for name, value in body.items() if value is not ...}


async def ticket(caller: Caller, **changes: Any) -> Body:
    return await caller.data("POST", "/get-upload-url", upload(**changes))


async def put(caller: Caller, url: str, **headers: str) -> httpx2.Response:
    return await caller.http.put(url, content=b"bytes", headers={"Content-Type": "image/jpeg", **headers})


async def test_media_are_uploaded_into_a_draft_which_then_goes_out(today: Caller) -> None:
    group = await today.create(platforms=[INSTAGRAM])
    first = await today.attach(group, name="one.jpg", content_type="image/jpeg")
    second = await today.attach(group, name="two.jpg", content_type="image/jpeg", content=b"more bytes")
    assert first.keys() == {"success", "uploadUrl", "fileUrl", "mediaId"}
    assert (await today.listed(group))["mediaUrls"] == [first["fileUrl"], second["fileUrl"]]
    await today.data("PUT", f"/update-post/{group}", {"status": "scheduled"})
    await today.wait(10)
    assert (await today.listed(group))["status"] == "published"
    media = (await today.look("/media"))["media"]
    assert [(one["mediaId"], one["bytes"]) for one in media] == [(first["mediaId"], 5), (second["mediaId"], 10)]


async def test_an_upload_that_never_came_leaves_a_post_without_media(today: Caller) -> None:
    group = await today.create(platforms=[INSTAGRAM])
    await ticket(today, postGroupId=group)
    await today.data("PUT", f"/update-post/{group}", {"status": "scheduled"})
    await today.wait(10)
    [failed] = await today.shown(group)
    assert failed["error"]["message"] == "media is required"
    assert len((await today.listed(group))["mediaUrls"]) == 1


@pytest.mark.parametrize(
    ("refusal", "body"),
    [
        ((400, MISSING), {}),
        ((400, MISSING), upload(fileName=...)),
        ((400, MISSING), upload(contentType="")),
        ((400, MISSING), upload(postGroupId=None)),
        ((500, BROKEN), upload(type=...)),
        ((500, BROKEN), upload(type="audio")),
        ((500, BROKEN), upload(postGroupId="1")),
    ],
)
async def test_what_is_missing_is_refused_or_breaks(postpost: Caller, refusal: tuple[int, str], body: Any) -> None:
    status, message = refusal
    assert await postpost.refusal("POST", "/get-upload-url", body) == (status, {"error": message})


async def test_nobody_asks_whose_post_the_media_are_for(postpost: Caller, managed: Caller) -> None:
    group = await postpost.create()
    found = await ticket(managed, postGroupId=group.upper())
    assert (await postpost.listed(group))["mediaUrls"] == [found["fileUrl"]]
    await ticket(postpost, postGroupId=NOBODY, contentType="text/anything")


async def test_a_name_is_cleaned(postpost: Caller) -> None:
    found = await ticket(postpost, fileName="  my ../holiday (1) é.jpg ")
    assert found["fileUrl"].endswith("-my_..holiday_1_.jpg")
    assert found["uploadUrl"].startswith(f"{found['fileUrl']}?X-Amz-Algorithm=AWS4-HMAC-SHA256&")
    assert "X-Amz-Expires=3600" in found["uploadUrl"]


async def test_a_stored_file_is_answered_with_its_tag(postpost: Caller) -> None:
    answer = await put(postpost, (await ticket(postpost))["uploadUrl"])
    assert (answer.status_code, answer.content) == (200, b"")
    assert answer.headers["ETag"]


async def test_a_stored_file_is_there_for_anybody_until_its_post_is_deleted(postpost: Caller) -> None:
    group = await postpost.create()
    found = await postpost.attach(group, name="a.png", content_type="image/png", content=b"the bytes")
    answer = await postpost.http.get(found["fileUrl"])
    assert (answer.content, answer.headers["Content-Type"]) == (b"the bytes", "image/png")
    await postpost.data("DELETE", f"/delete-post/{group}")
    gone = await postpost.http.get(found["fileUrl"])
    assert (gone.status_code, "<Code>AccessDenied</Code>" in gone.text) == (403, True)


async def test_a_file_that_never_came_or_is_too_large_to_keep_cannot_be_fetched(postpost: Caller) -> None:
    empty = await ticket(postpost)
    large = await postpost.attach(NOBODY, name="a.png", content_type="image/png", content=bytes(1024 * 1024 + 1))
    for found in (empty, large):
        assert (await postpost.http.get(found["fileUrl"])).status_code == 403


async def test_files_are_said_to_be_where_they_are_wanted() -> None:
    async with calling(create_app(files_at="https://files.example")) as caller:
        found = await ticket(caller)
        assert found["fileUrl"].startswith("https://files.example/storage/images/")
        assert found["uploadUrl"].startswith(f"{caller.url}/storage/images/")


@pytest.mark.parametrize(
    ("ending", "headers", "status", "code"),
    [
        ("x", {}, 403, "SignatureDoesNotMatch"),
        ("&more=1", {}, 403, "SignatureDoesNotMatch"),
        ("", {"Content-Type": "image/png"}, 403, "SignatureDoesNotMatch"),
        ("", {"Authorization": f"Bearer {KEY}"}, 400, "InvalidArgument"),
    ],
)
async def test_storage_refuses_what_was_not_signed(
    postpost: Caller, ending: str, headers: dict[str, str], status: int, code: str
) -> None:
    answer = await put(postpost, (await ticket(postpost))["uploadUrl"] + ending, **headers)
    assert answer.status_code == status
    assert answer.headers["Content-Type"].startswith("application/xml")
    assert f"<Code>{code}</Code>" in answer.text
    [media] = (await postpost.look("/media"))["media"]
    assert media["bytes"] is None


async def test_storage_knows_only_what_it_gave_out(postpost: Caller) -> None:
    answer = await put(postpost, f"{postpost.url}/storage/images/a.jpg")
    assert answer.status_code == 403


async def test_an_address_is_good_for_an_hour(today: Caller) -> None:
    found = await ticket(today)
    await today.wait(3590)
    assert (await put(today, found["uploadUrl"])).status_code == 200
    await today.wait(20)
    answer = await put(today, found["uploadUrl"])
    assert (answer.status_code, "<Code>AccessDenied</Code>" in answer.text) == (403, True)


async def test_storage_wants_to_know_the_length_beforehand(postpost: Caller) -> None:
    async def stream() -> AsyncGenerator[bytes]:
        yield b"bytes"

    url = (await ticket(postpost))["uploadUrl"]
    answer = await postpost.http.put(url, content=stream(), headers={"Content-Type": "image/jpeg"})
    assert (answer.status_code, "<Code>NotImplemented</Code>" in answer.text) == (501, True)


async def test_a_key_that_strays_to_storage_is_noticed(postpost: Caller) -> None:
    await put(postpost, (await ticket(postpost))["uploadUrl"])
    await put(postpost, (await ticket(postpost))["uploadUrl"], **{"x-api-key": KEY})
    assert [one["sawKey"] for one in (await postpost.look("/media"))["media"]] == [False, True]
