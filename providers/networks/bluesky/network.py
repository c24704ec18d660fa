"""Deliver to Bluesky: one account, through the server (PDS) on which its repository lies.

Each post is written under a name that follows from its delivery, and only where nothing has that name yet: the same
post again changes nothing, and another is refused (platform_rules, bluesky-167). So a repeat is harmless, and whoever
looks for that name knows at once what became of a delivery.
"""

import re
from contextlib import aclosing, suppress
from functools import partial

from providers.networks.bluesky.errors import unexpected
from providers.networks.bluesky.facets import handles
from providers.networks.bluesky.key import record_key
from providers.networks.bluesky.limits import MEDIA, PLATFORM
from providers.networks.bluesky.record import COLLECTION, Uploaded, record
from providers.networks.bluesky.session import Session, check_active
from providers.networks.bluesky.settings import BlueskySettings
from providers.networks.carrying import Carried, carry
from providers.networks.kind import Login, Means
from providers.networks.network import Parcel, Published, Step, Window
from providers.protocol import Failure
from schemas.errors import ErrorCode
from schemas.jsonvalue import JsonObject, members, text

#: The slowest line that a file is sent over (bytes a second), beside what any call may take (seconds).
_SLOWEST, _CALL_SECONDS = 100_000, 30.0
_URI = re.compile(
    r"at://(?P<repo>did:[a-z]+:[A-Za-z0-9._:%-]+)/app\.bsky\.feed\.post/(?P<rkey>[A-Za-z0-9._:~-]{1,512})"
)


class Bluesky:
    """One account on Bluesky, or on any other server that speaks the AT Protocol."""

    exact = True
    takes_files = True
    tells = True
    takes_back = True

    def __init__(self, login: Login, means: Means) -> None:
        self.account = login.account
        self._means = means
        self._session = Session(login, means)

    async def prepare(self, parcel: Parcel) -> Step:
        """Bring its media, find whom it mentions, renew the session, and return the one call that publishes.

        Raises:
            Failure: nothing was published; its code says whether a repeat helps.
        """
        await self._session.ready()
        async with aclosing(await carry(parcel, self.account, self._means, MEDIA)) as load:
            media = [await self._upload(file) for file in load.files]
        dids = {handle: did for handle in handles(parcel.caption) if (did := await self._resolve(handle))}
        settings = BlueskySettings.model_validate(parcel.settings.get(PLATFORM) or {})
        return partial(self._publish, self._key(parcel), record(parcel.caption, dids, media, settings.langs))

    async def find(self, parcel: Parcel) -> Published | None:
        """Look whether there is a post under the parcel's name.

        Raises:
            Failure: the server could not be asked.
        """
        return await self._look(self._key(parcel))

    async def take_back(self, remote_id: str) -> None:
        """Delete a post, or find it gone: both look the same.

        Raises:
            Failure: it is no post of this account, or the server refused, or (``doubt``) nobody knows.
        """
        named = _URI.fullmatch(remote_id)
        if named is None or named["repo"] != self._session.did:
            raise Failure(ErrorCode.NOT_FOUND, f"{remote_id[:100]} is no post of this Bluesky account.")
        body = {"repo": named["repo"], "collection": COLLECTION, "rkey": named["rkey"]}
        await self._session.call("repo.deleteRecord", body=body, removes=True)

    async def greet(self) -> str:
        """Ask the server whose session this is; tell the handle.

        Raises:
            Failure: the login is dead, the account is not active, or the server could not be asked.
        """
        answer = await self._session.call("server.getSession")
        check_active(answer)
        if text(answer.get("did")) != self._session.did:
            raise unexpected("the session of this account")
        return text(answer.get("handle")) or self._session.did

    async def aclose(self) -> None:
        """Let go of connections."""
        await self._session.aclose()

    def _key(self, parcel: Parcel) -> str:
        return record_key(parcel.delivery_id, parcel.due_at)

    async def _publish(self, rkey: str, content: JsonObject, window: Window) -> Published:
        body = {
            "repo": self._session.did,
            "collection": COLLECTION,
            "rkey": rkey,
            "record": {**content, "createdAt": _now(self._means)},
            # Only where there is nothing yet.
            "swapRecord": None,
        }
        try:
            return self._named(rkey, await self._session.call("repo.putRecord", body=body, window=window))
        except Failure as failure:
            if not (failure.doubt or failure.code in _NOT_SURE):
                raise
            # This try, or an earlier one, may have published; that nothing is found yet does not exclude it.
            failure.doubt = True
            with suppress(Failure):
                if found := await self._look(rkey):
                    return found
            raise

    async def _look(self, rkey: str) -> Published | None:
        query = {"repo": self._session.did, "collection": COLLECTION, "rkey": rkey}
        try:
            return self._named(rkey, await self._session.ask("repo.getRecord", query))
        except Failure as failure:
            if failure.code is ErrorCode.NOT_FOUND:
                return None
            raise

    def _named(self, rkey: str, answer: JsonObject) -> Published:
        """Read an answer about a post; one that does not name it comes from somebody else, whatever its status."""
        did = self._session.did
        uri = f"at://{did}/{COLLECTION}/{rkey}"
        if text(answer.get("uri")) != uri:
            raise unexpected("the post that it was asked for")
        return Published(f"https://bsky.app/profile/{did}/post/{rkey}", uri)

    async def _resolve(self, handle: str) -> str | None:
        """Find the account behind a handle; ``None``: there is none, and the mention is plain text."""
        try:
            answer = await self._session.ask("identity.resolveHandle", {"handle": handle})
        except Failure as failure:
            if failure.code in _NOBODY:
                return None
            raise
        did = text(answer.get("did")) or ""
        if not did.startswith("did:"):
            raise unexpected("the account behind a handle")
        return did

    async def _upload(self, file: Carried) -> Uploaded:
        size = file.measures.bytes
        answer = await self._session.call(
            "repo.uploadBlob",
            content=file.read,
            headers={"content-type": file.measures.media_type, "content-length": str(size)},
            seconds=_CALL_SECONDS + size / _SLOWEST,
        )
        blob = members(answer.get("blob"))
        if not blob:
            raise unexpected("the file that it was sent")
        return Uploaded(file, blob)


def _now(means: Means) -> str:
    return means.clock().isoformat(timespec="milliseconds").replace("+00:00", "Z")


_NOT_SURE = (ErrorCode.STATE_CONFLICT, ErrorCode.UNEXPECTED_ANSWER)
_NOBODY = (ErrorCode.NOT_FOUND, ErrorCode.PLATFORM_REFUSED)
