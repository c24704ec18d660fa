"""What homeservers refuse with (Client-Server API 4.3, "Standard error response"), as rows."""

from providers.answer import Answer
from providers.errors import ErrorRow, ErrorTable
from providers.networks.calling import Dialect
from providers.networks.documents import read_object
from providers.wire import retry_after
from schemas.errors import ErrorCode
from schemas.instant import Clock
from schemas.jsonvalue import text

_SPEC, _SEEN = "Client-Server API 4.3", "reference peers 3"
_RECONNECT = "Log in again: postwright accounts add matrix."
_LET_IN = (
    "Let somebody who runs the room invite this user, or let it send messages there (its power level); "
    "then run postwright accounts add matrix again."
)
_ASK_ADMIN = "Ask whoever runs the homeserver."
_RECONNECT_CODES = ("M_UNKNOWN_TOKEN", "M_MISSING_TOKEN", "M_USER_DEACTIVATED", "M_USER_LOCKED", "M_INVALID_USERNAME")
_ADMIN_CODES = ("M_USER_SUSPENDED", "M_CONSENT_NOT_GIVEN", "M_RESOURCE_LIMIT_EXCEEDED", "M_USER_LIMIT_EXCEEDED")
_CONTENT_CODES = ("M_BAD_JSON", "M_NOT_JSON", "M_MISSING_PARAM", "M_INVALID_PARAM", "M_BAD_STATE", "M_EXCLUSIVE")

TABLE = ErrorTable(
    (
        ErrorRow(None, "M_LIMIT_EXCEEDED", ErrorCode.RATE_LIMITED, _SEEN),
        *(ErrorRow(None, code, ErrorCode.ACCOUNT_NEEDS_RECONNECT, _SPEC, _RECONNECT) for code in _RECONNECT_CODES),
        ErrorRow(401, None, ErrorCode.ACCOUNT_NEEDS_RECONNECT, _SPEC, _RECONNECT),
        ErrorRow(None, "M_FORBIDDEN", ErrorCode.FORBIDDEN, _SEEN, _LET_IN),
        ErrorRow(
            None,
            "M_FORBIDDEN",
            ErrorCode.ACCOUNT_NEEDS_RECONNECT,
            "Synapse 1.163, observed",
            "Give the user's name and password once more, as they are at this homeserver.",
            words="password",
        ),
        ErrorRow(None, "M_GUEST_ACCESS_FORBIDDEN", ErrorCode.FORBIDDEN, _SPEC, _LET_IN),
        *(ErrorRow(None, code, ErrorCode.SETUP_NEEDED, _SPEC, _ASK_ADMIN) for code in _ADMIN_CODES),
        ErrorRow(None, "M_TOO_LARGE", ErrorCode.PLATFORM_REFUSED, _SEEN, "Shorten the text, or give smaller files."),
        ErrorRow(
            None, "M_NOT_FOUND", ErrorCode.NOT_FOUND, _SPEC, "Look at the room's name: the homeserver does not know it."
        ),
        ErrorRow(
            None,
            "M_UNRECOGNIZED",
            ErrorCode.MISCONFIGURED,
            _SPEC,
            "Look at the homeserver's link: what answers there does not speak Matrix.",
        ),
        ErrorRow(
            404,
            "M_UNKNOWN",
            ErrorCode.NOT_FOUND,
            "Synapse 1.163, observed",
            "Give the room by its alias (#name:server), or let somebody invite this user first.",
        ),
        *(ErrorRow(None, code, ErrorCode.PLATFORM_REFUSED, _SPEC) for code in _CONTENT_CODES),
        ErrorRow(429, None, ErrorCode.RATE_LIMITED, _SPEC),
    )
)


def _said(answer: Answer) -> tuple[str | None, str]:
    told = read_object(answer)
    return text(told.get("errcode")), text(told.get("error")) or ""


def _asked(answer: Answer, clock: Clock) -> float | None:
    """Read how long to wait: the body knows it in milliseconds, the header only in whole seconds."""
    told = read_object(answer).get("retry_after_ms")
    if isinstance(told, int | float) and not isinstance(told, bool) and 0 <= told <= _LONGEST:
        return told / 1_000
    return retry_after(answer.headers, clock)


_LONGEST = 86_400_000
DIALECT = Dialect("The homeserver", TABLE, _said, _asked)
