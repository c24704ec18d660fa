"""The desktop bundle, as its own tool takes it: validated, packed, unpacked in an empty home, and started."""

import json
import subprocess
from pathlib import Path
from typing import Any

import pytest

from release.desktop import ASKED
from server.settings import Settings
from tests.clients import node
from tests.packaging.room import ROOT, Room

pytestmark = [pytest.mark.anyio, pytest.mark.clients, node.needs("mcpb")]

MANIFEST: dict[str, Any] = json.loads((ROOT / "release/manifest.json").read_text(encoding="utf-8"))
#: How a client fills the command line in: the function that the bundle's own tool brings for it.
EXPAND = """
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { getMcpConfigForManifest } from "@LIBRARY@";
const [extensionPath, answers] = process.argv.slice(1);
const manifest = JSON.parse(readFileSync(join(extensionPath, "manifest.json"), "utf-8"));
const userConfig = JSON.parse(answers);
const asked = { manifest, extensionPath, systemDirs: {}, userConfig, pathSeparator: "/" };
console.log(JSON.stringify(await getMcpConfigForManifest(asked)));
"""


@pytest.fixture
def installed(room: Room) -> Path:
    """The bundle made as docs/packaging.md says, and unpacked."""
    room.python("-m", "release.desktop", room.folder / "bundle")
    packed = room.client("mcpb", "pack", room.folder / "bundle", room.folder / "postwright.mcpb")
    assert packed.code == 0, packed
    unpacked = room.client("mcpb", "unpack", room.folder / "postwright.mcpb", room.folder / "installed")
    assert unpacked.code == 0, unpacked
    folder = room.folder / "installed"
    assert not {"tests", "bench", "docs"} & {path.name for path in folder.iterdir()}
    return folder


def expanded(installed: Path, answers: dict[str, str]) -> dict[str, Any]:
    library = node.SCRIPTS["mcpb"].parents[1] / "index.js"
    script = EXPAND.replace("@LIBRARY@", library.as_uri())
    command = [node.binary(), "--input-type=module", "--eval", script, installed, json.dumps(answers)]
    return json.loads(subprocess.run(command, capture_output=True, text=True, check=True).stdout)


def test_the_bundles_own_tool_takes_the_manifest(room: Room) -> None:
    validated = room.client("mcpb", "validate", ROOT / "release/manifest.json")
    assert validated.code == 0, validated
    assert "passes" in validated.out


@pytest.mark.timeout(900)
async def test_the_packed_bundle_starts_in_an_empty_home_with_what_its_user_answered(
    room: Room, installed: Path
) -> None:
    for answers, may_post in (({}, True), ({"mode": "read", "genviral_api_key": ""}, False)):
        config = expanded(installed, answers)
        async with room.server(config["command"], config["args"], config["env"]) as client:
            tools = {tool.name: tool.description for tool in (await client.list_tools()).tools}
        assert ("create_post" in tools) is may_post
        if may_post:
            assert tools == {tool["name"]: tool["description"] for tool in MANIFEST["tools"]}


def test_what_is_secret_is_asked_for_as_a_secret() -> None:
    secret = {name for name, field in Settings.model_fields.items() if "SecretStr" in str(field.annotation)}
    asked = MANIFEST["user_config"]
    assert {name for name, field in asked.items() if field.get("sensitive")} == secret & set(ASKED)
    assert {name for name in asked if name.endswith("_api_key")} <= secret
    for name, field in asked.items():
        assert MANIFEST["server"]["mcp_config"]["env"][f"POSTWRIGHT_{name.upper()}"] == f"${{user_config.{name}}}"
        assert not field["required"]
