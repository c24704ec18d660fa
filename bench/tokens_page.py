"""docs/tokens.md, written from the committed contract files: ``python -m bench.tokens_page > docs/tokens.md``.

What clients do to tools on their way to a model is written down here as it was measured with the clients themselves.
"""

import json
import sys
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bench.tokenizer import tokenizer
from engine.budget import DETAILED, LARGE, USUAL

CONTRACT = Path(__file__).parent.parent / "tests" / "contract"
SETS = {"genviral": "genviral", "postpost": "postpost", "socialapi": "socialapi", "local": "local", "all": "all four"}

Tool = dict[str, Any]

_HEAD = """\
# What postwright costs a model to have

Tokens that each client's model gets of postwright before the first call, in mode `publish`, with one provider on or
all of them. Counted with the vocabulary o200k_base; other models count otherwise, so compare the figures rather than
add them up. What a client writes around a tool is not counted.

"""

_CLIENTS = """
What the rows are:

"""

_TOOLS = """
## Each tool

Name, description and schema as they are published. **At hand** are those that verdicts name in `next`: Claude Code
loads them from the start, and the others by search ([why](decisions/0006-at-hand.md)).

"""

_AFTER = f"""
## Answers

A list of twenty posts, and any other answer that was not asked to be longer, is at most 2,000 tokens; a hundred posts
are at most 5,500. No list is longer than {DETAILED:,} bytes with `response_format: detailed`, {LARGE:,} without,
{USUAL:,} by default; an error is under 8,000 characters. Claude Code shows 50,000 characters of an answer, OpenClaw
64,000, Gemini CLI 40,000: nothing is cut there. Codex shows about 12,000: leave `limit` at its default there, and go
on with `cursor`.

Resources and prompts cost nothing before they are asked for.
"""


@dataclass(frozen=True, slots=True)
class Client:
    """One client as it is set up: which tools its model gets at start, how each is written, whether instructions come.

    ``names``: of all the other tools the names are there.
    """

    name: str
    says: str
    prefix: str
    takes: Callable[[Tool], bool]
    instructions: bool
    schema: Callable[[Any], Any] = lambda schema: schema
    names: bool = False


def page() -> str:
    """Write the page."""
    surfaces = {label: json.loads((CONTRACT / f"{name}.json").read_text("utf-8")) for name, label in SETS.items()}
    rows = ([client.name, *(_figure(_cost(client, found)) for found in surfaces.values())] for client in CLIENTS)
    return "".join(
        [
            _HEAD,
            *_table(["client", *surfaces], rows),
            _CLIENTS,
            *(f"- **{client.name}**: {client.says}\n" for client in CLIENTS),
            _TOOLS,
            *_table(["tool", "at hand", *surfaces], _each(surfaces)),
            _AFTER,
        ]
    )


def _each(surfaces: dict[str, Any]) -> Iterator[list[str]]:
    lists = [{tool["name"]: tool for tool in found["tools"]} for found in surfaces.values()]
    for name, tool in lists[0].items():
        costs = (_figure(_count(_written(listed[name], "", lambda schema: schema))) for listed in lists)
        yield [f"`{name}`", "yes" if _at_hand(tool) else "", *costs]
    yield ["instructions", "", *(_figure(_count(found["instructions"])) for found in surfaces.values())]


def _cost(client: Client, surface: dict[str, Any]) -> int:
    """Count what a client's model gets of one surface."""
    taken = [tool for tool in surface["tools"] if client.takes(tool)]
    parts = [_written(tool, client.prefix, client.schema) for tool in taken]
    parts += [f"{client.prefix}{tool['name']}" for tool in surface["tools"] if client.names and tool not in taken]
    return sum(map(_count, parts)) + (_count(surface["instructions"]) if client.instructions else 0)


def _written(tool: Tool, prefix: str, schema: Callable[[Any], Any]) -> str:
    told = json.dumps(schema(tool["inputSchema"]), ensure_ascii=False, separators=(",", ":"))
    return f"{prefix}{tool['name']}\n{tool['description']}\n{told}"


def _at_hand(tool: Tool) -> bool:
    return tool.get("_meta", {}).get("anthropic/alwaysLoad", False)


def _every(tool: Tool) -> bool:
    return True


def _none(tool: Tool) -> bool:
    return False


def _for_codex(schema: Any) -> Any:
    """Leave of a schema what Codex leaves, its properties in the order of the alphabet."""
    if isinstance(schema, list):
        return [_for_codex(item) for item in schema]  # pyright: ignore[reportUnknownVariableType]
    if not isinstance(schema, dict):
        return schema
    kept: dict[str, Any] = {key: value for key, value in schema.items() if key in _CODEX_KEEPS}  # pyright: ignore[reportUnknownVariableType]
    if "properties" in kept:
        kept["properties"] = {name: _for_codex(child) for name, child in sorted(kept["properties"].items())}
    return {**kept, **({"items": _for_codex(kept["items"])} if "items" in kept else {})}


def _for_gemini(schema: dict[str, Any]) -> dict[str, Any]:
    """Add what Gemini CLI adds to every tool."""
    return {**schema, "properties": {**schema["properties"], "wait_for_previous": {"type": "boolean"}}}


_CODEX_KEEPS = frozenset(
    {"type", "properties", "required", "items", "enum", "additionalProperties", "minItems", "description"}
)

CLIENTS = (
    Client(
        "Claude Code",
        "instructions, the tools at hand, and of the others the names, which it searches by; as it comes.",
        "mcp__postwright__",
        _at_hand,
        instructions=True,
        names=True,
    ),
    Client(
        "Claude Code, all tools",
        '`ENABLE_TOOL_SEARCH=false`, or `"alwaysLoad": true` in its entry of the server.',
        "mcp__postwright__",
        _every,
        instructions=True,
    ),
    Client(
        "OpenClaw",
        "nothing of any server: its model finds tools with `tool_search` and `tool_describe`; as it comes. Each tool "
        "then costs what it does below.",
        "postwright__",
        _none,
        instructions=False,
    ),
    Client(
        "OpenClaw, all tools",
        "`tools.toolSearch` off. Instructions are never shown.",
        "postwright__",
        _every,
        instructions=False,
    ),
    Client(
        "Codex",
        "all tools, in a namespace that the instructions describe. Of a schema most limits are dropped, so they stand "
        "in the descriptions too.",
        "mcp__postwright__",
        _every,
        instructions=True,
        schema=_for_codex,
    ),
    Client(
        "Gemini CLI",
        "all tools, each with one more argument. What it does with instructions was not measured; they would add what "
        "they cost below.",
        "mcp_postwright_",
        _every,
        instructions=False,
        schema=_for_gemini,
    ),
)


def _table(columns: list[str], rows: Iterable[list[str]]) -> Iterator[str]:
    for cells in (columns, ["---", *["---:"] * (len(columns) - 1)], *rows):
        yield f"| {' | '.join(cells)} |\n"


def _count(text: str) -> int:
    return tokenizer().count(text)


def _figure(tokens: int) -> str:
    return f"{tokens:,}"


if __name__ == "__main__":
    sys.stdout.write(page())
