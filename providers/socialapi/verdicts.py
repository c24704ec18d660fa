"""The advice that several of SocialAPI's rows share, and how a row is written."""

from providers.errors import ErrorRow
from schemas.errors import ErrorCode

KEY = (
    "Ask the user for a valid SocialAPI key (POSTWRIGHT_SOCIALAPI_API_KEY): "
    "this one is missing, wrong, revoked or rotated."
)
RIGHTS = (
    "Tell the user: this SocialAPI key may not do that. It needs access to the brand, "
    "and the scopes accounts:read, posts:read, posts:write, and for files media:read and media:write."
)
DASHBOARD = "Ask the user to do this in the SocialAPI dashboard; no API key may."
BEGIN_AGAIN = "Ask the user to begin connecting again in the SocialAPI dashboard; this attempt is no longer valid."
LOG_IN = (
    "Ask the user to reconnect this account in the SocialAPI dashboard and to grant everything it asks for; "
    "the API key is fine. Leave the account out meanwhile."
)
CHOOSE_PAGE = "Ask the user to choose an active page for this account in the SocialAPI dashboard."
LOOK_AT_IT = (
    "Ask the user to look at this account in the SocialAPI dashboard, and to reconnect it if it says so; "
    "the API key is fine. Leave the account out meanwhile."
)
NO_PLACE = "Tell the user: this login manages no {}. After one is made there, the account has to be reconnected."
OWN_APP = (
    "Ask the user to enter the keys of their own X developer app in the SocialAPI dashboard; "
    "the SocialAPI key is fine. Leave the X accounts out meanwhile."
)
USED_UP = "Tell the user: the {} of the SocialAPI plan are used up. Do not repeat before the next period or an upgrade."
BRANDS = "Tell the user: the SocialAPI plan holds no more brands. Do not repeat before one is removed or an upgrade."
LOOK = "Look with check_status and choose what the post's state allows; the same call cannot succeed."
SLOW_DOWN = "Wait some minutes, then repeat: the platform slows this account down. It costs no posts of the plan."
MAYBE_LIVE = "It may be live all the same: look on the platform before it is sent again."
MESSAGING = "Do not repeat. This is about messages, not posts."


def row(
    provider_code: str, code: ErrorCode, advice: str | None = None, source: str = "seed 004", *, doubt: bool = False
) -> ErrorRow:
    """Make a row for a code of the service, whatever its HTTP status: that has changed (reference socialapi 15)."""
    return ErrorRow(None, provider_code, code, source, advice, doubt)
