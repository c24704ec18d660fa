"""Whether a post may go out: its accounts, its pages, the plan, the rules, the pace (reference socialapi 4.1)."""

from collections.abc import Iterable

from sandbox.socialapi.accounts import DEAD, Account
from sandbox.socialapi.constraints import CONSTRAINTS
from sandbox.socialapi.drafts import draft_for
from sandbox.socialapi.envelope import Refusal
from sandbox.socialapi.posts import Post, Target
from sandbox.socialapi.rules import issues
from sandbox.socialapi.service import Service


def admit(service: Service, post: Post, *, unchecked: bool) -> None:
    """Let a post pass that is to be published or scheduled; ``unchecked`` leaves the platforms' rules out.

    Raises:
        Refusal: the first thing that is wrong with it. Nothing has been counted or created by then.
    """
    for target in post.targets:
        _account_can_post(service, target.account)
        _page_can_be_used(target)
    if not unchecked:
        check(service, post)


def check(service: Service, post: Post) -> None:
    """Hold a post to the rules of its platforms.

    Raises:
        Refusal: under the code and the field of the first issue.
    """
    for index, target in enumerate(post.targets):
        if target.account.platform in CONSTRAINTS:
            for issue in issues(draft_for(post, index, service.library)):
                raise Refusal(issue.code, issue.message, field=issue.field)


def charge(service: Service, targets: Iterable[Target], *, now: bool) -> None:
    """Count one post against the plan; ``now`` says that it goes out at once, so that its pace counts as well.

    Raises:
        Refusal: ``publishing.velocity_limit`` or ``billing.post_limit``.
    """
    if now:
        service.meter.slow_down(target.destination for target in targets)
    service.meter.spend()


def platform_is_available(service: Service, platform: str) -> None:
    """Ask whether the plan has a platform.

    Raises:
        Refusal: ``billing.platform_not_available``.
    """
    limits = service.meter.limits
    if limits.platforms is not None and platform not in limits.platforms:
        raise Refusal("billing.platform_not_available", f"{platform} needs a higher plan", plan=limits.name)


def _account_can_post(service: Service, account: Account) -> None:
    platform_is_available(service, account.platform)
    if account.platform not in CONSTRAINTS:
        raise Refusal("resource.not_supported", f"{account.platform} cannot be posted to")
    if account.status == DEAD:
        raise Refusal("account.reconnection_required")
    if not account.own_app:
        raise Refusal("byok.credentials_missing", platform=account.platform)


def _page_can_be_used(target: Target) -> None:
    """Look at the page of a target; one that nobody knows is left to its delivery."""
    pages = {page["id"]: page["is_active"] for page in target.account.pages()}
    if target.page_id is not None and not pages:
        raise Refusal("account.pages_not_supported")
    if target.page_id is not None and pages.get(target.page_id) is False:
        raise Refusal("account.page_inactive")
    if target.page_id is None and pages and not any(pages.values()):
        raise Refusal("account.no_active_page")
