"""The board's document: what is planned, what went out and what failed, in order of time, ready to be shown.

Every member is always there, ``null`` where there is nothing. Times are ISO 8601, in UTC with ``Z``, and beside it
on the wall clock of ``timezone`` as ``..._local``. All text that comes from outside is cleaned of what hides, and
stays untrusted: it is to be shown as text alone, and a link only followed when it begins with http:// or https://.
"""

from typing import Literal

from pydantic import BaseModel, ConfigDict

from schemas.preview import Preview
from schemas.result import NextCall
from schemas.status import Status


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True)


class Fix(_Part):
    """What helps with a delivery that did not go well: in words, and as the call to make (``None``: none helps)."""

    advice: str
    next: NextCall | None


class BoardMedium(_Part):
    """One file of a post, by its place (from 1): ``kind`` is ``image`` or ``video``.

    ``web`` tells a link that a browser can open from a handle or path; ``width`` and ``height`` are in pixels, and
    known as the rest is of files in our keeping alone.
    """

    position: int
    kind: Literal["image", "video"]
    link: str
    web: bool
    name: str
    alt_text: str | None
    width: int | None
    height: int | None
    duration_seconds: float | None


class BoardDelivery(_Part):
    """One delivery of a post, as it stands and as its platform would show it.

    ``retry`` tells whether a failed one may be sent again (``None``: nobody knows); ``fix`` is there for what failed,
    was missed, or may have gone wrong.
    """

    account: str
    name: str
    platform: str
    status: Status
    provider_status: str | None
    url: str | None
    error: str | None
    published_at: str | None
    retry: bool | None
    fix: Fix | None
    preview: Preview


class BoardPost(_Part):
    """One post. ``at`` is its place in time: when it is or was planned for, else went out, else was made (``at_is``).

    ``due`` says how far ahead that is, of what waits for it. ``caption`` is cut where ``caption_characters`` is more.
    What awaits approval is a post too, by the id of the held action, and what nobody knows to have been made, by that
    of its case in the journal: ``check_status`` takes either.
    """

    id: str
    provider: str
    status: Status
    provider_status: str | None
    at: str
    at_local: str | None
    at_is: Literal["scheduled", "published", "created"]
    due: str | None
    scheduled_at: str | None
    scheduled_at_local: str | None
    created_at: str | None
    caption: str
    caption_characters: int
    media: list[BoardMedium]
    deliveries: list[BoardDelivery]


class BoardAccount(_Part):
    """One account that posts can be on."""

    id: str
    name: str
    platform: str
    provider: str
    status: str
    note: str | None


class BoardWarning(_Part):
    """What is to be known of a provider: that not all of it is here, or that its posts may not go out.

    ``code`` is an error code, ``not_all_read``, ``NOBODY_DELIVERS`` or ``ONLY_WHILE_OPEN``.
    """

    provider: str
    code: str
    message: str


class More(_Part):
    """Whether the window has posts that are not here, before the first or after the last; ``note`` says so."""

    earlier: bool
    later: bool
    note: str | None


class Board(_Part):
    """The board at one moment: posts of a window of time, and what stands around them.

    ``account`` and ``status`` are the filters; ``counts`` count the posts that are here, by status.
    """

    made_at: str
    timezone: str
    now_local: str | None
    since: str
    since_local: str | None
    until: str
    until_local: str | None
    account: str | None
    status: Status | None
    counts: dict[str, int]
    more: More
    accounts: list[BoardAccount]
    warnings: list[BoardWarning]
    posts: list[BoardPost]
