"""The error reference: one row for each of our codes, and what hosted services call it.

docs/errors.md and the resource ``postwright://errors`` are ``page()``; ``postwright://errors/{code}`` is ``entry()``.
What each service and network says stands on pages of its own (``server.error_pages``), which agents do not read.
"""

import re
from collections.abc import Hashable, Iterable, Iterator
from typing import TypeVar

from engine.verdict import NEXT, NEXT_OF_CREATE
from providers.errors import ErrorRow, ErrorTable
from providers.genviral.errors import TABLE as GENVIRAL
from providers.postpost.errors import TABLE as POSTPOST
from providers.socialapi.errors import TABLE as SOCIALAPI
from schemas.errors import ENTRIES, Category, ErrorCode
from schemas.result import compact

Key = TypeVar("Key", bound=Hashable)

TABLES: dict[str, ErrorTable] = {"genviral": GENVIRAL, "postpost": POSTPOST, "socialapi": SOCIALAPI}

_HEAD = """\
# Errors

Every failed call carries one of these codes as `error_code`, and a verdict: `outcome` says whether it happened, `retry`
whether the call may be repeated, by whom and when, `next` what to call. What a service itself said stands beside it in
`provider_error`, and decides nothing. `postwright://errors/{code}` has one code, with what hosted services call it.

`outcome`: `nothing_sent` it never left; `rejected` the service said no, and nothing was made; `accepted`; `partial`;
`unknown` it may be live.

`retry.decision`: `fix_and_retry` mend the request and call again; `retry_unchanged`, `wait_then_retry` the same call,
at once or later; `check_first` do not repeat, look; `ask_user` a person has to act; `do_not_retry` it will not help.
`retry.after_seconds` is how long to wait, `retry.not_before` the moment before which no repeat helps, if it is known.
"""

FAMILIES: dict[Category, str] = {
    Category.INPUT: "The request",
    Category.AUTH: "The key and the accounts",
    Category.PLAN: "The plan",
    Category.CONFLICT: "Repeats and conflicts",
    Category.THROTTLE: "Too fast",
    Category.UPSTREAM: "The service",
    Category.OURS: "postwright itself",
}


def page() -> str:
    """Write the reference: every code, by family."""
    return _HEAD + "".join(_family(title, codes_of(family)) for family, title in FAMILIES.items())


def codes_of(family: Category) -> list[ErrorCode]:
    """List the codes of a family."""
    return [code for code in ErrorCode if ENTRIES[code].category is family]


def entry(code: ErrorCode) -> str:
    """Write one code's part: what it means, who acts, whether to repeat, what to call, and what services call it."""
    row = ENTRIES[code]
    lines = [f"### {code.value}", "", f"{row.status}, {_decision(code)}, {row.who.value}'s move. {_advice(code)}"]
    for provider, table in TABLES.items():
        groups = grouped((helps(found), f"`{words(found)}`") for found in table.rows if found.code is code)
        lines += ["", f"From {provider}:", ""] if groups else []
        lines += [f"- {', '.join(named)}{f': {advice}' if advice else ''}" for advice, named in groups.items()]
    return "\n".join(lines) + "\n"


def grouped(pairs: Iterable[tuple[Key, str]]) -> dict[Key, list[str]]:
    """Put together what has the same key, in the order of the first of each."""
    groups: dict[Key, list[str]] = {}
    for key, word in pairs:
        groups.setdefault(key, []).append(word)
    return groups


def words(row: ErrorRow) -> str:
    """Say what a service says: its status, its code, its words without the signs of a pattern."""
    said = re.sub(r"\^|\\b", "", row.words) if row.words else None
    return " ".join(str(part) for part in (row.status, row.provider_code, said) if part is not None)


def helps(row: ErrorRow) -> str:
    """Say what helps where a row knows better than its code."""
    doubt = "After a write it may have happened." if row.doubt else None
    return " ".join(part for part in (row.advice, doubt) if part)


def line(*cells: object) -> str:
    """Write a row of a table."""
    return f"| {' | '.join(str(cell) for cell in cells)} |\n"


def head(*names: str) -> str:
    """Write the head of a table."""
    return line(*names) + line(*["---"] * len(names))


def _family(title: str, codes: list[ErrorCode]) -> str:
    rows: Iterator[str] = (
        line(f"`{code.value}`", ENTRIES[code].status, _decision(code), ENTRIES[code].who.value, _advice(code))
        for code in codes
    )
    return f"\n## {title}\n\n{head('code', 'status', 'decision', 'who', 'what to do')}{''.join(rows)}"


def _decision(code: ErrorCode) -> str:
    row = ENTRIES[code]
    return f"`{row.decision.value}`{f' after {row.after_seconds} s if no time is told' if row.after_seconds else ''}"


def _advice(code: ErrorCode) -> str:
    row = ENTRIES[code]
    key = " Repeat with the same idempotency key." if row.same_key else ""
    return f"{row.advice}{key}{_next(code)}"


def _next(code: ErrorCode) -> str:
    if code in NEXT:
        return f" Next: `{NEXT[code].tool} {compact(NEXT[code].arguments)}`."
    if code in NEXT_OF_CREATE:
        return f" Next, after a create: `{NEXT_OF_CREATE[code].tool} {compact(NEXT_OF_CREATE[code].arguments)}`."
    return ""
