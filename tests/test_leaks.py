"""The search for planted keys itself: a test that lets one show fails, and says where."""

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
HEAD = """
import sys
from pathlib import Path
import pytest
from mcp.client import Client
from server.app import build
from server.settings import load

KEY = "gva_live_leaky.k3yOfThisTest"

def settings(tmp_path, **more):
    return load({"POSTWRIGHT_HOME": str(tmp_path), "POSTWRIGHT_GENVIRAL_API_KEY": KEY, **more})
"""


def run(tmp_path: Path, body: str) -> subprocess.CompletedProcess[str]:
    (tmp_path / "conftest.py").write_text("from tests.leaks import heard, pytest_runtest_makereport\n")
    (tmp_path / "test_it.py").write_text(HEAD + body)
    command = [
        sys.executable,
        "-m",
        "pytest",
        "-q",
        "-p",
        "no:cacheprovider",
        "--rootdir",
        str(tmp_path),
        str(tmp_path),
    ]
    environment = {"PYTHONPATH": str(ROOT), "PATH": "/usr/bin:/bin", "HOME": str(tmp_path)}
    return subprocess.run(command, env=environment, capture_output=True, text=True, check=False, timeout=240)


@pytest.mark.parametrize(
    ("line", "where"),
    [
        ("print(*settings(tmp_path).hidden)", "Captured stdout call"),
        ("print(*settings(tmp_path).hidden, file=sys.stderr)", "Captured stderr call"),
        (
            "(tmp_path / 'log').mkdir(); (tmp_path / 'log' / 'a.jsonl').write_text(settings(tmp_path).hidden[0])",
            "log/a.jsonl",
        ),
    ],
)
def test_a_key_that_shows_fails_the_test_that_let_it(tmp_path: Path, line: str, where: str) -> None:
    done = run(tmp_path, f"\ndef test_it(tmp_path):\n    {line}\n")
    assert done.returncode == 1
    assert f"a planted key shows in {where}" in done.stdout


@pytest.mark.parametrize(("more", "code"), [("", 0), ("# what it was told", 1)])
def test_a_copy_of_a_stand_in_may_say_the_key_that_it_takes_and_nothing_more(
    tmp_path: Path, more: str, code: int
) -> None:
    body = f"""
import sandbox.slack

def test_it(tmp_path):
    assert sandbox.slack.LINK in settings(tmp_path, POSTWRIGHT_GENVIRAL_API_KEY=sandbox.slack.LINK).hidden
    copy = tmp_path / "checkout" / "sandbox" / "slack.py"
    copy.parent.mkdir(parents=True)
    copy.write_text(Path(sandbox.slack.__file__).read_text() + {more!r})
"""
    done = run(tmp_path, body)
    assert done.returncode == code, done.stdout
    assert ("checkout/sandbox/slack.py" in done.stdout) == bool(code)


def test_a_result_that_holds_a_key_fails_the_test(tmp_path: Path) -> None:
    body = """
@pytest.mark.anyio
async def test_it(tmp_path, monkeypatch):
    import server.dispatch
    monkeypatch.setattr(server.dispatch, "redact", lambda text, secrets: text)
    async with build(settings(tmp_path)) as app, Client(app.server) as client:
        await client.call_tool("check_status", {"post_id": KEY})
"""
    done = run(tmp_path, body)
    assert "a planted key shows in a result" in done.stdout, done.stdout


def test_a_key_that_does_not_show_is_no_failure(tmp_path: Path) -> None:
    body = """
@pytest.mark.anyio
async def test_it(tmp_path):
    found = settings(tmp_path)
    async with build(found) as app, Client(app.server) as client:
        await client.call_tool("list_accounts", {"provider": KEY})
        print(found, app.desk)
"""
    done = run(tmp_path, body)
    assert done.returncode == 0, done.stdout
