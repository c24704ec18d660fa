"""One stand-in's whole state, and what a handler gets to see of a request."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from sandbox.clock import Clock
from sandbox.genviral.accounts import Accounts
from sandbox.genviral.envelope import Answer, Refusal
from sandbox.genviral.files import Files
from sandbox.genviral.generation import Generation
from sandbox.genviral.posts import Posts
from sandbox.genviral.rules import Draft
from sandbox.genviral.shape import Body, flatten
from sandbox.genviral.worker import Worker


@dataclass(frozen=True, slots=True)
class Service:
    """All that the stand-in knows; every key sees the same."""

    clock: Clock
    generation: Generation
    accounts: Accounts
    worker: Worker
    posts: Posts = field(default_factory=Posts)
    files: Files = field(default_factory=Files)

    def check(self, draft: Draft) -> None:
        """Ask every account-aware rule of the generation, in order.

        Raises:
            Refusal: one objects, under its own error code.
        """
        for error_code, rule in self.generation.rules:
            message = rule(draft)
            if message is not None:
                raise Refusal(error_code, message)


@dataclass(frozen=True, slots=True)
class Call:
    """One authenticated request: parsed body (None for GET), path and query parameters, and the server's own URL."""

    body: Any
    path: Mapping[str, str]
    query: Mapping[str, str]
    origin: str


Handler = Callable[[Service, Call], Answer]


def demand(shape: Body, value: Any) -> None:
    """Hold a body to its shape.

    Raises:
        Refusal: ``invalid_payload``, with all issues.
    """
    issues = shape.issues(value)
    if issues:
        raise Refusal("invalid_payload", issues=flatten(issues))
