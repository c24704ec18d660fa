"""The journal's side of export and import."""

import json
from collections.abc import Iterable

from providers.local.exchange import BATCH
from providers.local.lines import IntentLine
from providers.store import Connection


def intents(connection: Connection, after: tuple[float, str]) -> list[IntentLine]:
    """Read the batch of intents that follows one, oldest first."""
    rows = connection.execute(_INTENTS, (*after, BATCH)).fetchall()
    return [
        IntentLine.model_validate(
            {
                **{name: row[name] for name in row.keys()},  # noqa: SIM118  (a row's items are its values)
                "request": json.loads(row["request"]),
                "answer": json.loads(row["answer"]) if row["answer"] else None,
            }
        )
        for row in rows
    ]


def take_in(connection: Connection, lines: Iterable[IntentLine]) -> int:
    """Take in intents whose id and key are not here; one that is open is looked into, as any. Tell how many."""
    new = 0
    for line in lines:
        answer = json.dumps(line.answer) if line.answer is not None else None
        facts = (line.id, line.tenant, line.key, line.hint, line.fingerprint, line.provider, line.state)
        rest = (json.dumps(line.request), answer, line.post_id, line.told, line.looks, line.opened_at, line.changed_at)
        new += connection.execute(_TAKE, (*facts, *rest, line.approved)).rowcount
    return new


_INTENTS = (
    "SELECT id, tenant, key, hint, fingerprint, provider, state, request, answer, post_id, told, looks, opened_at,"
    " changed_at, approved FROM intent WHERE (opened_at, id) > (?, ?) ORDER BY opened_at, id LIMIT ?"
)
_TAKE = (
    "INSERT INTO intent (id, tenant, key, hint, fingerprint, provider, state, request, answer, post_id, told, looks,"
    " opened_at, changed_at, approved, fence, leased_until)"
    " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 1, 0) ON CONFLICT DO NOTHING"
)
