"""What Discord answers, and what it means."""

from providers.errors import ErrorRow, ErrorTable
from schemas.errors import ErrorCode

_CODES = "docs.discord.com, opcodes and status codes, JSON error codes"
_LISTED = "platform_rules, errors: discord"

_NEW_LINK = "Ask the user for the link of a webhook that is there (channel settings, Integrations), and add it again."
_GONE, _CONTENT, _FULL = ErrorCode.ACCOUNT_NEEDS_RECONNECT, ErrorCode.PLATFORM_REFUSED, ErrorCode.RATE_LIMITED


def _row(number: int, code: ErrorCode, source: str = _CODES, advice: str | None = None) -> ErrorRow:
    return ErrorRow(None, str(number), code, source, advice)


ERRORS = ErrorTable(
    (
        # The webhook, its token, its channel or its server is gone, or closed to it.
        *(_row(number, _GONE, _LISTED, _NEW_LINK) for number in (10003, 10015, 50001, 50013)),
        *(_row(number, _GONE, _CODES, _NEW_LINK) for number in (10004, 10012, 40001, 40012, 50014, 50025, 50027)),
        # What was sent will not do.
        _row(40005, _CONTENT, _LISTED, "Send smaller files: 10 MiB each, 25 MiB in one post."),
        *(_row(number, _CONTENT) for number in (20009, 20031, 30015, 50006, 50035, 50046, 50109, 200000, 240000)),
        # What a person has to set up first.
        _row(220001, ErrorCode.SETUP_NEEDED, advice="The webhook is in a forum: add it again with a thread of it."),
        _row(220003, ErrorCode.SETUP_NEEDED),
        _row(40058, ErrorCode.SETUP_NEEDED),
        _row(40067, ErrorCode.SETUP_NEEDED),
        _row(50083, ErrorCode.SETUP_NEEDED, advice="The thread is archived: ask the user to open it again."),
        _row(160005, ErrorCode.SETUP_NEEDED, advice="The thread is locked: ask the user to unlock it."),
        # Not now.
        *(_row(number, _FULL) for number in (20016, 20028, 20029, 31001, 40062)),
        *(_row(number, ErrorCode.PROVIDER_ERROR) for number in (40004, 40006, 130000)),
        _row(10008, ErrorCode.NOT_FOUND),
        ErrorRow(401, None, _GONE, _CODES, _NEW_LINK),
        ErrorRow(403, None, ErrorCode.FORBIDDEN, _CODES),
        ErrorRow(404, None, _GONE, _CODES, _NEW_LINK),
        ErrorRow(413, None, _CONTENT, _LISTED, "Send smaller files: 10 MiB each, 25 MiB in one post."),
        ErrorRow(429, None, _FULL, _LISTED),
        ErrorRow(400, None, ErrorCode.REJECTED, _CODES),
    )
)
