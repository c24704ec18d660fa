"""The calls that every client makes, and what must come of them: a refused post, a scheduled one, its status."""

from datetime import UTC, datetime, timedelta
from typing import Any

JsonObject = dict[str, Any]

#: The tools that agents rely on by name.
TOOLS = {"create_post", "list_posts", "check_status", "list_accounts"}

#: The account that is there without any key: a folder.
ACCOUNT = "local:outbox"

CAPTION = "Sunrise over the bay."
TOMORROW = datetime.now(UTC).replace(microsecond=0) + timedelta(days=1)

#: Two mistakes that no provider takes: a field that does not exist, and a time without its zone.
MISTAKEN: JsonObject = {
    "caption": CAPTION,
    "accounts": [ACCOUNT],
    "scheduled_at": TOMORROW.strftime("%Y-%m-%dT%H:%M:%S"),
    "hashtags": ["sunrise"],
}
MISTAKES = {"/hashtags", "/scheduled_at"}

CORRECT: JsonObject = {
    "caption": CAPTION,
    "accounts": [ACCOUNT],
    "scheduled_at": TOMORROW.strftime("%Y-%m-%dT%H:%M:%SZ"),
}


def assert_refused(body: JsonObject, mistakes: set[str] = MISTAKES) -> None:
    """Check an error: nothing happened, every mistake is named with its fix, and the agent may go on."""
    assert not body["ok"]
    assert body["error_code"] == "invalid_payload"
    assert body["outcome"] == "nothing_sent"
    assert body["retry"]["decision"] == "fix_and_retry"
    assert mistakes <= {problem["path"] for problem in body["problems"]}
    assert all(problem["fix"] for problem in body["problems"])
    assert "data" not in body


def assert_scheduled(body: JsonObject) -> str:
    """Check that a post was taken for tomorrow; return its id."""
    assert body["ok"]
    assert body["data"]["status"] == "scheduled"
    assert datetime.fromisoformat(body["data"]["scheduled_at"]) == TOMORROW
    return body["data"]["id"]


def assert_status(body: JsonObject, post_id: str, status: str = "scheduled") -> None:
    """Check that a post is known under its id, with one delivery."""
    assert body["ok"]
    assert body["data"]["id"] == post_id
    assert body["data"]["status"] == status
    assert len(body["data"]["deliveries"]) == 1
