"""The README holds to what it is: one screen, a conversation that took place, and tables that are what the rows are."""

import json
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import cast

import pytest

from providers.genviral.rules import RULES as GENVIRAL
from providers.networks.catalogue import KINDS
from sandbox.postpost.networks import NETWORKS
from sandbox.socialapi.constraints import CONSTRAINTS
from schemas.codes import Outcome
from schemas.jsonvalue import items, members
from tests.desk import INSTAGRAM, SLIDES, genviral
from tests.docs.pages import BLOCKS, ROOT
from tools.catalogue import TOOLS

README = (ROOT / "README.md").read_text(encoding="utf-8")
#: Lines that a person takes in before scrolling becomes reading.
ONE_SCREEN = 80
#: How platforms are written for people; all others begin with a capital.
_WRITTEN = {"TikTok": "tiktok", "YouTube": "youtube", "LinkedIn": "linkedin", "WordPress": "wordpress"}
#: What Genviral's newer API has and its first had not.
_NEWER = {"x", "bluesky"}
_OURS = {"twitter": "x", "linkedin_page": "linkedin"}


def table(text: str, heading: str) -> Iterator[list[str]]:
    """The rows of the table under a heading, without its head."""
    part = text.partition(f"## {heading}\n")[2].partition("\n## ")[0] if heading else text
    lines = [line for line in part.splitlines() if line.startswith("|")][2:]
    yield from ([cell.strip() for cell in line.strip("|").split("|")] for line in lines)


def test_the_readme_is_one_screen() -> None:
    assert len(README.splitlines()) <= ONE_SCREEN


def test_the_conversation_in_the_readme_is_the_one_that_the_demo_holds(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "server", "demo"]
    shown = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True, timeout=240).stdout
    [told] = [block.text for block in BLOCKS if block.page.name == "README.md" and block.language == "text"]
    at, demo = 0, [_timeless(line) for line in shown.splitlines()]
    for line in filter(None, _timeless(told).splitlines()):
        if line.strip() != "...":
            assert line in demo[at:], line
            at = demo.index(line, at) + 1


def _timeless(text: str) -> str:
    return re.sub(r"in 3 h \d+ min", "in 3 h 12 min", re.sub(r"\d{4}-\d\d-\d\dT[\d:]+", "2026-12-01T09:00:00", text))


def test_the_table_of_platforms_is_what_each_provider_reaches() -> None:
    told: dict[str, dict[str, set[str]]] = {}
    for names, *ways in table(README, "Where it posts"):
        for way, cell in zip(("local", "genviral", "postpost", "socialapi"), ways, strict=True):
            platforms = {_WRITTEN.get(name, name.lower()) for name in names.split(", ")}
            for word in filter(None, [re.sub(r"\[(.*)\]\(.*\)", r"\1", cell)]):
                told.setdefault(way, {}).setdefault(word, set()).update(platforms)
    named = {name for rule in GENVIRAL.rules if rule.scope for name in rule.scope.platforms}
    assert told == {
        "local": {"yes": set(KINDS)},
        "genviral": {"yes": named - _NEWER, "v2": _NEWER},
        "postpost": {"yes": {_OURS.get(name, name) for name in NETWORKS}},
        "socialapi": {"yes": {_OURS.get(name, name) for name in CONSTRAINTS}},
    }


def test_the_table_of_outcomes_has_every_outcome() -> None:
    told = [name for cells in table(README, "When something fails") for name in re.findall(r"`(\w+)`", cells[0])]
    assert told == [outcome.value for outcome in Outcome]


TOOLS_PAGE = (ROOT / "docs" / "tools.md").read_text(encoding="utf-8")


def test_the_page_of_tools_has_every_tool() -> None:
    told = [cells[0].strip("`") for cells in table(TOOLS_PAGE.partition("\n## ")[0], "")]
    assert sorted(told) == sorted(tool.name for tool in TOOLS)


@pytest.mark.anyio
async def test_the_refused_call_on_the_page_of_tools_is_a_real_one(tmp_path: Path) -> None:
    [told] = [json.loads(block.text) for block in BLOCKS if block.page.name == "tools.md" and block.language == "json"]
    async with genviral(tmp_path) as (agent, _):
        body = await agent.call("create_post", caption="a" * 612, text="a", accounts=[INSTAGRAM], media=SLIDES)
    assert _holds(body, told)


def _holds(real: object, told: object) -> bool:
    """Tell whether a real answer has all that is told of one."""
    if isinstance(told, dict):
        return all(_holds(members(real).get(name), value) for name, value in members(cast("object", told)).items())
    if isinstance(told, list):
        listed, found = items(cast("object", told)), items(real)
        return len(listed) == len(found) and all(map(_holds, found, listed))
    return real == told
