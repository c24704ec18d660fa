"""SocialAPI's errors as rows: what posting can meet. What it cannot meet stands in ``errors_beside``."""

import re
from dataclasses import replace

from providers.errors import ErrorRow, ErrorTable, FailedDelivery
from providers.socialapi import verdicts as say
from providers.socialapi.errors_beside import BESIDE
from providers.socialapi.verdicts import row
from schemas.errors import ENTRIES, Decision, ErrorCode

_LATER = "reference socialapi 3.1"
_DEFAULT = "reference socialapi 2"
_BOARD = "Ask the user for the board, and give its id as pinterest.board_id."
_BASE = (
    "Ask whoever runs postwright to correct POSTWRIGHT_SOCIALAPI_BASE_URL, which ends in /v1: "
    "it does not lead to SocialAPI's posts."
)
_PRIVACY = "Give a tiktok.privacy_level that this TikTok account offers; PUBLIC_TO_EVERYONE where in doubt."

_KEY_AND_ACCOUNT = (
    row("auth.missing_header", ErrorCode.UNAUTHORIZED, say.KEY),
    row("auth.empty_token", ErrorCode.UNAUTHORIZED, say.KEY),
    row("auth.invalid_key", ErrorCode.UNAUTHORIZED, say.KEY),
    row("auth.invalid_token", ErrorCode.UNAUTHORIZED, say.KEY),
    row("auth.not_authenticated", ErrorCode.UNAUTHORIZED, say.KEY),
    row("auth.user_not_found", ErrorCode.UNAUTHORIZED, say.KEY),
    row("auth.insufficient_scope", ErrorCode.FORBIDDEN, say.RIGHTS, _LATER),
    row("auth.*", ErrorCode.FORBIDDEN, say.RIGHTS, _DEFAULT),
    row("account.not_found", ErrorCode.UNKNOWN_ACCOUNTS),
    row("account.reconnection_required", ErrorCode.ACCOUNT_NEEDS_RECONNECT, say.LOG_IN),
    row("account.no_active_page", ErrorCode.SETUP_NEEDED, say.CHOOSE_PAGE),
    row("account.page_inactive", ErrorCode.SETUP_NEEDED, f"{say.CHOOSE_PAGE} Or give another page_id."),
    row("account.pages_not_supported", ErrorCode.INVALID_PAYLOAD, "Leave page_id out: this platform has no pages."),
    row("account.*", ErrorCode.SETUP_NEEDED, say.LOOK_AT_IT, _DEFAULT),
)

_REQUEST = (
    row("validation.field_required", ErrorCode.INVALID_PAYLOAD),
    row("validation.field_invalid", ErrorCode.INVALID_PAYLOAD),
    row("validation.body_invalid", ErrorCode.INVALID_PAYLOAD),
    row("validation.board_id_required", ErrorCode.INVALID_PAYLOAD, _BOARD, _LATER),
    row("validation.use_board_id", ErrorCode.INVALID_PAYLOAD, _BOARD, _LATER),
    row(
        "validation.media_type_mismatch",
        ErrorCode.INVALID_PAYLOAD,
        "Send TikTok a video, or a slideshow of at least two images.",
        _LATER,
    ),
    row(
        "validation.unsupported_photo_format",
        ErrorCode.INVALID_PAYLOAD,
        "Give TikTok JPEG or WebP images.",
        _LATER,
    ),
    row("validation.privacy_level_unsupported", ErrorCode.INVALID_PAYLOAD, _PRIVACY, _LATER),
    row("privacy_level_required", ErrorCode.INVALID_PAYLOAD, _PRIVACY, _LATER),
    row("validation.platform_param", ErrorCode.INVALID_PAYLOAD, source=_LATER),
    row("field_invalid", ErrorCode.INVALID_PAYLOAD, source=_LATER),
    row("validation.*", ErrorCode.INVALID_PAYLOAD),
    ErrorRow(
        None,
        "validation.field_invalid",
        ErrorCode.RATE_LIMITED,
        "reference socialapi 11, tiktok",
        "TikTok takes no more posts of this account today: schedule it for tomorrow, or leave the account out.",
        words=r"^posting_limit\b",
    ),
    row("resource.not_found", ErrorCode.NOT_FOUND),
    row("resource.conflict", ErrorCode.STATE_CONFLICT, say.LOOK),
    row("resource.gone", ErrorCode.NOT_FOUND, "It was removed for good; drop the id."),
    row("resource.not_supported", ErrorCode.NOT_SUPPORTED, "The platform cannot do this; leave its accounts out."),
    row("resource.*", ErrorCode.STATE_CONFLICT, say.LOOK, _DEFAULT),
    row("media.not_found", ErrorCode.NOT_FOUND, "Give the media anew; the service does not have them."),
    row("media.*", ErrorCode.STATE_CONFLICT, source=_DEFAULT),
    row("post.not_found", ErrorCode.NOT_FOUND),
    row("post.state_invalid", ErrorCode.STATE_CONFLICT, say.LOOK),
    row(
        "post.no_retryable_deliveries",
        ErrorCode.STATE_CONFLICT,
        "Nothing failed that could be sent again. Look with check_status.",
    ),
    row("post.*", ErrorCode.STATE_CONFLICT, say.LOOK, _DEFAULT),
    row("ambiguous_post_id", ErrorCode.NOT_FOUND, "Use the id from list_posts, not the platform's own.", _LATER),
    row("http.404", ErrorCode.MISCONFIGURED, _BASE, _LATER),
    row("http.405", ErrorCode.MISCONFIGURED, _BASE, _LATER),
)

_PLAN_AND_PACE = (
    row("billing.post_limit", ErrorCode.QUOTA_REACHED, say.USED_UP.format("posts")),
    row("validation.post_limit_exhausted", ErrorCode.QUOTA_REACHED, say.USED_UP.format("posts"), _LATER),
    row(
        "billing.platform_not_available",
        ErrorCode.PLAN_FORBIDS,
        "Tell the user: the SocialAPI plan does not include this platform. Leave its accounts out meanwhile.",
    ),
    row("billing.past_due", ErrorCode.SUBSCRIPTION_REQUIRED, "Tell the user: SocialAPI waits for a payment.", _LATER),
    row("billing.*", ErrorCode.PLAN_FORBIDS, "Tell the user: the SocialAPI plan does not allow this. Do not repeat."),
    row("ratelimit.exceeded", ErrorCode.RATE_LIMITED, source=_LATER),
    row("ratelimit.*", ErrorCode.RATE_LIMITED, source=_DEFAULT),
    row(
        "publishing.velocity_limit",
        ErrorCode.RATE_LIMITED,
        "Too many posts for one account in a short time: wait, then repeat, or schedule it for later.",
        _LATER,
    ),
)

_PLATFORM = (
    row("platform.<name>.auth", ErrorCode.ACCOUNT_NEEDS_RECONNECT, say.LOG_IN),
    row("platform.<name>.permission_denied", ErrorCode.ACCOUNT_NEEDS_RECONNECT, say.LOG_IN),
    row("platform.<name>.<what>_scope_missing", ErrorCode.ACCOUNT_NEEDS_RECONNECT, say.LOG_IN, _LATER),
    row("platform.<name>.rate_limit", ErrorCode.RATE_LIMITED, say.SLOW_DOWN),
    row("platform.<name>.api_error", ErrorCode.PROVIDER_ERROR, doubt=True),
    row(
        "platform.<name>.<number>",
        ErrorCode.PLATFORM_REFUSED,
        "The platform refused it: change what its message names.",
        _LATER,
    ),
    row("platform.*", ErrorCode.PROVIDER_ERROR, doubt=True),
    row("platform.tiktok.media_required", ErrorCode.INVALID_PAYLOAD, "Add a video or a slideshow for TikTok."),
    row("platform.instagram.permission_denied", ErrorCode.ACCOUNT_NEEDS_RECONNECT, say.LOG_IN),
    row(
        "platform.instagram.container_failed",
        ErrorCode.PLATFORM_REFUSED,
        "Instagram could not use the media: repeat once, then give JPEG images or an H.264 MP4.",
        _LATER,
    ),
    row(
        "platform.instagram.container_timeout",
        ErrorCode.PROVIDER_TIMEOUT,
        "Smaller files are done in time.",
        _LATER,
        doubt=True,
    ),
    row("platform.instagram.container_expired", ErrorCode.REJECTED, "Create the post anew.", _LATER),
    row("platform.youtube.insufficientPermissions", ErrorCode.ACCOUNT_NEEDS_RECONNECT, say.LOG_IN, _LATER),
    row(
        "platform.youtube.account_suspended",
        ErrorCode.SETUP_NEEDED,
        "Tell the user: YouTube has suspended this channel; reconnecting does not help.",
        _LATER,
    ),
    row("platform.zalo.article_processing", ErrorCode.PROVIDER_TIMEOUT, source=_LATER, doubt=True),
    row("platform.zalo.not_deliverable", ErrorCode.NOT_SUPPORTED, "Zalo does not deliver this; do not repeat.", _LATER),
    row("invalid_token", ErrorCode.ACCOUNT_NEEDS_RECONNECT, say.LOG_IN, "reference socialapi 1.1"),
    row("byok.credentials_missing", ErrorCode.SETUP_NEEDED, say.OWN_APP),
    row("byok.credentials_invalid", ErrorCode.SETUP_NEEDED, say.OWN_APP),
    row("byok.credentials_forbidden", ErrorCode.FORBIDDEN, "Tell the user: the brand belongs to somebody else."),
    row("byok.*", ErrorCode.SETUP_NEEDED, say.OWN_APP),
)

_DELIVERY = (
    row(
        "publishing.delivery.account_load_failed",
        ErrorCode.PROVIDER_ERROR,
        "Nothing was sent. If list_accounts with refresh shows the account as active, retry.",
    ),
    row(
        "publishing.delivery.page_resolve_failed", ErrorCode.SETUP_NEEDED, f"{say.CHOOSE_PAGE} Or give another page_id."
    ),
    row("publishing.delivery.timeout", ErrorCode.PROVIDER_TIMEOUT, doubt=True),
    row("publishing.delivery.all_failed", ErrorCode.REJECTED, "No account took it; each delivery says why.", _LATER),
    row(
        "publishing.duplicate_target",
        ErrorCode.INVALID_PAYLOAD,
        "Two of the accounts lead to the same place: leave one out.",
    ),
    row("publishing.media.unsupported_source", ErrorCode.INVALID_PAYLOAD, source=_LATER),
    row("publishing.media.mixing_unsupported", ErrorCode.INVALID_PAYLOAD, source=_LATER),
    row("publish_timeout", ErrorCode.PROVIDER_TIMEOUT, source="reference socialapi 1.1", doubt=True),
    row("publishing.*", ErrorCode.PROVIDER_ERROR, source=_DEFAULT, doubt=True),
    row("system.internal", ErrorCode.PROVIDER_ERROR, doubt=True),
    row("system.*", ErrorCode.PROVIDER_ERROR, source=_DEFAULT, doubt=True),
)

# Answers without a code: proxies in front of the service, or a code that was left out.
_BY_STATUS = (
    ErrorRow(400, None, ErrorCode.REJECTED, _DEFAULT),
    ErrorRow(401, None, ErrorCode.UNAUTHORIZED, _DEFAULT, say.KEY),
    ErrorRow(402, None, ErrorCode.SUBSCRIPTION_REQUIRED, _DEFAULT),
    ErrorRow(403, None, ErrorCode.FORBIDDEN, _DEFAULT, say.RIGHTS),
    ErrorRow(
        403,
        None,
        ErrorCode.FORBIDDEN,
        "reference socialapi 1",
        "Tell the user: the proxy in front of SocialAPI refuses this client or its network.",
        words=r"^not JSON: error code: 1010\b",
    ),
    ErrorRow(404, None, ErrorCode.NOT_FOUND, _DEFAULT),
    ErrorRow(404, None, ErrorCode.MISCONFIGURED, "reference socialapi 1.1", _BASE, words=r"^not JSON\b"),
    ErrorRow(409, None, ErrorCode.STATE_CONFLICT, _DEFAULT, say.LOOK),
    ErrorRow(412, None, ErrorCode.SETUP_NEEDED, _DEFAULT, say.OWN_APP),
    ErrorRow(413, None, ErrorCode.REJECTED, "reference socialapi 1", "Send less at once."),
    ErrorRow(422, None, ErrorCode.INVALID_PAYLOAD, _DEFAULT),
    ErrorRow(429, None, ErrorCode.RATE_LIMITED, _DEFAULT),
    ErrorRow(500, None, ErrorCode.PROVIDER_ERROR, _DEFAULT, doubt=True),
    ErrorRow(501, None, ErrorCode.NOT_SUPPORTED, _DEFAULT),
    ErrorRow(502, None, ErrorCode.PROVIDER_ERROR, "reference socialapi 1", doubt=True),
)

TABLE = ErrorTable((*_KEY_AND_ACCOUNT, *_REQUEST, *_PLAN_AND_PACE, *_PLATFORM, *_DELIVERY, *BESIDE, *_BY_STATUS))

#: The rows that failed deliveries meet; any other may stand there too (reference socialapi 3, 3.2).
ON_DELIVERY = (*_PLATFORM, *_DELIVERY)

#: Seconds to wait where neither header nor meta says it (seed 004: some minutes, its sample waits 60 s).
WAITS: dict[str, float] = {
    "platform.<name>.rate_limit": 60.0,
    "whatsapp.pair_rate_limit": 60.0,
    "whatsapp.frequency_cap": 21_600.0,
    "byok.test_rate_limited": 60.0,
    "publishing.velocity_limit": 3600.0,
    # The one row of this code that waits: TikTok's limit of posts a day.
    "validation.field_invalid": 21_600.0,
    "ratelimit.exceeded": 60.0,
}


def find(status: int, code: str | None, message: str = "") -> ErrorRow:
    """Find the row for an answer; a platform's code without a row of its own has that of its reason.

    A server error whose code is known by its namespace alone may have come after the deed.
    """
    row = TABLE.find(status, code, message)
    if code is None or row.provider_code == code:
        return row
    reason = _any_platform(code)
    row = TABLE.find(status, reason, message)
    late = status >= _SERVER_ERROR and status != _NOT_IMPLEMENTED and row.provider_code != reason
    return replace(row, doubt=row.doubt or late)


def on_delivery(row: ErrorRow) -> FailedDelivery:
    """Tell a failure that time heals from one that a change has to heal, or that may be no failure."""
    heals = ENTRIES[row.code].decision in (Decision.WAIT_THEN_RETRY, Decision.RETRY_UNCHANGED)
    return FailedDelivery(heals and not row.doubt, say.MAYBE_LIVE if row.doubt else row.advice or "")


def _any_platform(code: str) -> str:
    reason = re.sub(r"^platform\.[^.]+\.", "platform.<name>.", code)
    reason = re.sub(r"(?<=^platform\.<name>\.)\w+(?=_scope_missing$)", "<what>", reason)
    return re.sub(r"(?<=^platform\.<name>\.)-?[0-9]+$", "<number>", reason)


_SERVER_ERROR, _NOT_IMPLEMENTED = 500, 501
