"""Who may call: any bearer token, but for those whose beginning says that they may not."""

import re
from collections.abc import Collection

from sandbox.genviral.envelope import Refusal

#: The beginning of a token -> how it is refused. They stand for the states of a key and of its plan (seed 000).
STATES = {"revoked": "invalid_token", "nosub_": "subscription_required", "scheduler_": "tier_not_allowed"}

_BEARER = re.compile(r"bearer +(?P<token>[!-~]+) *", re.IGNORECASE | re.ASCII)


def authorize(header: str | None, tokens: Collection[str] | None) -> None:
    """Let a call pass that brings ``Bearer <token>``, with one of ``tokens`` when there is such a list.

    Raises:
        Refusal: ``invalid_token``, ``subscription_required`` or ``tier_not_allowed``.
    """
    if header is None:
        raise Refusal("invalid_token", "Missing API key")
    match = _BEARER.fullmatch(header)
    if match is None:
        raise Refusal("invalid_token", "Malformed Authorization header")
    token = match["token"]
    for beginning, error_code in STATES.items():
        if token.startswith(beginning):
            raise Refusal(error_code)
    if tokens is not None and token not in tokens:
        raise Refusal("invalid_token")
