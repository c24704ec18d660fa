"""A network for tests: it is what it says it is, and publishing is whatever the test wants."""

from collections.abc import Awaitable, Callable

from providers.networks.network import Parcel, Published, Step, Window
from schemas.account import Account


async def nowhere(parcel: Parcel, window: Window) -> Published:
    """Publish nothing."""
    return Published()


class StandIn:
    """Publishes by ``publish``; finds nothing, and takes nothing back."""

    tells = False
    takes_back = False

    def __init__(
        self,
        account: Account,
        publish: Callable[[Parcel, Window], Awaitable[Published]] = nowhere,
        *,
        exact: bool = False,
        takes_files: bool = False,
    ) -> None:
        self.account = account
        self.exact = exact
        self.takes_files = takes_files
        self._publish = publish

    async def prepare(self, parcel: Parcel) -> Step:
        return lambda window: self._publish(parcel, window)

    async def find(self, parcel: Parcel) -> Published | None:
        return None

    async def take_back(self, remote_id: str) -> None:
        raise AssertionError("it takes nothing back")

    async def greet(self) -> str:
        return self.account.name

    async def aclose(self) -> None:
        """Nothing is open."""
