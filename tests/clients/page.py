"""The table of docs/clients.md, from the table of the tests: ``python -m tests.clients.page`` prints it anew."""

import json
from importlib.metadata import version

from tests.clients.node import HERE
from tests.clients.ways import CLIENTS, Client

TRANSPORTS = {"stdio": "stdio", "http": "Streamable HTTP", "sse": "SSE"}


def proven() -> str:
    """Write the table: each client, the eras it speaks over each transport, and what reaches whoever uses it."""
    head = ["client", "version", *TRANSPORTS.values(), "what is seen of a result"]
    rows = [_row(client) for client in CLIENTS.values()]
    return "\n".join(f"| {' | '.join(cells)} |" for cells in [head, ["---"] * len(head), *rows])


def _row(client: Client) -> list[str]:
    eras = [", ".join(client.ways[transport]) for transport in TRANSPORTS]
    return [client.title, _version(client), *eras, client.sees]


def _version(client: Client) -> str:
    """Tell the version that is pinned, of a client from npm in package.json, of ours by what is installed."""
    pinned = json.loads((HERE / "package.json").read_text(encoding="utf-8"))["dependencies"]
    return pinned[client.package] if client.program else version(client.package)


if __name__ == "__main__":
    print(proven())  # noqa: T201  (its output is the table)
