"""The REST API of WordPress as one user of a site calls it."""

import base64
from html import unescape

import httpx2

from providers.answer import Answer
from providers.networks import attached
from providers.networks.calling import Caller, Dialect
from providers.networks.carrying import Carried
from providers.networks.documents import document, error, shown
from providers.networks.network import Window
from providers.networks.wordpress.content import Shown
from providers.networks.wordpress.errors import ERRORS
from providers.protocol import Failure
from schemas.errors import ErrorCode
from schemas.instant import Clock
from schemas.jsonvalue import JsonObject, items, members, text

#: For one request: a site on a shared machine is slow, and makes pictures in many sizes of one that it is given.
SECONDS = 60.0
_THIS = "the REST API of WordPress"
#: Where the API is, below the address of the site: with links that are pretty, and without.
ROOTS = ("/wp-json", "/?rest_route=")


class Site:
    """One site whose API is at ``root``, and one user of it with an application password."""

    def __init__(self, root: str, user: str, password: str, clock: Clock) -> None:
        url = httpx2.URL(root)
        self.name = url.netloc.decode("ascii")
        basic = base64.b64encode(f"{user}:{password}".encode()).decode()
        self._root = root
        self._login = {"authorization": f"Basic {basic}"}
        secrets = [basic, password, password.replace(" ", "")]
        self._caller = Caller(Dialect(self.name, ERRORS, _said), clock, secrets, seconds=SECONDS)

    async def about(self) -> JsonObject:
        """Read what the site says of itself.

        Raises:
            Failure: its API is not there.
        """
        return members(await self._read("/"))

    async def me(self) -> JsonObject:
        """Read who the user is, and what it may do.

        Raises:
            Failure: the login is not accepted.
        """
        return members(await self._read("/wp/v2/users/me", context="edit"))

    async def term(self, kind: str, name: str) -> int | None:
        """Find a category or a tag (``kind`` as the API has it) by its name or its slug.

        Raises:
            Failure: the site could not be asked.
        """
        found = items(await self._read(f"/wp/v2/{kind}", search=name, per_page=100))
        wanted = name.strip().casefold()
        for term in map(members, found):
            names = (unescape(text(term.get("name")) or ""), text(term.get("slug")) or "")
            if wanted in [one.casefold() for one in names]:
                return _id(term)
        return None

    async def tag(self, name: str) -> int:
        """Find a tag, or make it.

        Raises:
            Failure: it may not be made.
        """
        found = await self.term("tags", name)
        if found is not None:
            return found
        answer = await self._caller.call("POST", self._at("/wp/v2/tags"), headers=self._login, body={"name": name})
        return self._named(members(document(answer, self.name, _THIS)))

    async def file(self, file: Carried, slug: str) -> Shown:
        """Bring a file into the media library, unless it is there under this slug since an earlier try.

        Raises:
            Failure: refused.
        """
        earlier = items(await self._read("/wp/v2/media", slug=slug, context="edit"))
        told = members(earlier[0]) if earlier else await self._upload(file, slug)
        media_id, alt = self._named(told), file.alt_text or ""
        if alt != (text(told.get("alt_text")) or ""):
            url = self._at(f"/wp/v2/media/{media_id}")
            await self._caller.call("POST", url, headers=self._login, body={"alt_text": alt})
        return Shown(media_id, text(told.get("source_url")) or "", file.measures.kind, alt)

    async def create(self, body: JsonObject, window: Window) -> JsonObject:
        """Make a post.

        Raises:
            Failure: refused, not sent, or in doubt.
        """
        url = self._at("/wp/v2/posts")
        answer = await self._caller.call("POST", url, headers=self._login, body=body, window=window)
        told = members(document(answer, self.name, _THIS, doubt=True))
        if _id(told) is None or text(told.get("status")) is None:
            raise Failure(ErrorCode.UNEXPECTED_ANSWER, f"{self.name} did not answer with the post.", doubt=True)
        return told

    async def post(self, slug: str) -> JsonObject | None:
        """Find a post by its slug, whatever its status.

        Raises:
            Failure: the site could not be asked.
        """
        found = items(await self._read("/wp/v2/posts", slug=slug, status="any", context="edit"))
        return next((post for post in map(members, found) if post.get("slug") == slug), None)

    async def delete(self, post_id: str) -> None:
        """Delete a post for good, or find it gone.

        Raises:
            Failure: refused, or in doubt.
        """
        url = self._at(f"/wp/v2/posts/{int(post_id)}", force="true")
        try:
            await self._caller.call("DELETE", url, headers=self._login, removes=True)
        except Failure as failure:
            if failure.code is not ErrorCode.NOT_FOUND:
                raise

    async def aclose(self) -> None:
        """Let go of connections."""
        await self._caller.aclose()

    def _at(self, path: str, **query: str | int) -> httpx2.URL:
        """Make a link into the API, whose root may be a query of its own."""
        return httpx2.URL(f"{self._root}{path}").copy_merge_params(query)

    async def _read(self, path: str, **query: str | int) -> object:
        answer = await self._caller.call("GET", self._at(path, **query), headers=self._login)
        return document(answer, self.name, _THIS)

    async def _upload(self, file: Carried, slug: str) -> JsonObject:
        extension = file.name.rpartition(".")[2]
        headers = {
            **self._login,
            "content-type": file.measures.media_type,
            "content-length": str(file.measures.bytes),
            "content-disposition": f'attachment; filename="{slug}.{extension}"',
        }
        seconds = SECONDS + file.measures.bytes / attached.SLOWEST
        url = self._at("/wp/v2/media")
        answer = await self._caller.call("POST", url, headers=headers, content=file.read(), seconds=seconds)
        return members(document(answer, self.name, _THIS))

    def _named(self, told: JsonObject) -> int:
        found = _id(told)
        if found is None:
            raise Failure(ErrorCode.UNEXPECTED_ANSWER, f"{self.name} took something and did not name it.")
        return found


def _id(told: JsonObject) -> int | None:
    found = told.get("id")
    return found if type(found) is int else None


def _said(answer: Answer) -> tuple[str | None, str]:
    """Find the code and the words of an error, with what it says of single parameters; of a page, what it shows."""
    told = error(answer)
    if told is None:
        return None, shown(answer.body)
    params = members(members(told.get("data")).get("params"))
    details = [f"{name}: {words}" for name, words in params.items() if isinstance(words, str)]
    return text(told.get("code")), "; ".join([shown(text(told.get("message")) or ""), *details])
