"""What a Bluesky server's errors mean (platform_rules, errors; reference peers, section 2)."""

from collections.abc import Mapping

from providers.answer import Answer
from providers.errors import ErrorRow, ErrorTable
from providers.networks.calling import Dialect
from providers.networks.documents import read_object
from providers.protocol import Failure
from providers.wire import retry_after, within_a_day
from schemas.errors import ErrorCode
from schemas.instant import Clock
from schemas.jsonvalue import text

_RULES, _PEERS = "platform_rules, errors", "reference peers 2"
_AGAIN = ErrorCode.ACCOUNT_NEEDS_RECONNECT
_ADD_AGAIN = (
    "Ask the user for a new app password (Settings, Privacy and security, App passwords) "
    "and to run: postwright accounts add bluesky"
)
_STATE = "Ask the user to look at the account in the Bluesky app: it is {}. Nothing is sent there meanwhile."
_SMALLER = "The server of this account takes no file as large as this. Give a smaller one."

TABLE = ErrorTable(
    (
        ErrorRow(400, "InvalidRequest", ErrorCode.PLATFORM_REFUSED, _RULES),
        ErrorRow(400, "InvalidRequest", ErrorCode.NOT_FOUND, _PEERS, words=r"could not locate record"),
        ErrorRow(400, "RecordNotFound", ErrorCode.NOT_FOUND, _PEERS),
        ErrorRow(400, "HandleNotFound", ErrorCode.NOT_FOUND, _PEERS),
        ErrorRow(400, "InvalidRequest", ErrorCode.NOT_FOUND, _PEERS, words=r"unable to resolve handle"),
        # A file that nothing refers to is cleared away by the server: the next try brings it again.
        ErrorRow(400, "BlobNotFound", ErrorCode.PROVIDER_ERROR, _RULES),
        ErrorRow(400, "InvalidRequest", ErrorCode.PROVIDER_ERROR, _RULES, words=r"could not find blob"),
        ErrorRow(400, "InvalidMimeType", ErrorCode.PLATFORM_REFUSED, _PEERS),
        ErrorRow(400, "InvalidSwap", ErrorCode.STATE_CONFLICT, _PEERS),
        ErrorRow(400, "ExpiredToken", _AGAIN, _RULES, advice=_ADD_AGAIN),
        ErrorRow(None, "InvalidToken", _AGAIN, _RULES, advice=_ADD_AGAIN),
        ErrorRow(None, "AuthMissing", _AGAIN, _RULES, advice=_ADD_AGAIN),
        ErrorRow(None, "AuthenticationRequired", _AGAIN, _PEERS, advice=_ADD_AGAIN),
        ErrorRow(
            401,
            "AuthFactorTokenRequired",
            _AGAIN,
            "com.atproto.server.createSession",
            advice="This account has a second factor: " + _ADD_AGAIN[0].lower() + _ADD_AGAIN[1:],
        ),
        ErrorRow(None, "AccountTakedown", _AGAIN, _RULES, advice=_STATE.format("taken down")),
        ErrorRow(None, "AccountDeactivated", _AGAIN, _RULES, advice=_STATE.format("deactivated")),
        ErrorRow(None, "AccountSuspended", _AGAIN, _RULES, advice=_STATE.format("suspended")),
        ErrorRow(401, None, _AGAIN, _RULES, advice=_ADD_AGAIN),
        ErrorRow(413, None, ErrorCode.PLATFORM_REFUSED, _RULES, advice=_SMALLER),
        ErrorRow(None, "PayloadTooLarge", ErrorCode.PLATFORM_REFUSED, _RULES, advice=_SMALLER),
        ErrorRow(429, None, ErrorCode.RATE_LIMITED, _RULES),
        # With a name that is taken, createRecord answers it too, and a post is there: it is looked for.
        ErrorRow(500, None, ErrorCode.PROVIDER_ERROR, _RULES, doubt=True),
        # Only what a server asks others for fails like this; writing it does itself.
        ErrorRow(502, "UpstreamFailure", ErrorCode.PROVIDER_ERROR, _RULES),
        ErrorRow(None, "NotEnoughResources", ErrorCode.PROVIDER_ERROR, "XRPC"),
    )
)


def _said(answer: Answer) -> tuple[str | None, str]:
    body = read_object(answer)
    return text(body.get("error")), text(body.get("message")) or ""


def _asked(answer: Answer, clock: Clock) -> float | None:
    """Find the seconds to wait: told as such, or as the second since 1970 at which the limit begins anew."""
    told = retry_after(answer.headers, clock)
    if told is not None or answer.status != _TOO_MANY:
        return told
    return _until_reset(answer.headers, clock)


def _until_reset(headers: Mapping[str, str], clock: Clock) -> float | None:
    reset = headers.get("ratelimit-reset", "")
    if not (reset.isascii() and reset.isdigit() and len(reset) <= _LONGEST_SECONDS):
        return None
    return within_a_day(int(reset) - clock().timestamp())


def unexpected(what: str) -> Failure:
    """Say that a server answered with success and not with what was asked for."""
    return Failure(ErrorCode.UNEXPECTED_ANSWER, f"The Bluesky server answered without {what}.")


_TOO_MANY, _LONGEST_SECONDS = 429, 12

DIALECT = Dialect("Bluesky", TABLE, _said, _asked)
