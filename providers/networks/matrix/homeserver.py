"""A homeserver as one user sees it: the few calls of the Client-Server API that a post takes."""

import json
from collections.abc import AsyncIterable
from contextlib import suppress
from urllib.parse import quote

from providers.networks.calling import Caller
from providers.networks.documents import read_object
from providers.networks.matrix.errors import DIALECT
from providers.networks.network import Window
from providers.protocol import Failure
from schemas.errors import ErrorCode
from schemas.instant import Clock
from schemas.jsonvalue import JsonObject, items, members, text

UPLOAD_SECONDS = 600.0
_CLIENT = "/_matrix/client/v3"


class Homeserver:
    """Calls the homeserver at ``url`` with a ``token``; every call raises ``Failure`` as ``Caller.call`` does."""

    def __init__(self, url: str, clock: Clock, token: str = "") -> None:
        self._url = url
        self._headers = {"Authorization": f"Bearer {token}"} if token else {}
        self._caller = Caller(DIALECT, clock, [token] if token else [])

    async def log_in(self, user: str, password: str) -> str:
        """Make a token of a password, on a device of its own."""
        body: JsonObject = {
            "type": "m.login.password",
            "identifier": {"type": "m.id.user", "user": user},
            "password": password,
            "initial_device_display_name": "postwright",
        }
        return self._needed(await self._call("POST", "/login", body), "access_token")

    async def log_out(self) -> None:
        """Make the token void; one that cannot be told so lies unused."""
        with suppress(Failure):
            await self._call("POST", "/logout", {})

    async def user(self) -> str:
        """Tell whose the token is."""
        return self._needed(await self._call("GET", "/account/whoami"), "user_id")

    async def join(self, room: str) -> str:
        """Enter a room by its id or alias, or find that we are in; tell its id."""
        return self._needed(await self._call("POST", f"/join/{_part(room)}", {}), "room_id")

    async def state(self, room: str, kind: str, key: str = "") -> JsonObject:
        """Read a piece of a room's state; empty if it has none."""
        try:
            return await self._call("GET", f"/rooms/{_part(room)}/state/{kind}{f'/{_part(key)}' if key else ''}")
        except Failure as failure:
            if failure.code is ErrorCode.NOT_FOUND:
                return {}
            raise

    async def creators(self, room: str) -> set[str]:
        """Tell who made a room: in newer ones nobody's power is above theirs (room version 12)."""
        told = await self._call("GET", f"/rooms/{_part(room)}/state/m.room.create", query={"format": "event"})
        content = members(told.get("content")) or told
        names = (told.get("sender"), content.get("creator"), *items(content.get("additional_creators")))
        return {name for name in names if isinstance(name, str)}

    async def largest_upload(self) -> int | None:
        """Tell how many bytes a file may have; ``None`` where there is no bound."""
        for path in ("/_matrix/client/v1/media/config", "/_matrix/media/v3/config"):
            try:
                told = await self._call("GET", path)
            except Failure as failure:
                if failure.code not in (ErrorCode.MISCONFIGURED, ErrorCode.NOT_FOUND):
                    raise
            else:
                size = told.get("m.upload.size")
                return size if type(size) is int and size > 0 else None
        return None

    async def upload(self, name: str, media_type: str, size: int, content: AsyncIterable[bytes]) -> str:
        """Bring a file; tell its ``mxc://`` link."""
        answer = await self._caller.call(
            "POST",
            f"{self._url}/_matrix/media/v3/upload",
            headers={**self._headers, "Content-Type": media_type, "Content-Length": str(size)},
            query={"filename": name},
            content=content,
            seconds=UPLOAD_SECONDS,
        )
        return self._needed(read_object(answer), "content_uri")

    async def send(self, room: str, transaction: str, content: JsonObject, window: Window) -> str:
        """Send a message; the same ``transaction`` again is the same message. Tell its id."""
        path = f"/rooms/{_part(room)}/send/m.room.message/{_part(transaction)}"
        return self._needed(await self._call("PUT", path, content, window=window), "event_id", doubt=True)

    async def redact(self, room: str, event: str, transaction: str) -> None:
        """Empty a message; one that is not there is as good as emptied."""
        try:
            await self._call("PUT", f"/rooms/{_part(room)}/redact/{_part(event)}/{_part(transaction)}", {})
        except Failure as failure:
            if failure.code is not ErrorCode.NOT_FOUND:
                raise

    async def messages(self, room: str, sender: str, after: str | None) -> JsonObject:
        """Read a page of a user's messages in a room, the newest first."""
        query: dict[str, str | int] = {"dir": "b", "limit": 100}
        query["filter"] = json.dumps({"senders": [sender], "types": ["m.room.message"]})
        if after is not None:
            query["from"] = after
        return await self._call("GET", f"/rooms/{_part(room)}/messages", query=query)

    async def aclose(self) -> None:
        """Close the client."""
        await self._caller.aclose()

    async def _call(
        self,
        method: str,
        path: str,
        body: JsonObject | None = None,
        *,
        query: dict[str, str | int] | None = None,
        window: Window | None = None,
    ) -> JsonObject:
        url = f"{self._url}{path if path.startswith('/_matrix') else _CLIENT + path}"
        answer = await self._caller.call(method, url, headers=self._headers, query=query, body=body, window=window)
        return read_object(answer)

    def _needed(self, told: JsonObject, name: str, *, doubt: bool = False) -> str:
        found = text(told.get(name))
        if not found:
            message = f"The homeserver's answer has no {name}."
            raise Failure(ErrorCode.UNEXPECTED_ANSWER, message, doubt=doubt)
        return found


def _part(name: str) -> str:
    """Write an id as one part of a path."""
    return quote(name, safe="")
