"""``postwright pending``, ``approve`` and ``decline``: where a person decides about what agents asked for.

A person is whoever sits at a terminal. Nothing here takes a yes from a pipe or an option: an agent that has a shell
could give it. One that makes itself a terminal still can, so a mode holds against what comes through the tools alone.
"""

import sqlite3
import sys
from collections.abc import AsyncGenerator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass

import click
from anyio import create_task_group

from engine import approving
from engine.approvals import Approvals
from engine.desk import Desk
from engine.held import Held, HeldState
from engine.modes import ServerMode
from engine.reading import check_status
from engine.showing import lines, plain
from engine.workers import Kind
from providers.protocol import Failure
from schemas.errors import Outcome
from schemas.instant import relative
from schemas.result import Result
from server.app import open_desk
from server.audit import Audit, entry
from server.caller import Caller, os_user
from server.settings import Settings
from tools.again import carry_out

Decide = Callable[["Counter", Held], Awaitable[Result]]


@dataclass(frozen=True, slots=True)
class Counter:
    """What a person decides with."""

    desk: Desk
    approvals: Approvals
    caller: Caller
    audit: Audit

    async def write(self, verb: str, held: Held, result: Result) -> None:
        """Let the decision land in the audit trail."""
        mode = self.desk.modes.of(held.accounts)
        if not await self.audit.write(entry(self.caller, verb, mode, held.arguments, result, held=held.id)):
            click.echo("The audit log could not be written.", err=True)


def refuse_no_terminal() -> None:
    """Refuse to go on without a person.

    Raises:
        click.UsageError: stdin or stdout is no terminal.
    """
    if not (sys.stdin.isatty() and sys.stdout.isatty()):
        raise click.UsageError("a person decides, at a terminal: stdin and stdout must be one")


@asynccontextmanager
async def counter(settings: Settings) -> AsyncGenerator[Counter]:
    """Open a desk at which a person decides; what is approved for the local provider is delivered meanwhile."""
    async with open_desk(settings, kind=Kind.COMMAND) as opened, create_task_group() as group:
        for run in opened.deliver if settings.mode is not ServerMode.READ else ():
            group.start_soon(run)
        desk = opened.desk
        for name in desk.providers:
            await _learn_names(desk, name)
        if desk.approvals:
            audit = Audit(settings.home, desk.clock, settings.hidden)
            yield Counter(desk, desk.approvals, Caller("postwright", "terminal", os_user()), audit)
        group.cancel_scope.cancel()


async def _learn_names(desk: Desk, provider: str) -> None:
    """Read the accounts, so that they are told by name; by their ids alone they can be decided about, too."""
    try:
        await desk.directory.accounts(provider)
    except Failure as error:
        click.echo(f"{provider}: {plain(error.message, _LONGEST)}", err=True)


async def pending(settings: Settings) -> bool:
    """Show a table of what awaits approval."""
    async with counter(settings) as there:
        tenants = {name: there.desk.tenants.get(name, "") for name in there.desk.providers}
        found = await there.approvals.open(tenants)
        now = there.desk.clock()
        for held in found:
            state = "broke off, approve again" if held.under_way else "waits"
            click.echo(f"{held.id}  {relative(held.created_at, now)}, {state}, by {plain(held.caller, 60)}")
            click.echo(f"    {held.tool}: {plain(held.summary, 200)}")
        click.echo(f"{len(found)} await approval." if found else "Nothing awaits approval.")
    return True


async def decide(settings: Settings, ids: Sequence[str], verb: str) -> bool:
    """Show each action and ask about it; tell whether all were decided, and what was approved was done."""
    well = True
    async with counter(settings) as there:
        for held_id in ids:
            well = await _one(there, held_id, verb) and well
    return well


async def _one(there: Counter, held_id: str, verb: str) -> bool:
    try:
        held = await there.approvals.find(held_id)
        refusal = _no_decision(there.desk, held)
        if held is None or refusal:
            click.echo(f"{plain(held_id, 40)}: {refusal}")
            return False
        for line in lines(there.desk, held):
            click.echo(line)
        if not click.confirm(_QUESTIONS[verb], default=False):
            click.echo("Left as it is.")
            return False
        result = await _DECIDE[verb](there, held)
        await there.write(verb, held, result)
    except (sqlite3.Error, OSError) as error:
        click.echo(f"{plain(held_id, 40)}: the list of what awaits approval could not be used ({error}).")
        return False
    return _tell(result, verb)


def _no_decision(desk: Desk, held: Held | None) -> str | None:
    """Tell why nothing can be decided about an action, if so."""
    if held is None:
        return "nothing was ever held under this id."
    if held.provider not in desk.providers or desk.tenants.get(held.provider, "") != held.tenant:
        return f"it goes through {held.provider} with settings that this shell has not: set the server's POSTWRIGHT_*."
    if held.state is not HeldState.AWAITING and not held.under_way:
        told = approving.stands(desk, held)
        return plain(told.message, _LONGEST)
    return None


async def _approve(there: Counter, held: Held) -> Result:
    by = str(there.caller)

    async def again(taken: Held) -> Result:
        return await carry_out(there.desk, taken, by)

    result = await approving.approve(there.desk, there.approvals, held, by, again)
    waits = result.ok and held.provider == "local" and held.tool == "create_post" and result.data
    if waits and "scheduled_at" not in waits:
        return await check_status(there.desk, str(waits["id"]), _DELIVERY_SECONDS, _nobody_waits)
    return result


async def _decline(there: Counter, held: Held) -> Result:
    return await approving.decline(there.desk, there.approvals, held, str(there.caller))


async def _nobody_waits(progress: float, total: float | None = None, message: str | None = None) -> None:
    """A terminal shows the end alone."""


def _tell(result: Result, verb: str) -> bool:
    click.echo(plain(result.message, _LONGEST))
    for problem in result.problems:
        click.echo(f"  {problem.path}: {plain(problem.message, _LONGEST)}. {plain(problem.fix, _LONGEST)}")
    if not result.ok and result.retry and verb == "approve":
        click.echo(f"  {plain(result.retry.advice, _LONGEST)}")
    done = result.ok and result.outcome in (None, Outcome.ACCEPTED, Outcome.PARTIAL)
    return done if verb == "approve" else result.error_code == "declined"


_DECIDE: dict[str, Decide] = {"approve": _approve, "decline": _decline}
_QUESTIONS = {"approve": "Do this now?", "decline": "Decline this?"}
_LONGEST = 400
#: How long the terminal waits to see a local post delivered.
_DELIVERY_SECONDS = 10.0
