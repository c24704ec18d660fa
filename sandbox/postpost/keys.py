"""Who may call, and as whom (seed 002; reference postpost 1, 7A)."""

from collections.abc import Collection, Mapping

from sandbox.postpost.ids import is_object_id
from sandbox.postpost.refusals import refuse
from sandbox.postpost.service import Service
from sandbox.postpost.users import User

#: The beginning of a key, behind its ``sk_`` -> how any call with it is refused.
STATES = {
    "revoked": "invalid_api_key",
    "orphan": "invalid_api_key_owner",
    "starter": "api_access_disabled",
}
WITHOUT_MCP = "nomcp"
WITHOUT_WORKSPACE = "solo"


def authorize(headers: Mapping[str, str], service: Service, keys: Collection[str] | None) -> tuple[str, User]:
    """Let a call pass with its key; tells the key, and whom it acts as.

    In which order the service asks is not documented.

    Raises:
        Refusal: 401, 403 or 400, as the table of the docs has it.
    """
    key = headers.get("x-api-key", "")
    if not key:
        raise refuse("api_key_required")
    for beginning, name in STATES.items():
        if _begins(key, beginning):
            raise refuse(name)
    if keys is not None and key not in keys:
        raise refuse("invalid_api_key")
    if not service.quota.plan.api_access:
        raise refuse("api_access_disabled")
    mcp = service.quota.plan.mcp_access and not _begins(key, WITHOUT_MCP)
    if headers.get("x-postpost-client") == "mcp" and not mcp:
        raise refuse("mcp_access_disabled")
    return key, _acting(headers.get("x-postpost-user-id"), key, service)


def demand_workspace(key: str, service: Service) -> None:
    """Let a call pass that is about managed users.

    Raises:
        Refusal: ``workspace_access_disabled``.
    """
    if not service.quota.plan.workspace_access or _begins(key, WITHOUT_WORKSPACE):
        raise refuse("workspace_access_disabled")


def _acting(user_id: str | None, key: str, service: Service) -> User:
    if not user_id:
        return service.users.owner
    if not is_object_id(user_id):
        raise refuse("invalid_user_header")
    user = service.users.find(user_id)
    if user is not service.users.owner:
        demand_workspace(key, service)
    if user is None:
        raise refuse("user_not_managed")
    return user


def _begins(key: str, beginning: str) -> bool:
    return key.removeprefix("sk_").startswith(beginning)
