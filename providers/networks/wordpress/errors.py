"""What the REST API of WordPress answers, and what it means."""

from collections.abc import Iterator

from providers.errors import ErrorRow, ErrorTable
from schemas.errors import ErrorCode

_PEERS = "reference peers 3, WordPress"
_SOURCE = "WordPress 6.5, wp-includes/rest-api"
_LOGIN = (
    "Ask the user for a new application password (Users, Profile, Application Passwords) and add the account again."
)
_RIGHTS = "Ask the user to give this account a role that may publish posts and upload files, such as Author."
_NO_API = "Ask the user whether the REST API of the site is switched off, or hidden by a security plugin."


def _each(status: int | None, code: ErrorCode, codes: str, advice: str | None = None) -> Iterator[ErrorRow]:
    for name in codes.split():
        yield ErrorRow(status, name, code, _SOURCE, advice)


ERRORS = ErrorTable(
    (
        *_each(
            None,
            ErrorCode.ACCOUNT_NEEDS_RECONNECT,
            "incorrect_password invalid_username invalid_email invalidcombo rest_not_logged_in "
            "rest_cookie_invalid_nonce application_passwords_disabled_for_user",
            _LOGIN,
        ),
        ErrorRow(401, None, ErrorCode.ACCOUNT_NEEDS_RECONNECT, f"{_PEERS}: bad password 401", _LOGIN),
        *_each(
            None,
            ErrorCode.SETUP_NEEDED,
            "rest_cannot_create rest_cannot_publish rest_cannot_edit rest_cannot_edit_others rest_cannot_delete "
            "rest_cannot_assign_term rest_forbidden rest_forbidden_context rest_forbidden_status rest_user_cannot_* "
            "rest_cannot_view rest_cannot_read",
            _RIGHTS,
        ),
        *_each(
            None,
            ErrorCode.SETUP_NEEDED,
            "rest_no_route rest_disabled rest_login_required application_passwords_disabled",
            _NO_API,
        ),
        ErrorRow(403, None, ErrorCode.SETUP_NEEDED, _SOURCE, _NO_API),
        ErrorRow(404, None, ErrorCode.SETUP_NEEDED, _SOURCE, _NO_API),
        *_each(None, ErrorCode.NOT_FOUND, "rest_post_invalid_id rest_already_trashed rest_term_invalid"),
        ErrorRow(410, None, ErrorCode.NOT_FOUND, f"{_PEERS}: second delete 410"),
        *_each(
            None,
            ErrorCode.PLATFORM_REFUSED,
            "rest_invalid_param rest_missing_callback_param rest_invalid_json rest_invalid_field rest_empty_content "
            "empty_content rest_invalid_featured_media rest_upload_file_too_big rest_upload_limited_space "
            "rest_upload_sideload_error rest_upload_hash_mismatch rest_upload_invalid_disposition "
            "rest_upload_no_content_disposition rest_upload_no_content_type rest_upload_no_data term_exists",
        ),
        ErrorRow(400, None, ErrorCode.PLATFORM_REFUSED, f"{_PEERS}: 400 with a params map"),
        ErrorRow(413, None, ErrorCode.PLATFORM_REFUSED, "RFC 9110 15.5.14"),
        ErrorRow(408, None, ErrorCode.PROVIDER_TIMEOUT, "RFC 9110 15.5.9", doubt=True),
        ErrorRow(425, None, ErrorCode.PROVIDER_ERROR, "RFC 8470 5.2"),
        ErrorRow(429, None, ErrorCode.RATE_LIMITED, "RFC 6585 4"),
        # Written before anything else happens, so nothing is there.
        *_each(500, ErrorCode.PROVIDER_ERROR, "db_insert_error rest_upload_unknown_error"),
        *(
            ErrorRow(status, None, ErrorCode.PROVIDER_ERROR, "RFC 9110 15.6", doubt=True)
            for status in (500, 502, 503, 504)
        ),
        *(ErrorRow(moved, None, ErrorCode.REJECTED, "RFC 9110 15.4") for moved in range(300, 309)),
    )
)
