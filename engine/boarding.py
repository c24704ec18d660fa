"""One post as the board tells it: its time, its files in order, its deliveries, and what each platform makes of it."""

import sqlite3
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import PurePosixPath
from urllib.parse import urlsplit

import structlog

from engine.desk import Desk
from engine.fixing import fix
from engine.media import PREFIX
from engine.paging import LONGEST_CAPTION
from engine.planned import Planned
from schemas.asset import Asset
from schemas.board import BoardDelivery, BoardMedium, BoardPost
from schemas.instant import local, relative, wire
from schemas.jsonvalue import JsonObject, items
from schemas.post import Delivery
from schemas.preview import meters, preview
from schemas.status import Status
from schemas.untrusted import clean

log = structlog.get_logger(__name__)

_NAME, _ERROR, _LINK = 120, 500, 2_000
#: What goes out only when its time has come.
_WAITING = frozenset({Status.SCHEDULED, Status.AWAITING_APPROVAL})


@dataclass(frozen=True, slots=True)
class Teller:
    """Tells posts; ``assets`` are the files in our keeping that they name, by provider and handle."""

    desk: Desk
    timezone: str
    assets: Mapping[tuple[str, str], Asset]

    @classmethod
    async def of(cls, desk: Desk, timezone: str, posts: Iterable[Planned]) -> "Teller":
        """Look up what the posts name, in one read of each provider."""
        handles: dict[str, set[str]] = defaultdict(set)
        for one in posts:
            handles[one.provider.name].update(link for link in _links(one.post.media) if link.startswith(PREFIX))
        assets: dict[tuple[str, str], Asset] = {}
        for name, wanted in handles.items():
            try:
                known = await desk.media.find(wanted, name, desk.tenants.get(name, "")) if wanted else {}
            except (sqlite3.Error, OSError) as error:
                log.warning("media_unreadable", error=str(error))
                continue
            assets.update({(name, handle): asset for handle, asset in known.items()})
        return cls(desk, timezone, assets)

    def post(self, planned: Planned) -> BoardPost:
        """Tell one post."""
        post, now = planned.post, self.desk.clock()
        caption = clean(post.caption, LONGEST_CAPTION)
        waits = post.status in _WAITING and planned.at_is == "scheduled" and planned.at > now
        return BoardPost(
            id=planned.id,
            provider=planned.provider.name,
            status=post.status,
            provider_status=clean(post.provider_status, _NAME) or None,
            at=wire(planned.at),
            at_local=local(planned.at, self.timezone),
            at_is=planned.at_is,
            due=relative(planned.at, now) if waits else None,
            scheduled_at=wire(post.scheduled_at) if post.scheduled_at else None,
            scheduled_at_local=local(post.scheduled_at, self.timezone) if post.scheduled_at else None,
            created_at=wire(post.created_at) if post.created_at else None,
            caption=caption,
            caption_characters=len(post.caption) if len(post.caption) > LONGEST_CAPTION else len(caption),
            media=[self._medium(planned, place, link) for place, link in enumerate(_links(post.media), 1)],
            deliveries=[self._delivery(planned, caption, sent) for sent in post.deliveries],
        )

    def _delivery(self, planned: Planned, caption: str, sent: Delivery) -> BoardDelivery:
        account = self.desk.directory.known(sent.account)
        platform = account.platform if account else ""
        limits = meters(planned.provider.rules, account, planned.content) if account else []
        return BoardDelivery(
            account=sent.account,
            name=clean(account.name if account else sent.account, _NAME),
            platform=platform,
            status=sent.status,
            provider_status=clean(sent.provider_status, _NAME) if sent.provider_status else None,
            url=sent.url if sent.url and _opens(sent.url) else None,
            error=clean(sent.error, _ERROR) if sent.error else None,
            published_at=wire(sent.published_at) if sent.published_at else None,
            retry=sent.retry,
            fix=fix(planned.provider, planned.id, planned.post, sent, account),
            preview=preview(platform, caption, limits),
        )

    def _medium(self, planned: Planned, place: int, link: str) -> BoardMedium:
        asset = self.assets.get((planned.provider.name, link))
        video = (planned.post.media or {}).get("type") == "video"
        measured = asset.measures if asset else None
        return BoardMedium(
            position=place,
            kind="video" if (measured.kind == "video" if measured else video) else "image",
            link=clean(link, _LINK),
            web=_opens(link),
            name=clean(asset.name if asset else _last(link), _NAME),
            alt_text=clean(asset.alt_text) if asset and asset.alt_text else None,
            width=measured.width if measured else None,
            height=measured.height if measured else None,
            duration_seconds=measured.duration if measured else None,
        )


def _links(media: JsonObject | None) -> list[str]:
    """List what a post shows, in order."""
    found = media or {}
    return [link for link in (found.get("url"), *items(found.get("urls"))) if isinstance(link, str)]


def _opens(link: str) -> bool:
    """Tell whether a browser can open a link as it is; one that had to be cut or cleaned leads elsewhere."""
    return link.startswith(("https://", "http://")) and clean(link, _LINK) == link


def _last(link: str) -> str:
    """What a link calls its file, else the link."""
    try:
        return PurePosixPath(urlsplit(link).path).name or link
    except ValueError:
        return link
