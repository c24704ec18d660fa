"""Ask a stand-in each question of the table, over its socket, as any client would."""

import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import anyio
import httpx2

from sandbox.mastodon import TOKEN
from tests.media.files import png

Body = dict[str, Any]


@dataclass(frozen=True)
class Caller:
    """A client of one stand-in that knows its token."""

    http: httpx2.AsyncClient

    async def post(self, status: str = "Hello", key: str | None = None, **more: Any) -> httpx2.Response:
        headers = {"idempotency-key": key} if key else {}
        return await self.http.post("/api/v1/statuses", json={"status": status, **more}, headers=headers)

    async def upload(self, content: bytes = png(), description: str = "A dot") -> httpx2.Response:
        files = {"file": ("a.png", content, "image/png")}
        return await self.http.post("/api/v2/media", data={"description": description}, files=files)

    async def configuration(self) -> Body:
        return (await self.http.get("/api/v1/instance")).json()["configuration"]

    async def made(self) -> int:
        return len((await self.http.get("/_sandbox/statuses")).json()["statuses"])


def shape(answer: httpx2.Response) -> str:
    """Say what kind of answer it is."""
    kind = answer.headers.get("content-type", "")
    if not answer.content:
        return f"{answer.status_code} empty"
    if kind.startswith("text/html"):
        return f"{answer.status_code} {'html' if answer.text.startswith('<!DOCTYPE') else 'words'}"
    assert kind.startswith("application/json"), kind
    return str(answer.status_code)


def became(answer: httpx2.Response) -> str:
    """Say what a post with a time became."""
    if answer.status_code != 200:
        return str(answer.status_code)
    body = answer.json()
    if "params" in body:
        return "scheduled"
    made = datetime.fromisoformat(body["created_at"])
    return "back-dated" if made < datetime.now(UTC) - timedelta(minutes=30) else "published"


def ahead(*, zulu: bool = True, **span: float) -> str:
    moment = (datetime.now(UTC) + timedelta(**span)).isoformat(timespec="seconds")
    return moment.replace("+00:00", "Z") if zulu else moment


async def limits(caller: Caller) -> str:
    return str((await caller.configuration())["statuses"]["max_characters"])


async def reserved(caller: Caller) -> str:
    return str((await caller.configuration())["statuses"]["characters_reserved_per_url"])


async def links(caller: Caller) -> str:
    most, link = int(await limits(caller)), f"https://example.social/{'a' * 77}"
    room = {"as 23": 23, "in full": 100}
    for words, size in room.items():
        fits = await caller.post(f"{'x' * (most - size - 1)} {link}")
        over = await caller.post(f"{'x' * (most - size)} {link}")
        if fits.is_success and not over.is_success:
            return words
    return "not at all"


async def too_long(caller: Caller) -> str:
    return shape(await caller.post("x" * (int(await limits(caller)) + 1)))


async def same_key(caller: Caller) -> str:
    ids = {(await caller.post("Hello", "key")).json()["id"] for _ in range(2)}
    return "same post" if len(ids) == 1 else "two posts"


async def other_text(caller: Caller) -> str:
    first, second = [(await caller.post(words, "key")).json()["id"] for words in ("Hello", "Other")]
    return "old post" if first == second else "new post"


async def six_at_once(caller: Caller) -> str:
    async with anyio.create_task_group() as group:
        for _ in range(6):
            group.start_soon(caller.post, "Hello", "key")
    return str(await caller.made())


async def later(caller: Caller) -> str:
    return became(await caller.post(scheduled_at=ahead(minutes=10)))


async def soon(caller: Caller) -> str:
    return became(await caller.post(scheduled_at=ahead(minutes=2, zulu=False)))


async def past(caller: Caller) -> str:
    return became(await caller.post(scheduled_at=ahead(hours=-1)))


async def kept_for_later(caller: Caller) -> str:
    body = (await caller.post(scheduled_at=ahead(minutes=10))).json()
    path, moved = f"/api/v1/scheduled_statuses/{body['id']}", ahead(minutes=20)
    listed = await caller.http.get("/api/v1/scheduled_statuses")
    if not listed.is_success:
        return "no"
    assert [waiting["id"] for waiting in listed.json()] == [body["id"]]
    assert (await caller.http.put(path, json={"scheduled_at": moved})).json()["scheduled_at"] == moved
    assert (await caller.http.delete(path)).is_success
    assert (await caller.http.get("/api/v1/scheduled_statuses")).json() == []
    return "yes"


async def visibility(caller: Caller) -> str:
    return (await caller.post()).json()["visibility"]


async def empty(caller: Caller) -> str:
    return shape(await caller.post(""))


async def unknown_visibility(caller: Caller) -> str:
    answer = await caller.post(visibility="everybody")
    return answer.json()["visibility"] if answer.is_success else shape(answer)


async def used_twice(caller: Caller) -> str:
    media = (await caller.upload()).json()["id"]
    await caller.post(media_ids=[media])
    return str((await caller.post("Again", media_ids=[media])).status_code)


async def unknown_media(caller: Caller) -> str:
    return shape(await caller.post(media_ids=["12345"]))


async def broken(caller: Caller) -> str:
    return shape(await caller.upload(png()[:-12]))


async def long_alt(caller: Caller) -> str:
    return shape(await caller.upload(description="x" * 1600))


async def look(caller: Caller) -> str:
    media = (await caller.upload()).json()["id"]
    return shape(await caller.http.get(f"/api/v1/media/{media}"))


async def bad_json(caller: Caller) -> str:
    headers = {"content-type": "application/json"}
    answer = await caller.http.post("/api/v1/statuses", content=b'{"status": ', headers=headers)
    return "200 and a post" if answer.is_success and await caller.made() == 1 else shape(answer)


async def bad_token(caller: Caller) -> str:
    url, headers = "/api/v1/accounts/verify_credentials", {"authorization": "Bearer wrong"}
    return shape(await caller.http.get(url, headers=headers))


async def twice(caller: Caller) -> str:
    path = f"/api/v1/statuses/{(await caller.post()).json()['id']}"
    assert (await caller.http.delete(path)).is_success
    return shape(await caller.http.delete(path))


async def edited(caller: Caller) -> str:
    made = (await caller.post()).json()["id"]
    changed = (await caller.http.put(f"/api/v1/statuses/{made}", json={"status": "Other"})).json()
    assert "Other" in changed["content"]
    return "same id" if changed["id"] == made else "another id"


async def too_often(caller: Caller) -> str:
    for _ in range(300):
        assert (await caller.http.get("/api/v1/accounts/verify_credentials")).is_success
    return shape(await caller.http.get("/api/v1/accounts/verify_credentials"))


async def reset(caller: Caller) -> str:
    told = (await caller.http.get("/api/v1/accounts/verify_credentials")).headers.get("x-ratelimit-reset")
    return "none" if told is None else "ISO time" if datetime.fromisoformat(told).tzinfo else told


async def retry_after(caller: Caller) -> str:
    answer = httpx2.Response(200)
    for _ in range(301):
        answer = await caller.http.get("/api/v1/accounts/verify_credentials")
    return answer.headers.get("retry-after", "none")


async def signs_in(caller: Caller) -> str:
    return "yes" if (await _authorized(caller)).headers.get("location") == "/auth/sign_in" else "no"


async def out_of_band(caller: Caller) -> str:
    answer = await _authorized(caller)
    if answer.status_code == 303:
        await caller.http.post("/auth/sign_in")
        answer = await _authorized(caller)
    found = re.search("<code>(.+)</code>", answer.text)
    if found is None:
        answer = await _authorized(caller, "http://127.0.0.1/back")
        found = re.search("code=(.+)", answer.headers["location"])
        assert found
        assert await _gives_a_token(caller, found[1])
        return "not shown"
    assert await _gives_a_token(caller, found[1])
    return "shown"


async def _authorized(caller: Caller, redirect: str = "urn:ietf:wg:oauth:2.0:oob") -> httpx2.Response:
    app = (await caller.http.post("/api/v1/apps", json={"client_name": "a", "redirect_uris": redirect})).json()
    asked = {"client_id": app["client_id"], "response_type": "code", "redirect_uri": redirect}
    return await caller.http.get("/oauth/authorize", params=asked)


async def _gives_a_token(caller: Caller, code: str) -> bool:
    client = {"client_id": "client-1", "client_secret": "secret-of-client-1"}
    asked = {**client, "grant_type": "authorization_code", "code": code}
    given = (await caller.http.post("/oauth/token", json=asked)).json()
    headers = {"authorization": f"Bearer {given['access_token']}"}
    assert not (await caller.http.post("/oauth/token", json=asked)).is_success
    return (await caller.http.get("/api/v1/accounts/verify_credentials", headers=headers)).is_success


QUESTIONS: dict[str, Callable[[Caller], Awaitable[str]]] = {
    "characters": limits,
    "told for a link": reserved,
    "links counted": links,
    "one too many": too_long,
    "same key again": same_key,
    "same key, other text": other_text,
    "same key, six at once": six_at_once,
    "in 10 minutes": later,
    "in 2 minutes, +00:00": soon,
    "an hour ago": past,
    "scheduled can be listed, moved, removed": kept_for_later,
    "default visibility": visibility,
    "empty": empty,
    "unknown visibility": unknown_visibility,
    "media used twice": used_twice,
    "unknown media": unknown_media,
    "broken image": broken,
    "alt text of 1600": long_alt,
    "look at media": look,
    "bad JSON": bad_json,
    "bad token": bad_token,
    "delete twice": twice,
    "after an edit": edited,
    "the 301st request": too_often,
    "reset": reset,
    "retry-after": retry_after,
    "sign-in page": signs_in,
    "code out of band": out_of_band,
}
AUTHORIZED = {"authorization": f"Bearer {TOKEN}"}
