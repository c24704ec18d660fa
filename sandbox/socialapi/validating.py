"""The dry run and the constraints: POST and GET /posts/validate (reference socialapi 4.10, 4.11)."""

from collections.abc import Callable, Iterator

from sandbox.jsonvalue import JsonObject
from sandbox.socialapi.constraints import CONSTRAINTS
from sandbox.socialapi.drafts import Draft, Issue, draft_for, draft_of
from sandbox.socialapi.envelope import Answer, Refusal
from sandbox.socialapi.posts import Post, Target
from sandbox.socialapi.request import read_wish
from sandbox.socialapi.rules import issues, warnings
from sandbox.socialapi.service import Call, Service


def validate_post(service: Service, call: Call) -> Answer:
    """List all that is wrong with a post, for the accounts and the platforms named; nothing is counted."""
    fields = call.fields
    wish = read_wish(fields, service.accounts)
    targets = list(wish.targets or ())
    for index, account_id in enumerate(fields.texts("account_ids")):
        targets.append(Target(service.accounts.get(account_id, f"account_ids[{index}]"), {}, {}))
    now = service.clock.now()
    post = Post("", wish.content, now, now, targets=targets, scheduled_at=wish.scheduled_at)
    drafts = [draft_for(post, index, service.library) for index in range(len(targets)) if _can_post(targets[index])]
    platforms = fields.texts("platforms")
    for platform in platforms:
        _is_known(platform)
    drafts += [draft_of(post, platform, service.library) for platform in platforms]
    errors = [*_told(drafts, issues), *(_cannot(one) for one in targets if not _can_post(one))]
    if wish.scheduled_at is not None and wish.scheduled_at <= now:
        errors.append({"field": "scheduled_at", "message": "scheduled_at must lie in the future"})
    return Answer({"valid": not errors, "errors": errors, "warnings": list(_told(drafts, warnings))})


def get_constraints(service: Service, call: Call) -> Answer:
    """Tell what one platform takes, or each of them."""
    platform = call.query.get("platform")
    if platform is not None:
        _is_known(platform)
    wanted = CONSTRAINTS if platform is None else {platform: CONSTRAINTS[platform]}
    return Answer({"data": {name: constraints.view() for name, constraints in wanted.items()}})


def _told(drafts: list[Draft], ask: Callable[[Draft], Iterator[Issue]]) -> Iterator[JsonObject]:
    for draft in drafts:
        about = {} if draft.account is None else {"target": draft.account.id}
        for issue in ask(draft):
            yield {"platform": draft.platform, "field": issue.field, "message": issue.message} | about


def _can_post(target: Target) -> bool:
    return target.account.platform in CONSTRAINTS


def _cannot(target: Target) -> JsonObject:
    platform, account_id = target.account.platform, target.account.id
    return {"platform": platform, "field": "targets", "message": "cannot be posted to", "target": account_id}


def _is_known(platform: str) -> None:
    if platform not in CONSTRAINTS:
        raise Refusal("account.unsupported_platform", f"{platform} is not recognized")
