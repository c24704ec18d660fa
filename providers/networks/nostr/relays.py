"""All relays of an account at once."""

import json
from collections.abc import Callable, Iterable, Sequence

from anyio import create_task_group, current_time

from providers.networks.nostr.event import Event, Signer
from providers.networks.nostr.relay import ANSWER_SECONDS, Relay, Reply, Said
from schemas.instant import Clock
from schemas.jsonvalue import JsonObject, members, text
from schemas.untrusted import clean


class Relays:
    """Speaks to each of the relays at ``urls``, to all of them at the same time; each has ``seconds`` to answer."""

    def __init__(self, urls: Sequence[str], signer: Signer, clock: Clock, seconds: float = ANSWER_SECONDS) -> None:
        self._relays = [Relay(url, signer, clock, seconds) for url in urls]

    async def publish(self, event: Event, leave: Callable[[], None], late: float) -> list[Reply]:
        """Send an event to every relay; after the first that takes it, the others have ``late`` seconds more."""
        replies: dict[str, Reply] = {}

        def tell(reply: Reply) -> None:
            replies[reply.relay] = reply
            if reply.said is Said.TAKEN:
                scope.deadline = min(scope.deadline, current_time() + late)

        async with create_task_group() as group:
            scope = group.cancel_scope
            for relay in self._relays:
                group.start_soon(relay.publish, event, leave, tell)
        return [replies[relay.url] for relay in self._relays]

    async def ask(self, query: JsonObject) -> tuple[dict[str, JsonObject], list[Reply]]:
        """Ask every relay for an event that a filter describes: which have one, and which could not be asked."""
        found: dict[str, JsonObject] = {}
        unasked: list[Reply] = []

        async def ask(relay: Relay) -> None:
            try:
                body = await relay.ask(query)
            except OSError as error:
                unasked.append(Reply(relay.url, Said.UNREACHED, clean(str(error), 200)))
            else:
                found.update({relay.url: body} if body else {})

        async with create_task_group() as group:
            for relay in self._relays:
                group.start_soon(ask, relay)
        return found, unasked

    async def name(self, public_key: bytes) -> tuple[str, list[Reply]]:
        """Look for the name in a key's profile (empty without one); and tell which relays could not be asked."""
        profiles, unasked = await self.ask({"kinds": [_PROFILE], "authors": [public_key.hex()]})
        return _named(text(profile.get("content")) or "" for profile in profiles.values()), unasked


def _named(profiles: Iterable[str]) -> str:
    for profile in profiles:
        try:
            told = members(json.loads(profile))
        except (ValueError, RecursionError):
            continue
        name = clean((text(told.get("display_name")) or text(told.get("name")) or "").strip(), _LONGEST_NAME)
        if name:
            return name
    return ""


_PROFILE, _LONGEST_NAME = 0, 80
