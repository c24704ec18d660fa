"""Rows for what posting does not meet, though an agent may be shown it: connecting, brands, exports, messages."""

from providers.socialapi import verdicts as say
from providers.socialapi.verdicts import row
from schemas.errors import ErrorCode

_LATER = "reference socialapi 3.1"
_CLIENT = "Tell the user: the OAuth client is not set up at SocialAPI as this call needs it."
_EXPORTS = "Tell the user: the SocialAPI plan allows no further export now."

_CONNECTING = (
    row("auth.invalid_secret", ErrorCode.UNAUTHORIZED, _CLIENT),
    row("auth.not_provisioned", ErrorCode.UNAUTHORIZED, say.DASHBOARD),
    row("auth.dashboard_only", ErrorCode.FORBIDDEN, say.DASHBOARD),
    row("auth.requires_dashboard_auth", ErrorCode.FORBIDDEN, say.DASHBOARD),
    row("auth.state_mismatch", ErrorCode.SETUP_NEEDED, say.BEGIN_AGAIN),
    row("auth.oauth.invalid_client", ErrorCode.UNAUTHORIZED, _CLIENT),
    row("auth.oauth.invalid_redirect", ErrorCode.FORBIDDEN, _CLIENT),
    row("auth.oauth.request_expired", ErrorCode.SETUP_NEEDED, say.BEGIN_AGAIN),
    row("auth.oauth.user_missing", ErrorCode.UNAUTHORIZED, _CLIENT),
    row(
        "account.already_linked",
        ErrorCode.STATE_CONFLICT,
        "The account is connected already, perhaps in another brand: use it there.",
    ),
    row(
        "account.different_login",
        ErrorCode.SETUP_NEEDED,
        "The brand's pages belong to another login; disconnect that first.",
        _LATER,
    ),
    row(
        "account.unsupported_platform",
        ErrorCode.INVALID_PAYLOAD,
        "Name a platform that SocialAPI knows; X is twitter there.",
    ),
    row(
        "account.platform_unsupported",
        ErrorCode.NOT_SUPPORTED,
        "The platform does not offer this; do not repeat.",
        _LATER,
    ),
    row("platform.facebook.no_pages", ErrorCode.SETUP_NEEDED, say.NO_PLACE.format("Facebook page")),
    row(
        "platform.facebook.page_cap",
        ErrorCode.SETUP_NEEDED,
        "A brand holds five Facebook pages at most; use another brand.",
        _LATER,
    ),
    row("platform.linkedin.no_pages", ErrorCode.SETUP_NEEDED, say.NO_PLACE.format("LinkedIn organization")),
    row("platform.google.no_locations", ErrorCode.SETUP_NEEDED, say.NO_PLACE.format("Google Business Profile")),
    row("platform.youtube.no_channels", ErrorCode.SETUP_NEEDED, say.NO_PLACE.format("YouTube channel")),
    row(
        "platform.youtube.no_uploads_playlist",
        ErrorCode.SETUP_NEEDED,
        "Tell the user: the YouTube channel is new and empty.",
    ),
    row(
        "platform.bluesky.auth_factor_required",
        ErrorCode.SETUP_NEEDED,
        "Ask the user for a Bluesky app password.",
        _LATER,
    ),
    row(
        "validation.redirect_uri_duplicate",
        ErrorCode.STATE_CONFLICT,
        "It is registered already: nothing is left to do.",
    ),
    row("validation.scope_invalid", ErrorCode.INVALID_PAYLOAD, source=_LATER),
    row("validation.brand_invalid", ErrorCode.INVALID_PAYLOAD, source=_LATER),
    row("webhook_verification_failed", ErrorCode.REJECTED, source=_LATER),
)

_WORKSPACE = (
    row("brand.not_found", ErrorCode.NOT_FOUND),
    row("brand.limit_reached", ErrorCode.QUOTA_REACHED, say.BRANDS),
    row("brand.*", ErrorCode.STATE_CONFLICT, source="reference socialapi 2"),
    row("billing.brands_limit", ErrorCode.QUOTA_REACHED, say.BRANDS),
    row("billing.profile_units_limit", ErrorCode.QUOTA_REACHED, say.BRANDS, _LATER),
    row(
        "billing.storage_quota",
        ErrorCode.QUOTA_REACHED,
        "Tell the user: delete unused media at SocialAPI, or upgrade the plan.",
    ),
    row("billing.interaction_limit", ErrorCode.QUOTA_REACHED, say.USED_UP.format("replies and messages"), _LATER),
    row(
        "validation.interaction_limit_exhausted",
        ErrorCode.QUOTA_REACHED,
        say.USED_UP.format("replies and messages"),
        _LATER,
    ),
    row("billing.export_limit", ErrorCode.QUOTA_REACHED, _EXPORTS),
    row("billing.export_concurrent", ErrorCode.QUOTA_REACHED, _EXPORTS),
    row("billing.export_cooldown", ErrorCode.QUOTA_REACHED, _EXPORTS),
    row(
        "media.in_use",
        ErrorCode.STATE_CONFLICT,
        "A post still uses this file: delete that draft first, or keep the file.",
    ),
    row("invite.expired", ErrorCode.SETUP_NEEDED, "Ask the user for a new invitation."),
    row("invite.invalid", ErrorCode.SETUP_NEEDED, "Ask the user for a new invitation."),
    row("invite.*", ErrorCode.SETUP_NEEDED, "Ask the user for a new invitation."),
    row("byok.test_rate_limited", ErrorCode.RATE_LIMITED),
)

_MESSAGES = (
    row("conversation.not_found", ErrorCode.NOT_FOUND),
    row("conversation.*", ErrorCode.NOT_SUPPORTED, say.MESSAGING),
    row("platform.instagram.window_closed", ErrorCode.NOT_SUPPORTED, say.MESSAGING),
    row("platform.facebook.window_closed", ErrorCode.NOT_SUPPORTED, say.MESSAGING, _LATER),
    row("platform.instagram.230", ErrorCode.NOT_SUPPORTED, say.MESSAGING, _LATER),
    row("platform.<name>.private_reply_ineligible", ErrorCode.NOT_SUPPORTED, say.MESSAGING, _LATER),
    row("platform.whatsapp.permission_denied", ErrorCode.ACCOUNT_NEEDS_RECONNECT, say.LOG_IN),
    row("telegram.cannot_message", ErrorCode.NOT_SUPPORTED, say.MESSAGING, _LATER),
    row("whatsapp.window_closed", ErrorCode.NOT_SUPPORTED, say.MESSAGING),
    row("whatsapp.frequency_cap", ErrorCode.RATE_LIMITED, "The recipient gets no more today; wait for hours."),
    row("whatsapp.pair_rate_limit", ErrorCode.RATE_LIMITED),
    row("whatsapp.throughput_exceeded", ErrorCode.RATE_LIMITED),
    row("whatsapp.user_opted_out", ErrorCode.NOT_SUPPORTED, say.MESSAGING),
    row("whatsapp.undeliverable", ErrorCode.NOT_SUPPORTED, say.MESSAGING),
    row("whatsapp.template_not_found", ErrorCode.NOT_FOUND),
    row("whatsapp.template_paused", ErrorCode.STATE_CONFLICT, "Use another template; Meta has paused this one."),
    row("whatsapp.no_account", ErrorCode.SETUP_NEEDED, say.NO_PLACE.format("WhatsApp account")),
    row("whatsapp.no_waba_found", ErrorCode.SETUP_NEEDED, say.NO_PLACE.format("WhatsApp Business account")),
    row("whatsapp.no_business_found", ErrorCode.SETUP_NEEDED, say.NO_PLACE.format("business")),
    row("whatsapp.no_phone_number_found", ErrorCode.SETUP_NEEDED, say.NO_PLACE.format("phone number")),
    row("whatsapp.unknown", ErrorCode.PROVIDER_ERROR, doubt=True),
    row("whatsapp.*", ErrorCode.NOT_SUPPORTED, say.MESSAGING),
)

BESIDE = _CONNECTING + _WORKSPACE + _MESSAGES
