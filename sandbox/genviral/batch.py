"""Several posts at once: POST /posts/retry and /posts/delete (reference genviral 10, 11)."""

from collections.abc import Iterator, Mapping
from typing import Any

from sandbox.genviral.envelope import Answer, Refusal
from sandbox.genviral.posts import DELETABLE, RETRYABLE, Post
from sandbox.genviral.service import Call, Service, demand
from sandbox.genviral.shape import Body, Issue, Record, array, uuid
from sandbox.jsonvalue import JsonObject

MOST_DELETED = 50


def _ids_are_given(body: Mapping[str, Any]) -> Iterator[Issue]:
    if "postIds" not in body and "post_ids" not in body:
        yield None, "postIds is required"


RETRY = Body(Record({"post_ids": array(uuid, 1, 20), "account_ids": array(uuid, 1, 10)}, frozenset({"post_ids"})))
DELETE = Body(Record({"postIds": array(uuid, 1), "post_ids": array(uuid, 1)}), (_ids_are_given,))


def retry_posts(service: Service, call: Call) -> Answer:
    """Queue the failed deliveries of some posts again; what cannot be is told post by post."""
    demand(RETRY, call.body)
    accounts = frozenset(account_id.lower() for account_id in call.body.get("account_ids", ()))
    queued: list[str] = []
    errors: dict[str, str] = {}
    for post_id in dict.fromkeys(call.body["post_ids"]):
        post = service.posts.find(post_id)
        failed = _failed(post, accounts)
        if post is None:
            errors[post_id] = "Post not found"
        elif post.status not in RETRYABLE:
            errors[post_id] = "Only failed or partial posts can be retried"
        elif not failed:
            errors[post_id] = "No failed delivery for the given accounts"
        else:
            post.mark("retry", only=failed)
            service.worker.take(post)
            queued.append(post_id)
    data: JsonObject = {"retried": len(queued), "ids": queued, "failed": list(errors)}
    return Answer(data | {"errors": errors} if errors else data, "Posts queued for retry")


def delete_posts(service: Service, call: Call) -> Answer:
    """Delete posts that are not out yet; the others stay, and are told apart."""
    demand(DELETE, call.body)
    ids = dict.fromkeys(call.body.get("postIds", call.body.get("post_ids")))
    if len(ids) > MOST_DELETED:
        raise Refusal("too_many_post_ids")
    deleted: list[str] = []
    blocked: list[JsonObject] = []
    skipped: list[str] = []
    for post_id in ids:
        post = service.posts.find(post_id)
        if post is None:
            skipped.append(post_id)
        elif post.status not in DELETABLE:
            blocked.append({"id": post_id, "status": post.status})
        else:
            service.posts.remove(post, service.clock.now())
            deleted.append(post_id)
    return Answer({"deletedIds": deleted, "blockedStatuses": blocked, "skipped": skipped}, "Posts deleted")


def _failed(post: Post | None, among: frozenset[str]) -> frozenset[str]:
    """Name the accounts whose delivery failed, those ``among`` if any are named."""
    deliveries = {} if post is None else post.deliveries
    failed = frozenset(account_id for account_id, one in deliveries.items() if one.status == "failed")
    return failed & among if among else failed
