"""A generation of the API: everything in which one differs from the next."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

from sandbox.genviral.accounts import Account
from sandbox.genviral.rules import Rule
from sandbox.genviral.shape import Body, CrossRule
from sandbox.jsonvalue import JsonObject


@dataclass(frozen=True, slots=True)
class Generation:
    """One generation.

    Attributes:
        create: the shape of POST /posts.
        update: the shape of PATCH /posts/{id}.
        agreement: rules over several fields of a post, which a patched post has to obey as a whole.
        rules: the account-aware rules in their order, each under its error code.
        at_once: a time no further away than this means now.
        shortest_lead: any other time has to be this far ahead.
        key: what tells a create from every other one; None when only its caller could.
        replay_mark: what the answer to a replay has besides the post.
        accounts: those that are connected unless others are given.
    """

    create: Body
    update: Body
    agreement: tuple[CrossRule, ...]
    rules: tuple[tuple[str, Rule], ...]
    at_once: timedelta
    shortest_lead: timedelta
    key: Callable[[JsonObject], str | None]
    replay_mark: JsonObject
    accounts: tuple[Account, ...]
