"""The users managed by a key: GET and POST /workspace/users, DELETE /workspace/users/:id (reference postpost 13)."""

from sandbox.jsonvalue import JsonObject
from sandbox.postpost.ids import is_object_id
from sandbox.postpost.javascript import falsy, string
from sandbox.postpost.keys import demand_workspace
from sandbox.postpost.refusals import refuse
from sandbox.postpost.service import Call, Service


def list_users(service: Service, call: Call) -> JsonObject:
    """List the managed users; this answer has no ``success``."""
    demand_workspace(call.key, service)
    return {"users": [user.view() for user in service.users.managed.values()]}


def create_user(service: Service, call: Call) -> JsonObject:
    """Manage one more user, named by an e-mail address."""
    demand_workspace(call.key, service)
    username, display_name = call.body.get("username"), call.body.get("displayName")
    if falsy(username):
        raise refuse("email_required")
    if service.users.named(string(username)) is not None:
        raise refuse("email_taken")
    shown_as = None if falsy(display_name) else string(display_name)
    return {"user": service.users.add(service.ids, string(username), shown_as).view()}


def detach_user(service: Service, call: Call) -> JsonObject:
    """Manage a user no longer; what it posted stays."""
    demand_workspace(call.key, service)
    if not is_object_id(call.path["id"]):
        raise refuse("invalid_user_id")
    if service.users.managed.pop(call.path["id"].lower(), None) is None:
        raise refuse("user_not_found")
    return {"success": True}
