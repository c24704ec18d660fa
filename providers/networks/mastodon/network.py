"""Deliver to an account on a server of the Mastodon API: Mastodon, GoToSocial, Takahe, snac2, Hollo, Pixelfed.

The server never schedules (three of four publish at once when asked to), and its Idempotency-Key, which is sent, is not
relied on (three of four ignore it): what became of a doubt is read from the account's own statuses (reference peers 4).
"""

import hashlib
import json
from collections.abc import AsyncGenerator
from contextlib import aclosing
from datetime import datetime, timedelta
from functools import partial

from providers.networks.carrying import Carried, carry
from providers.networks.kind import Login, Means
from providers.networks.mastodon.dialect import told_at
from providers.networks.mastodon.instance import Limits
from providers.networks.mastodon.matching import alike, bare, shows
from providers.networks.mastodon.server import Server, published
from providers.networks.mastodon.settings import MastodonSettings
from providers.networks.network import Parcel, Published, Step, Window
from providers.protocol import Failure
from schemas.errors import ErrorCode
from schemas.instant import parse
from schemas.jsonvalue import JsonObject, members, text

#: How far the time of a status may lie before the delivery was due: headers tell whole seconds.
SLACK = timedelta(seconds=5)
#: How many pages of statuses are looked through, and how many statuses asked for their source.
PAGES, SOURCES = 5, 10


class Mastodon:
    """One account, posted to with its access token."""

    exact = False
    takes_files = True
    tells = True
    takes_back = True

    def __init__(self, login: Login, means: Means) -> None:
        self.account = login.account
        self._server = Server(login.settings["server"], login.secrets["token"], means.clock)
        self._account_id = login.settings["account_id"]
        self._visibility = login.settings["visibility"]
        self._limits = Limits.kept(members(json.loads(login.settings["limits"])))
        self._means = means

    async def prepare(self, parcel: Parcel) -> Step:
        """Bring the files.

        Raises:
            Failure: a file will not do, or was refused.
        """
        body = self._body(parcel)
        async with aclosing(await carry(parcel, self.account, self._means, tuple(self._limits.rules()))) as load:
            for number, file in enumerate(load.files, 1):
                self._check_words(number, file)
            ids = [await self._server.upload(file) for file in load.files]
        if ids:
            body["media_ids"] = ids
        key = hashlib.sha256(f"{self.account.id} {parcel.delivery_id}".encode()).hexdigest()
        return partial(self._publish, body, key)

    async def find(self, parcel: Parcel) -> Published | None:
        """Look through the account's own statuses since the delivery was due, for the oldest that says the same.

        Raises:
            Failure: they could not be read, or not far enough back; or nothing was found where such a post is not
                surely listed.
        """
        body, oldest, sources = self._body(parcel), None, SOURCES
        async for status in self._since(parcel.due_at):
            if not alike(status, body["spoiler_text"], len(parcel.links)):
                continue
            same = shows(status, parcel.caption)
            if not same and sources:
                told = await self._server.source(str(status.get("id")))
                same, sources = told is not None and bare(told) == bare(parcel.caption), sources - 1 if told else 0
            if same:
                oldest = published(status) or oldest
        if oldest is None and body["visibility"] in ("private", "direct") and not self._limits.of_mastodon:
            message = f"{self._server.name} may not list what is {body['visibility']}: look there whether it is posted."
            raise Failure(ErrorCode.OUTCOME_UNKNOWN, message)
        return oldest

    async def take_back(self, remote_id: str) -> None:
        """Delete the status, or find it gone; some servers answer before it is (reference peers 4).

        Raises:
            Failure: refused, or in doubt.
        """
        await self._server.delete(remote_id)

    async def greet(self) -> str:
        """Tell whose token it is, as ``@alice@example.social``.

        Raises:
            Failure: the token is not accepted, or the server could not be asked.
        """
        told = await self._server.me()
        return f"@{text(told.get('username')) or self.account.username}@{self._server.name}"

    async def aclose(self) -> None:
        """Let go of connections."""
        await self._server.aclose()

    async def _publish(self, body: JsonObject, key: str, window: Window) -> Published:
        return await self._server.create(body, key, window)

    def _body(self, parcel: Parcel) -> JsonObject:
        chosen = MastodonSettings.model_validate(parcel.settings.get("mastodon") or {})
        spoiler = chosen.spoiler_text or ""
        body: JsonObject = {
            "status": parcel.caption,
            # What a server makes of a post without one differs: GoToSocial hides it from its timeline (peers 4).
            "visibility": chosen.visibility or self._visibility,
            "sensitive": bool(spoiler) if chosen.sensitive is None else chosen.sensitive,
            "spoiler_text": spoiler,
        }
        return {**body, "language": chosen.language} if chosen.language else body

    def _check_words(self, number: int, file: Carried) -> None:
        words, most = len(file.alt_text or ""), self._limits.alt_text
        if words > most:
            message = f"The alternative text of file {number} has {words} characters; {self._server.name} takes {most}."
            raise Failure(ErrorCode.VALIDATION_FAILED, message)

    async def _since(self, due_at: datetime) -> AsyncGenerator[JsonObject]:
        """Read the statuses made since a time of ours, newest first."""
        seen: set[str] = set()
        before: str | None = None
        for _ in range(PAGES):
            page, answer = await self._server.statuses(self._account_id, before)
            ahead = (told_at(answer) or self._means.clock()) - self._means.clock()
            fresh = [status for status in page if str(status.get("id")) not in seen]
            for status in fresh:
                made = parse(text(status.get("created_at")) or "")
                if made is not None and made < due_at + ahead - SLACK:
                    return
                yield status
            if not fresh:
                return
            seen |= {str(status.get("id")) for status in fresh}
            before = str(fresh[-1].get("id"))
        message = f"{self._server.name} has too many posts since then to look through."
        raise Failure(ErrorCode.UNEXPECTED_ANSWER, message)
