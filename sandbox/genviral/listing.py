"""Reading: GET /posts, /posts/{id}, /accounts and /subscription (seed 003; reference genviral 4, 7, 8, 16.1)."""

from datetime import datetime, timedelta
from itertools import islice

from sandbox.clock import instant, iso
from sandbox.genviral.accounts import WORKSPACE
from sandbox.genviral.envelope import Answer, Refusal
from sandbox.genviral.service import Call, Service

PAGE = 20
LARGEST_PAGE = 100


def list_posts(service: Service, call: Call) -> Answer:
    """List posts, newest first, beside a summary that no filter touches."""
    status = call.query.get("status")
    since, until = _moment(call, "since"), _moment(call, "until")
    found = (
        post.view()
        for post in service.posts.newest_first()
        if (not status or post.status == status)
        and (since is None or post.created_at >= since)
        and (until is None or post.created_at <= until)
    )
    posts = list(islice(found, _limit(call.query.get("limit"))))
    return Answer({"summary": service.posts.summary(), "posts": posts}, "Posts retrieved")


def get_post(service: Service, call: Call) -> Answer:
    """Show one post."""
    post = service.posts.find(call.path["id"])
    if post is None:
        raise Refusal("not_found", "Post not found")
    return Answer(post.view(), "Post retrieved")


def list_accounts(service: Service, call: Call) -> Answer:
    """List the active accounts."""
    return Answer(service.accounts.view(), "Accounts retrieved")


def get_subscription(service: Service, call: Call) -> Answer:
    """Show a plan that runs from the first of this month to the first of the next."""
    start = service.clock.now().replace(day=1, hour=0, minute=0, second=0, microsecond=0)
    end = iso((start + timedelta(days=32)).replace(day=1))
    subscription = {
        "status": "active",
        "tier": "medium",
        "billing_interval": "month",
        "current_period_start": iso(start),
        "current_period_end": end,
        "renews_at": end,
        "canceled_at": None,
        "is_paused": False,
        "paused_until": None,
        "credits": {"limit": 1000, "used_this_period": 0, "remaining": 1000, "reset_at": end},
    }
    data = {"scope": "workspace", "workspace_id": WORKSPACE, "subscription": subscription}
    return Answer(data, "Subscription retrieved")


def _limit(text: str | None) -> int:
    """Read the page size: clamped, never refused (seed 003)."""
    try:
        return min(max(int(text or PAGE), 1), LARGEST_PAGE)
    except ValueError:
        return PAGE


def _moment(call: Call, name: str) -> datetime | None:
    text = call.query.get(name)
    if not text:
        return None
    moment = instant(text, day_alone=True)
    if moment is None:
        raise Refusal(f"invalid_{name}")
    return moment
