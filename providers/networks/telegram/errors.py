"""What Telegram's Bot API answers, and what it means: its errors have no codes, only a status and English words."""

from providers.errors import ErrorRow, ErrorTable
from schemas.errors import ErrorCode

_SPEC = "platform_rules, Telegram (tg_spec); core.telegram.org/bots/api, making requests"
_OBSERVED = "words of the Bot API server, as clients of it match them"

_NEW_TOKEN = "Ask the user for the bot's current token (from @BotFather) and add the account again."  # noqa: S105  (no password)
LET_IN = "Ask the user to let the bot into the chat, in a channel as an administrator who may post messages."
_LOAD = "Telegram loads links itself: give public https links to the files (photos up to 5 MB, videos up to 20 MB)."


def _rows(status: int, code: ErrorCode, advice: str | None, *words: str) -> tuple[ErrorRow, ...]:
    return tuple(ErrorRow(status, None, code, _OBSERVED, advice, words=phrase) for phrase in words)


ERRORS = ErrorTable(
    (
        ErrorRow(401, None, ErrorCode.ACCOUNT_NEEDS_RECONNECT, _SPEC, _NEW_TOKEN),
        # A token that is none at all is told as a method that is not there.
        ErrorRow(404, None, ErrorCode.ACCOUNT_NEEDS_RECONNECT, _OBSERVED, _NEW_TOKEN),
        ErrorRow(403, None, ErrorCode.ACCOUNT_NEEDS_RECONNECT, "platform_rules, errors: telegram 403", LET_IN),
        ErrorRow(None, "migrate_to_chat_id=*", ErrorCode.ACCOUNT_NEEDS_RECONNECT, _SPEC, LET_IN),
        ErrorRow(413, None, ErrorCode.PLATFORM_REFUSED, "platform_rules, Telegram: file upload max"),
        ErrorRow(420, None, ErrorCode.RATE_LIMITED, _OBSERVED),
        ErrorRow(429, None, ErrorCode.RATE_LIMITED, "platform_rules, errors: telegram 429"),
        *_rows(
            400,
            ErrorCode.ACCOUNT_NEEDS_RECONNECT,
            LET_IN,
            "chat not found",
            "group chat was deactivated|group chat was upgraded",
            "CHAT_WRITE_FORBIDDEN|CHAT_ADMIN_REQUIRED|CHAT_RESTRICTED|CHANNEL_PRIVATE|PEER_ID_INVALID|USER_DEACTIVATED",
            "need administrator rights|have no rights to send a message|not enough rights to send text messages",
        ),
        *_rows(
            400,
            ErrorCode.SETUP_NEEDED,
            "Ask the user to allow this kind of media in the chat's permissions.",
            "not enough rights to send|CHAT_SEND_(MEDIA|PHOTOS|VIDEOS|PLAIN)_FORBIDDEN",
        ),
        *_rows(
            400,
            ErrorCode.MEDIA_UNREACHABLE,
            _LOAD,
            "failed to get HTTP URL content|wrong file identifier/HTTP URL specified",
            "wrong type of the web page content|invalid file HTTP URL",
            "WEBPAGE_CURL_FAILED|WEBPAGE_MEDIA_EMPTY|MEDIA_EMPTY|URL host is empty",
        ),
        *_rows(
            400,
            ErrorCode.PLATFORM_REFUSED,
            None,
            "message is too long|caption is too long|MEDIA_CAPTION_TOO_LONG|text must be encoded|message text is empty",
            "PHOTO_INVALID_DIMENSIONS|PHOTO_EXT_INVALID|IMAGE_PROCESS_FAILED|PHOTO_SAVE_FILE_INVALID|VIDEO_FILE_INVALID",
            "file is too big|too big for a photo|file must be non-empty|can't parse|group send failed",
        ),
        *_rows(
            400,
            ErrorCode.IMMUTABLE,
            "Telegram lets bots delete messages for 48 hours only, and elsewhere by an administrator: "
            "tell the user to delete it there.",
            "message can't be deleted|MESSAGE_DELETE_FORBIDDEN",
        ),
        *_rows(400, ErrorCode.NOT_FOUND, None, "message to delete not found|MESSAGE_ID_INVALID"),
        ErrorRow(400, None, ErrorCode.REJECTED, _SPEC),
    )
)
