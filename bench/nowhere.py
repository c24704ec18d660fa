"""A network that takes every parcel at once, and notes how late each was."""

from dataclasses import dataclass, field

from engine.clock import utc_now
from providers.networks.network import Parcel, Published, Step, Window
from schemas.account import Account


def accounts(platform: str, number: int) -> list[Account]:
    """Name so many accounts of a platform."""
    return [Account(id=f"local:{platform}-{one}", platform=platform, name=f"{platform} {one}") for one in range(number)]


@dataclass(frozen=True, slots=True)
class Nowhere:
    """One account; ``late`` are the seconds between when each parcel was due and when it was to be published."""

    account: Account
    late: list[float] = field(default_factory=list[float])
    exact = True
    takes_files = True
    tells = False
    takes_back = False

    async def prepare(self, parcel: Parcel) -> Step:
        """Return the one step there is."""

        async def take(window: Window) -> Published:
            self.late.append((utc_now() - parcel.due_at).total_seconds())
            return Published()

        return take

    async def find(self, parcel: Parcel) -> None:
        """Find nothing."""

    async def take_back(self, remote_id: str) -> None:
        """Take nothing back."""

    async def greet(self) -> str:
        """Tell the account's name."""
        return self.account.name

    async def aclose(self) -> None:
        """Let go of nothing."""
