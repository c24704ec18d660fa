"""Every code that the service is known to speak: its HTTP status, a text for people, the meta that goes with it.

Statuses are those of seed 004, also where later documents print others (reference socialapi 3); the codes that only
later documents know stand below (reference socialapi 3.1). Texts are ours where the reference shows none.
"""

import re

from sandbox.jsonvalue import JsonObject

#: code -> (HTTP status, message).
REFUSALS: dict[str, tuple[int, str]] = {
    # Seed 004, "Authentication".
    "auth.missing_header": (401, "Authorization header is missing"),
    "auth.empty_token": (401, "bearer token is empty"),
    "auth.invalid_key": (401, "API key is not active"),
    "auth.invalid_token": (401, "token is invalid or expired"),
    "auth.invalid_secret": (401, "client secret does not match"),
    "auth.not_authenticated": (401, "authentication is required"),
    "auth.not_provisioned": (401, "user is not provisioned"),
    "auth.user_not_found": (401, "user no longer exists"),
    "auth.dashboard_only": (403, "only the dashboard may call this"),
    "auth.requires_dashboard_auth": (403, "a dashboard session is required"),
    "auth.state_mismatch": (400, "state does not match"),
    "auth.oauth.invalid_client": (400, "unknown client"),
    "auth.oauth.invalid_redirect": (400, "redirect_uri is not registered"),
    "auth.oauth.request_expired": (400, "authorization request has expired"),
    "auth.oauth.user_missing": (400, "user of the grant does not exist"),
    # Seed 004, "Accounts".
    "account.not_found": (404, "no such account"),
    "account.already_linked": (409, "account is connected already"),
    "account.reconnection_required": (403, "account needs to be connected again"),
    "account.unsupported_platform": (400, "platform is not recognized"),
    "account.no_active_page": (404, "account has no active page"),
    "account.page_inactive": (409, "page is disabled"),
    "account.pages_not_supported": (501, "platform has no pages"),
    # Seed 004, "Validation".
    "validation.field_required": (400, "field is required"),
    "validation.field_invalid": (400, "field is invalid"),
    "validation.body_invalid": (400, "body is not valid JSON"),
    "validation.redirect_uri_duplicate": (400, "redirect_uri is registered already"),
    # Seed 004, "Resources".
    "resource.not_found": (404, "not found"),
    "resource.conflict": (409, "state conflicts with the action"),
    "resource.gone": (410, "removed for good"),
    "resource.not_supported": (501, "platform does not support this"),
    "brand.not_found": (404, "no such brand"),
    "media.not_found": (404, "no such media"),
    "conversation.not_found": (404, "no such conversation"),
    "post.not_found": (404, "no such post"),
    "media.in_use": (409, "media is referenced by a post"),
    "invite.expired": (410, "invite has expired"),
    "invite.invalid": (400, "invite is invalid"),
    "post.state_invalid": (409, "action does not apply to this state"),
    "post.no_retryable_deliveries": (400, "no failed delivery to retry"),
    # Seed 004, "Billing and plan limits".
    "billing.brands_limit": (403, "brands of the plan used up"),
    "brand.limit_reached": (403, "brands of the plan used up"),
    "billing.post_limit": (429, "monthly posts used up"),
    "billing.storage_quota": (413, "storage of the plan used up"),
    "billing.platform_not_available": (403, "platform needs a higher plan"),
    "billing.export_limit": (429, "daily exports used up"),
    "billing.export_concurrent": (429, "other exports are running"),
    "billing.export_cooldown": (429, "wait before the next export"),
    # Seed 004, upstream; what any platform may say stands in ANY_PLATFORM.
    "platform.tiktok.media_required": (400, "TikTok needs media"),
    "platform.instagram.window_closed": (410, "reply window is over"),
    "platform.facebook.no_pages": (404, "login manages no page"),
    "platform.linkedin.no_pages": (404, "login manages no page"),
    "platform.google.no_locations": (404, "login has no location"),
    "platform.youtube.no_channels": (404, "login has no channel"),
    "platform.youtube.no_uploads_playlist": (404, "channel has no uploads playlist"),
    # Seed 004, "BYOK".
    "byok.credentials_missing": (412, "no app credentials configured"),
    "byok.credentials_invalid": (401, "app credentials were rejected"),
    "byok.credentials_forbidden": (403, "brand belongs to somebody else"),
    "byok.test_rate_limited": (429, "too many credential tests"),
    # Seed 004, "WhatsApp".
    "whatsapp.window_closed": (410, "customer service window is closed"),
    "whatsapp.frequency_cap": (429, "marketing cap of the user reached"),
    "whatsapp.pair_rate_limit": (429, "rate limit of the number pair hit"),
    "whatsapp.throughput_exceeded": (429, "throughput of the account used up"),
    "whatsapp.user_opted_out": (410, "recipient has opted out"),
    "whatsapp.undeliverable": (410, "message cannot be delivered"),
    "whatsapp.template_not_found": (404, "no such template"),
    "whatsapp.template_paused": (409, "template is paused"),
    "whatsapp.no_account": (404, "no WhatsApp account"),
    "whatsapp.no_waba_found": (404, "no WhatsApp business account"),
    "whatsapp.no_business_found": (404, "no business"),
    "whatsapp.no_phone_number_found": (404, "no phone number"),
    "whatsapp.unknown": (500, "unmapped WhatsApp error"),
    # Seed 004, "System".
    "system.internal": (500, "internal error"),
    # Reference socialapi 3.1: later documents alone.
    "ratelimit.exceeded": (429, "too many requests this minute"),
    "publishing.velocity_limit": (429, "too many posts for this destination"),
    "validation.post_limit_exhausted": (429, "monthly posts used up"),
    "validation.interaction_limit_exhausted": (429, "monthly interactions used up"),
    "billing.interaction_limit": (429, "monthly interactions used up"),
    "billing.past_due": (402, "payment is past due"),
    "billing.profile_units_limit": (403, "profile units of the plan used up"),
    "auth.insufficient_scope": (403, "key lacks a scope"),
    "account.different_login": (409, "brand is tied to another login"),
    "account.platform_unsupported": (422, "platform does not offer this"),
    "publishing.media.unsupported_source": (422, "platform does not take attachment ids"),
    "publishing.media.mixing_unsupported": (422, "an attachment id must be the only item"),
    "validation.board_id_required": (400, "board_id is required"),
    "validation.use_board_id": (400, "board_id belongs on the target"),
    "validation.media_type_mismatch": (400, "images and videos do not mix here"),
    "validation.unsupported_photo_format": (400, "photo must be JPEG or WebP"),
    "validation.privacy_level_unsupported": (400, "privacy_level is not allowed for this account"),
    "privacy_level_required": (400, "privacy_level is required"),
    "validation.platform_param": (400, "platform refused a parameter"),
    "validation.scope_invalid": (400, "scope is invalid"),
    "validation.brand_invalid": (400, "brand is invalid"),
    "ambiguous_post_id": (409, "id fits several posts"),
    "platform.instagram.230": (403, "participant has not consented"),
    "platform.facebook.window_closed": (400, "reply window is over"),
    "platform.facebook.page_cap": (403, "brand has five pages already"),
    "platform.youtube.insufficientPermissions": (403, "permissions are missing"),
    "platform.youtube.account_suspended": (403, "account is suspended"),
    "platform.zalo.not_deliverable": (422, "cannot be delivered"),
    "platform.bluesky.auth_factor_required": (401, "sign-in code is required"),
    "platform.bluesky.dm_scope_missing": (403, "app password lacks a scope"),
    "telegram.cannot_message": (403, "recipient cannot be messaged"),
    "webhook_verification_failed": (400, "endpoint did not answer the ping"),
    "field_invalid": (400, "field is invalid"),
    # Named without a status (reference socialapi 1.1).
    "invalid_token": (401, "token is invalid"),
}

#: Reason -> (HTTP status, message), for the reasons that any platform may give: ``platform.<name>.<reason>``.
ANY_PLATFORM: dict[str, tuple[int, str]] = {
    "auth": (401, "token no longer valid"),
    "rate_limit": (429, "upstream throttle"),
    "api_error": (502, "upstream failure"),
    "permission_denied": (403, "permission is missing"),
    "insights_scope_missing": (403, "permission is missing"),
    "private_reply_ineligible": (400, "cannot be replied to privately"),
}

#: Code -> message, for what goes wrong with a delivery alone and so has no HTTP status.
ON_DELIVERY: dict[str, str] = {
    "publishing.delivery.account_load_failed": "account could not be loaded",
    "publishing.delivery.page_resolve_failed": "page could not be resolved",
    "publishing.delivery.timeout": "delivery exceeded its time",
    "publishing.delivery.all_failed": "every delivery failed",
    "publishing.duplicate_target": "another delivery has the same destination",
    "platform.instagram.container_failed": "container failed",
    "platform.instagram.container_timeout": "container was not ready in time",
    "platform.instagram.container_expired": "container has expired",
    "platform.instagram.36003": "aspect ratio is not supported",
    "platform.zalo.article_processing": "article is still being processed",
    "publish_timeout": "publishing exceeded its time",
}

#: The meta that a fault answers with, by the code's beginning; the first that fits.
META: tuple[tuple[str, JsonObject], ...] = (
    ("validation.post_limit_exhausted", {"plan": "free", "max": 10}),
    ("validation.interaction_limit_exhausted", {"plan": "free", "max": 50}),
    ("validation.body_invalid", {"field": "body"}),
    ("validation.redirect_uri_duplicate", {"field": "redirect_uri"}),
    ("validation.board_id_required", {"field": "targets[0].board_id"}),
    ("validation.use_board_id", {"field": "targets[0].board_id"}),
    ("validation.media_type_mismatch", {"field": "media"}),
    ("validation.unsupported_photo_format", {"field": "media"}),
    ("validation.privacy_level_unsupported", {"field": "platform_data.tiktok.privacy_level"}),
    ("validation.", {"field": "text"}),
    ("privacy_level_required", {"field": "platform_data.tiktok.privacy_level"}),
    ("resource.not_found", {"resource": "account", "id": "acc_x"}),
    ("billing.storage_quota", {"plan": "free", "max": 104_857_600}),
    ("billing.brands_limit", {"plan": "free", "max": 2}),
    ("brand.limit_reached", {"plan": "free", "max": 2}),
    ("billing.", {"plan": "free", "max": 10}),
    ("byok.", {"platform": "twitter"}),
    ("platform.instagram.window_closed", {"blocked_locally": True}),
    ("whatsapp.window_closed", {"blocked_locally": True}),
    ("auth.insufficient_scope", {"required_scope": "posts:write"}),
    ("ratelimit.exceeded", {"limit": 60, "retry_after_seconds": 60}),
    (
        "publishing.velocity_limit",
        {"account_id": "acc_01AAA", "window": "hour", "limit": 25, "retry_after_seconds": 1841},
    ),
)

#: Pattern of a delivery's code -> (category, caused_by), the first that fits (reference socialapi 3.2).
_BLAME: tuple[tuple[str, tuple[str, str]], ...] = (
    (r"platform[.]\w+[.](auth|permission_denied|\w+_scope_missing|insufficientPermissions)", ("auth", "platform")),
    (r"platform[.]\w+[.]rate_limit", ("rate_limit", "platform")),
    (r"(account|byok)[.].+", ("auth", "user")),
    (r"validation[.].+|publishing[.](duplicate_target|media[.].+)|privacy_level_required", ("validation", "user")),
    (r"publishing[.]delivery[.]page_resolve_failed|platform[.]tiktok[.]media_required", ("validation", "user")),
    (r"platform[.].+", ("platform", "platform")),
)


def known(code: str) -> tuple[int, str] | None:
    """Look up a code that may come as an answer: its HTTP status and message."""
    if code in REFUSALS:
        return REFUSALS[code]
    origin, _, reason = code.rpartition(".")
    return ANY_PLATFORM.get(reason) if re.fullmatch(r"platform[.]\w+", origin) else None


def sample_meta(code: str) -> JsonObject | None:
    """Make up the meta that belongs to a code, for an answer that nothing real led to."""
    return next((dict(meta) for beginning, meta in META if code.startswith(beginning)), None)


def delivery_error(code: str, message: str | None = None) -> JsonObject:
    """Write what went wrong with a delivery, as ``targets[].error`` has it."""
    usual = ON_DELIVERY.get(code) or (known(code) or (0, "delivery failed"))[1]
    blame = (blame for pattern, blame in _BLAME if re.fullmatch(pattern, code, re.ASCII))
    category, caused_by = next(blame, ("system", "system"))
    return {"category": category, "caused_by": caused_by, "code": code, "message": message or usual}
