"""Deliver to a WordPress site over its REST API.

It has nothing by which a repeat is known, so the slug of a post carries a mark of its delivery: by it a post in doubt
is found again, and a second one, which gets ``-2`` at the end of its slug, is seen and deleted (reference peers 3).
"""

import re
from collections.abc import Sequence
from contextlib import aclosing
from functools import partial

from providers.networks.carrying import carry
from providers.networks.documents import link
from providers.networks.kind import Login, Means
from providers.networks.network import Parcel, Published, Step, Window
from providers.networks.wordpress.content import Shown, content, mark, plain, slug, title
from providers.networks.wordpress.settings import WordPressSettings
from providers.networks.wordpress.site import Site
from providers.protocol import Failure
from schemas.errors import ErrorCode
from schemas.jsonvalue import JsonObject, text
from schemas.untrusted import clean


class WordPress:
    """One site, posted to as one of its users."""

    exact = False
    takes_files = True
    tells = True
    takes_back = True

    def __init__(self, login: Login, means: Means) -> None:
        self.account = login.account
        self._site = Site(login.settings["root"], login.settings["user"], login.secrets["password"], means.clock)
        self._means = means

    async def prepare(self, parcel: Parcel) -> Step:
        """Bring the files into the media library, and find categories and tags.

        Raises:
            Failure: a file was refused, or there is no such category.
        """
        chosen = _settings(parcel)
        terms = {
            "categories": await self._categories(chosen.categories or ()),
            "tags": [await self._site.tag(name) for name in chosen.tags or ()],
        }
        async with aclosing(await carry(parcel, self.account, self._means)) as load:
            files = [
                await self._site.file(file, f"postwright-{mark(parcel.delivery_id, link)}")
                for link, file in zip(parcel.links, load.files, strict=True)
            ]
        return partial(self._publish, _body(parcel, chosen, files, terms))

    async def find(self, parcel: Parcel) -> Published | None:
        """Look for the post under its slug, whatever its status.

        Raises:
            Failure: the site could not be asked.
        """
        found = await self._site.post(_slug(parcel, _settings(parcel)))
        return _published(found) if found else None

    async def take_back(self, remote_id: str) -> None:
        """Delete the post for good, or find it gone; its files stay in the media library.

        Raises:
            Failure: refused, or in doubt.
        """
        if not remote_id.isdecimal():
            raise Failure(ErrorCode.NOT_FOUND, f"{self._site.name} has no post by that name.")
        await self._site.delete(remote_id)

    async def greet(self) -> str:
        """Tell who the user is.

        Raises:
            Failure: the login is not accepted, or the site could not be asked.
        """
        told = await self._site.me()
        return f"{clean(text(told.get('name')) or '', 100) or self.account.username} at {self._site.name}"

    async def aclose(self) -> None:
        """Let go of connections."""
        await self._site.aclose()

    async def _categories(self, names: Sequence[str]) -> list[int]:
        found = {name: await self._site.term("categories", name) for name in names}
        unknown = [name for name, term in found.items() if term is None]
        if unknown:
            message = f"{self._site.name} has no category {', '.join(unknown)[:200]}."
            raise Failure(ErrorCode.VALIDATION_FAILED, message, advice="Name categories that exist, or leave them out.")
        return [term for term in found.values() if term is not None]

    async def _publish(self, body: JsonObject, window: Window) -> Published:
        made = await self._site.create(body, window)
        earlier = await self._doubled(made, body["slug"])
        if earlier:
            return _published(earlier)
        if made["status"] != body["status"]:
            message = f"{self._site.name} kept the post as {clean(made['status'], 20)}: look there."
            raise Failure(ErrorCode.SETUP_NEEDED, message)
        return _published(made)

    async def _doubled(self, made: JsonObject, wanted: str) -> JsonObject | None:
        """Find the earlier of two posts by one slug, and delete the later; ``None``: there is one alone.

        Raises:
            Failure: two are there, and the later could not be deleted (``doubt``, so that the earlier is found).
        """
        if not re.fullmatch(rf"{re.escape(wanted)}-\d+", text(made.get("slug")) or ""):
            return None
        try:
            earlier = await self._site.post(wanted)
            if earlier:
                await self._site.delete(str(made["id"]))
        except Failure as failure:
            failure.doubt = True
            failure.message += f" Post {made['id']} may be a second one there."
            raise
        return earlier


def _settings(parcel: Parcel) -> WordPressSettings:
    return WordPressSettings.model_validate(parcel.settings.get("wordpress") or {})


def _slug(parcel: Parcel, chosen: WordPressSettings) -> str:
    return slug(chosen.title or title(parcel.caption), parcel.delivery_id)


def _body(parcel: Parcel, chosen: WordPressSettings, files: Sequence[Shown], terms: dict[str, list[int]]) -> JsonObject:
    """Write the post. It says no date: a future post whose date has passed would go out at once (peers 3)."""
    body: JsonObject = {
        "title": plain(chosen.title or title(parcel.caption)),
        "content": content(parcel.caption, files),
        "status": chosen.status or "publish",
        "slug": _slug(parcel, chosen),
        **{kind: ids for kind, ids in terms.items() if ids},
    }
    if chosen.excerpt:
        body["excerpt"] = plain(chosen.excerpt)
    pictures = [file.id for file in files if file.kind == "image"]
    return {**body, "featured_media": pictures[0]} if pictures else body


def _published(post: JsonObject) -> Published:
    return Published(link(post.get("link")), str(post.get("id")))
