"""The Mastodon API as one account calls it."""

from collections.abc import Mapping
from urllib.parse import quote

import anyio
import httpx2

from providers.answer import Answer
from providers.networks import attached
from providers.networks.calling import Caller
from providers.networks.carrying import Carried
from providers.networks.documents import document, is_json, link
from providers.networks.mastodon.dialect import dialect
from providers.networks.mastodon.instance import Limits
from providers.networks.network import Published, Window
from providers.protocol import Failure
from schemas.errors import ErrorCode
from schemas.instant import Clock
from schemas.jsonvalue import JsonObject, items, members, text

#: For the processing of one file (seconds), and the pauses between two looks at it.
PROCESSING_SECONDS = 300.0
_FIRST_PAUSE, _LONGEST_PAUSE = 0.2, 5.0
#: How many statuses one page of a list has at most.
PAGE = 40
_THIS = "the Mastodon API's"
_ACCEPTED, _PARTIAL = 202, 206
_LONGEST_ID = 500


class Server:
    """One server at ``url``, with one account's ``token``."""

    def __init__(self, url: str, token: str, clock: Clock) -> None:
        self.name = httpx2.URL(url).netloc.decode("ascii")
        self._url = url
        self._token = {"authorization": f"Bearer {token}"}
        self._caller = Caller(dialect(self.name), clock, [token])

    async def me(self) -> JsonObject:
        """Read whose token it is.

        Raises:
            Failure: the token is not accepted, or no answer of this API came.
        """
        answer = await self._caller.call("GET", self._at("/v1/accounts/verify_credentials"), headers=self._token)
        return members(document(answer, self.name, _THIS))

    async def limits(self) -> Limits:
        """Read what the server allows, wherever it says so.

        Raises:
            Failure: it could not be asked.
        """
        for version in ("v2", "v1"):
            try:
                answer = await self._caller.call("GET", self._at(f"/{version}/instance"), headers=self._token)
            except Failure as failure:
                if failure.code is not ErrorCode.NOT_FOUND:
                    raise
            else:
                return Limits.read(members(document(answer, self.name, _THIS)))
        return Limits()

    async def upload(self, file: Carried) -> str:
        """Bring a file, and wait until it can be published; return its id.

        Raises:
            Failure: refused, or not ready in time.
        """
        described = {"description": file.alt_text} if file.alt_text else {}
        form = attached.form(described, {"file": file})
        answer = await self._caller.call(
            "POST",
            self._at("/v2/media"),
            content=form.read(),
            headers={**self._token, **form.headers},
            seconds=attached.patience(form),
        )
        media_id = _id(members(document(answer, self.name, _THIS)))
        if media_id is None:
            raise Failure(ErrorCode.UNEXPECTED_ANSWER, f"{self.name} took a file and did not name it.")
        if answer.status == _ACCEPTED:
            await self._processed(media_id)
        return media_id

    async def create(self, body: JsonObject, key: str, window: Window) -> Published:
        """Publish a status.

        Raises:
            Failure: refused, not sent, or in doubt: so also when the answer is no status.
        """
        headers = {**self._token, "idempotency-key": key}
        answer = await self._caller.call("POST", self._at("/v1/statuses"), headers=headers, body=body, window=window)
        told = members(document(answer, self.name, _THIS, doubt=True))
        found = published(told)
        if found is None:
            did = "kept the post for later" if "params" in told else "did not answer with the post"
            raise Failure(ErrorCode.UNEXPECTED_ANSWER, f"{self.name} {did}.", doubt=True)
        return found

    async def statuses(self, account_id: str, before: str | None) -> tuple[list[JsonObject], Answer]:
        """Read one page of an account's own statuses, newest first; also the answer that it came in.

        Raises:
            Failure: it could not be read.
        """
        query: dict[str, str | int] = {"limit": PAGE, "exclude_reblogs": "true"}
        if before:
            query["max_id"] = before
        url = self._at(f"/v1/accounts/{quote(account_id, safe='')}/statuses")
        answer = await self._caller.call("GET", url, headers=self._token, query=query)
        return [members(status) for status in items(document(answer, self.name, _THIS))], answer

    async def source(self, status_id: str) -> str | None:
        """Read a status as it was written; ``None`` where the server does not tell.

        Raises:
            Failure: the server could not be asked.
        """
        url = self._at(f"/v1/statuses/{quote(status_id, safe='')}/source")
        try:
            answer = await self._caller.call("GET", url, headers=self._token)
        except Failure as failure:
            if failure.code is ErrorCode.NOT_FOUND:
                return None
            raise
        return text(members(document(answer, self.name, _THIS)).get("text")) if is_json(answer) else None

    async def delete(self, status_id: str) -> None:
        """Delete a status, or find it gone.

        Raises:
            Failure: refused, or in doubt.
        """
        url = self._at(f"/v1/statuses/{quote(status_id, safe='')}")
        try:
            await self._caller.call("DELETE", url, headers=self._token, removes=True)
        except Failure as failure:
            if failure.code is not ErrorCode.NOT_FOUND:
                raise

    async def aclose(self) -> None:
        """Let go of connections."""
        await self._caller.aclose()

    def _at(self, path: str) -> str:
        return f"{self._url}/api{path}"

    async def _processed(self, media_id: str) -> None:
        pause, url = _FIRST_PAUSE, self._at(f"/v1/media/{quote(media_id, safe='')}")
        with anyio.move_on_after(PROCESSING_SECONDS):
            while True:
                await anyio.sleep(pause)
                pause = min(pause * 2, _LONGEST_PAUSE)
                try:
                    answer = await self._caller.call("GET", url, headers=self._token)
                except Failure as failure:
                    # snac2 cannot be asked (reference peers 4): whether it is ready shows when it is published.
                    if failure.code is ErrorCode.NOT_FOUND:
                        return
                    raise
                if answer.status != _PARTIAL:
                    return
        message = f"{self.name} has not finished processing a file after {PROCESSING_SECONDS:.0f} s."
        raise Failure(ErrorCode.PROVIDER_ERROR, message)


def published(status: Mapping[str, object]) -> Published | None:
    """Read what a status became; ``None``: it is no status, such as one that waits for its time."""
    status_id = _id(status)
    if status_id is None or "params" in status or not isinstance(status.get("content"), str):
        return None
    return Published(link(text(status.get("url")) or status.get("uri")), status_id)


def _id(told: Mapping[str, object]) -> str | None:
    """Read an id, which is a text of any form; some write a number."""
    found = told.get("id")
    written = str(found) if isinstance(found, str) or type(found) is int else ""
    return written if 0 < len(written) <= _LONGEST_ID else None
