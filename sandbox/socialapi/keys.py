"""Who may call, and what: keys by their beginning (seed 004; reference socialapi 1 and 12)."""

import re
from collections.abc import Collection

from sandbox.socialapi.envelope import Refusal

#: What an API key begins with; any other token is taken for an OAuth access token.
API_KEY = "sapi_key_"

#: The scopes that the routes here ask for; a key has all of them unless it is restricted.
SCOPES = frozenset(
    {"accounts:read", "accounts:manage", "posts:read", "posts:write", "media:read", "media:write", "analytics:read"}
)

#: The beginning of a key -> how it is refused.
STATES = {f"{API_KEY}revoked": "auth.invalid_key", f"{API_KEY}ghost": "auth.user_not_found"}

#: The beginning of a key that may only read.
READ_ONLY = f"{API_KEY}readonly"

_BEARER = re.compile(r"bearer(?: +(?P<token>[!-~]+))? *", re.IGNORECASE | re.ASCII)


def authorize(header: str | None, tokens: Collection[str] | None) -> frozenset[str]:
    """Let a call pass that brings ``Bearer <token>``, one of ``tokens`` when there is such a list; returns its scopes.

    Raises:
        Refusal: the ``auth.*`` code that fits. The reference is silent on other schemes: ``auth.not_authenticated``.
    """
    if header is None:
        raise Refusal("auth.missing_header")
    match = _BEARER.fullmatch(header)
    if match is None:
        raise Refusal("auth.not_authenticated")
    token = match["token"]
    if token is None:
        raise Refusal("auth.empty_token")
    for beginning, code in STATES.items():
        if token.startswith(beginning):
            raise Refusal(code)
    is_key = token.startswith(API_KEY)
    if token not in tokens if tokens is not None else not is_key:
        raise Refusal("auth.invalid_key" if is_key else "auth.invalid_token")
    return frozenset(scope for scope in SCOPES if scope.endswith(":read")) if token.startswith(READ_ONLY) else SCOPES
