"""One stand-in's whole state, and what a handler gets to see of a request."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from sandbox.clock import Clock
from sandbox.jsonvalue import JsonObject
from sandbox.postpost.connections import Connection
from sandbox.postpost.delivery import Delivery
from sandbox.postpost.groups import Groups
from sandbox.postpost.ids import ObjectIds
from sandbox.postpost.logs import Logs
from sandbox.postpost.media import Storage
from sandbox.postpost.plans import Plan
from sandbox.postpost.quota import Quota
from sandbox.postpost.users import User, Users
from sandbox.postpost.worker import Worker


class Service:
    """All that the stand-in knows; every key belongs to the same owner.

    ``files_at`` is the origin under which stored files are said to be; empty for the server's own.
    """

    def __init__(
        self,
        clock: Clock,
        owner: dict[str, Connection],
        managed: dict[str, Connection],
        plan: Plan,
        delay: float,
        *,
        files_at: str = "",
    ) -> None:
        self.clock = clock
        self.files_at = files_at
        self.ids = ObjectIds(clock)
        self.users = Users(owner, managed)
        self.groups = Groups()
        self.storage = Storage()
        self.logs = Logs(self.ids)
        self.quota = Quota(clock, self.users, self.groups, plan)
        self.delivery = Delivery(self.users, self.storage, self.ids, self.logs)
        self.worker = Worker(clock, self.delivery, self.logs, delay)


@dataclass(frozen=True, slots=True)
class Call:
    """One authenticated request.

    Attributes:
        key: the API key.
        user: who is acted as: the owner of the key, or a user managed by it.
        body: the parsed body; empty when there is none, or none in JSON.
        path: path parameters.
        query: query parameters.
        origin: the server's own URL.
    """

    key: str
    user: User
    body: JsonObject
    path: Mapping[str, str]
    query: Mapping[str, str]
    origin: str


Handler = Callable[[Service, Call], JsonObject]
