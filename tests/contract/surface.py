"""What an agent sees before its first call: the instructions and tools/list, for each set of providers."""

import json
import tempfile
from pathlib import Path
from typing import Any

from mcp.client import Client

from server.app import build
from server.settings import load

HERE = Path(__file__).parent
PROVIDERS = {"genviral": "genviral", "local": "local", "both": "genviral,local"}


async def surface(providers: str) -> dict[str, Any]:
    """Ask a server with these providers on for what it publishes."""
    with tempfile.TemporaryDirectory() as home:
        environment = {
            "POSTWRIGHT_HOME": home,
            "POSTWRIGHT_PROVIDERS": providers,
            "POSTWRIGHT_GENVIRAL_API_KEY": "gva_live_contract.key",
        }
        async with build(load(environment)) as app, Client(app.server) as client:
            tools = (await client.list_tools()).tools
            return {
                "instructions": client.instructions,
                "tools": [tool.model_dump(by_alias=True, mode="json", exclude_none=True) for tool in tools],
            }


def written(found: dict[str, Any]) -> str:
    """Write it as the committed file has it."""
    return json.dumps(found, indent=2, ensure_ascii=False) + "\n"
