"""What the service refuses, in its own words, and the shapes of the body that says so."""

from datetime import datetime
from http import HTTPStatus

from sandbox.jsonvalue import JsonObject
from sandbox.postpost.javascript import stamp
from sandbox.postpost.networks import BLOCKED

#: Our name for it -> (HTTP status, text). The service gives no codes but those of its limits; the names are what
#: faults call these by. Texts: seed 002, and reference postpost 5, 7, 13.
REFUSALS: dict[str, tuple[int, str]] = {
    "api_key_required": (401, "API key is required"),
    "invalid_api_key": (401, "Invalid API key"),
    "invalid_api_key_owner": (401, "Invalid API key owner"),
    "api_access_disabled": (403, "API access is not enabled for this account"),
    "mcp_access_disabled": (403, "MCP access is not enabled for this account"),
    "workspace_access_disabled": (403, "Workspace access is not enabled for this key"),
    "user_not_managed": (403, "User is not managed by key"),
    "invalid_user_header": (400, "Invalid x-postpost-user-id"),
    "internal_error": (500, "Internal server error"),
    # Never met on the API today, says the seed; to be had as faults alone.
    "subscription_required": (403, "Subscription required"),
    "account_on_hold": (403, "Account on hold"),
    "account_inactive": (403, "Account inactive"),
    "validation_failed": (400, "Validation failed"),
    # create-post
    "content_required": (400, "Content is required"),
    "platforms_required": (400, "Platforms are required"),
    "platforms_empty": (400, "At least one platform is required"),
    "platforms_not_array": (400, "Platforms must be an array"),
    "platforms_not_json": (400, "Invalid platforms JSON format"),
    "invalid_platform_id": (400, "Invalid platform ID format: {platformId}"),
    "invalid_scheduled_time": (400, "Invalid scheduled time format"),
    "settings_not_json": (400, "Invalid platformSettings JSON"),
    "settings_not_object": (400, "platformSettings must be an object"),
    # The seed does not say where this one is met: here a delivery fails with it, and 400 is to be had as a fault.
    "threads_blocked": (400, BLOCKED),
    "create_failed": (500, "Failed to create post group"),
    # get-post, update-post, delete-post, post-logs
    "post_group_not_found": (404, "Post group not found"),
    "fetch_failed": (500, "Failed to fetch post group"),
    "nothing_to_update": (400, "Either status or scheduledTime must be provided"),
    "invalid_status": (400, "Status must be either 'draft' or 'scheduled'"),
    "not_editable": (400, "Cannot update post: post is currently in {status} status"),
    "past_time": (400, "Scheduled time cannot be in the past"),
    "update_failed": (500, "Failed to update post"),
    "delete_failed": (500, "Failed to delete post group"),
    "logs_failed": (500, "Failed to get post logs"),
    # list-posts
    "invalid_status_filter": (
        400,
        "Invalid status. Must be one of: draft, scheduled, published, failed, partially_published",
    ),
    "invalid_sort": (400, "Invalid sortBy. Must be one of: createdAt, updatedAt, scheduledTime"),
    "invalid_from_date": (400, "Invalid fromDate format"),
    "invalid_to_date": (400, "Invalid toDate format"),
    "list_failed": (500, "Failed to list posts"),
    # get-upload-url
    "upload_fields_required": (400, "fileName, contentType, and postGroupId are required"),
    "upload_failed": (500, "Failed to create upload URL"),
    # platform-connections, test-connection
    "connections_failed": (500, "Failed to fetch platform connections"),
    "invalid_connection_id": (400, "Invalid platformId format"),
    "connection_not_found": (404, "Connection not found"),
    "test_failed": (500, "Failed to test connection"),
    # workspace; of the wording of a malformed id nothing is known
    "email_required": (400, "Email is required"),
    "email_taken": (409, "User with this email already exists"),
    "owner_api_access_disabled": (403, "API access is not enabled for this workspace owner"),
    "user_not_found": (404, "User not found or not managed by this key"),
    "invalid_user_id": (400, "Invalid userId"),
    # Only in the older OpenAPI file.
    "invalid_time": (400, "Invalid scheduled time"),
    "free_plan_limit": (403, "Free plan limit reached"),
    "file_name_required": (400, "fileName is required"),
    "invalid_content_type": (400, "Invalid content type"),
    "invalid_type": (400, "Invalid type"),
    "server_error": (500, "Server error"),
}

#: What some bodies hold beside ``error`` (seed 002; reference postpost 6, 16).
BESIDE: dict[str, JsonObject] = {
    "subscription_required": {"message": "No active plan entitlements found for this account."},
    "account_on_hold": {
        "message": "Your account is temporarily on hold. Please contact support.",
        "holdExpiresAt": "2026-04-30T00:00:00.000Z",
        "holdReason": "Payment under review",
    },
    "account_inactive": {"message": "Your account is inactive."},
    "validation_failed": {
        "validation": {
            "valid": False,
            "errors": [
                {
                    "platform": "instagram",
                    "code": "MEDIA_REQUIRED",
                    "message": "Instagram posts need an image or a video",
                    "field": "media",
                    "severity": "error",
                }
            ],
            "warnings": [],
            "summary": "1 error",
        }
    },
    "MEDIA_URL_RATE_LIMITED": {"retryAfterSec": 1800},
}

#: The code of newer versions whose body tells the service's time (reference postpost 16).
PAST = "SCHEDULED_TIME_IN_PAST"

#: The shapes of a body; the docs tell of the first two, and not which route answers with which: all here say ``error``.
SHAPES = ("error", "message", "both")

#: What stands in a text's braces when a fault asks for it.
_SAMPLE = {"platformId": "twitter_123456", "status": "published"}


class Refusal(Exception):  # noqa: N818  (the service is right to refuse: the error is the caller's)
    """A failure that the service foresees."""

    def __init__(self, status: int, body: JsonObject) -> None:
        super().__init__(status)
        self.status = status
        self.body = body


def refuse(name: str, **facts: str) -> Refusal:
    """Make the refusal of that name; ``facts`` fill the braces in its text."""
    status, text = REFUSALS[name]
    return Refusal(status, {"error": text.format(**facts)})


def written(status: int, name: str | None, shape: str | None, now: datetime) -> JsonObject:
    """Write a failure for a fault; a code in capitals that is not listed stands as ``code``, as newer versions may.

    Raises:
        ValueError: ``name`` is none of `REFUSALS` and no code, or ``shape`` is none of `SHAPES`.
    """
    if name is not None and name not in REFUSALS and not name.isupper():
        raise ValueError(f"{name!r} is not a failure: {', '.join(REFUSALS)}")
    shape = shape or "error"
    if shape not in SHAPES:
        raise ValueError(f"{shape!r} is not a shape of this body: {', '.join(SHAPES)}")
    _, text = REFUSALS.get(name or "", (0, _phrase(status)))
    text = text.format(**_SAMPLE)
    body: JsonObject = {key: text for key in ("error", "message") if shape in (key, "both")}
    if name is not None and name not in REFUSALS:
        body["code"] = name
    return body | BESIDE.get(name or "", {}) | ({"serverTime": stamp(now)} if name == PAST else {})


def _phrase(status: int) -> str:
    try:
        return HTTPStatus(status).phrase
    except ValueError:
        return f"Status {status}"
