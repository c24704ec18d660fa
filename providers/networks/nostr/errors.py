"""What relays say when they refuse, by the first word of it (NIP-01, "From relay to client"), as rows."""

from collections.abc import Sequence

from providers.errors import ErrorRow, ErrorTable
from providers.networks.nostr.relay import Reply, Said
from providers.protocol import Failure
from schemas.errors import ENTRIES, Decision, ErrorCode
from schemas.result import ProviderError
from schemas.untrusted import clean

_NIP_01, _SEEN = "NIP-01", "reference peers 3"
_ELSEWHERE = "Use another relay: run postwright accounts add nostr again with other relays."
_JOIN = "Ask the user to get a place on the relay, or to use another one."

TABLE = ErrorTable(
    (
        ErrorRow(None, "blocked", ErrorCode.FORBIDDEN, _NIP_01, _ELSEWHERE),
        ErrorRow(None, "restricted", ErrorCode.FORBIDDEN, "NIP-42", _JOIN),
        ErrorRow(None, "auth-required", ErrorCode.FORBIDDEN, "NIP-42", _JOIN),
        ErrorRow(None, "rate-limited", ErrorCode.RATE_LIMITED, _NIP_01),
        ErrorRow(None, "invalid", ErrorCode.PLATFORM_REFUSED, _NIP_01, "Change the post, or use another relay."),
        ErrorRow(
            None,
            "invalid",
            ErrorCode.MISCONFIGURED,
            _SEEN,
            "Set this machine's clock right: the relay takes its time for one to come.",
            words="future",
        ),
        ErrorRow(None, "pow", ErrorCode.PLATFORM_REFUSED, "NIP-13", f"It wants proof of work. {_ELSEWHERE}"),
        ErrorRow(None, "rejected", ErrorCode.PLATFORM_REFUSED, _SEEN, _ELSEWHERE),
        ErrorRow(None, "mute", ErrorCode.PLATFORM_REFUSED, _NIP_01, "Nobody listens there."),
        ErrorRow(None, "error", ErrorCode.PROVIDER_ERROR, _NIP_01),
        ErrorRow(None, None, ErrorCode.PLATFORM_REFUSED, _NIP_01),
    )
)

#: What a relay that said nothing stands for: an event that it was sent may be there all the same.
_WITHOUT_WORDS = {
    Said.NOTHING: ErrorRow(None, None, ErrorCode.PROVIDER_TIMEOUT, _SEEN, doubt=True),
    Said.UNREACHED: ErrorRow(None, None, ErrorCode.PROVIDER_UNREACHABLE, _SEEN),
}


def failure(replies: Sequence[Reply], what: str) -> Failure:
    """Say why ``what`` is so: silence comes first, then what may be better later, then what is refused for good."""
    rows = [(_row(reply), reply) for reply in replies if reply.said is not Said.TAKEN]
    row, reply = min(rows, key=lambda told: (not told[0].doubt, ENTRIES[told[0].code].decision not in _LATER))
    return Failure(
        row.code,
        clean(f"{what}: {listed(replies)}.", 500),
        doubt=row.doubt,
        advice=row.advice,
        provider_error=ProviderError(message=reply.words) if reply.words else None,
    )


def listed(replies: Sequence[Reply]) -> str:
    """Say of each relay what came of the event there."""
    return "; ".join(f"{reply.relay} {reply.said}{f' ({reply.words})' if reply.words else ''}" for reply in replies)


def _row(reply: Reply) -> ErrorRow:
    word = reply.words.partition(":")[0]
    return _WITHOUT_WORDS.get(reply.said) or TABLE.find(_REFUSED, word, reply.words)


_LATER = frozenset({Decision.WAIT_THEN_RETRY, Decision.RETRY_UNCHANGED})
# Relays answer without a status; what they say means a refusal, whatever it is.
_REFUSED = 400
