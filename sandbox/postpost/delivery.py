"""One attempt to publish one post: what may go wrong there, and the error that says so (seed 002; reference 6.3)."""

from datetime import datetime

from sandbox.jsonvalue import JsonObject
from sandbox.postpost.connections import Connection
from sandbox.postpost.groups import Group, PlatformPost
from sandbox.postpost.ids import ObjectIds, split
from sandbox.postpost.javascript import stamp
from sandbox.postpost.logs import Logs
from sandbox.postpost.media import Storage
from sandbox.postpost.networks import NETWORKS, objection, posted_id
from sandbox.postpost.thread import parts
from sandbox.postpost.users import Users

#: code -> what its error holds unless it is told otherwise. The network's status is null where it was not asked and
#: absent where it did not answer. Codes: reference postpost 6.3; the first is the seed's; that an unknown error is not
#: retryable is our choice. A code that is not listed is like the last.
ERRORS: dict[str, JsonObject] = {
    "PLATFORM_VALIDATION_ERROR": {
        "message": "Video FPS is below minimum requirement",
        "platformStatusCode": None,
        "platformError": None,
        "retryable": False,
    },
    "PLATFORM_AUTH_EXPIRED": {
        "message": "Access token is no longer valid. Reconnect the account.",
        "platformStatusCode": 401,
        "platformError": "Error validating access token",
        "retryable": False,
    },
    "RATE_LIMITED": {
        "message": "Platform rate limit exceeded",
        "platformStatusCode": 429,
        "platformError": "Too Many Requests",
        "retryable": True,
    },
    "INVALID_CONTENT": {
        "message": "Content was rejected by the platform",
        "platformStatusCode": 400,
        "platformError": "Invalid parameter",
        "retryable": False,
    },
    "CONTENT_TOO_LARGE": {
        "message": "Media is too large for the platform",
        "platformStatusCode": 413,
        "platformError": "Payload Too Large",
        "retryable": False,
    },
    "PLATFORM_SERVER_ERROR": {
        "message": "The platform had an internal error",
        "platformStatusCode": 503,
        "platformError": "Service Unavailable",
        "retryable": True,
    },
    "NETWORK_ERROR": {"message": "Connection to the platform failed", "platformError": None, "retryable": True},
    "TIMEOUT_ERROR": {"message": "The platform did not answer in time", "platformError": None, "retryable": True},
    "UNKNOWN_ERROR": {
        "message": "An unknown error occurred",
        "platformStatusCode": None,
        "platformError": None,
        "retryable": False,
    },
}
#: The threading page's own spelling of one of them.
ERRORS["RATE_LIMIT"] = ERRORS["RATE_LIMITED"]


def error(told: JsonObject, at: datetime) -> JsonObject:
    """Write a post's error: ``told`` has its code, and whatever is to differ from what the code usually brings."""
    usual = ERRORS.get(told["code"], ERRORS["UNKNOWN_ERROR"])
    return {"code": told["code"], **usual, **told, "failedAt": stamp(at)}


class Delivery:
    """Publishes posts, or fails to.

    Attributes:
        failures: compound id -> the error with which every attempt there fails, told as for `error`.
    """

    def __init__(self, users: Users, storage: Storage, ids: ObjectIds, logs: Logs) -> None:
        self._users = users
        self._storage = storage
        self._ids = ids
        self._logs = logs
        self.failures: dict[str, JsonObject] = {}

    def attempt(self, group: Group, post: PlatformPost, moment: datetime) -> list[PlatformPost]:
        """Try to publish a post; returns it as it then is, or the parts of the thread that became of it."""
        self._logs.note(group, "publish_attempted", moment, post)
        user = self._users.find(group.user_id)
        connection = None if user is None else user.connections.get(post.platform_id)
        told = self._hindrance(group, post, connection, moment)
        if told is None:
            if connection is not None:
                connection.last_success, connection.last_error = moment, None
            return self._published(group, post, moment)
        post.status, post.error = "failed", error(told, moment)
        if connection is not None:
            connection.last_error = {"message": post.error["message"], "occurredAt": stamp(moment)}
        self._logs.note_failure(group, moment, post, post.error)
        return [post]

    def _hindrance(
        self, group: Group, post: PlatformPost, connection: Connection | None, moment: datetime
    ) -> JsonObject | None:
        """Tell why a post cannot be published: as steered, for its connection, or for what the network takes.

        That create-post does not ask whether an id is connected, and that publishing then fails, is our choice.
        """
        if post.platform_id in self.failures:
            return self.failures[post.platform_id]
        platform, _ = split(post.platform_id)
        if platform not in NETWORKS:
            return {"code": "UNKNOWN_ERROR", "message": f"Unknown platform: {platform}"}
        if connection is None:
            return {"code": "UNKNOWN_ERROR", "message": "Platform connection not found"}
        if connection.expired(moment):
            return {"code": "PLATFORM_AUTH_EXPIRED"}
        found = objection(platform, post.content, self._storage.stored(group.id))
        return None if found is None else {"code": found[0], "message": found[1]}

    def _published(self, group: Group, post: PlatformPost, moment: datetime) -> list[PlatformPost]:
        platform, account = split(post.platform_id)
        network = NETWORKS[platform]
        contents = parts(post.content, network.text) if network.threads == "split" else [post.content]
        ids = [post.id, *(self._ids.new() for _ in contents[1:])]
        published = [
            PlatformPost(one, post.platform_id, content, "published", posted_id(platform, account, one))
            for one, content in zip(ids, contents, strict=True)
        ]
        for one in published:
            self._logs.note(group, "publish_succeeded", moment, one)
        return published
