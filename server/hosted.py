"""The providers that are services with an API and a key.

Each is loaded where it is on: another one costs some 2 % of the cold start.
"""

from functools import partial
from urllib.parse import urlsplit

from providers.breaker import Breaker
from providers.observing import observed
from providers.protocol import Provider
from providers.turns import Turns
from providers.wire import TURN_SECONDS, Wire
from server.parts import Parts
from server.version import own_version


def _wire(
    parts: Parts,
    provider: str,
    *,
    key_header: str = "Authorization",
    headers: dict[str, str] | None = None,
) -> Wire:
    settings = parts.settings
    key = settings.key(provider)
    if key is None:
        raise ValueError(f"{provider} is on without a key")
    concurrency = settings.concurrency(provider)
    return Wire(
        settings.base_url(provider),
        key,
        parts.clock,
        timeout=settings.send_timeout,
        user_agent=f"postwright/{own_version()}",
        concurrency=concurrency,
        key_header=key_header,
        headers=headers,
        turns=Turns(concurrency, settings.home / "turns", provider),
        breaker=_breaker(parts, provider),
        transport=parts.transport,
        spread=parts.spread,
        observe=partial(observed, meter=parts.meter, provider=provider),
    )


def _breaker(parts: Parts, provider: str) -> Breaker | None:
    """Make the breaker of a provider, and of the server where its API is: one that is down says nothing of another."""
    settings = parts.settings
    if not settings.breaker_failures:
        return None
    base = urlsplit(settings.base_url(provider))
    name, seconds = f"{provider} {base.hostname}:{base.port or base.scheme}", settings.send_timeout + TURN_SECONDS
    return Breaker(parts.database, parts.clock, name, most=settings.breaker_failures, probe_seconds=seconds)


def genviral(parts: Parts) -> Provider:
    """Make the provider."""
    from providers.genviral.provider import Genviral  # noqa: PLC0415
    from providers.genviral.rules import RULES  # noqa: PLC0415
    from providers.genviral.rules_v2 import RULES_V2  # noqa: PLC0415

    settings = parts.settings
    rules = {"v1": RULES, "v2": RULES_V2}[settings.genviral_rules]
    return Genviral(_wire(parts, "genviral"), parts.clock, rules=rules, poll_seconds=settings.genviral_poll_seconds)


def postpost(parts: Parts) -> Provider:
    """Make the provider."""
    from providers.postpost.provider import PostPost  # noqa: PLC0415

    user = parts.settings.postpost_user_id
    wire = _wire(parts, "postpost", key_header="x-api-key", headers={"x-postpost-user-id": user} if user else None)
    return PostPost(wire, parts.clock, parts.fetching(parts.clock))


def socialapi(parts: Parts) -> Provider:
    """Make the provider."""
    from providers.socialapi.provider import SocialAPI  # noqa: PLC0415

    return SocialAPI(_wire(parts, "socialapi"), parts.clock)
