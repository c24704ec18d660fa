"""Reading posts: GET /posts and GET /posts/{id} (reference socialapi 4.2, 4.3)."""

from collections.abc import Callable, Mapping
from datetime import datetime

from sandbox.socialapi.envelope import Answer, invalid
from sandbox.socialapi.fields import read_moment
from sandbox.socialapi.paging import Key, cut
from sandbox.socialapi.posts import STATUSES, Post
from sandbox.socialapi.service import Call, Service

PAGE = 25

#: sort -> (by which time, newest first?).
SORTS: dict[str, tuple[Callable[[Post], Key], bool]] = {
    "scheduled_asc": (lambda post: (post.moment, post.number), False),
    "scheduled_desc": (lambda post: (post.moment, post.number), True),
    "created_asc": (lambda post: (post.created_at, post.number), False),
    "created_desc": (lambda post: (post.created_at, post.number), True),
}

#: Query parameter -> whether a post answers to its value.
FILTERS: dict[str, Callable[[Post, str], bool]] = {
    "account_ids": lambda post, text: any(one.account.id in text.split(",") for one in post.targets),
    "brand_id": lambda post, text: any(one.account.brand_id == text for one in post.targets),
    "status": lambda post, text: post.status == text,
    "platform": lambda post, text: any(one.account.platform == text for one in post.targets),
    "page_id": lambda post, text: any(one.page_id == text for one in post.targets),
    "search": lambda post, text: text.casefold() in post.content.get("text", "").casefold(),
    "hidden": lambda post, text: post.content.get("hidden", False) is (text == "true"),
}

#: Query parameter -> the words that it may be.
WORDS = {"status": STATUSES, "sort": tuple(SORTS), "hidden": ("true", "false")}


def list_posts(service: Service, call: Call) -> Answer:
    """List posts: by default those that are due first come first. ``from`` and ``to`` hold for the time sorted by."""
    for name, words in WORDS.items():
        if call.query.get(name, words[0]) not in words:
            raise invalid(name, f"{name} must be one of {', '.join(words)}")
    key, newest_first = SORTS[call.query.get("sort", "scheduled_asc")]
    wanted = {name: value for name, value in ({"hidden": "false"} | dict(call.query)).items() if name in FILTERS}
    first, last = _moment(call.query, "from"), _moment(call.query, "to")
    found = [
        post
        for post in service.posts
        if all(FILTERS[name](post, value) for name, value in wanted.items())
        and (first is None or key(post)[0] >= first)
        and (last is None or key(post)[0] <= last)
    ]
    page = cut(found, key, call.query, usual=PAGE, newest_first=newest_first)
    return Answer({"data": [post.view() for post in page.items], "pagination": page.pagination()})


def get_post(service: Service, call: Call) -> Answer:
    """Show one post."""
    return Answer(service.post(call.path["id"]).view())


def _moment(query: Mapping[str, str], name: str) -> datetime | None:
    text = query.get(name)
    moment = read_moment(text) if text else None
    if text and moment is None:
        raise invalid(name, f"{name} must be an RFC 3339 time")
    return moment
