"""Add an account on Nostr: a private key, and the relays to send to."""

from collections.abc import Iterable, Mapping
from importlib import import_module

import httpx2

from providers.networks.address import LOOPBACK
from providers.networks.calling import Caller, Dialect
from providers.networks.documents import read_object
from providers.networks.kind import Login, Means
from providers.networks.nostr.errors import TABLE, failure
from providers.networks.nostr.event import Signer
from providers.networks.nostr.names import npub, private_key
from providers.networks.nostr.relays import Relays
from providers.protocol import Failure
from schemas.account import Account, Capabilities
from schemas.instant import Clock
from schemas.jsonvalue import JsonObject, members

MAX_RELAYS, LONGEST_RELAY = 10, 200
#: What of an event is not its content: keys, signature, and a few tags (bytes).
AROUND_CONTENT = 1_000


async def log_in(told: Mapping[str, str], means: Means) -> Login:
    """Make a login of a key and relays: every relay must answer, and says what it takes.

    Raises:
        ValueError: the key or a relay can be none, or a package is missing.
        Failure: a relay cannot be reached.
    """
    secret, urls = private_key(told["key"]), _urls(told["relays"])
    signer = _signer(secret)
    relays = Relays(urls, signer, means.clock)
    name, unasked = await relays.name(signer.public)
    if unasked:
        raise failure(unasked, "Not every relay could be asked; correct or leave out those")
    limits = [await _limits(url, means.clock) for url in urls]
    longest = _least(limits, "max_message_length")
    caption = [_least(limits, "max_content_length"), longest and max(1, longest - AROUND_CONTENT)]
    public = npub(signer.public)
    account = Account(
        id=f"local:nostr-{public[5:13]}",
        platform="nostr",
        name=name or f"{public[:13]}...",
        username=public,
        capabilities=Capabilities(caption_limit=min(filter(None, caption), default=None)),
    )
    return Login(account, {"relays": " ".join(urls), "message_bytes": str(longest or "")}, {"key": secret.hex()})


async def _limits(url: str, clock: Clock) -> JsonObject:
    """Read what a relay says of its limits (NIP-11); one that says nothing of itself has none."""
    caller = Caller(Dialect("The relay", TABLE, lambda answer: (None, "")), clock)
    try:
        answer = await caller.call("GET", f"http{url[2:]}", headers={"Accept": "application/nostr+json"})
        return members(read_object(answer).get("limitation"))
    except Failure:
        return {}
    finally:
        await caller.aclose()


def _signer(secret: bytes) -> Signer:
    try:
        import_module("websockets")  # needed later on, and told now if it is missing
        return Signer(secret)
    except ImportError as error:
        message = f"Nostr needs {error.name}, which is not installed: install postwright[nostr]"
        raise ValueError(message) from None
    except ValueError:
        raise ValueError("the private key is none: it lies outside of the curve") from None


def _urls(told: str) -> list[str]:
    """Read relays, between which stand spaces or commas."""
    urls = list(dict.fromkeys(_checked(word) for word in told.replace(",", " ").split()))
    if not 1 <= len(urls) <= MAX_RELAYS:
        raise ValueError(f"give 1 to {MAX_RELAYS} relays such as wss://relay.example.com, not {len(urls)}")
    return urls


def _checked(word: str) -> str:
    try:
        url = httpx2.URL(word if "://" in word else f"wss://{word}")
    except httpx2.InvalidURL:
        url = httpx2.URL()
    if url.userinfo:
        raise ValueError("a relay's link carries a user name or a password: relays take none")
    if url.scheme not in ("wss", "ws") or not url.host or len(word) > LONGEST_RELAY:
        raise ValueError(f"{word[:100]} is no relay: give links that begin with wss://")
    if url.scheme == "ws" and url.host not in LOOPBACK:
        raise ValueError(f"{word[:100]} is not encrypted: ws:// is only for relays on this machine, so use wss://")
    return str(url)


def _least(limits: Iterable[JsonObject], name: str) -> int | None:
    """Find the tightest of a limit: what every relay takes."""
    told = [limit.get(name) for limit in limits]
    return min((number for number in told if type(number) is int and number > 0), default=None)
