"""The connections and their health: platform-connections, test-connection (reference postpost 5.7, 5.8)."""

from datetime import datetime

from sandbox.jsonvalue import JsonObject
from sandbox.postpost.connections import Connection
from sandbox.postpost.delivery import ERRORS
from sandbox.postpost.ids import split
from sandbox.postpost.networks import NETWORKS
from sandbox.postpost.refusals import refuse
from sandbox.postpost.service import Call, Service

EXPIRED = "PLATFORM_AUTH_EXPIRED"


def list_connections(service: Service, call: Call) -> JsonObject:
    """List the connections of the user."""
    now = service.clock.now()
    return {"success": True, "connections": [one.view(now) for one in call.user.connections.values()]}


def test_connection(service: Service, call: Call) -> JsonObject:
    """Check a connection; the answer is 200 whatever is found, and has no ``success``."""
    platform, account = split(call.path["id"])
    if not platform or not account:
        raise refuse("invalid_connection_id")
    connection = call.user.connections.get(call.path["id"])
    if connection is None:
        raise refuse("connection_not_found")
    now = service.clock.now()
    fault = _fault(service, connection, now)
    return {
        "platform": platform,
        "platformId": connection.platform_id,
        "username": connection.username,
        "status": "ok" if fault is None else "error",
        "message": fault or "Connection is working",
        "permissions": [] if fault else ["publish"],
        **connection.health(now),
    }


def _fault(service: Service, connection: Connection, now: datetime) -> str | None:
    """Tell what the check finds wrong: on Bluesky always the same, as documented; wordings and permissions are ours."""
    steered = service.delivery.failures.get(connection.platform_id, {})
    if connection.platform not in NETWORKS:
        return f"Unknown platform: {connection.platform}"
    if connection.platform == "bluesky":
        return "Missing credentials"
    if connection.expired(now) or steered.get("code") == EXPIRED:
        return steered.get("message", ERRORS[EXPIRED]["message"])
    return None
