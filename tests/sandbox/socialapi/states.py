"""Posts in every state."""

from tests.sandbox.socialapi.caller import FACEBOOK, THREADS, Caller, to

LATER = "2990-01-02T09:00:00Z"


async def in_state(caller: Caller, status: str) -> str:
    """Make a post that is in a state."""
    if status == "draft":
        return (await caller.create_draft())["id"]
    if status == "scheduled":
        return (await caller.create(publish_now=False, scheduled_at=LATER))["id"]
    failing = {"published": (), "publishing": (), "partial": (THREADS,), "failed": (THREADS, FACEBOOK)}
    for account in failing.get(status, ()):
        await caller.delivery(account, fail="platform.threads.api_error")
    created = await caller.create(targets=to(FACEBOOK, THREADS))
    if status != "publishing":
        await caller.wait(5)
    for account in (THREADS, FACEBOOK):
        await caller.delivery(account)
    if status == "cancelled":
        await caller.data("POST", f"/posts/{created['id']}/unpublish")
    return created["id"]
