"""The front door: ids of requests, and the proxies before the service."""

import json
import re
import socket
from typing import Any

import httpx2
import pytest

from sandbox.serve import running_in_thread
from sandbox.socialapi import create_app
from tests.sandbox.socialapi.caller import KEY, PHOTO, Caller, post

pytestmark = pytest.mark.anyio


async def get(socialapi: Caller, path: str = "/v1/accounts", **headers: str) -> httpx2.Response:
    auth = {"Authorization": f"Bearer {KEY}"}
    return await socialapi.http.get(socialapi.url + path, headers=auth | headers)


@pytest.mark.parametrize("given", ["a", "agent-7_retry", "x" * 64])
async def test_the_callers_own_id_comes_back(socialapi: Caller, given: str) -> None:
    answer = await socialapi.send("GET", "/posts/none", headers={"X-Request-ID": given})
    assert answer.headers["X-Request-ID"] == answer.json()["request_id"] == given


@pytest.mark.parametrize("given", ["", "x" * 65, "a b", "a.b", "é"])
async def test_another_id_is_replaced_by_eight_digits(socialapi: Caller, given: str) -> None:
    answer = await socialapi.http.get(
        f"{socialapi.url}/v1/accounts",
        headers={b"X-Request-ID": given.encode(), b"Authorization": f"Bearer {KEY}".encode()},
    )
    assert re.fullmatch("[0-9a-f]{8}", answer.headers["X-Request-ID"])


async def test_every_request_has_an_id_of_its_own(socialapi: Caller) -> None:
    ids = {(await get(socialapi)).headers["X-Request-ID"] for _ in range(5)}
    assert len(ids) == 5


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/accounts", 200),
        ("DELETE", "/accounts/acc_01NNN", 204),
        ("GET", "/nowhere", 404),
        ("PUT", "/posts", 405),
        ("POST", "/posts/validate", 400),
    ],
)
async def test_success_and_failure_and_an_empty_answer_carry_an_id(
    socialapi: Caller, method: str, path: str, status: int
) -> None:
    answer = await socialapi.send(method, path, headers={"X-Request-ID": "mine"})
    assert (answer.status_code, answer.headers["X-Request-ID"]) == (status, "mine")


@pytest.mark.parametrize(("method", "path", "code"), [("GET", "/nowhere", "http.404"), ("PUT", "/posts", "http.405")])
async def test_an_unknown_route_has_a_code_too(socialapi: Caller, method: str, path: str, code: str) -> None:
    assert (await socialapi.refusal(method, path))[1] == code


@pytest.mark.parametrize("fault", ["status:500", "accept_then_status:502:system.internal", "retry_after:3"])
async def test_a_fault_carries_the_id_of_its_request(socialapi: Caller, fault: str) -> None:
    await socialapi.fault(fault)
    answer = await socialapi.send("POST", "/posts", post(), headers={"X-Request-ID": "mine"})
    assert answer.json()["request_id"] == "mine"


async def test_a_proxys_page_knows_of_no_id(socialapi: Caller) -> None:
    await socialapi.fault("html_500", "/accounts")
    answer = await get(socialapi)
    assert (answer.status_code, answer.text[:15]) == (500, "<!DOCTYPE html>")
    assert "X-Request-ID" not in answer.headers


async def test_a_post_that_failed_is_not_an_error_and_stays_as_it_is(instant: Caller) -> None:
    await instant.delivery("acc_01BBB", fail="system.internal")
    answer = await instant.send("POST", "/posts", post())
    assert answer.status_code == 422
    assert "request_id" not in answer.json()
    assert answer.json()["id"]


async def test_the_proxy_turns_away_pythons_own_client(socialapi: Caller) -> None:
    answer = await get(socialapi, **{"User-Agent": "Python-urllib/3.11"})
    assert (answer.status_code, answer.text) == (403, "error code: 1010")
    assert "X-Request-ID" not in answer.headers


def test_the_proxy_lets_nothing_through_that_is_too_large() -> None:
    with running_in_thread(create_app()) as url:
        port = int(url.rpartition(":")[2])
        with socket.create_connection(("127.0.0.1", port), timeout=60) as connection:
            connection.sendall(b"POST /v1/media/upload HTTP/1.1\r\nHost: a\r\nContent-Length: 999999999\r\n\r\n")
            answer = connection.recv(65536)
    assert answer.startswith(b"HTTP/1.1 413 ")
    assert b"text/html" in answer


async def test_texts_come_back_as_they_were_sent(socialapi: Caller) -> None:
    text = "Grüße 👩‍👩‍👧 \u0000 \u2028 \ud800"
    answer = await socialapi.http.post(
        f"{socialapi.url}/v1/posts",
        content=json.dumps(post(text=text, media=[PHOTO])),
        headers={"Authorization": f"Bearer {KEY}"},
    )
    assert answer.json()["text"] == text


@pytest.mark.parametrize("body", ["", "{", "[]", '"text"', "null", "NaN", "[" * 100_000, "\xff"])
@pytest.mark.parametrize("path", ["/v1/posts", "/v1/posts/validate", "/v1/accounts/connect"])
async def test_a_body_that_is_no_object_is_refused(socialapi: Caller, path: str, body: str) -> None:
    headers = {"Authorization": f"Bearer {KEY}"}
    answer = await socialapi.http.post(socialapi.url + path, content=body.encode("latin-1"), headers=headers)
    found: Any = answer.json()["error"]
    assert (answer.status_code, found["code"], found["meta"]) == (400, "validation.body_invalid", {"field": "body"})
