"""What servers of the Mastodon API answer, and what it means: their errors have no codes, only a status and words."""

from providers.errors import ErrorRow, ErrorTable
from schemas.errors import ErrorCode

_RULES = "platform_rules, errors: mastodon"
_PEERS = "reference peers 4"
_DOCS = "docs.joinmastodon.org/methods/statuses"
_TOKEN = (
    "Ask the user for a new access token of this account (scopes read:accounts, read:statuses, write:media, "  # noqa: S105  (no password)
    "write:statuses) and add the account again."
)
_AT_THE_SERVER = "Ask the user to look at the account on its server: it may not post at present."

ERRORS = ErrorTable(
    (
        ErrorRow(401, None, ErrorCode.ACCOUNT_NEEDS_RECONNECT, f"{_RULES} 401; {_PEERS}, bad token", _TOKEN),
        # Takahe says so in plain words, as text/html, with a status that means something else everywhere.
        ErrorRow(
            400,
            None,
            ErrorCode.ACCOUNT_NEEDS_RECONNECT,
            f"{_PEERS}, bad token",
            _TOKEN,
            words=r"\b(invalid|unknown|revoked|expired)\b.{0,20}\btoken\b|\btoken\b.{0,20}\b(invalid|revoked|expired)\b",
        ),
        ErrorRow(403, None, ErrorCode.ACCOUNT_NEEDS_RECONNECT, _DOCS, _TOKEN, words="scope"),
        ErrorRow(403, None, ErrorCode.SETUP_NEEDED, _DOCS, _AT_THE_SERVER),
        ErrorRow(404, None, ErrorCode.NOT_FOUND, f"{_PEERS}, delete twice, unknown media id"),
        ErrorRow(410, None, ErrorCode.NOT_FOUND, "RFC 9110 15.5.11"),
        ErrorRow(400, None, ErrorCode.PLATFORM_REFUSED, f"{_PEERS}, empty status, alt text"),
        ErrorRow(413, None, ErrorCode.PLATFORM_REFUSED, "RFC 9110 15.5.14"),
        ErrorRow(422, None, ErrorCode.PLATFORM_REFUSED, f"{_RULES} 422"),
        ErrorRow(422, None, ErrorCode.PROVIDER_ERROR, f"{_RULES} 422", words="not finished processing"),
        ErrorRow(429, None, ErrorCode.RATE_LIMITED, f"{_RULES} 429"),
        ErrorRow(408, None, ErrorCode.PROVIDER_TIMEOUT, "RFC 9110 15.5.9", doubt=True),
        ErrorRow(425, None, ErrorCode.PROVIDER_ERROR, "RFC 8470 5.2"),
        # Also what Takahe and Hollo say to bad input, so the words tell nothing.
        *(
            ErrorRow(status, None, ErrorCode.PROVIDER_ERROR, f"{_RULES} 500; {_PEERS}, broken image", doubt=True)
            for status in (500, 502, 503, 504)
        ),
        *(ErrorRow(moved, None, ErrorCode.REJECTED, "RFC 9110 15.4") for moved in range(300, 309)),
    )
)
