"""The error reference is what the tables say, in the documents and as resources."""

from pathlib import Path

import pytest
from mcp.client import Client
from mcp.shared.exceptions import MCPError

from schemas.errors import ENTRIES, ErrorCode
from schemas.jsonvalue import text
from server.app import build
from server.error_reference import TABLES, entry, page
from server.settings import load

pytestmark = pytest.mark.anyio


def test_the_committed_page_is_what_the_tables_say() -> None:
    committed = (Path(__file__).parents[2] / "docs" / "errors.md").read_text(encoding="utf-8")
    assert page() == committed, "run python -m server.error_reference > docs/errors.md"


def test_the_page_has_every_code_and_every_code_of_every_provider() -> None:
    assert all(f"### {code.value}\n" in page() for code in ErrorCode)
    for table in TABLES.values():
        for row in table.rows:
            assert (row.provider_code or str(row.status)) in entry(row.code)


@pytest.mark.parametrize("mode", ["legacy", "auto"])
async def test_a_client_reads_one_code_or_all(tmp_path: Path, mode: str) -> None:
    async with build(load({"POSTWRIGHT_HOME": str(tmp_path)})) as app, Client(app.server, mode=mode) as client:
        [listed] = (await client.list_resources()).resources
        [template] = (await client.list_resource_templates()).resource_templates
        assert template.uri_template == "postwright://errors/{code}"
        whole = (await client.read_resource(str(listed.uri))).contents[0]
        one = (await client.read_resource("postwright://errors/outcome_unknown")).contents[0]
        assert text(getattr(whole, "text", None)) == page()
        assert ENTRIES[ErrorCode.OUTCOME_UNKNOWN].advice in (text(getattr(one, "text", None)) or "")
        for wrong in ("postwright://errors/nope", "postwright://rules", "file:///etc/passwd"):
            with pytest.raises(MCPError):
                await client.read_resource(wrong)
