"""POST and GET /files, and the presigned PUT (reference genviral 12)."""

from typing import Any

import pytest

from sandbox.genviral import BASE_PATH
from tests.sandbox.caller import HOSTED, INSTAGRAM, SLIDES, TOKEN, VIDEO, Caller, post, to

pytestmark = pytest.mark.anyio

CLIP = {"contentType": "video/mp4", "filename": "clip one.mp4", "duration_sec": 20, "bytes": 4}


async def upload(genviral: Caller, **changes: Any) -> str:
    """Upload four bytes; returns the finished file's URL."""
    issued = await genviral.data("POST", "/files", CLIP | changes)
    answer = await genviral.http.put(
        issued["uploadUrl"], content=b"clip", headers={"Content-Type": issued["contentType"]}
    )
    assert answer.status_code == 200
    return issued["url"]


async def test_an_upload_is_presigned_in_camel_case(genviral: Caller) -> None:
    answer = await genviral.send("POST", "/files", CLIP)
    assert answer.status_code == 201
    data = answer.json()["data"]
    assert set(data) == {"uploadUrl", "url", "contentType", "expiresIn"}
    assert data["uploadUrl"].startswith(f"{genviral.url}/storage/")
    assert data["url"].startswith("https://cdn.vireel.io/")
    assert (data["contentType"], data["expiresIn"]) == ("video/mp4", 600)


async def test_an_uploaded_video_of_which_all_is_known_is_posted_without_warnings(genviral: Caller) -> None:
    created = await genviral.create(media={"type": "video", "url": await upload(genviral)})
    assert "warnings" not in created


@pytest.mark.parametrize("name", ["duration_sec", "duration_seconds", "duration", "durationSec", "video_duration_sec"])
async def test_a_duration_has_many_names(genviral: Caller, name: str) -> None:
    issued = await genviral.data("POST", "/files", {"contentType": "video/mp4", name: 20.5})
    await genviral.http.put(issued["uploadUrl"], content=b"clip", headers={"Content-Type": "video/mp4"})
    created = await genviral.create(media={"type": "video", "url": issued["url"]})
    assert [one["code"] for one in created["warnings"]] == ["VIDEO_METADATA_MISSING"]


async def test_a_file_cannot_be_posted_before_its_bytes_have_come(genviral: Caller) -> None:
    issued = await genviral.data("POST", "/files", CLIP)
    refusal = await genviral.refusal("POST", "/posts", post(media={"type": "video", "url": issued["url"]}))
    assert refusal[:2] == (400, "media_unreachable")


@pytest.mark.parametrize(
    ("changes", "media", "account"),
    [
        ({"contentType": "image/gif", "filename": "picture"}, "slideshow", INSTAGRAM),
        ({"contentType": "image/png", "filename": "picture"}, "video", INSTAGRAM),
        ({"contentType": "image/png", "bytes": 5 * 1024**2}, "slideshow", INSTAGRAM),
        ({"bytes": 100 * 1024**2}, "video", INSTAGRAM),
        ({"duration_sec": 14.9}, "video", HOSTED),
        ({"duration_sec": 60.1}, "video", HOSTED),
    ],
)
async def test_what_can_be_uploaded_cannot_always_be_posted(
    genviral: Caller, changes: Any, media: str, account: str
) -> None:
    url = await upload(genviral, **{"filename": "file"} | changes)
    body = VIDEO | {"url": url} if media == "video" else SLIDES | {"urls": [url]}
    refusal = await genviral.refusal("POST", "/posts", post(media=body, accounts=to(account)))
    assert refusal[:2] == (400, "validation_failed")


async def test_files_are_listed_page_by_page_newest_first(genviral: Caller) -> None:
    for name in ("1", "2", "3"):
        await upload(genviral, filename=name)
    await upload(genviral, filename="4", contentType="image/png")
    await genviral.data("POST", "/files", CLIP)
    data = await genviral.data("GET", "/files", limit=2, offset=1, type="video", context="all")
    assert [one["filename"] for one in data["files"]] == ["2", "1"]
    assert (data["total"], data["limit"], data["offset"]) == (3, 2, 1)
    assert set(data["files"][0]) == {"id", "url", "contentType", "filename", "size", "createdAt"}
    assert (await genviral.data("GET", "/files"))["total"] == 4
    assert (await genviral.data("GET", "/files", context="ai-studio"))["total"] == 0


@pytest.mark.parametrize("query", [{"limit": 0}, {"limit": 101}, {"limit": "x"}, {"offset": -1}, {"type": "audio"}])
async def test_a_query_out_of_range_is_refused_here(genviral: Caller, query: Any) -> None:
    assert (await genviral.refusal("GET", "/files", **query))[:2] == (400, "invalid_query_parameter")


@pytest.mark.parametrize(
    "body", [{}, {"contentType": "audio/mp3"}, CLIP | {"bytes": -1}, CLIP | {"bytes": "4"}, CLIP | {"name": "x"}]
)
async def test_an_upload_of_the_wrong_shape_is_refused(genviral: Caller, body: Any) -> None:
    assert (await genviral.refusal("POST", "/files", body))[:2] == (422, "invalid_payload")


async def test_storage_takes_exactly_what_was_signed(genviral: Caller) -> None:
    address = (await genviral.data("POST", "/files", CLIP))["uploadUrl"]
    right = {"Content-Type": "video/mp4"}
    for url, headers, status in (
        (address.replace("signature=", "signature=0"), right, 403),
        (address.replace("/storage/", "/storage/0"), right, 403),
        (address, {"Content-Type": "video/webm"}, 403),
        (address, right | {"Authorization": f"Bearer {TOKEN}"}, 400),
    ):
        answer = await genviral.http.put(url, content=b"clip", headers=headers)
        assert (answer.status_code, answer.headers["Content-Type"]) == (status, "application/xml")
    await genviral.wait(601)
    assert (await genviral.http.put(address, content=b"clip", headers=right)).status_code == 403
    assert (await genviral.data("GET", "/files"))["total"] == 0


async def test_an_upload_can_break_like_any_request(genviral: Caller) -> None:
    address = (await genviral.data("POST", "/files", CLIP))["uploadUrl"]
    await genviral.fault("status:503", "/storage/{id}", method="PUT")
    assert (await genviral.http.put(address, content=b"clip")).status_code == 503
    assert BASE_PATH not in address
