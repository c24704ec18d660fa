"""The worker that delivers what is due: no thread, it catches up whenever the sandbox is asked something."""

import heapq
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from hashlib import sha256

from sandbox.clock import Clock
from sandbox.jsonvalue import JsonObject
from sandbox.socialapi.accounts import Accounts
from sandbox.socialapi.codes import delivery_error
from sandbox.socialapi.constraints import CONSTRAINTS
from sandbox.socialapi.drafts import draft_for
from sandbox.socialapi.events import Events
from sandbox.socialapi.library import Library, unreachable
from sandbox.socialapi.limits import Meter
from sandbox.socialapi.posts import Post, Target
from sandbox.socialapi.rules import issues

#: Where a platform shows a post; anything else gets an address that cannot exist.
LINKS = {
    "instagram": "https://www.instagram.com/p/{code}/",
    "facebook": "https://www.facebook.com/{username}/posts/{code}",
    "tiktok": "https://www.tiktok.com/@{username}/video/{code}",
    "youtube": "https://www.youtube.com/watch?v={code}",
    "threads": "https://www.threads.net/@{username}/post/{code}",
    "twitter": "https://x.com/{username}/status/{code}",
    "linkedin": "https://www.linkedin.com/feed/update/urn:li:share:{code}/",
    "linkedin_page": "https://www.linkedin.com/feed/update/urn:li:share:{code}/",
    "pinterest": "https://www.pinterest.com/pin/{code}/",
    "bluesky": "https://bsky.app/profile/{username}/post/{code}",
}
ELSEWHERE = "https://{platform}.invalid/{username}/{code}"

#: The platform may have taken a post although its delivery ended with this.
TIMEOUT = "publishing.delivery.timeout"


@dataclass(frozen=True, slots=True)
class Behaviour:
    """How deliveries to an account go: the code that they fail with, and how many seconds they take."""

    fail: str | None = None
    message: str | None = None
    seconds: float | None = None


@dataclass(slots=True)
class Worker:
    """Starts what is due, and ends it some seconds later.

    A target that cannot be delivered at all fails as soon as it is started; the others publish, or fail, after the
    ``delay``. With a delay of 0 everything has ended by the time that a call is answered.

    Attributes:
        behaviours: account id -> how deliveries to it go, where that is not as usual.
    """

    clock: Clock
    delay: float
    accounts: Accounts
    library: Library
    meter: Meter
    events: Events
    behaviours: dict[str, Behaviour] = field(default_factory=dict[str, Behaviour])
    _agenda: list[tuple[datetime, int, Post, Target]] = field(default_factory=list[tuple[datetime, int, Post, Target]])
    _entries: int = 0

    def schedule(self, post: Post) -> None:
        """See to a post at the times of its targets."""
        post.status = "scheduled"
        for target, moment in zip(post.targets, post.times(), strict=True):
            self._enter(post, target, moment or self.clock.now())

    def send(self, post: Post, targets: list[Target]) -> None:
        """Deliver some targets of a post now."""
        now = self.clock.now()
        post.status, post.updated_at = "publishing", now
        for target in targets:
            self._enter(post, target, now)
        self.catch_up()

    def catch_up(self) -> None:
        """Do all that is due, in order, as if it had been done in time."""
        now = self.clock.now()
        while self._agenda and self._agenda[0][0] <= now:
            moment, _, post, target = heapq.heappop(self._agenda)
            if target.due != moment:
                continue  # deleted or moved since
            if target.status == "pending":
                self._start(post, target, moment)
            else:
                self._end(post, target, moment)
            if post.roll_up(moment):
                self.events.about_post(f"post.{post.status}", post, moment)

    def _enter(self, post: Post, target: Target, moment: datetime) -> None:
        target.rearm(moment)
        self._push(post, target, moment)

    def _push(self, post: Post, target: Target, moment: datetime) -> None:
        target.due = moment
        self._entries += 1
        heapq.heappush(self._agenda, (moment, self._entries, post, target))

    def _start(self, post: Post, target: Target, moment: datetime) -> None:
        held = self.meter.held_until(target.destination, moment)
        if held is not None:
            self._push(post, target, held)
            return
        error = self._hindrance(post, target)
        if error is not None:
            target.fail(error)
            return
        self.meter.note(target.destination, moment)
        target.status = "publishing"
        seconds = self._behaviour(target).seconds
        self._push(post, target, moment + timedelta(seconds=self.delay if seconds is None else seconds))

    def _hindrance(self, post: Post, target: Target) -> JsonObject | None:
        """Find out why a delivery cannot even be tried."""
        account, index = target.account, next(index for index, one in enumerate(post.targets) if one is target)
        twin = any(one.destination == target.destination for one in post.targets[:index])
        hindrances = (
            ("publishing.delivery.account_load_failed", account.id not in self.accounts),
            ("publishing.delivery.page_resolve_failed", not account.has_page(target.page_id)),
            ("publishing.duplicate_target", twin),
            ("resource.not_supported", account.platform not in CONSTRAINTS),
            ("byok.credentials_missing", not account.own_app),
        )
        for code, is_so in hindrances:
            if is_so:
                return delivery_error(code)
        issue = next(issues(draft_for(post, index, self.library)), None)
        return None if issue is None else delivery_error(issue.code, issue.message)

    def _end(self, post: Post, target: Target, moment: datetime) -> None:
        account, behaviour = target.account, self._behaviour(target)
        code, message = behaviour.fail, behaviour.message
        token = f"platform.{account.platform}.auth"
        if not account.alive(moment):
            code, message = token, None
        elif code == token:
            account.lose("token_revoked")
        elif code is None and any(map(unreachable, post.as_on(target).get("media", ()))):
            code, message = "validation.field_invalid", "media could not be fetched"
        if code is None or code == TIMEOUT:
            target.appearances += 1
        if code is not None:
            target.fail(delivery_error(code, message))
            return
        target.status, target.due, target.published_at = "published", None, moment
        target.platform_post_id = _number(post, target)
        target.permalink = LINKS.get(account.platform, ELSEWHERE).format(
            platform=account.platform, username=account.username, code=target.platform_post_id
        )

    def _behaviour(self, target: Target) -> Behaviour:
        return self.behaviours.get(target.account.id, Behaviour())


def _number(post: Post, target: Target) -> str:
    """Make up the platform's own id for a post: the same for the same delivery."""
    digest = sha256(f"{post.id}\n{target.destination}".encode()).digest()
    return str(10**17 + int.from_bytes(digest[:7], "big"))
