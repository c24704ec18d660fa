"""What a client may offer while a person types an argument: account ids, providers, error codes."""

from collections.abc import Sequence

import mcp_types as types
from anyio import create_task_group, move_on_after
from mcp.shared.exceptions import MCPError

from engine.desk import Desk
from providers.protocol import Failure
from schemas.account import Account
from schemas.untrusted import clean
from server.prompts import Prompts
from server.resources import Resources

#: How long a list of accounts that is not at hand is waited for, in seconds: a person is typing.
PATIENCE = 2.0
#: The protocol allows no more in one answer.
MOST = 100


class Completions:
    """Completes the arguments of prompts and of addresses."""

    def __init__(self, desk: Desk, prompts: Prompts, resources: Resources) -> None:
        self._desk = desk
        self._prompts = prompts
        self._resources = resources

    async def complete(
        self, ref: types.PromptReference | types.ResourceTemplateReference, argument: types.CompletionArgument
    ) -> types.CompleteResult:
        """Tell what the argument may become; nothing where nobody can know. A service that is down is left out.

        Raises:
            MCPError: there is no such prompt, address or argument.
        """
        if isinstance(ref, types.ResourceTemplateReference):
            return _told(self._words(ref.uri, argument))
        prompt = self._prompts.named(ref.name)
        found = next((one for one in prompt.arguments if one.name == argument.name), None)
        if found is None:
            raise _no_argument(argument.name)
        if not found.accounts or len(argument.value) > found.most:
            return _told([])
        return _told(await self._accounts(argument.value))

    def _words(self, uri: str, argument: types.CompletionArgument) -> list[str]:
        words = self._resources.words(uri)
        if not words:
            raise MCPError(types.INVALID_PARAMS, f"No resource template {clean(uri, _SHOWN)!r}.")
        if f"{{{argument.name}}}" not in uri:
            raise _no_argument(argument.name)
        return [word for word in words if word.startswith(argument.value.lower())]

    async def _accounts(self, typed: str) -> list[str]:
        """Complete the last of the ids that are typed, by id or by name."""
        before, comma, last = typed.rpartition(",")
        named, wanted = {name.strip() for name in before.split(",")}, last.strip().lower()
        everyone = [one for one in await self._everyone() if one.id not in named and clean(one.id, _SHOWN) == one.id]
        by_id = [one.id for one in everyone if one.id.lower().startswith(wanted)]
        by_name = [one.id for one in everyone if one.id not in set(by_id) and wanted in _names(one)]
        return [f"{before}{comma}{name}" for name in [*sorted(by_id), *sorted(by_name)]]

    async def _everyone(self) -> Sequence[Account]:
        """Read all lists that are not at hand, together and for a while; then go by what is known."""
        async with create_task_group() as group:
            for provider in self._desk.providers:
                group.start_soon(self._read, provider)
        return self._desk.directory.everyone()

    async def _read(self, provider: str) -> None:
        with move_on_after(PATIENCE):
            try:
                await self._desk.directory.accounts(provider)
            except Failure:
                return


def _names(account: Account) -> str:
    return f"{account.label} {account.username or ''}".lower()


def _told(values: list[str]) -> types.CompleteResult:
    completion = types.Completion(values=values[:MOST], total=len(values), has_more=len(values) > MOST)
    return types.CompleteResult(completion=completion)


def _no_argument(name: str) -> MCPError:
    return MCPError(types.INVALID_PARAMS, f"No argument {clean(name, _SHOWN)!r}.")


_SHOWN = 200
