"""The seam between the tools and every posting service: its verbs, and one exception."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Protocol

from schemas.ability import Ability, Act
from schemas.account import Account
from schemas.asset import Asset, Brought, Progress
from schemas.errors import ErrorCode
from schemas.post import Absent, Anew, Change, Delivery, Order, Page, Post, Query, Receipt, Removal, Usage, Warn
from schemas.problem import Problem
from schemas.result import ProviderError
from schemas.rule import RuleSet


class Failure(Exception):  # noqa: N818  (it is a failed call, told in our table's words, not a bug)
    """Raised when a provider could not do what it was asked; ``code`` is a row of our error table.

    ``doubt`` is true when the request may have been acted on all the same: it left us, and no answer
    that proves the contrary came back; ``post_id`` is the post that it was about, where that is known.
    ``not_before`` is the moment before which no repeat helps, where the service told it.
    """

    def __init__(
        self,
        code: ErrorCode,
        message: str,
        *,
        doubt: bool = False,
        provider_error: ProviderError | None = None,
        problems: tuple[Problem, ...] = (),
        after_seconds: float | None = None,
        not_before: datetime | None = None,
        advice: str | None = None,
        post_id: str | None = None,
    ) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.doubt = doubt
        self.provider_error = provider_error
        self.problems = problems
        self.after_seconds = after_seconds
        self.not_before = not_before
        self.advice = advice
        self.post_id = post_id


class Provider(Protocol):
    """One posting service. Ids in and out carry no provider prefix but those of accounts, which always do."""

    @property
    def name(self) -> str:
        """The word before the colon in its account and post ids."""
        ...

    @property
    def rules(self) -> RuleSet:
        """What it accepts in create_post."""
        ...

    @property
    def poll_seconds(self) -> float:
        """How long to wait between two looks at the same post."""
        ...

    @property
    def exact(self) -> bool:
        """Whether the service knows an order again by its key, so that settling may begin at once."""
        ...

    @property
    def abilities(self) -> Mapping[Act, Ability]:
        """What it can do to a post that is there already, a row for every act."""
        ...

    async def accounts(self) -> list[Account]:
        """List the connected profiles, those that cannot be posted to included.

        Raises:
            Failure: the service could not be asked.
        """
        ...

    async def rehearse(self, order: Order) -> tuple[Warn, ...]:
        """Let the service check an order without making anything; a service that cannot has nothing to say.

        Raises:
            Failure: with ``problems``, it would be refused; without, the service could not be asked.
        """
        ...

    async def create(self, order: Order) -> Receipt:
        """Hand over one checked post. The same ``order.key`` twice makes one post where the service allows it.

        Raises:
            Failure: refused, or not sent, or (``doubt``) nobody knows.
        """
        ...

    async def settle(self, order: Order) -> Receipt | Absent:
        """Look for what became of an order whose answer was lost, and finish it where that cannot make a second post.

        Raises:
            Failure: the service could not be asked, or cannot tell.
        """
        ...

    async def post(self, post_id: str) -> Post:
        """Read one post.

        Raises:
            Failure: not there (``not_found``), or the service could not be asked.
        """
        ...

    async def posts(self, query: Query) -> Page:
        """List posts, newest first.

        Raises:
            Failure: the service could not be asked.
        """
        ...

    async def update(self, post: Post, change: Change) -> Post:
        """Change a post whose state allows it, as ``abilities`` says, and tell it as it stands then.

        Raises:
            Failure: refused, or not sent, or (``doubt``) nobody knows.
        """
        ...

    async def delete(self, post: Post) -> tuple[Removal, ...]:
        """Delete a post whose state allows it: one entry for each of its deliveries.

        Raises:
            Failure: refused, or not sent, or (``doubt``) nobody knows.
        """
        ...

    async def retry(self, post: Post, accounts: Sequence[str]) -> tuple[Delivery, ...] | Anew:
        """Send the failed deliveries on these accounts again, and tell how they stand; or what to make anew instead.

        Raises:
            Failure: refused, or not sent, or (``doubt``) nobody knows.
        """
        ...

    async def usage(self) -> Usage:
        """Read what the plan allows and what of it is used.

        Raises:
            Failure: the service could not be asked.
        """
        ...

    async def bring(self, asset: Asset, progress: Progress) -> Brought | None:
        """Bring a file to the service, ahead of any post; ``None`` where files travel with each post.

        Raises:
            Failure: it is not there, or nobody knows; either way nothing was published.
        """
        ...

    async def aclose(self) -> None:
        """Let go of connections and files."""
        ...
