"""Creating and changing posts: POST /posts and PATCH /posts/{id} (seed 001; reference genviral 5, 9)."""

from datetime import datetime
from uuid import uuid4

from sandbox.clock import instant
from sandbox.genviral.accounts import Account
from sandbox.genviral.envelope import Answer, Refusal
from sandbox.genviral.posts import EDITABLE, Delivery, Post
from sandbox.genviral.rules import Draft, warnings
from sandbox.genviral.service import Call, Service, demand
from sandbox.jsonvalue import JsonObject

#: The request fields that make up a post; the others say where, when and under which id.
CONTENT = ("caption", "media", "music_url", "tiktok", "pinterest", "settings")


def create_post(service: Service, call: Call) -> Answer:
    """Create a post, or find the one that the same request created before."""
    demand(service.generation.create, call.body)
    key = service.generation.key(call.body)
    earlier = _replayed(service, key, call.body)
    if earlier is not None:
        earlier.requests += 1
        return Answer(earlier.receipt() | service.generation.replay_mark, "Post already exists")
    accounts = service.accounts.resolve(call.body["accounts"])
    payload = {name: call.body[name] for name in CONTENT if name in call.body}
    draft = Draft(payload, accounts, service.files)
    service.check(draft)
    status, time = _schedule(service, call.body.get("scheduled_at"))
    post = Post(
        id=str(uuid4()),
        payload=payload,
        request=call.body,
        key=key,
        status=status,
        scheduled_at=time,
        created_at=service.clock.now(),
        accounts=accounts,
        deliveries=_deliveries(accounts, status),
        warnings=warnings(draft),
    )
    service.posts.add(post)
    service.worker.take(post)
    return Answer(post.receipt(), "Post scheduled" if status == "scheduled" else "Post queued for publishing", 201)


def update_post(service: Service, call: Call) -> Answer:
    """Change a post that is not out yet; ``scheduled_at: null`` publishes it now."""
    demand(service.generation.update, call.body)
    post = service.posts.find(call.path["id"])
    if post is None:
        raise Refusal("not_found", "Post not found")
    if call.body.get("external_id", post.external_id) != post.external_id:
        raise Refusal("external_id_immutable")
    if post.status not in EDITABLE:
        raise Refusal("validation_failed", f"A {post.status} post cannot be changed")
    accounts = service.accounts.resolve(call.body["accounts"]) if "accounts" in call.body else post.accounts
    payload = _patched(post.payload, call.body)
    for _, message in (issue for rule in service.generation.agreement for issue in rule(payload)):
        raise Refusal("validation_failed", message)
    draft = Draft(payload, accounts, service.files)
    service.check(draft)
    moved = _schedule(service, call.body["scheduled_at"]) if "scheduled_at" in call.body else None
    post.payload, post.warnings = payload, warnings(draft)
    _retarget(post, accounts)
    if moved is not None:
        status, post.scheduled_at = moved
        post.mark(status)
        service.worker.take(post)
    return Answer(post.receipt(), "Post updated")


def _replayed(service: Service, key: str | None, request: JsonObject) -> Post | None:
    """Find the post that this very request created.

    Raises:
        Refusal: ``create_failed`` when its key belongs to another payload.
    """
    earlier = None if key is None else service.posts.created_as(key)
    if earlier is not None and earlier.request != request:
        raise Refusal("create_failed")
    return earlier


def _patched(payload: JsonObject, patch: JsonObject) -> JsonObject:
    """Put the fields of a patch in the place of a post's, but for ``settings``, which merge provider by provider."""
    patched = payload | {name: patch[name] for name in CONTENT if name in patch}
    if "settings" in patch:
        earlier: JsonObject = payload.get("settings", {})
        merged = {name: earlier.get(name, {}) | given for name, given in patch["settings"].items()}
        patched["settings"] = earlier | merged
    return patched


def _schedule(service: Service, text: str | None) -> tuple[str, datetime]:
    """Decide status and time: what is not further ahead than the generation's window goes out now, the past too.

    Raises:
        Refusal: ``validation_failed`` when the time is further ahead, but not far enough.
    """
    now, generation = service.clock.now(), service.generation
    time = None if text is None else instant(text)
    if time is None or time - now <= generation.at_once:
        return "pending", now
    if time - now < generation.shortest_lead:
        minutes = generation.shortest_lead.total_seconds() / 60
        raise Refusal("validation_failed", f"scheduled_at must be at least {minutes:g} minutes ahead")
    return "scheduled", time


def _deliveries(accounts: list[Account], status: str) -> dict[str, Delivery]:
    return {account.id: Delivery(account.id, status) for account in accounts}


def _retarget(post: Post, accounts: list[Account]) -> None:
    """Give a post other accounts; those that stay keep their deliveries."""
    post.accounts = accounts
    post.deliveries = _deliveries(accounts, post.status) | {
        account.id: post.deliveries[account.id] for account in accounts if account.id in post.deliveries
    }
