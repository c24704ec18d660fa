"""Nostr as the registry has it. What speaks to relays is loaded when an account is there to speak for."""

from collections.abc import Mapping

from providers.networks.kind import Ask, Kind, Login, Means
from providers.networks.network import Network
from schemas.rule import Check, Rule, Scope
from schemas.universal import LINK

_LINKS, _MEDIA = Scope(platforms=frozenset({"nostr"})), ("/media/url", "/media/urls/*")
_NO_FILES = "Give public http(s) links, or leave the Nostr account out: there media are links."


async def _log_in(told: Mapping[str, str], means: Means) -> Login:
    from providers.networks.nostr.login import log_in  # noqa: PLC0415  (most servers have no account there)

    return await log_in(told, means)


def _connect(login: Login, means: Means) -> Network:
    from providers.networks.nostr.network import Nostr  # noqa: PLC0415  (most servers have no account there)

    return Nostr(login, means)


KIND = Kind(
    platform="nostr",
    title="Nostr",
    asks=(
        Ask("key", "Private key (nsec1... or 64 hexadecimal digits)", secret=True),
        Ask("relays", "Relays, such as wss://relay.example.com, separated by spaces"),
    ),
    log_in=_log_in,
    connect=_connect,
    again=lambda login: {"key": login.secrets["key"], "relays": login.settings["relays"]},
    rules=tuple(Rule(path, Check.PATTERN, LINK, "NIP-92", scope=_LINKS, fix=_NO_FILES) for path in _MEDIA),
    adds=_MEDIA,
)
