"""A login at a Bluesky server and its tokens: renewed ahead, renewed when refused, logged in anew when all else fails.

An access token lives two hours, the one that renews it ninety days (platform_rules, bluesky-169). Renewing gives a new
pair, and for two hours more the old one gives the same, so that processes may renew at once; one that slept through
that logs in with the app password. Logins are scarce, thirty in five minutes (bluesky-163), so nothing else does.
"""

from collections.abc import AsyncIterable, Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta

import anyio
import structlog

from providers.answer import Answer
from providers.networks.bluesky.errors import DIALECT, unexpected
from providers.networks.calling import Caller
from providers.networks.documents import read_object
from providers.networks.kind import Login, Means
from providers.networks.network import Window
from providers.protocol import Failure
from schemas.errors import ErrorCode
from schemas.instant import Clock, parse, wire
from schemas.jsonvalue import JsonObject, items, members, text

log = structlog.get_logger(__name__)

#: Half of what an access token lives: older ones are renewed before they are used.
RENEW_AFTER = timedelta(hours=1)
_STALE = frozenset({"ExpiredToken", "InvalidToken"})


@dataclass(frozen=True, slots=True)
class Granted:
    """What a server grants with a login: whose it is, two tokens, and where the account's repository lies."""

    did: str
    handle: str
    access: str
    refresh: str
    pds: str | None

    def secrets(self, password: str, clock: Clock) -> dict[str, str]:
        """Tell what is kept of it, and since when it holds."""
        return {"password": password, "access": self.access, "refresh": self.refresh, "renewed_at": wire(clock())}


async def log_in(caller: Caller, entry: str, identifier: str, password: str) -> Granted:
    """Open a session with a name and an (app) password.

    Raises:
        Failure: refused, or the server could not be asked.
    """
    body = {"identifier": identifier, "password": password}
    return granted(read_object(await caller.call("POST", _method(entry, "server.createSession"), body=body)), entry)


def granted(answer: JsonObject, entry: str) -> Granted:
    """Read the answer to a login or a renewal at ``entry``.

    Raises:
        Failure: it has no session in it, or the account is not active.
    """
    did, handle, access, refresh = (text(answer.get(name)) for name in ("did", "handle", "accessJwt", "refreshJwt"))
    if not (did and did.startswith("did:") and handle and access and refresh):
        raise unexpected("a session")
    check_active(answer)
    return Granted(did, handle, access, refresh, _repository(members(answer.get("didDoc")), entry))


def check_active(answer: JsonObject) -> None:
    """Pass when a session's account may post.

    Raises:
        Failure: it is deactivated, suspended or taken down.
    """
    if answer.get("active") is False:
        status = (text(answer.get("status")) or "not active")[:40]
        raise Failure(ErrorCode.ACCOUNT_NEEDS_RECONNECT, f"This Bluesky account is {status}.")


class Session:
    """Makes calls in the name of one account; it renews itself, and has what changes kept."""

    def __init__(self, login: Login, means: Means) -> None:
        self.did = login.settings["did"]
        self.pds = login.settings["pds"]
        self._entry = login.settings["entry"]
        self._account = login.account.id
        self._means = means
        self._secrets: Mapping[str, str] = dict(login.secrets)
        self._caller = Caller(DIALECT, means.clock, tuple(self._secrets[name] for name in _HIDDEN))
        self._turn = anyio.Lock()
        self._renewals = 0

    async def ready(self) -> None:
        """Renew a token that may end soon.

        Raises:
            Failure: as ``call``.
        """
        renewed_at = parse(self._secrets.get("renewed_at", ""))
        now = self._means.clock()
        if renewed_at is None or not renewed_at <= now < renewed_at + RENEW_AFTER:
            await self._renew(self._renewals)

    async def call(
        self,
        method: str,
        *,
        query: Mapping[str, str | int] | None = None,
        body: JsonObject | None = None,
        content: Callable[[], AsyncIterable[bytes]] | None = None,
        headers: Mapping[str, str] | None = None,
        window: Window | None = None,
        removes: bool = False,
        seconds: float | None = None,
    ) -> JsonObject:
        """Call a ``com.atproto`` method of the account's server: a procedure with a body or content, else a query.

        Raises:
            Failure: as ``Caller.call``; ``account_needs_reconnect`` when the login itself is dead.
        """

        async def attempt(access: str) -> Answer:
            return await self._caller.call(
                "GET" if body is None and content is None else "POST",
                _method(self.pds, method),
                headers={**(headers or {}), "authorization": f"Bearer {access}"},
                query=query,
                body=body,
                content=content() if content else None,
                window=window,
                removes=removes,
                seconds=seconds,
            )

        renewals = self._renewals
        try:
            return read_object(await attempt(self._secrets["access"]))
        except Failure as failure:
            if failure.provider_error is None or failure.provider_error.code not in _STALE:
                raise
        await self._renew(renewals)
        return read_object(await attempt(self._secrets["access"]))

    async def ask(self, method: str, query: Mapping[str, str | int]) -> JsonObject:
        """Call a query that anybody may make.

        Raises:
            Failure: refused, or the server could not be asked.
        """
        return read_object(await self._caller.call("GET", _method(self.pds, method), query=query))

    async def aclose(self) -> None:
        """Let go of connections."""
        await self._caller.aclose()

    async def _renew(self, seen: int) -> None:
        """Get other tokens than those after ``seen`` renewals, unless another task has, and have them kept.

        They are told apart by number: within one second a server grants the same again.
        """
        async with self._turn:
            if self._renewals != seen:
                return
            try:
                new = await self._refreshed()
            except Failure as failure:
                if failure.code is not ErrorCode.ACCOUNT_NEEDS_RECONNECT:
                    raise
                new = await log_in(self._caller, self._entry, self.did, self._secrets["password"])
            if new.did != self.did:
                raise unexpected("the session of this account")
            self._secrets = new.secrets(self._secrets["password"], self._means.clock)
            self._caller.hide(*(self._secrets[name] for name in _HIDDEN))
            self.pds = new.pds or self.pds
            self._renewals += 1
            await self._keep()

    async def _keep(self) -> None:
        """Have the new tokens kept; without that, this process goes on, and another will log in anew."""
        try:
            await self._means.keep(self._account, self._secrets)
        except Exception as error:  # noqa: BLE001  (whatever keeps them: the session itself is good)
            log.warning("session_not_kept", account=self._account, error=str(error))

    async def _refreshed(self) -> Granted:
        headers = {"authorization": f"Bearer {self._secrets['refresh']}"}
        answer = await self._caller.call("POST", _method(self._entry, "server.refreshSession"), headers=headers)
        return granted(read_object(answer), self._entry)


def _method(server: str, name: str) -> str:
    return f"{server}/xrpc/com.atproto.{name}"


def _repository(document: JsonObject, entry: str) -> str | None:
    """Find in an identity's document where its repository lies; from an encrypted entry nothing leads out of that."""
    for service in items(document.get("service")):
        told = text(members(service).get("serviceEndpoint")) or ""
        if (text(members(service).get("id")) or "").endswith(_PDS) and told.startswith(("https://", entry)):
            return told.rstrip("/")
    return None


_HIDDEN = ("password", "access", "refresh")
_PDS = "#atproto_pds"
