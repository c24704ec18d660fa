"""The contract with agents is a committed file, and it has a budget."""

import json
import re

import pytest

from bench.tokenizer import tokenizer
from schemas.result import OUTPUT_SCHEMA
from tests.contract.surface import HERE, ONE, PROVIDERS, surface, written
from tools.catalogue import TOOLS

pytestmark = pytest.mark.anyio

WRITING = ("create_post", "update_post", "delete_post", "retry_post", "upload_media")
#: What has gone out cannot be taken back; a file that was brought can.
DESTRUCTIVE = ("create_post", "update_post", "delete_post", "retry_post")


@pytest.mark.parametrize("name", PROVIDERS)
async def test_what_agents_see_is_what_was_committed(name: str) -> None:
    committed = (HERE / f"{name}.json").read_text(encoding="utf-8")
    assert written(await surface(PROVIDERS[name])) == committed, "run python -m tests.contract.write, read the diff"


async def test_the_instructions_are_short_and_name_only_what_exists() -> None:
    found = await surface("local")
    assert len(found["instructions"].split()) < 300
    named = set(re.findall(r"\b(?:create|list|update|delete|retry|upload|get)_[a-z]+\b", found["instructions"]))
    assert named <= {tool.name for tool in TOOLS}


@pytest.mark.parametrize("provider", ONE)
async def test_the_surface_stays_small_enough_to_choose_from(provider: str) -> None:
    found = await surface(provider)
    assert len(found["tools"]) <= 12
    shown = [{key: tool[key] for key in ("name", "description", "inputSchema")} for tool in found["tools"]]
    # For all tools with one provider (design section 14).
    assert tokenizer().count(json.dumps(shown, separators=(",", ":"))) <= 3_000


@pytest.mark.parametrize("tool", TOOLS, ids=lambda tool: tool.name)
def test_every_tool_is_named_and_annotated_as_clients_need_it(tool: object) -> None:
    found = next(item for item in TOOLS if item is tool)
    assert re.fullmatch(r"[a-z_]{1,24}", found.name)
    assert found.run.__name__ == found.name == found.run.__module__.rpartition(".")[2]
    assert found.hints.read_only is not (found.name in WRITING)
    assert found.hints.destructive is (found.name in DESTRUCTIVE)
    assert found.title


def test_the_output_schema_lets_errors_in() -> None:
    assert OUTPUT_SCHEMA["type"] == "object"
    assert OUTPUT_SCHEMA["required"] == ["ok", "code", "message"]
    assert not {"oneOf", "anyOf", "allOf", "additionalProperties"} & set(OUTPUT_SCHEMA)
