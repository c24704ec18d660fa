"""Genviral's errors as rows: seeds 000, 001, 003, and the reference's catalogue (genviral 13 and 9 to 12)."""

from providers.errors import ErrorRow, ErrorTable, FailedDelivery
from schemas.errors import ErrorCode

_S0, _S1, _S3 = "seed 000", "seed 001", "seed 003"
_R = "reference genviral 13"
_KEY = "Ask the user for a valid Genviral API key (POSTWRIGHT_GENVIRAL_API_KEY): this one is missing, wrong or revoked."
_PLAN = "Tell the user: Genviral needs an active Creator, Professional or Business subscription."
_BASE = "Ask whoever runs postwright to correct POSTWRIGHT_GENVIRAL_BASE_URL: it does not lead to Genviral's API."
_TIER = "Tell the user: the Scheduler tier of Genviral cannot use its API."
_CREDITS = "Tell the user: the credits of the Genviral plan are used up. No repeat helps before there are more."

TABLE = ErrorTable(
    (
        ErrorRow(400, "invalid_json", ErrorCode.INVALID_PAYLOAD, _S1),
        ErrorRow(422, "invalid_payload", ErrorCode.INVALID_PAYLOAD, _S0),
        ErrorRow(400, "unknown_accounts", ErrorCode.UNKNOWN_ACCOUNTS, _S1),
        ErrorRow(400, "validation_failed", ErrorCode.VALIDATION_FAILED, _S1),
        ErrorRow(400, "missing_accounts", ErrorCode.MISSING_ACCOUNTS, _S1),
        ErrorRow(400, "invalid_music_url", ErrorCode.INVALID_MUSIC_URL, _S1),
        ErrorRow(400, "media_unreachable", ErrorCode.MEDIA_UNREACHABLE, _S1),
        ErrorRow(400, "invalid_since", ErrorCode.INVALID_QUERY, _S3),
        ErrorRow(400, "invalid_until", ErrorCode.INVALID_QUERY, _S3),
        ErrorRow(400, "too_many_post_ids", ErrorCode.TOO_MANY_POSTS, _R),
        ErrorRow(400, "invalid_query_parameter", ErrorCode.INVALID_QUERY, _R),
        ErrorRow(401, "invalid_token", ErrorCode.UNAUTHORIZED, _S0, _KEY),
        ErrorRow(401, "unauthorized", ErrorCode.UNAUTHORIZED, _R, _KEY),
        ErrorRow(402, "subscription_required", ErrorCode.SUBSCRIPTION_REQUIRED, _S0, _PLAN),
        ErrorRow(403, "tier_not_allowed", ErrorCode.PLAN_FORBIDS, _S0, _TIER),
        ErrorRow(
            403,
            "subscription_required",
            ErrorCode.SUBSCRIPTION_REQUIRED,
            _R,
            "Tell the user: hosted TikTok accounts need a subscription of their own; leave them out meanwhile.",
        ),
        ErrorRow(None, "insufficient_credits", ErrorCode.QUOTA_REACHED, _R, _CREDITS),
        ErrorRow(404, "not_found", ErrorCode.NOT_FOUND, _S0),
        ErrorRow(409, "create_failed", ErrorCode.IDEMPOTENCY_CONFLICT, _R),
        ErrorRow(409, "external_id_immutable", ErrorCode.IMMUTABLE, _R),
        ErrorRow(429, "rate_limited", ErrorCode.RATE_LIMITED, _R),
        ErrorRow(500, "create_failed", ErrorCode.PROVIDER_ERROR, _S1, doubt=True),
        ErrorRow(500, "list_failed", ErrorCode.PROVIDER_ERROR, _S3),
        ErrorRow(500, "get_failed", ErrorCode.PROVIDER_ERROR, _R),
        ErrorRow(500, "accounts_failed", ErrorCode.PROVIDER_ERROR, _R),
        ErrorRow(500, "update_failed", ErrorCode.PROVIDER_ERROR, _R, doubt=True),
        ErrorRow(500, "retry_failed", ErrorCode.PROVIDER_ERROR, _R, doubt=True),
        ErrorRow(500, "bulk_delete_failed", ErrorCode.PROVIDER_ERROR, _R, doubt=True),
        ErrorRow(500, "subscription_lookup_failed", ErrorCode.PROVIDER_ERROR, "reference genviral 16.1"),
        # error_code is optional (seed 000): the status alone must do.
        ErrorRow(400, None, ErrorCode.REJECTED, _S0),
        ErrorRow(401, None, ErrorCode.UNAUTHORIZED, _S0, _KEY),
        ErrorRow(402, None, ErrorCode.SUBSCRIPTION_REQUIRED, _S0, _PLAN),
        ErrorRow(403, None, ErrorCode.FORBIDDEN, _S0),
        ErrorRow(404, None, ErrorCode.NOT_FOUND, _S0),
        ErrorRow(404, None, ErrorCode.MISCONFIGURED, "reference genviral 2", _BASE, words="without an envelope"),
        ErrorRow(409, None, ErrorCode.IDEMPOTENCY_CONFLICT, _R),
        ErrorRow(422, None, ErrorCode.INVALID_PAYLOAD, _S0),
        ErrorRow(429, None, ErrorCode.RATE_LIMITED, _S0),
        ErrorRow(500, None, ErrorCode.PROVIDER_ERROR, _S0, doubt=True),
    )
)

#: Any failed delivery: the service tells why in words alone, and queues it anew when asked (seed 003, reference 10).
FAILED = FailedDelivery(retry=True, hint="Its error says why in the platform's words: mend first what they name.")
