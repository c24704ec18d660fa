"""How far a create reaches: what the mode makes of it, and whether it may go on."""

from dataclasses import replace

from engine import telling
from engine.call import Call
from engine.desk import Desk
from engine.modes import Effect, Ruling, ServerMode
from engine.orders import content, draft
from engine.permits import forbidden, permit
from engine.sending import Checked
from providers.protocol import Provider
from schemas.intake import Reading
from schemas.jsonvalue import items
from schemas.post import Warn
from schemas.problem import Problem, ProblemCode
from schemas.request import Mode, PostRequest
from schemas.result import Result


def as_the_mode_has_it(desk: Desk, reading: Reading[PostRequest], provider: Provider) -> Reading[PostRequest]:
    """Make a draft of a post that does not say what it is to be, where the mode allows nothing more."""
    arguments, request = reading.arguments, reading.request
    ids = [name for name in items(arguments.get("accounts")) if isinstance(name, str)]
    if "mode" in arguments or not _keeps_drafts(provider) or desk.modes.of(ids) is not ServerMode.DRAFT:
        return reading
    drafted = request.model_copy(update={"mode": Mode.DRAFT}) if request else None
    return Reading(drafted, {**arguments, "mode": Mode.DRAFT.value}, reading.problems)


def ruling(desk: Desk, request: PostRequest, checked: Checked) -> Ruling:
    """What the mode makes of a post."""
    return desk.modes.ruling(_effect(request), _accounts(checked))


async def allow(desk: Desk, request: PostRequest, call: Call, checked: Checked) -> Result | None:
    """Answer for a post that may not be made now: forbidden, or held for a person; ``None``: it may."""
    found = foreseen(desk, request, checked)
    if isinstance(found, Result):
        return found
    summary = telling.intended(desk, request, checked.accounts, checked.scheduled_at)
    return await permit(desk, call.with_media(checked.media), _effect(request), _accounts(checked), summary)


def foreseen(desk: Desk, request: PostRequest, checked: Checked) -> Result | Warn | None:
    """Tell what :func:`allow` would make of a post, without holding it."""
    found = ruling(desk, request, checked)
    if found is Ruling.HELD:
        return Warn("AWAITS_APPROVAL", "A person has to approve this before it goes out.")
    if found is Ruling.FORBIDDEN:
        refused = forbidden(desk, _accounts(checked))
        return refused.model_copy(update={"problems": [_way_round(checked.provider)]})
    return None


def only_a_draft(desk: Desk, checked: Checked) -> Checked:
    """Warn that it is the mode that makes a draft of a post."""
    message = f"Kept as a draft: {desk.modes.setting(_accounts(checked))} lets nothing go out."
    return replace(checked, warnings=(*checked.warnings, Warn("ONLY_DRAFTS", message, "mode")))


def _keeps_drafts(provider: Provider) -> bool:
    return "mode" in provider.rules.model.model_fields


def _effect(request: PostRequest) -> Effect:
    return Effect.KEEP if draft(content(request)) else Effect.PUBLISH


def _accounts(checked: Checked) -> list[str]:
    return [account.id for account in checked.accounts]


def _way_round(provider: Provider) -> Problem:
    drafts = _keeps_drafts(provider)
    return Problem(
        path="/mode" if drafts else "/accounts",
        code=ProblemCode.NOT_ALLOWED,
        message="this would go out" if drafts else f"{provider.name} keeps no drafts, so this would go out",
        fix="Leave mode out, or give draft." if drafts else "Leave its accounts out, or ask the user.",
        rule="mode_of_the_server",
    )
