"""What an agent sees before its first call: the instructions and tools/list, for each set of providers."""

import json
import tempfile
from pathlib import Path
from typing import Any

from mcp.client import Client

from server.app import build
from server.settings import load

HERE = Path(__file__).parent
ONE = ("genviral", "postpost", "socialapi", "local")
PROVIDERS = {**{name: name for name in ONE}, "all": ",".join(ONE)}


async def surface(providers: str) -> dict[str, Any]:
    """Ask a server with these providers on for what it publishes."""
    with tempfile.TemporaryDirectory() as home:
        environment = {
            "POSTWRIGHT_HOME": home,
            "POSTWRIGHT_TIMEZONE": "Europe/Berlin",
            "POSTWRIGHT_PROVIDERS": providers,
            **{f"POSTWRIGHT_{name.upper()}_API_KEY": f"key_of_{name}" for name in ONE[:-1]},
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
