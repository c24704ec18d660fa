"""The one story that every client is told through: an agent errs, mends, is left in doubt, and looks before it acts.

A generator of calls. Who drives it makes each call with its own client and sends back what came of it, as the client
shows it to whoever uses it: for an agent, as its model saw it.
"""

from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import httpx2

from tests.clients.model import JsonObject, Script, Seen, Step
from tests.clients.target import running

#: The tools that agents rely on by name.
TOOLS = {"create_post", "list_posts", "check_status", "list_accounts"}

CAPTION = "Sunrise over the bay."
TOMORROW = datetime.now(UTC).replace(microsecond=0) + timedelta(days=1)

#: A post with three mistakes: a caption far over the limit, a field that does not exist, and a time without its zone.
MISTAKEN: JsonObject = {
    "caption": CAPTION * 30,
    "media": {"type": "video", "url": "https://media.example.com/sunrise.mp4"},
    "scheduled_at": TOMORROW.strftime("%Y-%m-%dT%H:%M:%S"),
    "hashtags": ["sunrise"],
}
MISTAKES = {"/caption": "too_long", "/hashtags": "unknown_field", "/scheduled_at": "no_offset"}


@dataclass(frozen=True, slots=True)
class Service:
    """The stand-in of the posting service that the story plays at, by its address."""

    base: str

    def lose_answers(self) -> None:
        """Let it take what it is sent from now on, but drop the connection instead of answering a create."""
        fault = {"method": "POST", "path": "/posts", "fault": "accept_then_drop", "times": 99}
        httpx2.post(f"{self.base}/_sandbox/faults", json=fault, timeout=60).raise_for_status()

    def recover(self) -> None:
        """Let it answer again."""
        httpx2.delete(f"{self.base}/_sandbox/faults", timeout=60).raise_for_status()

    def captions(self) -> list[str]:
        """Tell the caption of every post that it has."""
        posts = httpx2.get(f"{self.base}/_sandbox/posts", timeout=60).raise_for_status().json()["posts"]
        return sorted(post["caption"] for post in posts)


@contextmanager
def serving(environment: dict[str, str]) -> Generator[Service]:
    """Serve the stand-in, and tell the server under test of it in the environment."""
    with running(["sandbox", "genviral"], environment) as base:
        environment["POSTWRIGHT_GENVIRAL_API_KEY"] = "gva_live_sandbox.secret"
        environment["POSTWRIGHT_GENVIRAL_BASE_URL"] = f"{base}/api/partner/v1"
        yield Service(base)


def story(service: Service) -> Script:
    """Tell the story, and check each answer on the way."""
    listed = yield Step("list_accounts")
    account = next(each["id"] for each in listed.body["data"]["accounts"] if each["platform"] == "tiktok")
    mistaken = MISTAKEN | {"accounts": [account]}
    post = mended(mistaken, refusal((yield Step("create_post", mistaken))))
    post_id = scheduled((yield Step("create_post", post)))
    status((yield Step("check_status", {"post_id": post_id})), post_id)

    service.lose_answers()
    other = post | {"caption": "Sunset over the bay."}
    look = doubt((yield Step("create_post", other)))
    service.recover()
    found = status((yield look))
    posts = yield Step("list_posts")
    assert {each["id"] for each in posts.body["data"]["posts"]} == {post_id, found}
    assert service.captions() == sorted([post["caption"], other["caption"]])


def refusal(seen: Seen) -> list[JsonObject]:
    """Check an error: nothing happened, every mistake is named with its fix, and the agent may go on."""
    body = seen.body
    assert seen.is_error
    assert not body["ok"]
    assert body["error_code"] == "invalid_payload"
    assert body["outcome"] == "nothing_sent"
    assert body["retry"]["decision"] == "fix_and_retry"
    assert {problem["path"]: problem["code"] for problem in body["problems"]} == MISTAKES
    assert all(problem["fix"] for problem in body["problems"])
    assert "data" not in body
    return body["problems"]


def mended(post: JsonObject, problems: list[JsonObject]) -> JsonObject:
    """Do what the problems say, and nothing else."""
    post = dict(post)
    for problem in problems:
        field = problem["path"].removeprefix("/")
        match problem["code"]:
            case "too_long":
                post[field] = post[field][: problem["limit"]]
            case "unknown_field":
                del post[field]
            case "no_offset":
                post[field] += "Z"
            case code:
                raise AssertionError(f"an agent cannot know what to do about {code} at {field}")
    return post


def scheduled(seen: Seen) -> str:
    """Check that a post was taken for tomorrow; return its id."""
    assert not seen.is_error
    assert seen.body["ok"]
    assert seen.body["data"]["status"] == "scheduled"
    assert datetime.fromisoformat(seen.body["data"]["scheduled_at"]) == TOMORROW
    return seen.body["data"]["id"]


def doubt(seen: Seen) -> Step:
    """Check that nobody claims to know whether a post is there; return the call that finds out, as it is told."""
    body = seen.body
    assert seen.is_error
    assert not body["ok"]
    assert body["outcome"] == "unknown"
    assert body["retry"]["decision"] == "check_first"
    look = body["next"][0]
    assert look["tool"] == "check_status"
    return Step(look["tool"], look["arguments"])


def status(seen: Seen, post_id: str | None = None) -> str:
    """Check that a post, known under this id if one is given, stands for tomorrow with one delivery; return its id."""
    data = seen.body["data"]
    assert not seen.is_error
    assert seen.body["ok"]
    assert data["status"] == "scheduled"
    assert len(data["deliveries"]) == 1
    assert post_id in {None, data["id"]}
    return data["id"]
