"""The natures of networks, on a place: exact by a key, inexact, both of which tell; and webhooks, which are mute."""

import json
import os
from collections.abc import Sequence

from engine.clock import utc_now
from providers.answer import Answer
from providers.errors import ErrorRow, ErrorTable
from providers.networks.calling import Caller, Dialect
from providers.networks.network import Network, Parcel, Published, Step, Window
from providers.networks.webhook.network import Webhook
from schemas.account import Account
from schemas.errors import ErrorCode

#: How many accounts there are of each nature: more than are posted to at once, so that a kill leaves some free.
NATURES = {"told": 12, "keyed": 10, "hook": 10}
#: Seconds until a request to the place has failed.
SECONDS = 2.0

_ERRORS = ErrorTable(
    (
        ErrorRow(429, None, ErrorCode.RATE_LIMITED, "RFC 6585 4"),
        ErrorRow(503, None, ErrorCode.PROVIDER_ERROR, "RFC 9110 15", doubt=True),
    )
)


def _said(answer: Answer) -> tuple[str | None, str]:
    return None, ""


_DIALECT = Dialect("The place", _ERRORS, _said)


class Counted:
    """One account at the place, which tells; ``exact``: by a key."""

    takes_files = False
    takes_back = False
    tells = True

    def __init__(self, account: Account, url: str, *, exact: bool) -> None:
        self.account = account
        self.exact = exact
        self._url = url
        self._caller = Caller(_DIALECT, utc_now, seconds=SECONDS, direct=True)

    async def prepare(self, parcel: Parcel) -> Step:
        """Return the one step there is."""

        async def publish(window: Window) -> Published:
            headers = {"idempotency-key": parcel.delivery_id} if self.exact else {}
            body = {"caption": parcel.caption, "delivery_id": parcel.delivery_id}
            await self._caller.call("POST", self._url, headers=headers, body=body, window=window)
            return Published(remote_id=parcel.delivery_id)

        return publish

    async def find(self, parcel: Parcel) -> Published | None:
        """Ask whether a delivery is there."""
        answer = await self._caller.call("GET", self._url, query={"delivery": parcel.delivery_id})
        return Published(remote_id=parcel.delivery_id) if json.loads(answer.body)["found"] else None

    async def take_back(self, remote_id: str) -> None:
        """Take nothing back."""

    async def greet(self) -> str:
        """Tell the account's name."""
        return self.account.name

    async def aclose(self) -> None:
        """Let go of connections."""
        await self._caller.aclose()


def accounts() -> list[Account]:
    """Name the accounts, those of each nature one after the other."""
    names = [(nature, number) for nature, count in NATURES.items() for number in range(count)]
    return [
        Account(id=f"local:{nature}-{number}", platform=nature, name=f"{nature} {number}") for nature, number in names
    ]


def networks(place: str) -> Sequence[Network]:
    """Make the networks of one process, which names itself in every request."""
    made: list[Network] = []
    for account in accounts():
        url = f"{place}/{os.getpid()}/{account.id}"
        if account.platform == "hook":
            made.append(Webhook(url, None, utc_now, account=account, seconds=SECONDS))
        else:
            made.append(Counted(account, url, exact=account.platform == "keyed"))
    return made
