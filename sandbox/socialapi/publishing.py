"""Creating, changing, publishing and retrying posts (reference socialapi 4.1, 4.4, 4.5, 4.6).

Two things are taken without effect, since nobody knows their answers: the check for duplicate content, which
``skip_duplicate_check`` would leave out, and the threads of X in ``segments``.
"""

from datetime import datetime

from sandbox.socialapi.admission import admit, charge, check
from sandbox.socialapi.envelope import Answer, Refusal, invalid
from sandbox.socialapi.posts import EDITABLE, PUBLISHABLE, RETRYABLE, Post, Target, when
from sandbox.socialapi.request import Wish, new_post, read_wish
from sandbox.socialapi.service import Call, Service

#: How a post that has ended by the time of the answer is answered with, when not all of it went out.
ENDINGS = {"partial": 207, "failed": 422}

#: Where a failed delivery cannot be sent again (reference socialapi 4.6).
NO_RETRY = frozenset({"google"})


def create_post(service: Service, call: Call) -> Answer:
    """Create a post: published with ``publish_now``, scheduled with a time, else (and without targets) a draft.

    Drafts are free, and held to their types alone: the reference is silent on more.
    """
    wish = read_wish(call.fields, service.accounts)
    post = new_post(wish, service.clock.now())
    scheduled = not wish.publish_now and any(post.times())
    if not post.targets or not (wish.publish_now or scheduled):
        service.posts.add(post)
        return Answer(post.view(), 201)
    if scheduled:
        _lies_ahead(service, post)
    admit(service, post, unchecked=wish.unchecked)
    charge(service, post.targets, now=wish.publish_now)
    service.posts.add(post)
    if wish.publish_now:
        return _sent(service, post)
    service.worker.schedule(post)
    service.events.about_post("post.scheduled", post, scheduled_at=when(post.scheduled_at))
    return Answer(post.view(), 201)


def update_post(service: Service, call: Call) -> Answer:
    """Change a post that is not out yet. A draft that gets a time stays one, unless the stand-in is told otherwise."""
    post = service.post(call.path["id"])
    wish = read_wish(call.fields, service.accounts)
    _is_in(post, EDITABLE)
    changed = _changed(post, wish)
    newly = post.status == "draft" and service.schedules_drafts and wish.scheduled_at is not None
    waits = post.status == "scheduled" or newly
    if waits:
        _has_targets(changed)
        _lies_ahead(service, changed)
        admit(service, changed, unchecked=wish.unchecked)
        if newly:
            charge(service, changed.targets, now=False)
    elif post.status == "failed" and not wish.unchecked:
        check(service, changed)
    for target in post.targets:
        target.due = None
    post.content, post.targets, post.scheduled_at = changed.content, changed.targets, changed.scheduled_at
    post.updated_at = service.clock.now()
    if waits:
        service.worker.schedule(post)
    service.events.about_post("post.updated", post, changed_fields=sorted(call.body))
    return Answer(post.view())


def publish_post(service: Service, call: Call) -> Answer:
    """Publish a draft, or a scheduled post early. A repeat finds it in another state, and is refused."""
    post = service.post(call.path["id"])
    _is_in(post, PUBLISHABLE)
    _has_targets(post)
    charge(service, post.targets, now=True)
    return _sent(service, post)


def retry_post(service: Service, call: Call) -> Answer:
    """Deliver again what failed, whatever it failed with; a dead login makes it fail once more."""
    post = service.post(call.path["id"])
    _is_in(post, RETRYABLE)
    failed = [
        target
        for target in post.targets
        if target.status in ("failed", "pending") and target.account.platform not in NO_RETRY
    ]
    if not failed:
        raise Refusal("post.no_retryable_deliveries")
    charge(service, failed, now=True)
    post.retry_count += 1
    service.events.about_post("post.retried", post, retried_count=len(failed))
    service.worker.send(post, failed)
    return Answer({"success": True})


def _sent(service: Service, post: Post) -> Answer:
    """Send a post, and answer with what is known of it by then."""
    service.worker.send(post, post.targets)
    return Answer(post.view(), ENDINGS.get(post.status, 201))


def _is_in(post: Post, statuses: frozenset[str]) -> None:
    if post.status not in statuses:
        raise Refusal("post.state_invalid", f"post is {post.status}")


def _has_targets(post: Post) -> None:
    if not post.targets:
        raise invalid("targets", "targets is required", "validation.field_required")


def _lies_ahead(service: Service, post: Post) -> None:
    """Ask for a time in the future for every target, of its own or the post's."""
    now = service.clock.now()
    moments: list[tuple[str, datetime | None]] = [("scheduled_at", post.scheduled_at)]
    moments += [(f"targets[{index}].scheduled_at", one.scheduled_at) for index, one in enumerate(post.targets)]
    for field, moment in moments:
        if moment is not None and moment <= now:
            raise invalid(field, f"{field} must lie in the future")
    if not all(post.times()):
        raise invalid("scheduled_at", "scheduled_at is required", "validation.field_required")


def _changed(post: Post, wish: Wish) -> Post:
    """Show a post as it would be; a target that is named again keeps what became of it."""
    known = {target.destination: target for target in post.targets}
    targets = post.targets if wish.targets is None else [_kept(known.get(one.destination), one) for one in wish.targets]
    return Post(
        post.id,
        post.content | wish.content,
        post.created_at,
        post.updated_at,
        targets=targets,
        scheduled_at=wish.scheduled_at or post.scheduled_at,
    )


def _kept(before: Target | None, now: Target) -> Target:
    if before is not None:
        now.status, now.error, now.appearances = before.status, before.error, before.appearances
    return now
