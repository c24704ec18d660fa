"""A generation of the API: everything in which one differs from the next."""

from dataclasses import dataclass
from datetime import timedelta

from sandbox.genviral.rules import Rule
from sandbox.genviral.shape import Body, CrossRule


@dataclass(frozen=True, slots=True)
class Generation:
    """One generation.

    Attributes:
        create: the shape of POST /posts.
        update: the shape of PATCH /posts/{id}.
        agreement: rules over several fields of a post, which a patched post has to obey as a whole.
        rules: the account-aware rules in their order, each under its error code.
        at_once: a time no further away than this means now.
    """

    create: Body
    update: Body
    agreement: tuple[CrossRule, ...]
    rules: tuple[tuple[str, Rule], ...]
    at_once: timedelta
