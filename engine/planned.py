"""One post in its place in time, whoever has it."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from engine.desk import Desk
from providers.protocol import Provider
from schemas.jsonvalue import JsonObject
from schemas.post import Post


@dataclass(frozen=True, slots=True)
class Planned:
    """A post: its id as agents know it, its place in time, and, of its ``content``, what rules speak of.

    ``at`` is when it is or was planned for, else went out, else was made.
    """

    id: str
    provider: Provider
    post: Post
    at: datetime
    at_is: Literal["scheduled", "published", "created"]
    content: JsonObject


def placed(desk: Desk, provider: Provider, post_id: str, post: Post, content: JsonObject | None = None) -> Planned:
    """Find a post's place in time; one without any is told now. Of most posts no more than text and media is known."""
    known = {"caption": post.caption, **({"media": post.media} if post.media else {})}
    published = min((sent.published_at for sent in post.deliveries if sent.published_at), default=None)
    at, at_is = post.created_at or desk.clock(), "created"
    if post.scheduled_at or published:
        at, at_is = post.scheduled_at or published or at, "scheduled" if post.scheduled_at else "published"
    return Planned(post_id, provider, post, at, at_is, known if content is None else content)
