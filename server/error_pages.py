"""docs/errors.md and docs/errors/, made from the tables: ``python -m server.error_pages docs`` writes them anew."""

import re
import sys
from collections.abc import Iterator
from pathlib import Path

from providers.errors import ErrorRow, ErrorTable, FailedDelivery
from providers.genviral.errors import FAILED
from providers.networks.bluesky.errors import TABLE as BLUESKY
from providers.networks.catalogue import KINDS
from providers.networks.discord.errors import ERRORS as DISCORD
from providers.networks.mastodon.errors import ERRORS as MASTODON
from providers.networks.matrix.errors import TABLE as MATRIX
from providers.networks.nostr.errors import TABLE as NOSTR
from providers.networks.slack.network import ERRORS as SLACK
from providers.networks.telegram.errors import ERRORS as TELEGRAM
from providers.networks.webhook.network import ERRORS as WEBHOOK
from providers.networks.wordpress.errors import ERRORS as WORDPRESS
from providers.postpost.errors import DELIVERY_FAILURES
from providers.socialapi.errors import ON_DELIVERY, on_delivery
from providers.socialapi.records import NO_RETRY
from schemas.errors import ENTRIES
from server.error_reference import FAMILIES, TABLES, codes_of, grouped, head, helps, line, page, words

NETWORKS: dict[str, ErrorTable] = {
    "bluesky": BLUESKY,
    "mastodon": MASTODON,
    "telegram": TELEGRAM,
    "discord": DISCORD,
    "slack": SLACK,
    "nostr": NOSTR,
    "matrix": MATRIX,
    "webhook": WEBHOOK,
    "wordpress": WORDPRESS,
}

_READ_ON = """
## What services and networks say

[Side by side](errors/side-by-side.md), and each by itself, with what helps and whether a failed delivery may be sent
again: [Genviral](errors/genviral.md), [PostPost](errors/postpost.md), [SocialAPI.ai](errors/socialapi.md), and the
[networks that `local` delivers to](errors/networks.md).
"""

_SIDE_BY_SIDE = """\
# Errors side by side

What each hosted service calls it: its status, its code, its words; a status alone stands where no more is known.
`{a, b}` stands for several codes that begin alike, `*` for any other. What no row names goes by its class: a 4xx is
`rejected`, a 5xx `provider_error`, a success that cannot be read `unexpected_answer`. After an answer to a write that
leaves it open whether it happened, `outcome_unknown` is told in its place. A row in which no service stands is said by
postwright itself, and some of the others are too. What to do about each: [errors.md](../errors.md).

"""

_SERVICE = """\
# What {name} answers

How it is told: its status, its code and its words, and our code for it. What helps is said where it is more than
[the code's own advice](../errors.md). What no row names goes by its class: a 4xx is `rejected`, a 5xx `provider_error`.

"""

_DELIVERIES = """
## Failed deliveries

A post that was accepted can still fail on one account. `check_status` tells every delivery with its `error`, the
service's code and words, and with `retry`: whether sending it again may help as things are.

"""

#: How services are written for people.
TITLES = {"genviral": "Genviral", "postpost": "PostPost", "socialapi": "SocialAPI.ai"}

_OTHERS = {
    "genviral": "",
    "postpost": "\nA code that is not listed here goes by the service's own `retryable`.\n",
    "socialapi": "\nA code that is not listed here goes by its row above. On {}, nothing is sent again.\n",
}

_NETWORKS = """\
# What the networks of `local` answer

How it is told, and our code for it; what helps is said where it is more than [the code's own advice](../errors.md).
What may pass (`wait_then_retry`) is tried again by itself, ever less often, for a day at most; an account that needs a
person (`account_needs_reconnect`) waits with all its posts; anything else fails the delivery, and `check_status` says
so. What becomes of a lost answer is said in [networks.md](../networks.md). What no row names goes by its class: a 4xx
is `rejected`, a 5xx `provider_error`. The outbox has no table: what its folder or its media say is told in words.
"""

_REPEAT = {True: "may help", False: "no", None: "as the service says"}


def pages() -> dict[str, str]:
    """Write all pages, by their path in docs/."""
    return {
        "errors.md": page() + _READ_ON,
        "errors/side-by-side.md": _SIDE_BY_SIDE + "".join(_side_by_side()),
        **{f"errors/{name}.md": _service(name, table) for name, table in TABLES.items()},
        "errors/networks.md": _NETWORKS
        + "".join(f"\n## {KINDS[name].title}\n\n{_table(table)}" for name, table in NETWORKS.items()),
    }


def _service(name: str, table: ErrorTable) -> str:
    others = _OTHERS[name].format(", ".join(sorted(NO_RETRY)))
    return f"{_SERVICE.format(name=TITLES[name])}{_table(table)}{_DELIVERIES}{''.join(_deliveries(name))}{others}"


def _table(table: ErrorTable) -> str:
    """Write a table with a row for each code of ours and each advice; neither stands twice."""
    groups = grouped(((row.code, helps(row)), said) for row in table.rows for said in _spoken(row))
    order = [code for family in FAMILIES for code in codes_of(family)]
    rows = sorted(groups.items(), key=lambda group: order.index(group[0][0]))
    written = (line(f"`{code.value}`", _listed(said), advice) for (code, advice), said in rows)
    return head("our code", "what is said", "what helps") + "".join(written)


def _spoken(row: ErrorRow) -> Iterator[str]:
    """Say what is said, each of what a pattern takes by itself and without a pattern's signs."""
    if row.status is None and row.provider_code is None and row.words is None:
        yield "anything else"
        return
    told = " ".join(str(part) for part in (row.status, row.provider_code) if part is not None)
    alternatives = re.split(r"\|(?![^(]*\))", row.words) if row.words else [""]
    for words_said in alternatives:
        plain = re.sub(r"\^|\\b", "", words_said).replace(".{0,20}", " ... ").replace("|", "/")
        yield f"`{f'{told} {plain}'.strip()}`"


def _listed(said: list[str]) -> str:
    """List what is said; of statuses that all mean the same, the first and the last."""
    redirects = [f"`{status}`" for status in range(300, 309)]
    if said == redirects:
        return f"{said[0]} to {said[-1]}"
    return ", ".join(said)


def _side_by_side() -> Iterator[str]:
    yield head("code", "status", "decision", "who", *TABLES)
    for code in (code for family in FAMILIES for code in codes_of(family)):
        row = ENTRIES[code]
        cells = (_called([found for found in table.rows if found.code is code]) for table in TABLES.values())
        yield line(f"`{code.value}`", row.status, row.decision.value, row.who.value, *cells)


def _deliveries(provider: str) -> Iterator[str]:
    yield head("what it says", "a repeat", "what helps")
    told: dict[str, list[tuple[FailedDelivery, str]]] = {
        "genviral": [(FAILED, "any failure: it names no code")],
        "postpost": [(failed, f"`{code}`") for code, failed in DELIVERY_FAILURES.items()],
        "socialapi": [(on_delivery(row), f"`{words(row)}`") for row in ON_DELIVERY],
    }
    for failed, named in grouped(told[provider]).items():
        yield line(", ".join(named), _REPEAT[failed.retry], failed.hint)


def _called(rows: list[ErrorRow]) -> str:
    """Name what a service calls it, in few words: codes that begin alike are drawn together."""
    drawn = grouped(_split(row) for row in rows)
    return ", ".join(f"`{start}{_either(names)}`" for start, names in drawn.items())


def _split(row: ErrorRow) -> tuple[str, str]:
    """Split what is said into what it shares with others, a status or a namespace, and its own rest."""
    said, shared = words(row), "" if row.words or not row.provider_code else f"{row.status} " if row.status else ""
    if row.provider_code and "." in row.provider_code and not row.words:
        shared = f"{said.partition('.')[0]}."
    return (shared, said.removeprefix(shared)) if shared else (said, "")


def _either(names: list[str]) -> str:
    listed = sorted(names, key=lambda name: name.endswith("*"))
    return listed[0] if len(listed) == 1 else f"{{{', '.join(listed)}}}"


if __name__ == "__main__":
    for path, text in pages().items():
        written = Path(sys.argv[1]) / path
        written.parent.mkdir(exist_ok=True)
        written.write_text(text, encoding="utf-8")
