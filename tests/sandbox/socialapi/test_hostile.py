"""Whatever comes in, the stand-in knows an answer to it: never a crash, never a second meaning."""

import json
from collections.abc import Generator
from typing import Any

import httpx2
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sandbox.serve import running_in_thread
from sandbox.socialapi import BASE_PATH, create_app
from tests.sandbox.socialapi.caller import KEY

ACCOUNTS = [f"acc_01{letter * 3}" for letter in "ABCDEFGHIJKLMNP"]
FIELDS = (
    *("text", "title", "targets", "media", "media_ids", "platform_data", "segments", "scheduled_at", "visibility"),
    *("publish_now", "first_comment", "skip_validation", "hidden", "platforms", "account_ids"),
    *("account_id", "page_id", "board_id", "source_type", "source", "type", "content_type", "privacy_level"),
    *("instagram", "tiktok", "pinterest"),
)
LINKS = ("https://media.example.com/1.jpg", "http://[", "https://gone.invalid")
WORDS = st.sampled_from(
    (
        *ACCOUNTS,
        *LINKS,
        *("url", "media_id", "platform_attachment_id", "image", "feed", "SELF_ONLY", "threads"),
        "\ud800",
        *("9999-12-31T23:59:59-01:00", "2990-01-01T00:00:00Z", "board_01III_1"),
    )
)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5) | WORDS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(FIELDS), inner, max_size=4),
    max_leaves=12,
)
MEDIUM = st.fixed_dictionaries({"source_type": WORDS, "source": WORDS}, optional={"type": WORDS})
TARGET = st.fixed_dictionaries(
    {"account_id": st.sampled_from(ACCOUNTS)}, optional={"platform_data": JSON, "media": st.lists(MEDIUM, max_size=3)}
)
POSTS = st.fixed_dictionaries(
    {"text": st.text(max_size=20)},
    optional={
        "targets": st.lists(TARGET, max_size=3) | JSON,
        "media": st.lists(MEDIUM, max_size=3) | JSON,
        "platform_data": JSON,
        "scheduled_at": WORDS,
        "publish_now": st.booleans(),
        "skip_validation": st.booleans(),
        "platforms": st.lists(WORDS, max_size=2),
    },
)


@pytest.fixture(scope="module")
def http() -> Generator[httpx2.Client]:
    headers = {"Authorization": f"Bearer {KEY}"}
    with (
        running_in_thread(create_app(worker_delay=0)) as url,
        httpx2.Client(verify=False, timeout=60, base_url=url + BASE_PATH, headers=headers) as client,
    ):
        yield client


@settings(max_examples=200, deadline=None)
@given(body=POSTS | JSON)
def test_no_body_is_too_strange(http: httpx2.Client, body: Any) -> None:
    text = json.dumps(body)
    created, validated = (http.post(path, content=text) for path in ("/posts", "/posts/validate"))
    assert created.status_code in {201, 207, 400, 403, 404, 409, 422, 501}, created.text
    assert validated.status_code in {200, 400, 404}, validated.text
    if created.status_code in {201, 207}:
        path = f"/posts/{created.json()['id']}"
        assert http.get(path).json() == created.json()
        assert http.patch(path, content=text).status_code in {200, 400, 403, 409, 422, 501}
        assert http.post(f"{path}/publish").status_code in {201, 207, 400, 409, 422}


@settings(max_examples=100, deadline=None)
@given(query=st.dictionaries(st.sampled_from(["cursor", "limit", "from", "sort", "search", "status"]), st.text()))
def test_no_query_is_too_strange(http: httpx2.Client, query: dict[str, str]) -> None:
    for path in ("/posts", "/media", "/events", "/posts/validate"):
        assert http.get(path, params=query).status_code in {200, 400}


@settings(max_examples=50, deadline=None)
@given(state=WORDS, brand=WORDS)
def test_no_connection_is_too_strange(http: httpx2.Client, state: str, brand: str) -> None:
    for body in ({"platform": "bluesky", "state": state}, {"platform": brand, "brand_id": brand}):
        answer = http.post("/accounts/connect", content=json.dumps(body))
        assert answer.status_code in {202, 400, 403, 404}
        if answer.status_code == 202:
            assert http.get(answer.json()["auth_url"]).is_success
