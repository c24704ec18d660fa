"""Taking posts down: DELETE /posts/{id} and POST /posts/{id}/unpublish (reference socialapi 4.7, 4.8).

A target that was taken down is ``cancelled`` from then on, and so is a post of which nothing else is left: the
reference names the word without saying when it is used.
"""

from sandbox.jsonvalue import JsonObject
from sandbox.socialapi.constraints import CONSTRAINTS
from sandbox.socialapi.envelope import Answer, Refusal
from sandbox.socialapi.posts import Post, Target
from sandbox.socialapi.service import Call, Service

LIVE = frozenset({"published", "partial"})

#: No way back from here, and no way to stop it.
BUSY = "publishing"


def delete_post(service: Service, call: Call) -> Answer:
    """Delete a post: here, and on every platform that lets its posts be taken down. What stays live keeps the post."""
    post = service.post(call.path["id"])
    if post.status == BUSY:
        raise Refusal("post.state_invalid", f"post is {post.status}")
    platform = call.query.get("platform")
    live = [one for one in _live(post) if platform in (None, one.account.platform)]
    if len(post.targets) == 1 and live and not _deletes(live[0]):
        raise Refusal("resource.not_supported", "cannot delete there")
    results = [_take_down(service, target) for target in live]
    gone = not _live(post)
    if gone:
        service.events.about_post("post.deleted", post, was_status=post.status)
        service.posts.remove(post, service.clock.now())
    else:
        post.roll_up(service.clock.now())
    return Answer({"success": True, "deleted": gone, "results": results})


def unpublish_post(service: Service, call: Call) -> Answer:
    """Take a post down from one account, or from all of them; nothing happens when one of these cannot do it."""
    post = service.post(call.path["id"])
    account_id = call.fields.text("account_id")
    if post.status not in LIVE:
        raise Refusal("post.state_invalid", f"post is {post.status}")
    wanted = [one for one in _live(post) if account_id in (None, one.account.id)]
    if not wanted:
        raise Refusal("account.not_found")
    if not all(map(_deletes, wanted)):
        raise Refusal("resource.not_supported", "cannot delete there")
    for target in wanted:
        _take_down(service, target)
    post.roll_up(service.clock.now())
    service.events.about_post("post.unpublished", post, account_id=account_id, unpublished_count=len(wanted))
    return Answer({"success": True})


def _live(post: Post) -> list[Target]:
    return [target for target in post.targets if target.status == "published"]


def _deletes(target: Target) -> bool:
    return CONSTRAINTS[target.account.platform].deletes


def _take_down(service: Service, target: Target) -> JsonObject:
    """Ask a platform to delete; one with a dead login cannot be asked."""
    account = target.account
    result: JsonObject = {"platform": account.platform, "account_id": account.id, "outcome": "deleted"}
    if not _deletes(target):
        return result | {"outcome": "not_supported", "message": "cannot delete there"}
    if account.id not in service.accounts or not account.alive(service.clock.now()):
        return result | {"outcome": "failed", "message": "account needs to be connected again"}
    target.status = "cancelled"
    return result
