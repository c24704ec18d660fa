"""Look for planted keys in all that a test brought forth: results, captured output, logs and files.

Every test of the run is held to it by ``tests/conftest.py``. What a test plants itself in a file, such as a client's
configuration, lies outside the folder that is searched.
"""

import filecmp
from collections.abc import Callable, Generator, Iterator
from pathlib import Path
from typing import Any

import pytest
from mcp.client import Client

from providers.local.vault import FILE
from server.hidden import Hidden

#: Every secret that a postwright in this process was given, and the one that tests give to those in others.
planted = {"gva_live_planted.k3yThatMustNeverShow"}
#: What a test's clients were told.
_HEARD = pytest.StashKey[list[str]]()
_HIDE = Hidden.hide
_LARGEST = 64 * 1024 * 1024
_ROOT = Path(__file__).parent.parent
#: Configurations that tests write for clients.
_OF_CLIENTS = ("mcp.json",)


@pytest.fixture(autouse=True)
def heard(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Write down every secret that is set, and everything that clients in this process are told."""
    results = request.node.stash.setdefault(_HEARD, [])
    monkeypatch.setattr(Hidden, "hide", _noting)
    for name in ("call_tool", "list_tools", "read_resource", "list_resources"):
        monkeypatch.setattr(Client, name, _listening(getattr(Client, name), results))
    return results


def _noting(hidden: Hidden, owner: str, secrets: tuple[str, ...]) -> None:
    # One that is a letter again and again stands in any text.
    planted.update(secret for secret in secrets if len(set(secret)) > 1)
    _HIDE(hidden, owner, secrets)


def _listening(method: Callable[..., Any], results: list[str]) -> Callable[..., Any]:
    async def call(*arguments: Any, **named: Any) -> Any:
        answer = await method(*arguments, **named)
        results.append(answer.model_dump_json())
        return answer

    return call


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Fail a test at its end whose traces hold a planted key."""
    report = yield
    if report.when == "teardown" and report.passed:
        found = list(leaks(item, report))
        if found:
            report.outcome, report.longrepr = "failed", f"a planted key shows in {', '.join(found)}"
    return report


def leaks(item: pytest.Item, report: pytest.TestReport) -> Iterator[str]:
    """Name each place where a planted key shows."""
    told: list[str] = item.stash.get(_HEARD, [])  # pyright: ignore[reportUnknownArgumentType]
    yield from ("a result" for text in told if _shows(text))
    yield from (name for name, text in report.sections if _shows(text))
    folder = vars(item).get("funcargs", {}).get("tmp_path")
    for path in sorted(folder.rglob("*")) if isinstance(folder, Path) else ():
        if path.is_file() and path.stat().st_size < _LARGEST and _is_ours(path) and _shows(_content(path)):
            yield f"{path.relative_to(folder)}"


def _shows(text: str) -> bool:
    return any(key in text for key in planted)


def _is_ours(path: Path) -> bool:
    """Tell what a postwright wrote from what a test did for a client; only one file may hold secrets."""
    return path.name not in (*_OF_CLIENTS, FILE) and not _is_source(path)


def _is_source(path: Path) -> bool:
    """Tell whether this is a copy of a stand-in's source, which says what keys it takes."""
    if "sandbox" not in path.parts:
        return False
    place = len(path.parts) - 1 - path.parts[::-1].index("sandbox")
    original = _ROOT.joinpath(*path.parts[place:])
    return original.is_file() and filecmp.cmp(path, original, shallow=False)


def _content(path: Path) -> str:
    try:
        return path.read_bytes().decode("latin-1")
    except OSError:
        return ""
