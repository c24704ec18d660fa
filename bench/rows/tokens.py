"""What the tools and their answers cost a model to read, in tokens."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bench.line import Budget, Line
from bench.loopback import PICTURE, sandbox
from bench.plan import Plan
from bench.program import MeasurementError, postwright
from bench.sample import short
from bench.session import Session
from bench.tokenizer import Tokenizer, tokenizer

TOOLS = Budget(3_000)
HUNDRED = Budget(5_500)
RESULT = Budget(2_000)

#: A caption of the length that posts have.
CAPTION = (
    "Behind the scenes, part {}: how we pack two hundred parcels before breakfast, why the blue tape matters, "
    "and what happened when the label printer gave up. Link in bio. #smallbusiness #packing"
)
POSTS = 100


def measure(plan: Plan, scratch: Path) -> list[Line]:
    """Count what a model is shown: a tool's name, description and schema; a result's one text block."""
    way = tokenizer()
    with Session(postwright(scratch / "tokens-local"), scratch / "tokens-local.log") as session:
        local = _Reader(session, way).tools("local")
    with (
        sandbox(scratch / "tokens-api.log") as api,
        Session(postwright(scratch / "tokens", api=api.url), scratch / "tokens.log") as session,
    ):
        reader = _Reader(session, way)
        post = {"accounts": [f"genviral:{api.account()}"], "media": PICTURE}
        return [reader.tools("genviral"), local, *_creates(reader, post), *_others(reader)]


@dataclass(frozen=True, slots=True)
class _Reader:
    """Counts what one server says."""

    session: Session
    way: Tokenizer

    def tools(self, provider: str) -> Line:
        """Count the list of tools."""
        listed = self.listed()
        tokens = sum(
            self.way.count(f"{tool['name']}\n{tool['description']}\n{_compact(tool['inputSchema'])}") for tool in listed
        )
        return self._line(f"tools/list, {len(listed)} tools, {provider}", tokens, TOOLS)

    def result(self, what: str, tool: str, arguments: dict[str, Any], budget: Budget = RESULT) -> Line:
        """Count the answer to one call."""
        text = self.session.call(tool, arguments).result["content"][0]["text"]
        return self._line(f"{tool}: {what}", self.way.count(text), budget)

    def listed(self) -> list[dict[str, Any]]:
        """List the tools."""
        return self.session.request("tools/list", {}).result["tools"]

    def _line(self, what: str, tokens: int, budget: Budget) -> Line:
        value = tokens if self.way.exact else None
        return Line(f"{what} ({self.way.name})", f"{short(tokens)} tokens", budget=budget, value=value)


def _creates(reader: _Reader, post: dict[str, Any]) -> Iterator[Line]:
    """Make a hundred posts, and one that is wrong in many ways."""
    yield reader.result("a new post", "create_post", {**post, "caption": CAPTION.format(0)})
    for number in range(1, POSTS):
        reply = reader.session.call("create_post", {**post, "caption": CAPTION.format(number)})
        if not reply.data.get("ok"):
            raise MeasurementError(f"create_post: {reply.result}")
    yield reader.result("many problems", "create_post", _WRONG)


def _others(reader: _Reader) -> Iterator[Line]:
    """Call every tool that takes no arguments, or a post's id alone; then list the hundred."""
    posts = _listed(reader)
    for tool, post in zip(reader.listed(), posts, strict=False):
        required = tool["inputSchema"].get("required", [])
        if not required:
            yield reader.result("without arguments", tool["name"], {})
        elif required == ["post_id"]:
            yield reader.result("one post", tool["name"], {"post_id": post["id"]})
    yield reader.result(f"{POSTS} posts", "list_posts", {"limit": POSTS}, HUNDRED)


def _listed(reader: _Reader) -> list[dict[str, Any]]:
    """Read all posts, on as many pages as they take."""
    posts: list[dict[str, Any]] = []
    cursor: dict[str, Any] = {}
    while True:
        page = reader.session.call("list_posts", {"limit": POSTS, **cursor}).data["data"]
        posts += page["posts"]
        if "next_cursor" not in page:
            break
        cursor = {"cursor": page["next_cursor"]}
    if len(posts) != POSTS:
        raise MeasurementError(f"list_posts gave {len(posts)} posts, not {POSTS}")
    return posts


def _compact(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


_WRONG: dict[str, Any] = {
    "caption": "x" * 70_000,
    "accounts": [],
    "scheduled_at": "tomorrow",
    "timezone": "Mars/Olympus",
    "media": {"type": "video", "url": "ftp://example.com/a.mp4"},
    "pinterest": {"board_id": ""},
    "capton": "x",
}
