"""Every command of README.md and docs/ is run: a block after the other, each in an empty home.

A command that is new on a page is run here without further ado. It fails if it cannot work in an empty home: then
``scenes.py`` brings what it speaks of, or ``elsewhere.py`` names the test that runs it.
"""

import ast
import re
import shlex
import subprocess
from collections.abc import Generator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest

from tests.clients.target import answers, free_port
from tests.docs.elsewhere import ELSEWHERE, Elsewhere
from tests.docs.pages import ROOT, WITH_COMMANDS, Block
from tests.docs.scenes import Scene, scene
from tests.modes.terminal import PATIENCE, Terminal

#: What runs until it is told to stop, and where each can be asked whether it does what it says.
SERVING = {"serve": "/healthz", "worker": "/healthz", "sandbox": "/_sandbox/requests"}
_PORT = {"serve": "--port", "worker": "--metrics-port", "sandbox": "--port"}
_OURS = re.compile(r"^(?:\w+=\S+ )*(?:uvx (?:--from \S+ )*)?postwright (?P<command>[\w-]+)")
_ELSEWHERE = {row.command: row for row in ELSEWHERE}


@pytest.mark.timeout(900)
@pytest.mark.parametrize("block", WITH_COMMANDS, ids=lambda block: block.name)
def test_every_command_of_the_pages_does_what_it_is_there_for(
    block: Block, tmp_path_factory: pytest.TempPathFactory, request: pytest.FixtureRequest
) -> None:
    here = [command for command in block.commands if command not in _ELSEWHERE]
    assert block.commands, "a block without a command"
    if not here:
        return
    # Not the folder that is searched for planted keys: secrets are kept in this home.
    with scene(block, tmp_path_factory.mktemp("page"), request) as found, ExitStack() as served:
        for command in here:
            told = found.said(command)
            if (begun := _OURS.match(told)) and begun["command"] in SERVING:
                served.enter_context(_serving(told, begun["command"], found))
            elif told.startswith("export "):
                name, _, value = shlex.split(told)[1].partition("=")
                found.environment[name] = value
            else:
                _run(told, found)


def _run(command: str, found: Scene) -> None:
    words = ("-c", command)
    with Terminal(found.environment, words, ("bash",), found.checkout) as terminal:
        code = terminal.agree()
        assert code == 0, f"{command}\n{terminal.shown}"


@contextmanager
def _serving(command: str, name: str, found: Scene) -> Generator[None]:
    option = _PORT[name]
    if option not in command:
        command = f"{command} {option} {free_port()}"
    port = int(re.findall(rf"{option} (\d+)", command)[0])
    log = found.home / "log"
    with (
        log.open("a", encoding="utf-8") as written,
        subprocess.Popen(
            ["bash", "-c", f"exec env {command}"],
            env=found.environment,
            cwd=found.checkout,
            stdin=subprocess.DEVNULL,
            stdout=written,
            stderr=written,
        ) as process,
    ):
        try:
            assert answers(process, port, PATIENCE), f"{command}\n{log.read_text(encoding='utf-8')}"
            asked = ["curl", "--silent", "--show-error", "--fail", f"http://127.0.0.1:{port}{SERVING[name]}"]
            shown = subprocess.run(asked, capture_output=True, text=True, check=False)
            assert shown.returncode == 0, f"{command}\n{shown.stderr}"
            yield
            process.terminate()
            process.wait(PATIENCE)
        finally:
            process.kill()


@pytest.mark.parametrize("row", ELSEWHERE, ids=lambda row: row.command)
def test_what_is_run_elsewhere_stands_on_a_page_and_is_run_there(row: Elsewhere) -> None:
    assert any(row.command in block.commands for block in WITH_COMMANDS), "no page has it any more"
    assert row.why
    gate, is_gate, line = row.by.partition(": ")
    if is_gate:
        lines = (ROOT / gate).read_text(encoding="utf-8").splitlines()
        assert [found for found in lines if line in found and not found.lstrip().startswith("#")]
    else:
        path, name = row.by.split("::")
        assert name in _tests(ROOT / path)


def _tests(path: Path) -> set[str]:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    return {node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)}
