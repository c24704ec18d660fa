"""What the pages name is there (links, settings, tools, commands, metrics, extras), and all of it is named."""

import json
import re
import shlex
import subprocess
import tomllib
from collections.abc import Iterator
from importlib.util import find_spec
from itertools import product
from pathlib import Path

import click
import pytest

from providers.networks.catalogue import KINDS
from server.board.apps import TEMPLATE
from server.cli import main
from server.prompts import PROMPTS
from server.resources import ROWS
from server.settings import PREFIX, Settings
from tests.clients.target import running
from tests.docs.pages import BLOCKS, PAGES, ROOT, WITH_COMMANDS, anchors, prose
from tests.operations.commands import environment
from tools.catalogue import TOOLS

_LINK = re.compile(r"(?<!!)\[[^\]]*\]\(([^)\s]+)\)")
_CODE = re.compile(r"`([^`\n]+)`")
#: Who looks into the blocks that are neither commands nor JSON.
HELD = {
    "text": "tests/docs/test_readme.py, and drawings",
    "ini": "tests/operations/test_units.py",
    "xml": "tests/operations/test_units.py",
    "toml": "tests/install/test_page.py",
    "yaml": "test_what_prometheus_is_told_to_ask_is_what_answers_by_default",
}
ALL = "\n".join(page.read_text(encoding="utf-8") for page in PAGES)


BESIDE = (ROOT / "CONTRIBUTING.md", ROOT / "CHANGELOG.md")


@pytest.mark.parametrize("page", [*PAGES, *BESIDE], ids=lambda page: str(page.relative_to(ROOT)))
def test_every_link_leads_to_a_page_and_a_place_that_are_there(page: Path) -> None:
    for link in _LINK.findall(prose(page)):
        if link.startswith("https://"):
            continue
        path, _, place = link.partition("#")
        target = (page.parent / path).resolve() if path else page
        assert target.exists(), link
        assert not place or place in anchors(target), link


def test_the_index_leads_to_every_page() -> None:
    reached, ahead = set[Path](), [ROOT / "docs" / "README.md"]
    while ahead:
        page = ahead.pop()
        targets = {(page.parent / link.partition("#")[0]).resolve() for link in _LINK.findall(prose(page))}
        ahead += targets & set(PAGES) - reached
        reached |= targets
    assert [page for page in PAGES if page not in reached and page.parent not in reached] == []


def test_every_setting_that_is_named_is_one_and_all_are_named() -> None:
    settings = {f"{PREFIX}{name.upper()}" for name in Settings.model_fields}
    named = set(re.findall(rf"{PREFIX}[A-Z_]*[A-Z]", ALL))
    assert named == settings


def test_every_tool_that_is_named_is_one_and_all_are_named() -> None:
    tools = {tool.name for tool in TOOLS}
    verbs = "|".join(sorted({name.partition("_")[0] for name in tools}))
    named = {
        word
        for code in _CODE.findall(ALL)
        for word in re.findall(rf"^(?:{verbs})_(?:posts?|status|accounts|usage|media)\b", code)
    }
    assert named == tools


def test_every_settings_object_that_is_shown_is_one_that_its_network_takes() -> None:
    shown = [found for code in _CODE.findall(ALL) if (found := re.fullmatch(r"(\w+): (\{.*\})", code))]
    objects = {name: json.loads(told.replace(": ...", ': "..."')) for name, told in (found.groups() for found in shown)}
    models = {kind.platform: kind.settings for kind in KINDS.values() if kind.settings}
    assert set(objects) == set(models)
    for name, told in objects.items():
        assert set(told) <= set(models[name].model_fields), name
        if "..." not in told.values():
            models[name].model_validate(told)


def test_every_module_that_contributors_are_told_to_run_is_there() -> None:
    told = re.findall(r"python -m ([\w.]+)", BESIDE[0].read_text(encoding="utf-8"))
    assert told
    assert [name for name in told if find_spec(name) is None] == []


def test_every_resource_and_prompt_that_is_named_is_offered_and_all_are_named() -> None:
    page = (ROOT / "docs" / "tools.md").read_text(encoding="utf-8")
    assert set(re.findall(r"`(postwright://[^`]+)`", ALL)) == {row.uri for row in ROWS} | {TEMPLATE}
    assert set(re.findall(r"prompt `(\w+)`", page)) == {prompt.name for prompt in PROMPTS}


def test_every_extra_that_is_named_is_there() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert set(re.findall(r"postwright\[(\w+)\]", ALL)) <= set(project["optional-dependencies"])
    assert all(f"`{extra}`" in ALL or f"postwright[{extra}]" in ALL for extra in project["optional-dependencies"])


def _written() -> Iterator[list[str]]:
    """Every call of postwright on a page, in a block or in a line, as words; each of what ``a|b`` leaves open."""
    lines = [code.replace(r"\|", "|") for page in PAGES for code in _CODE.findall(prose(page))]
    for line in [*lines, *(command for block in WITH_COMMANDS for command in block.commands)]:
        if told := re.search(r"(?:^|(?:uvx|uv run|--from \S+|--|\w=\S+) )postwright (\S.*)", line):
            words = re.sub(r"[\[\]]|\s<.*|\s>.*|\.\.\.$", "", told[1])
            yield from map(list, product(*(word.split("|") for word in shlex.split(words, comments=True))))


def _commands(group: click.Group, *before: str) -> Iterator[tuple[str, ...]]:
    context = click.Context(group)
    for name in group.list_commands(context):
        command = group.get_command(context, name)
        yield from _commands(command, *before, name) if isinstance(command, click.Group) else [(*before, name)]


def test_every_command_that_is_named_is_there_with_its_options() -> None:
    for words in _written():
        command: click.Command = main
        for word in words:
            if word.startswith("--"):
                context = click.Context(command)
                options = {
                    option for found in command.get_params(context) for option in (*found.opts, *found.secondary_opts)
                }
                assert word in options, words
            elif isinstance(command, click.Group) and not word.isupper():
                found = command.get_command(click.Context(command), word)
                assert found is not None, words
                command = found


def test_every_command_that_there_is_stands_on_a_page() -> None:
    written = {tuple(words[:length]) for words in _written() for length in range(1, len(words) + 1)}
    assert set(_commands(main)) - written == set()


def test_every_metric_that_is_named_is_served_and_all_are_named(tmp_path: Path) -> None:
    with running(["serve"], environment(tmp_path)) as base:
        told = subprocess.run(["curl", "--silent", f"{base}/metrics"], capture_output=True, text=True, check=True)
    served = set(re.findall(r"^# TYPE (postwright_\w+)", told.stdout, re.MULTILINE))
    named = set(re.findall(r"`(postwright_\w+)`", ALL))
    # Prometheus' client tells of every counter when it began, too.
    assert named == {name for name in served if not name.endswith("_created")}


def test_what_prometheus_is_told_to_ask_is_what_answers_by_default() -> None:
    [told] = [block.text for block in BLOCKS if block.language == "yaml"]
    serve = main.get_command(click.Context(main), "serve")
    assert serve
    [port] = [option.default for option in serve.params if option.name == "port"]
    assert f"127.0.0.1:{port}" in told


def test_every_block_is_in_a_language_that_somebody_looks_into() -> None:
    for block in BLOCKS:
        if block.language == "json":
            json.loads(block.text)
        else:
            assert block in WITH_COMMANDS or block.language in HELD, block.name
