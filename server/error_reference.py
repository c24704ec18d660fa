"""The error reference, made from the tables: docs/errors.md and the resources ``postwright://errors/{code}``.

``python -m server.error_reference > docs/errors.md`` writes the page anew.
"""

import sys

from providers.errors import ErrorRow, ErrorTable
from providers.genviral.errors import TABLE as GENVIRAL
from providers.postpost.errors import TABLE as POSTPOST
from providers.socialapi.errors import TABLE as SOCIALAPI
from schemas.errors import ENTRIES, Category, ErrorCode

TABLES: dict[str, ErrorTable] = {"genviral": GENVIRAL, "postpost": POSTPOST, "socialapi": SOCIALAPI}

_HEAD = """\
# Errors

Every failed call carries one of these codes as `error_code`, and a verdict: `outcome` says whether it happened, `retry`
whether the call may be repeated, by whom and when, `next` what to call. The same text is at `postwright://errors/{code}`.
What a service itself said stands beside it in `provider_error`, and decides nothing.

`retry.decision`: `fix_and_retry` mend the request and call again; `retry_unchanged`, `wait_then_retry` the same call,
at once or later; `check_first` do not repeat, look; `ask_user` a person has to act; `do_not_retry` it will not help.
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


def page() -> str:
    """Write the whole reference."""
    parts = [_HEAD]
    for family, title in _FAMILIES.items():
        codes = [code for code in ErrorCode if ENTRIES[code].category is family]
        if codes:
            parts.append(f"\n## {title}\n" + "".join(f"\n{entry(code)}" for code in codes))
    return "".join(parts)


def entry(code: ErrorCode) -> str:
    """Write one code's part: what it means, who acts, whether to repeat, and what services call it."""
    row = ENTRIES[code]
    wait = f" after {row.after_seconds} s" if row.after_seconds else ""
    key = " Repeat with the same idempotency key." if row.same_key else ""
    lines = [
        f"### {code.value}",
        "",
        f"{row.status}, {row.decision.value}{wait}, {row.who.value}'s move. {row.advice}{key}",
    ]
    for provider, table in TABLES.items():
        named = [f"`{_service_words(found)}`{_advice(found)}" for found in table.rows if found.code is code]
        if named:
            lines += ["", f"From {provider}: {'; '.join(named)}."]
    return "\n".join(lines) + "\n"


def _service_words(row: ErrorRow) -> str:
    return " ".join(str(part) for part in (row.status, row.provider_code, row.words) if part is not None)


def _advice(row: ErrorRow) -> str:
    return f" ({row.advice.rstrip('.')})" if row.advice else ""


if __name__ == "__main__":
    sys.stdout.write(page())
