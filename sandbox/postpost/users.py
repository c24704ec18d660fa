"""The owner of the keys, and the users managed by it (reference postpost 13)."""

from collections.abc import Iterator
from dataclasses import dataclass, field

from sandbox.jsonvalue import JsonObject
from sandbox.postpost.connections import Connection
from sandbox.postpost.ids import ObjectIds

OWNER = "65f0a1b2c3d4e5f600000001"
MANAGED = "65f0a1b2c3d4e5f600000002"

#: For information alone, say the docs: nothing counts it.
DAILY_POSTS_LEFT = 5


@dataclass(frozen=True, slots=True)
class User:
    """One user with connections and posts of its own; ``username`` is an e-mail address."""

    id: str
    username: str
    display_name: str | None
    connections: dict[str, Connection] = field(default_factory=dict[str, Connection])

    def view(self) -> JsonObject:
        """Show a managed user as the workspace routes do."""
        return {
            "_id": self.id,
            "username": self.username,
            "displayName": self.display_name,
            "role": "managed",
            "dailyPostsLeft": DAILY_POSTS_LEFT,
        }


class Users:
    """The owner, and those that it manages; one who is detached is known no longer, its posts stay."""

    def __init__(self, owner: dict[str, Connection], managed: dict[str, Connection]) -> None:
        self.owner = User(OWNER, "studio@lumenlabs.example", "Lumen Labs", owner)
        self.managed = {MANAGED: User(MANAGED, "hello@harborbakery.example", "Harbor Bakery", managed)}

    def __iter__(self) -> Iterator[User]:
        """Walk through all, the owner first."""
        yield self.owner
        yield from self.managed.values()

    def find(self, user_id: str) -> User | None:
        """Find one by its id."""
        user_id = user_id.lower()
        return self.owner if user_id == self.owner.id else self.managed.get(user_id)

    def named(self, username: str) -> User | None:
        """Find one by its e-mail address."""
        return next((user for user in self if user.username == username), None)

    def add(self, ids: ObjectIds, username: str, display_name: str | None) -> User:
        """Manage one more, who has nothing connected yet."""
        user = User(ids.new(), username, display_name)
        self.managed[user.id] = user
        return user

    def connection(self, platform_id: str) -> Connection | None:
        """Find a connection, whosever it is."""
        return next((user.connections[platform_id] for user in self if platform_id in user.connections), None)
