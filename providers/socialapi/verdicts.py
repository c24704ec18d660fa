"""Which of our error codes SocialAPI's rows lead to, and the advice that several of them share."""

from providers.errors import ErrorRow
from schemas.errors import ErrorCode

# Six things that SocialAPI says and for which our table has no code of its own: each name stands for the nearest one.
#: The platform no longer accepts the account's login, or the login lacks rights.
RECONNECT = ErrorCode.FORBIDDEN
#: A person has to set something up first: a page, a board, an own developer app, a connection begun anew.
SETUP = ErrorCode.FORBIDDEN
#: The plan's allowance is used up: no repeat helps before the period ends or the plan grows.
PLAN_LIMIT = ErrorCode.PLAN_FORBIDS
#: The object is in another state than the call needs.
STATE = ErrorCode.IMMUTABLE
#: The platform cannot do this at all.
NOT_SUPPORTED = ErrorCode.VALIDATION_FAILED
#: The platform looked at the content and refused it.
CONTENT = ErrorCode.VALIDATION_FAILED

KEY = (
    "Ask the user for a valid SocialAPI key (POSTWRIGHT_SOCIALAPI_API_KEY): "
    "this one is missing, wrong, revoked or rotated."
)
RIGHTS = (
    "Tell the user: this SocialAPI key may not do that. It needs access to the brand, "
    "and the scopes accounts:read, posts:read and posts:write."
)
DASHBOARD = "Ask the user to do this in the SocialAPI dashboard; no API key may."
BEGIN_AGAIN = "Ask the user to begin connecting again in the SocialAPI dashboard; this attempt is no longer valid."
LOG_IN = (
    "Ask the user to reconnect this account in the SocialAPI dashboard and to grant everything it asks for; "
    "the API key is fine. Leave the account out meanwhile."
)
CHOOSE_PAGE = "Ask the user to choose an active page for this account in the SocialAPI dashboard."
NO_PLACE = "Tell the user: this login manages no {}. After one is made there, the account has to be reconnected."
OWN_APP = (
    "Ask the user to enter the keys of their own X developer app in the SocialAPI dashboard; "
    "the SocialAPI key is fine. Leave the X accounts out meanwhile."
)
USED_UP = "Tell the user: the {} of the SocialAPI plan are used up. Do not repeat before the next period or an upgrade."
LOOK = "Look with check_status and choose what the post's state allows; the same call cannot succeed."
SLOW_DOWN = "Wait some minutes, then repeat: the platform slows this account down. It costs no posts of the plan."
MESSAGING = "Do not repeat. This is about messages, not posts."


def row(
    provider_code: str, code: ErrorCode, advice: str | None = None, source: str = "seed 004", *, doubt: bool = False
) -> ErrorRow:
    """Make a row for a code of the service, whatever its HTTP status: that has changed (reference socialapi 15)."""
    return ErrorRow(None, provider_code, code, source, advice, doubt)
