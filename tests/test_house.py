"""The house itself: layering, sizes, and that importing does nothing."""

import ast
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
#: Each layer may import itself and those named here, downwards only.
MAY_IMPORT = {
    "schemas": {"schemas"},
    "providers": {"providers", "schemas"},
    "engine": {"engine", "providers", "schemas"},
    "tools": {"tools", "engine", "providers", "schemas"},
    "server": {"server", "tools", "engine", "providers", "schemas", "sandbox"},
    "sandbox": {"sandbox"},
}
MODULES = sorted(path for layer in MAY_IMPORT for path in (ROOT / layer).rglob("*.py"))


def imports(path: Path) -> set[str]:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    names = {alias.name for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names}
    return names | {node.module for node in ast.walk(tree) if isinstance(node, ast.ImportFrom) and node.module}


def module_name(path: Path) -> str:
    return ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")


@pytest.mark.parametrize("path", MODULES, ids=module_name)
def test_imports_point_downwards(path: Path) -> None:
    layer = path.relative_to(ROOT).parts[0]
    ours = {name.partition(".")[0] for name in imports(path)} & set(MAY_IMPORT)
    assert ours <= MAY_IMPORT[layer]


def test_there_are_no_cycles() -> None:
    names = {module_name(path): imports(path) for path in MODULES}
    graph = {name: {found for found in used if found in names and found != name} for name, used in names.items()}
    while leaves := {name for name, used in graph.items() if not used & set(graph)}:
        graph = {name: used for name, used in graph.items() if name not in leaves}
    assert graph == {}


@pytest.mark.parametrize("path", MODULES, ids=module_name)
def test_modules_are_short(path: Path) -> None:
    assert len(path.read_text(encoding="utf-8").splitlines()) < 300


def test_schemas_are_pure() -> None:
    outside = {name.partition(".")[0] for path in (ROOT / "schemas").rglob("*.py") for name in imports(path)}
    assert outside - set(sys.stdlib_module_names) <= {"schemas", "pydantic", "pydantic_core", "regex"}
    assert not outside & {"socket", "sqlite3", "subprocess", "os", "pathlib", "logging"}


def test_a_server_of_our_own_loads_nothing_that_waits_for_an_account_or_a_setting() -> None:
    code = "import sys, server.app, server.embedded; print(*sys.modules)"
    asked = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    loaded = set(asked.stdout.split())
    assert "providers.networks.catalogue" in loaded
    speaking = re.compile(r"providers\.networks\.\w+\.(network|login)")
    assert not list(filter(speaking.fullmatch, loaded))
    assert not loaded & {
        "providers.networks.calling",
        "prometheus_client",
        "opentelemetry.sdk",
        "keyring",
        "psycopg",
        "procrastinate",
    }
