"""Uploading and the library (reference socialapi 8)."""

from collections.abc import Mapping
from typing import Any

import httpx2
import pytest

from tests.sandbox.socialapi.caller import FACEBOOK, KEY, TIKTOK, Body, Caller, post, to

pytestmark = pytest.mark.anyio

AUTH = {"Authorization": f"Bearer {KEY}"}
JPEG = {"media_type": "image/jpeg", "filename": "a b.jpg"}


async def upload(caller: Caller, content: bytes = b"bytes", name: str = "a.jpg", kind: str = "image/jpeg") -> str:
    files = {"file": (name, content, kind)}
    answer = await caller.http.post(f"{caller.url}/v1/media/upload", files=files, headers=AUTH)
    assert answer.status_code == 201, answer.text
    assert set(answer.json()) == {"media_id"}
    return answer.json()["media_id"]


async def presign(caller: Caller, **query: str) -> Any:
    return await caller.data("GET", "/media/upload-url", **(JPEG | query))


async def put(
    caller: Caller, url: str, content: bytes = b"bytes", headers: Mapping[str, str] | None = None
) -> httpx2.Response:
    headers = {"Content-Type": "image/jpeg"} | dict(headers or {})
    return await caller.http.put(url, content=content, headers=headers)


def naming(media_id: str) -> Body:
    return {"media": [{"source_type": "media_id", "source": media_id}]}


async def test_a_file_from_a_form_can_be_posted_at_once(instant: Caller) -> None:
    media_id = await upload(instant, b"12345", "grüße.jpg")
    [medium] = (await instant.data("GET", "/media"))["data"]
    assert medium.pop("url").endswith("/gr%C3%BC%C3%9Fe.jpg")
    assert medium.pop("created_at")
    assert medium == {
        "id": media_id,
        "filename": "grüße.jpg",
        "content_type": "image/jpeg",
        "size_bytes": 5,
        "status": "ready",
    }
    created = await instant.create(**naming(media_id))
    assert (created["status"], created["media_ids"]) == ("published", [media_id])


@pytest.mark.parametrize(
    ("options", "code", "field"),
    [
        ({}, "validation.field_required", "file"),
        ({"json": {"file": "multipart"}}, "validation.field_required", "file"),
        ({"files": {"other": ("a.jpg", b"1", "image/jpeg")}}, "validation.field_required", "file"),
        ({"data": {"file": "text"}}, "validation.field_required", "file"),
        (
            {"content": b"--x", "headers": {"Content-Type": "multipart/form-data"}},
            "validation.body_invalid",
            "body",
        ),
        (
            {"content": b"no parts", "headers": {"Content-Type": "multipart/form-data; boundary=x"}},
            "validation.body_invalid",
            "body",
        ),
    ],
)
async def test_a_form_without_a_file_is_refused(socialapi: Caller, options: Body, code: str, field: str) -> None:
    options = options | {"headers": AUTH | options.get("headers", {})}
    answer = await socialapi.http.post(f"{socialapi.url}/v1/media/upload", **options)
    error = answer.json()["error"]
    assert (answer.status_code, error["code"], error["meta"]) == (400, code, {"field": field})


async def test_a_form_takes_50_mb_and_no_more(socialapi: Caller) -> None:
    files = {"file": ("a.mp4", bytes(50 * 1024 * 1024 + 1), "video/mp4")}
    answer = await socialapi.http.post(f"{socialapi.url}/v1/media/upload", files=files, headers=AUTH)
    assert (answer.status_code, answer.json()["error"]["meta"]) == (400, {"field": "file"})


async def test_a_file_goes_to_its_presigned_address_and_is_verified(instant: Caller) -> None:
    slot = await presign(instant)
    assert set(slot) == {"media_id", "upload_url", "expires_at"}
    waiting = {"targets": to(FACEBOOK), **naming(slot["media_id"])}
    assert await instant.refused(**waiting) == (400, "validation.field_invalid", {"field": "media"})
    assert (await instant.data("GET", "/media"))["data"] == []
    assert (await put(instant, slot["upload_url"])).status_code == 200
    assert (await instant.refused(**waiting))[0] == 400
    for _ in range(2):
        assert await instant.data("POST", f"/media/{slot['media_id']}/verify") == {"success": True}
    assert (await instant.create(**waiting))["status"] == "published"
    assert (await instant.data("GET", "/media"))["data"][0]["size_bytes"] == 5


@pytest.mark.parametrize(
    ("query", "code", "field"),
    [
        ({"media_type": ""}, "validation.field_required", "media_type"),
        ({"filename": ""}, "validation.field_required", "filename"),
        ({"media_type": "jpeg"}, "validation.field_invalid", "media_type"),
    ],
)
async def test_an_address_is_given_out_for_a_name_and_a_type(
    socialapi: Caller, query: Body, code: str, field: str
) -> None:
    refusal = await socialapi.refusal("GET", "/media/upload-url", **(JPEG | query))
    assert refusal == (400, code, {"field": field})


async def test_the_storage_takes_only_what_was_signed(socialapi: Caller) -> None:
    slot = await presign(socialapi)
    url = slot["upload_url"]
    wrongly: list[tuple[str, dict[str, str], int]] = [
        (url.replace("signature=", "signature=0"), {}, 403),
        (url.replace(slot["media_id"], "7"), {}, 403),
        (url, {"Content-Type": "image/png"}, 403),
        (url, AUTH, 400),
    ]
    for wrong, headers, status in wrongly:
        answer = await put(socialapi, wrong, headers=headers)
        assert (answer.status_code, answer.headers["Content-Type"]) == (status, "application/xml")
    await socialapi.wait(15 * 60 + 1)
    assert (await put(socialapi, url)).status_code == 403
    assert await socialapi.refusal("POST", f"/media/{slot['media_id']}/verify") == (404, "media.not_found", {})


async def test_what_is_not_there_cannot_be_verified_or_deleted(socialapi: Caller) -> None:
    assert await socialapi.refusal("POST", "/media/7/verify") == (404, "media.not_found", {})
    assert await socialapi.refusal("DELETE", "/media/7") == (404, "media.not_found", {})


async def test_a_file_that_a_post_names_cannot_be_deleted(socialapi: Caller) -> None:
    media_id = await upload(socialapi)
    created = await socialapi.create_draft(targets=to(FACEBOOK, **naming(media_id)))
    assert await socialapi.refusal("DELETE", f"/media/{media_id}") == (409, "media.in_use", {})
    await socialapi.data("DELETE", f"/posts/{created['id']}")
    assert (await socialapi.send("DELETE", f"/media/{media_id}")).status_code == 204
    assert await socialapi.refusal("DELETE", f"/media/{media_id}") == (404, "media.not_found", {})


async def test_the_library_is_listed_newest_first_in_pages(socialapi: Caller) -> None:
    ids = [await upload(socialapi, name=f"{number}.jpg") for number in range(5)]
    found: list[str] = []
    query: Body = {"limit": 2}
    while True:
        page = await socialapi.data("GET", "/media", **query)
        assert page["count"] == len(page["data"])
        found += [medium["id"] for medium in page["data"]]
        if "next_cursor" not in page:
            break
        query["cursor"] = page["next_cursor"]
    assert found == ids[::-1]
    assert (await socialapi.refusal("GET", "/media", limit=0))[2] == {"field": "limit"}


async def test_storage_is_counted_and_shown(socialapi: Caller) -> None:
    await upload(socialapi, b"12345")
    answer = await socialapi.send("GET", "/media/storage")
    assert answer.json() == {"used_bytes": 5, "limit_bytes": -1, "count": 1}
    assert (answer.headers["X-Storage-Used"], answer.headers["X-Storage-Limit"]) == ("5", "-1")


async def test_storage_ends_where_the_plan_says(socialapi: Caller) -> None:
    await socialapi.limit(plan="free", storage_bytes=10)
    kept = await upload(socialapi, b"1234567")
    slot = await presign(socialapi)
    answer = await socialapi.http.post(
        f"{socialapi.url}/v1/media/upload", files={"file": ("b.jpg", b"1234", "image/jpeg")}, headers=AUTH
    )
    assert answer.status_code == 413
    assert answer.json()["error"]["code"] == "billing.storage_quota"
    assert answer.json()["error"]["meta"] == {"plan": "free", "max": 10}
    await put(socialapi, slot["upload_url"], b"1234")
    verify = f"/media/{slot['media_id']}/verify"
    assert await socialapi.refusal("POST", verify) == (413, "billing.storage_quota", {"plan": "free", "max": 10})
    assert await socialapi.refusal("POST", verify) == (404, "media.not_found", {})
    await socialapi.send("DELETE", f"/media/{kept}")
    await upload(socialapi, b"1234567890")
    assert (await socialapi.refusal("GET", "/media/upload-url", **JPEG))[:2] == (413, "billing.storage_quota")


async def test_a_file_is_held_to_the_sizes_and_types_of_a_platform(socialapi: Caller) -> None:
    large = await upload(socialapi, bytes(4_000_001))
    assert (await socialapi.refused(**naming(large)))[2] == {"field": "media"}
    text = await upload(socialapi, name="a.txt", kind="text/plain")
    assert (await socialapi.refused(**naming(text)))[2] == {"field": "media"}
    settings = {"platform_data": {"tiktok": {"privacy_level": "SELF_ONLY"}}}
    clip = await upload(socialapi, name="a.webm", kind="video/webm")
    created = await socialapi.send("POST", "/posts", post(targets=to(TIKTOK), **naming(clip), **settings))
    assert created.status_code == 201
