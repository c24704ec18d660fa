"""A clean room for one client: the server under test, a folder of its own, and all the environment there is."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.clients import node
from tests.clients.node import Finished
from tests.clients.target import Target


@dataclass(frozen=True, slots=True)
class Room:
    """Where a client runs, and the server that it is told of."""

    target: Target
    environment: Mapping[str, str]
    folder: Path

    def config(self) -> str:
        """Write the file that tells a client of the server, in the form that most of them read; return its path."""
        return self.file("mcp.json", {"mcpServers": {"postwright": self.target.entry()}})

    def file(self, name: str, content: dict[str, Any]) -> str:
        """Write a file of JSON; return its path."""
        path = self.folder / name
        path.write_text(json.dumps(content), encoding="utf-8")
        return str(path)

    def run(self, client: str, *arguments: str, **variables: str) -> Finished:
        """Run a client from npm to its end; keywords are further variables of its environment."""
        return node.run(client, *arguments, environment={**self.environment, **variables}, folder=self.folder)
