"""Take back what was delivered, where its network can: ask there first, and write down afterwards that it is gone.

Whoever dies in between leaves it told as published; to delete it again finds it gone.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from anyio import create_task_group, move_on_after

from providers.local.ledger import refold
from providers.networks.network import Network
from providers.protocol import Failure
from providers.store import Connection
from schemas.errors import ErrorCode
from schemas.post import Removal

#: For all networks of one post together (seconds): an agent waits for the answer.
SECONDS = 40.0


@dataclass(frozen=True, slots=True)
class Out:
    """A delivery that is out: what it is called here and there."""

    delivery_id: str
    account: str
    remote_id: str


def out(connection: Connection, post_id: str) -> list[Out]:
    """Find the deliveries of a post that are out, and by a name that their network knows."""
    rows = connection.execute(
        "SELECT id, account, remote_id FROM delivery"
        " WHERE post_id = ? AND state = 'published' AND remote_id IS NOT NULL ORDER BY id",
        (post_id,),
    )
    return [Out(row["id"], row["account"], row["remote_id"]) for row in rows]


def gone(connection: Connection, post_id: str, taken: Sequence[Out]) -> None:
    """Write down what was taken back."""
    for one in taken:
        connection.execute(
            "UPDATE delivery SET state = 'cancelled', url = NULL, retry = NULL, doubt = 0,"
            " error = 'It was published' || coalesce(' (' || url || ')', '') || ', and taken back.'"
            " WHERE id = ? AND state = 'published'",
            (one.delivery_id,),
        )
    refold(connection, post_id)


async def take_back(networks: Mapping[str, Network | None], those: Sequence[Out]) -> dict[str, Failure | str]:
    """Ask each network that takes back to do so; tell by account what came of it: done, in its words, or why not."""
    came: dict[str, Failure | str] = {}

    async def ask(network: Network, one: Out) -> None:
        try:
            came[one.account] = await network.take_back(one.remote_id) or ""
        except Failure as failure:
            came[one.account] = failure

    with move_on_after(SECONDS):
        async with create_task_group() as group:
            for one in those:
                network = networks[one.account]
                if network is not None and network.takes_back:
                    came[one.account] = Failure(ErrorCode.PROVIDER_TIMEOUT, _NO_ANSWER, doubt=True)
                    group.start_soon(ask, network, one)
    return came


def told(removal: Removal, came: Mapping[str, Failure | str]) -> Removal:
    """Say of a delivery what became of it, now that its network was asked."""
    failure = came[removal.account]
    if isinstance(failure, str):
        message = f"It was published, and taken back. {failure}".strip()
        return Removal(removal.account, removed=True, stays_live=False, message=message)
    where = "It may still be there" if failure.doubt else "It stays there"
    advice = f" {failure.advice}" if failure.advice else " Delete it again, or remove it there by hand."
    return Removal(removal.account, removed=False, stays_live=True, message=f"{where}: {failure.message}{advice}")


_NO_ANSWER = f"No answer within {SECONDS:.0f} s."
