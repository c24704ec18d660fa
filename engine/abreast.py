"""Do a thing for each of several, a few at once."""

from collections.abc import Awaitable, Callable, Iterable
from typing import TypeVar

from anyio import CapacityLimiter, create_task_group

T = TypeVar("T")


async def abreast(do: Callable[[T], Awaitable[None]], each: Iterable[T], at_once: int) -> None:
    """Do it for all, ``at_once`` at a time; the first error stops the others, and is raised as it is."""
    limiter, errors = CapacityLimiter(at_once), list[Exception]()
    async with create_task_group() as group:

        async def one(item: T) -> None:
            async with limiter:
                try:
                    await do(item)
                except Exception as error:  # noqa: BLE001  (raised below, out of the group that would wrap it)
                    errors.append(error)
                    group.cancel_scope.cancel()

        for item in each:
            group.start_soon(one, item)
    if errors:
        raise errors[0]
