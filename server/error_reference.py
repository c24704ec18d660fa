"""The error reference, made from the tables: docs/errors.md and the resources ``postwright://errors/{code}``.

``python -m server.error_reference > docs/errors.md`` writes the page anew.
"""

import re
import sys
from collections.abc import Hashable, Iterable, Iterator
from typing import TypeVar

from engine.verdict import NEXT, NEXT_OF_CREATE
from providers.errors import ErrorRow, ErrorTable, FailedDelivery
from providers.genviral.errors import FAILED
from providers.genviral.errors import TABLE as GENVIRAL
from providers.postpost.errors import DELIVERY_FAILURES
from providers.postpost.errors import TABLE as POSTPOST
from providers.socialapi.errors import ON_DELIVERY, on_delivery
from providers.socialapi.errors import TABLE as SOCIALAPI
from providers.socialapi.records import NO_RETRY
from schemas.errors import ENTRIES, Category, ErrorCode
from schemas.result import compact

Key = TypeVar("Key", bound=Hashable)

TABLES: dict[str, ErrorTable] = {"genviral": GENVIRAL, "postpost": POSTPOST, "socialapi": SOCIALAPI}

_HEAD = """\
# Errors

Every failed call carries one of these codes as `error_code`, and a verdict: `outcome` says whether it happened, `retry`
whether the call may be repeated, by whom and when, `next` what to call. The same text is at `postwright://errors/{code}`.
What a service itself said stands beside it in `provider_error`, and decides nothing.

`outcome`: `nothing_sent` it never left; `rejected` the service said no, and nothing was made; `accepted`; `partial`;
`unknown` it may be live.

`retry.decision`: `fix_and_retry` mend the request and call again; `retry_unchanged`, `wait_then_retry` the same call,
at once or later; `check_first` do not repeat, look; `ask_user` a person has to act; `do_not_retry` it will not help.
`retry.after_seconds` is how long to wait, `retry.not_before` the moment before which no repeat helps, if it is known.
"""

_SIDE_BY_SIDE = """
## Side by side

What each service calls it: its status, its code, its words; a status alone is one of which nothing more is known.
`{a, b}` stands for several codes that begin alike, `*` for any other. What no row names goes by its class: a 4xx is
`rejected`, a 5xx `provider_error`, a success that cannot be read `unexpected_answer`. After an answer to a write that
leaves it open whether it happened, `outcome_unknown` is told in its place. A row in which no service stands is said by
postwright itself, and some of the others are too.

"""

_DELIVERIES = """
## Failed deliveries

A post that a service accepted can still fail on one account. `check_status` tells every delivery with its `error`, the
service's code and words, and with `retry`: whether sending it again may help as things are.

"""

_AFTER_DELIVERIES = """
A code that is not listed here goes by its row above at socialapi, and by the service's own `retryable` at postpost.
On {}, socialapi sends nothing again.
"""

_FAMILIES: dict[Category, str] = {
    Category.INPUT: "The request",
    Category.AUTH: "The key and the accounts",
    Category.PLAN: "The plan",
    Category.CONFLICT: "Repeats and conflicts",
    Category.THROTTLE: "Too fast",
    Category.UPSTREAM: "The service",
    Category.OURS: "postwright itself",
}

_REPEAT = {True: "may help", False: "no", None: "as the service says"}


def page() -> str:
    """Write the whole reference."""
    parts = [_HEAD, _SIDE_BY_SIDE, *_side_by_side()]
    for family, title in _FAMILIES.items():
        codes = [code for code in ErrorCode if ENTRIES[code].category is family]
        parts.append(f"\n## {title}\n" + "".join(f"\n{entry(code)}" for code in codes))
    parts += [_DELIVERIES, *_deliveries(), _AFTER_DELIVERIES.format(", ".join(sorted(NO_RETRY)))]
    return "".join(parts)


def entry(code: ErrorCode) -> str:
    """Write one code's part: what it means, who acts, whether to repeat, what to call, and what services call it."""
    row = ENTRIES[code]
    wait = f", after {row.after_seconds} s if no time is told" if row.after_seconds else ""
    key = " Repeat with the same idempotency key." if row.same_key else ""
    lines = [
        f"### {code.value}",
        "",
        f"{row.status}, `{row.decision.value}`{wait}, {row.who.value}'s move. {row.advice}{key}{_next(code)}",
    ]
    for provider, table in TABLES.items():
        groups = _grouped((_help(found), f"`{_words(found)}`") for found in table.rows if found.code is code)
        lines += ["", f"From {provider}:", ""] if groups else []
        lines += [f"- {', '.join(named)}{f': {helps}' if helps else ''}" for helps, named in groups.items()]
    return "\n".join(lines) + "\n"


def _next(code: ErrorCode) -> str:
    if code in NEXT:
        return f" Next: `{NEXT[code].tool} {compact(NEXT[code].arguments)}`."
    if code in NEXT_OF_CREATE:
        return f" Next, after a create: `{NEXT_OF_CREATE[code].tool} {compact(NEXT_OF_CREATE[code].arguments)}`."
    return ""


def _side_by_side() -> Iterator[str]:
    yield _line("code", "status", "decision", "who", *TABLES)
    yield _line(*["---"] * (4 + len(TABLES)))
    for code in (code for family in _FAMILIES for code in ErrorCode if ENTRIES[code].category is family):
        row = ENTRIES[code]
        cells = (_called([found for found in table.rows if found.code is code]) for table in TABLES.values())
        yield _line(f"[{code.value}](#{code.value})", row.status, row.decision.value, row.who.value, *cells)


def _deliveries() -> Iterator[str]:
    yield _line("service", "what it says", "a repeat", "what helps")
    yield _line(*["---"] * 4)
    told: dict[str, list[tuple[FailedDelivery, str]]] = {
        "genviral": [(FAILED, "any failure: it names no code")],
        "postpost": [(failed, f"`{code}`") for code, failed in DELIVERY_FAILURES.items()],
        "socialapi": [(on_delivery(row), f"`{_words(row)}`") for row in ON_DELIVERY],
    }
    for provider, failures in told.items():
        for failed, named in _grouped(failures).items():
            yield _line(provider, ", ".join(named), _REPEAT[failed.retry], failed.hint)


def _called(rows: list[ErrorRow]) -> str:
    """Name what a service calls it, in few words: codes that begin alike are drawn together."""
    drawn = _grouped(_split(row) for row in rows)
    return ", ".join(f"`{start}{_either(names)}`" for start, names in drawn.items())


def _split(row: ErrorRow) -> tuple[str, str]:
    """Split what is said into what it shares with others, a status or a namespace, and its own rest."""
    said, shared = _words(row), "" if row.words or not row.provider_code else f"{row.status} " if row.status else ""
    if row.provider_code and "." in row.provider_code and not row.words:
        shared = f"{said.partition('.')[0]}."
    return (shared, said.removeprefix(shared)) if shared else (said, "")


def _either(names: list[str]) -> str:
    listed = sorted(names, key=lambda name: name.endswith("*"))
    return listed[0] if len(listed) == 1 else f"{{{', '.join(listed)}}}"


def _grouped(pairs: Iterable[tuple[Key, str]]) -> dict[Key, list[str]]:
    groups: dict[Key, list[str]] = {}
    for key, word in pairs:
        groups.setdefault(key, []).append(word)
    return groups


def _words(row: ErrorRow) -> str:
    """Say what a service says: its status, its code, its words without the signs of a pattern."""
    words = re.sub(r"\^|\\b", "", row.words) if row.words else None
    return " ".join(str(part) for part in (row.status, row.provider_code, words) if part is not None)


def _help(row: ErrorRow) -> str:
    doubt = "After a write it may have happened." if row.doubt else None
    return " ".join(part for part in (row.advice, doubt) if part)


def _line(*cells: object) -> str:
    return f"| {' | '.join(str(cell) for cell in cells)} |\n"


if __name__ == "__main__":
    sys.stdout.write(page())
