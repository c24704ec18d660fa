"""The built wheel, installed alone, is a working server under one name."""

import os
import subprocess
import zipfile
from pathlib import Path

import pytest
from mcp.client import Client
from mcp.client.stdio import StdioServerParameters, stdio_client

from schemas.jsonvalue import members

ROOT = Path(__file__).parent.parent
pytestmark = [pytest.mark.wheel, pytest.mark.timeout(900)]


def run(*command: str | Path, **changes: str) -> str:
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("POSTWRIGHT_", "PYTHON"))}
    finished = subprocess.run(
        [str(part) for part in command],
        env={**environment, **changes},
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert finished.returncode == 0, finished.stderr
    return finished.stdout


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("dist")
    run("uv", "build", "--quiet", "--wheel", "--out-dir", folder)
    [built] = folder.glob("*.whl")
    return built


@pytest.fixture(scope="module")
def home(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A virtual environment with nothing in it but the wheel and what it depends on."""
    folder = tmp_path_factory.mktemp("alone")
    run("uv", "venv", "--quiet", folder)
    run("uv", "pip", "install", "--quiet", "--python", folder, wheel)
    return folder


def test_the_wheel_claims_one_name(wheel: Path) -> None:
    names = {name.partition("/")[0] for name in zipfile.ZipFile(wheel).namelist()}
    assert {name for name in names if not name.endswith(".dist-info")} == {"postwright"}


def test_the_wheel_carries_every_module_and_no_test(wheel: Path) -> None:
    carried = {name.removeprefix("postwright/") for name in zipfile.ZipFile(wheel).namelist()}
    layers = ("server", "tools", "engine", "providers", "schemas", "sandbox")
    ours = {str(path.relative_to(ROOT)) for layer in layers for path in (ROOT / layer).rglob("*.py")}
    ours |= {str(path.relative_to(ROOT)) for path in (ROOT / "server/board").iterdir() if path.is_file()}
    # launch.py is there as the package's own __init__.py.
    assert ours - {"server/launch.py"} <= carried
    assert not [name for name in carried if name.startswith(("tests", "bench"))]


def test_the_command_line_tells_its_version_and_commands(home: Path) -> None:
    assert run(home / "bin" / "postwright", "--version").startswith("postwright 0.")
    shown = run(home / "bin" / "postwright", "--help")
    assert all(command in shown for command in ("serve", "sandbox", "doctor", "demo"))


@pytest.mark.anyio
async def test_an_agent_posts_through_the_installed_wheel_over_stdio(home: Path, tmp_path: Path) -> None:
    environment = {"POSTWRIGHT_HOME": str(tmp_path / "state"), "PATH": os.environ["PATH"]}
    command = StdioServerParameters(command=str(home / "bin" / "postwright"), env=environment, cwd=tmp_path)
    async with Client(stdio_client(command)) as client:
        assert {tool.name for tool in (await client.list_tools()).tools} >= {"create_post", "check_status"}
        made = await client.call_tool("create_post", {"caption": "From the wheel", "accounts": ["local:outbox"]})
        post = members(made.structured_content)["data"]["id"]
        status = await client.call_tool("check_status", {"post_id": post, "wait_seconds": 50})
        assert members(status.structured_content)["data"]["status"] == "published"
    [written] = (tmp_path / "state" / "outbox").glob("*.md")
    assert "From the wheel" in written.read_text(encoding="utf-8")


def test_the_demo_of_the_installed_wheel_runs(home: Path, tmp_path: Path) -> None:
    shown = run(home / "bin" / "postwright", "demo", HOME=str(tmp_path))
    assert "422 invalid_payload" in shown
    assert "Scheduled on" in shown
    assert "Published." in shown
