"""The words of a verdict: did it happen, may it be repeated, whose move is it, and what went wrong."""

from enum import StrEnum


class Outcome(StrEnum):
    """Did it happen?"""

    NOTHING_SENT = "nothing_sent"
    REJECTED = "rejected"
    ACCEPTED = "accepted"
    PARTIAL = "partial"
    UNKNOWN = "unknown"


class Decision(StrEnum):
    """May the call be repeated?"""

    FIX_AND_RETRY = "fix_and_retry"
    RETRY_UNCHANGED = "retry_unchanged"
    WAIT_THEN_RETRY = "wait_then_retry"
    CHECK_FIRST = "check_first"
    ASK_USER = "ask_user"
    DO_NOT_RETRY = "do_not_retry"


class Who(StrEnum):
    """Whose move is it?"""

    AGENT = "agent"
    USER = "user"
    OPERATOR = "operator"
    NOBODY = "nobody"


class Category(StrEnum):
    """What family an error belongs to."""

    INPUT = "input"
    AUTH = "auth"
    PLAN = "plan"
    CONFLICT = "conflict"
    THROTTLE = "throttle"
    UPSTREAM = "upstream"
    OURS = "ours"


class ErrorCode(StrEnum):
    """Our error codes; a provider's own words stand beside them in ``provider_error``."""

    INVALID_PAYLOAD = "invalid_payload"
    VALIDATION_FAILED = "validation_failed"
    UNKNOWN_TOOL = "unknown_tool"
    UNKNOWN_ACCOUNTS = "unknown_accounts"
    MISSING_ACCOUNTS = "missing_accounts"
    INVALID_MUSIC_URL = "invalid_music_url"
    MEDIA_UNREACHABLE = "media_unreachable"
    INVALID_QUERY = "invalid_query"
    TOO_MANY_POSTS = "too_many_posts"
    NOT_FOUND = "not_found"
    NOT_SUPPORTED = "not_supported"
    PLATFORM_REFUSED = "platform_refused"
    UNAUTHORIZED = "unauthorized"
    SUBSCRIPTION_REQUIRED = "subscription_required"
    PLAN_FORBIDS = "plan_forbids"
    QUOTA_REACHED = "quota_reached"
    FORBIDDEN = "forbidden"
    MODE_FORBIDS = "mode_forbids"
    DECLINED = "declined"
    ACCOUNT_NEEDS_RECONNECT = "account_needs_reconnect"
    SETUP_NEEDED = "setup_needed"
    IDEMPOTENCY_CONFLICT = "idempotency_conflict"
    DUPLICATE_POST = "duplicate_post"
    IMMUTABLE = "immutable"
    STATE_CONFLICT = "state_conflict"
    IN_PROGRESS = "in_progress"
    RATE_LIMITED = "rate_limited"
    REJECTED = "rejected"
    PROVIDER_ERROR = "provider_error"
    PROVIDER_UNREACHABLE = "provider_unreachable"
    PROVIDER_TIMEOUT = "provider_timeout"
    PROVIDER_PAUSED = "provider_paused"
    UNEXPECTED_ANSWER = "unexpected_answer"
    OUTCOME_UNKNOWN = "outcome_unknown"
    STORAGE_FAILED = "storage_failed"
    MISCONFIGURED = "misconfigured"
    INTERNAL_ERROR = "internal_error"
