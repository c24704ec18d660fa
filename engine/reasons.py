"""Why deliveries failed, of services whose lists do not tell: a post is read alone for it (reference postpost 5.2)."""

from collections.abc import Iterable
from contextlib import suppress
from dataclasses import replace

from anyio import move_on_after

from engine.abreast import abreast
from engine.planned import Planned
from providers.protocol import Failure
from schemas.post import Delivery
from schemas.status import Status

#: So many posts are read alone, those of the latest time first, so many at one time, in so many seconds.
MOST, _AT_ONCE, _SECONDS = 20, 4, 8.0


def unexplained(sent: Delivery) -> bool:
    """Tell whether a delivery failed and nothing says why."""
    return sent.status is Status.FAILED and not sent.error and sent.retry is None


async def explained(posts: Iterable[Planned]) -> list[Planned]:
    """Read the posts alone whose failures have no reason; what cannot be read stays as it is."""
    found = {one.id: one for one in posts}

    async def look(one: Planned) -> None:
        with suppress(Failure):
            alone = await one.provider.post(one.post.id)
            found[one.id] = replace(one, post=replace(one.post, deliveries=alone.deliveries or one.post.deliveries))

    asked = [one for one in found.values() if any(map(unexplained, one.post.deliveries))]
    with move_on_after(_SECONDS):
        await abreast(look, asked[-MOST:], _AT_ONCE)
    return list(found.values())
