"""Who the embedded engine delivers to: one network for each of its accounts."""

from collections.abc import Mapping, Sequence

from providers.networks.network import Network


class Roster:
    """The networks of all accounts, by account id. They are closed with it."""

    def __init__(self, networks: Sequence[Network]) -> None:
        self._networks = {network.account.id: network for network in networks}

    async def networks(self) -> Mapping[str, Network]:
        """Tell them as they are now.

        Raises:
            sqlite3.Error, OSError: the accounts cannot be read.
        """
        return self._networks

    async def aclose(self) -> None:
        """Close every network."""
        for network in self._networks.values():
            await network.aclose()
