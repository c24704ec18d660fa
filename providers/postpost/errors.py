"""PostPost's errors as rows: seed 002, and the reference (postpost 5 to 8, 16) where it goes on.

An error is known by its words; only limits, and what the sibling product added later (16), carry a code. Rows whose
words begin alike stand longest first: of two that fit equally well, the first decides.
"""

from providers.errors import ErrorRow, ErrorTable, FailedDelivery
from schemas.errors import ErrorCode

_SEED = "seed 002"
_FIVE, _SEVEN, _NEW = "reference postpost 5", "reference postpost 7", "reference postpost 16"
_OLD = "reference postpost 7, older texts"

_KEY = "Ask the user for a valid PostPost API key (POSTWRIGHT_POSTPOST_API_KEY): this one is missing, wrong or revoked."
_OWNER = "Tell the user to make a new API key in PostPost: the owner of this one cannot be found."
_PLAN = "Tell the user: PostPost's Starter plan has no API; it takes Pro or Premium."
_USER = (
    "Ask whoever runs postwright to correct or unset POSTWRIGHT_POSTPOST_USER_ID: "
    "it names nobody whom this key may act for."
)
_WORKSPACE = (
    "Tell the user: this key may act for nobody but its owner. "
    "It needs workspace access from PostPost, or POSTWRIGHT_POSTPOST_USER_ID unset."
)
_BASE = "Ask whoever runs postwright to correct POSTWRIGHT_POSTPOST_BASE_URL: it does not lead to PostPost's API."
_SUPPORT = "Tell the user to contact PostPost's support: the account is on hold or inactive."
_ACCOUNT = (
    "Use ids from list_accounts. PostPost may refuse a Bluesky id with colons in it: then leave that account out."
)
_LATER = "Tell the user: a limit of the PostPost plan is reached."
_THREADS_LOGIN = (
    "Ask the user to reconnect the Threads account in PostPost and to grant what it asks for. "
    "Leave the account out meanwhile."
)
_THREADS = "Keep the text within 500 characters, without lines of ---."


def _says(
    status: int, words: str, code: ErrorCode, source: str, advice: str | None = None, *, doubt: bool = False
) -> ErrorRow:
    return ErrorRow(status, None, code, source, advice, doubt, words)


def _coded(
    status: int | None, code: str, ours: ErrorCode, source: str, advice: str | None = None, *, doubt: bool = False
) -> ErrorRow:
    return ErrorRow(status, code, ours, source, advice, doubt)


TABLE = ErrorTable(
    (
        # On every route.
        _says(401, "API key is required", ErrorCode.UNAUTHORIZED, _SEED, _KEY),
        _says(401, "Invalid API key owner", ErrorCode.UNAUTHORIZED, _SEED, _OWNER),
        _says(401, "Invalid API key", ErrorCode.UNAUTHORIZED, _SEED, _KEY),
        _says(403, "API access is not enabled for this account", ErrorCode.PLAN_FORBIDS, _SEED, _PLAN),
        _says(403, "MCP access is not enabled for this account", ErrorCode.PLAN_FORBIDS, _SEED, _PLAN),
        _says(403, "Workspace access is not enabled for this key", ErrorCode.FORBIDDEN, _SEED, _WORKSPACE),
        _says(403, "User is not managed by key", ErrorCode.MISCONFIGURED, _SEED, _USER),
        _says(403, "Subscription required", ErrorCode.SUBSCRIPTION_REQUIRED, _SEED),
        _says(403, "Account on hold", ErrorCode.FORBIDDEN, _SEED, _SUPPORT),
        _says(403, "Account inactive", ErrorCode.FORBIDDEN, _SEED, _SUPPORT),
        _says(400, "Invalid x-postpost-user-id", ErrorCode.MISCONFIGURED, _SEED, _USER),
        _says(500, "Internal server error", ErrorCode.PROVIDER_ERROR, _SEVEN, doubt=True),
        _says(404, "not JSON", ErrorCode.MISCONFIGURED, "reference postpost 1", _BASE),
        # create-post.
        _says(400, "Content is required", ErrorCode.INVALID_PAYLOAD, _SEED),
        _says(400, "Platforms are required", ErrorCode.MISSING_ACCOUNTS, _SEED),
        _says(400, "At least one platform is required", ErrorCode.MISSING_ACCOUNTS, _SEED),
        _says(400, "Platforms must be an array", ErrorCode.INVALID_PAYLOAD, _SEED),
        _says(400, "Invalid platforms JSON format", ErrorCode.INVALID_PAYLOAD, _SEED),
        _says(400, "Invalid platform ID format", ErrorCode.UNKNOWN_ACCOUNTS, _SEED, _ACCOUNT),
        _says(400, "Invalid scheduled time", ErrorCode.INVALID_PAYLOAD, _SEED),
        _says(400, "Invalid platformSettings JSON", ErrorCode.INVALID_PAYLOAD, _SEED),
        _says(400, "platformSettings must be an object", ErrorCode.INVALID_PAYLOAD, _SEED),
        _says(400, "Scheduled time cannot be in the past", ErrorCode.INVALID_PAYLOAD, _OLD),
        _says(400, "Validation failed", ErrorCode.VALIDATION_FAILED, "reference postpost 6"),
        _says(400, "Multi-part threads", ErrorCode.VALIDATION_FAILED, _SEED, _THREADS),
        _says(403, "Free plan limit reached", ErrorCode.QUOTA_REACHED, _OLD, _LATER),
        _says(500, "Failed to create post group", ErrorCode.PROVIDER_ERROR, _SEVEN, doubt=True),
        _says(500, "Server error", ErrorCode.PROVIDER_ERROR, _OLD, doubt=True),
        # get-post, list-posts, update-post, delete-post.
        _says(404, "Post group not found", ErrorCode.NOT_FOUND, _SEED),
        _says(500, "Failed to fetch post group", ErrorCode.PROVIDER_ERROR, _FIVE),
        _says(400, "Invalid status", ErrorCode.INVALID_QUERY, _FIVE),
        _says(400, "Invalid sortBy", ErrorCode.INVALID_QUERY, _FIVE),
        _says(400, "Invalid fromDate format", ErrorCode.INVALID_QUERY, _FIVE),
        _says(400, "Invalid toDate format", ErrorCode.INVALID_QUERY, _FIVE),
        _says(500, "Failed to list posts", ErrorCode.PROVIDER_ERROR, _FIVE),
        _says(400, "Either status or scheduledTime must be provided", ErrorCode.INVALID_PAYLOAD, _SEED),
        _says(400, "Status must be either 'draft' or 'scheduled'", ErrorCode.INVALID_PAYLOAD, _SEED),
        _says(400, "Cannot update post: post is currently in", ErrorCode.STATE_CONFLICT, _SEED),
        _says(500, "Failed to update post", ErrorCode.PROVIDER_ERROR, _FIVE, doubt=True),
        _says(500, "Failed to delete post group", ErrorCode.PROVIDER_ERROR, _FIVE),
        # Uploads, connections, logs.
        _says(400, "fileName, contentType, and postGroupId are required", ErrorCode.INVALID_PAYLOAD, _SEED),
        _says(400, "fileName is required", ErrorCode.INVALID_PAYLOAD, _OLD),
        _says(400, "Invalid content type", ErrorCode.INVALID_PAYLOAD, _OLD),
        _says(400, "Invalid type", ErrorCode.INVALID_PAYLOAD, _OLD),
        _says(500, "Failed to create upload URL", ErrorCode.PROVIDER_ERROR, _FIVE),
        _says(500, "Failed to fetch platform connections", ErrorCode.PROVIDER_ERROR, _FIVE),
        _says(400, "Invalid platformId format", ErrorCode.UNKNOWN_ACCOUNTS, _FIVE),
        _says(404, "Connection not found", ErrorCode.UNKNOWN_ACCOUNTS, _FIVE),
        _says(500, "Failed to test connection", ErrorCode.PROVIDER_ERROR, _FIVE),
        _says(500, "Failed to get post logs", ErrorCode.PROVIDER_ERROR, _FIVE),
        # Managed users and bookmarks: no post is about them.
        _says(409, "User with this email already exists", ErrorCode.STATE_CONFLICT, _SEVEN, "That user is there."),
        _coded(None, "SYNC_IN_PROGRESS", ErrorCode.RATE_LIMITED, _SEVEN, "Wait until the sync is over, then repeat."),
        # Limits; providers.postpost.limits reads the rest of their bodies.
        _coded(None, "POST_LIMIT_REACHED", ErrorCode.QUOTA_REACHED, _SEED, _LATER),
        _coded(None, "SCHEDULED_POST_LIMIT_REACHED", ErrorCode.QUOTA_REACHED, _SEED, _LATER),
        _coded(None, "SCHEDULE_HORIZON_REACHED", ErrorCode.VALIDATION_FAILED, _SEED),
        _coded(None, "PLATFORM_NOT_AVAILABLE", ErrorCode.PLAN_FORBIDS, _SEED),
        _coded(None, "CONNECTIONS_OVER_LIMIT", ErrorCode.QUOTA_REACHED, _SEED),
        _coded(None, "CHANNEL_LIMIT_REACHED", ErrorCode.QUOTA_REACHED, _SEED),
        # What the sibling product added later.
        _coded(None, "SCHEDULED_TIME_IN_PAST", ErrorCode.INVALID_PAYLOAD, _NEW),
        _coded(None, "PLATFORM_SETTING_UNKNOWN", ErrorCode.INVALID_PAYLOAD, _NEW),
        _coded(None, "INVALID_CONTENT", ErrorCode.INVALID_PAYLOAD, _NEW),
        _coded(None, "INVALID_PLATFORMS", ErrorCode.UNKNOWN_ACCOUNTS, _NEW),
        _coded(None, "INVALID_PLATFORM_CONNECTION", ErrorCode.UNKNOWN_ACCOUNTS, _NEW),
        _coded(None, "INVALID_PLATFORM_ID", ErrorCode.UNKNOWN_ACCOUNTS, _NEW),
        _coded(None, "THREADS_PERMISSION_REQUIRED", ErrorCode.ACCOUNT_NEEDS_RECONNECT, _NEW, _THREADS_LOGIN),
        _coded(None, "POST_NOT_EDITABLE", ErrorCode.STATE_CONFLICT, _NEW),
        _coded(None, "POST_PUBLISH_IN_PROGRESS", ErrorCode.STATE_CONFLICT, _NEW),
        _coded(None, "POST_GROUP_VERSION_CONFLICT", ErrorCode.STATE_CONFLICT, _NEW),
        _coded(None, "MEDIA_URL_RATE_LIMITED", ErrorCode.RATE_LIMITED, _NEW),
        _coded(None, "IDEMPOTENCY_IN_FLIGHT", ErrorCode.IN_PROGRESS, _NEW, doubt=True),
        _coded(None, "IDEMPOTENCY_KEY_CONFLICT", ErrorCode.IDEMPOTENCY_CONFLICT, _NEW),
        _coded(None, "IDEMPOTENCY_BODY_TOO_COMPLEX", ErrorCode.INVALID_PAYLOAD, _NEW),
        # Where the words are new: the status alone.
        ErrorRow(400, None, ErrorCode.REJECTED, _SEED),
        ErrorRow(401, None, ErrorCode.UNAUTHORIZED, _SEED, _KEY),
        ErrorRow(403, None, ErrorCode.FORBIDDEN, _SEED),
        ErrorRow(404, None, ErrorCode.NOT_FOUND, _SEED),
        # "Duplicate or conflicting operation": the post may be there already, so look.
        ErrorRow(409, None, ErrorCode.IN_PROGRESS, _SEED, doubt=True),
        ErrorRow(422, None, ErrorCode.INVALID_PAYLOAD, _NEW),
        ErrorRow(429, None, ErrorCode.RATE_LIMITED, "reference postpost 8"),
        ErrorRow(500, None, ErrorCode.PROVIDER_ERROR, _SEED, doubt=True),
        ErrorRow(502, None, ErrorCode.PROVIDER_ERROR, _SEVEN, doubt=True),
        ErrorRow(503, None, ErrorCode.PROVIDER_ERROR, _NEW, doubt=True),
    )
)


_LOOK = FailedDelivery(
    retry=False, hint="It may be live all the same: look at the account before anything is sent again."
)
_CHANGE = FailedDelivery(retry=False, hint="Change the content or the media to what the platform takes.")
_WAIT = FailedDelivery(retry=True, hint="The platform was asked too often: wait before it is sent again.")

#: The code of a failed delivery (seed 002, reference postpost 6.3, 16) -> what it means; a code not listed is told as
#: the service tells it.
DELIVERY_FAILURES: dict[str, FailedDelivery] = {
    "PLATFORM_VALIDATION_ERROR": _CHANGE,
    "INVALID_CONTENT": _CHANGE,
    "CONTENT_TOO_LARGE": _CHANGE,
    "PLATFORM_AUTH_EXPIRED": FailedDelivery(retry=False, hint="Ask the user to reconnect the account in PostPost."),
    "RATE_LIMITED": _WAIT,
    "RATE_LIMIT": _WAIT,
    "PLATFORM_SERVER_ERROR": FailedDelivery(retry=True, hint="The platform failed."),
    # The platform's answer was lost, so the service's own "retryable" could make a second post.
    "NETWORK_ERROR": _LOOK,
    "TIMEOUT_ERROR": _LOOK,
    "PUBLISH_OUTCOME_UNKNOWN": _LOOK,
    "THREAD_PARTIALLY_PUBLISHED": FailedDelivery(retry=False, hint="A part of it is live: look at the account."),
    "UNKNOWN_ERROR": FailedDelivery(retry=None, hint="PostPost does not know why."),
}
