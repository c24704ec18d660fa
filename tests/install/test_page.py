"""docs/install.md says what the table of clients is."""

import re
import subprocess
import sys

import pytest

from server.install_page import own_command, page
from tests.install.room import CLIENTS, ROOT, Room


def test_the_page_is_what_the_table_of_clients_is() -> None:
    committed = (ROOT / "docs/install.md").read_text(encoding="utf-8")
    assert page() == committed, "run python -m server.install_page > docs/install.md"


@pytest.mark.parametrize("client", CLIENTS)
def test_the_snippet_of_each_client_is_what_setup_prints(client: str, room: Room) -> None:
    row = CLIENTS[client]
    scope = [*row.files][-1].value
    section = page().partition(f"\n## {row.title}\n")[2].partition("\n## ")[0]
    own, *over_http = re.findall(r"```(?:json|toml)\n(.*?)```", section, re.DOTALL)
    path = room.home / ".local/bin/uvx"
    path.parent.mkdir(parents=True)
    path.write_text("#!/bin/sh\n", encoding="utf-8")
    path.chmod(0o755)
    printed = room.setup(
        client, "--scope", scope, "--print", "--env", "POSTWRIGHT_GENVIRAL_API_KEY", PATH=str(path.parent)
    )
    assert printed.stdout.replace(str(room.home), "/home/you") == own
    for snippet in over_http:
        address = ["--url", "http://127.0.0.1:8765/mcp", "--env", "POSTWRIGHT_HTTP_TOKEN"]
        assert room.setup(client, "--scope", scope, "--print", *address).stdout == snippet
    assert f"uvx postwright setup {client}\n" in section
    assert (own_command(row) or "") in section


def test_no_other_command_waits_for_what_setup_alone_needs() -> None:
    code = "import sys, server.cli; print(*sys.modules)"
    loaded = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    assert "server.commands.installing" in loaded.split()
    assert not [name for name in loaded.split() if name.startswith(("server.clients", "tomlkit", "tomllib", "difflib"))]
