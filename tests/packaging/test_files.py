"""The files of every form of release: written from the project's own tables, and as their registries want them."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr

from release.project import ROOT
from release.write import FILES, written
from server.settings import PREFIX, Settings

ENTRY: dict[str, Any] = json.loads((ROOT / "server.json").read_text(encoding="utf-8"))
VARIABLES: dict[str, dict[str, Any]] = {
    variable["name"]: variable for variable in ENTRY["packages"][0]["environmentVariables"]
}


@pytest.mark.parametrize("name", FILES)
def test_what_is_committed_is_what_the_tables_say(name: str) -> None:
    committed = (ROOT / name).read_text(encoding="utf-8")
    assert written(FILES[name]()) == committed, "run python -m release.write, read the diff"


def test_the_linter_finds_registry_entry_plugin_and_skill_and_nothing_wrong_with_them() -> None:
    linter = Path(sys.executable).with_name("skillsaw")
    command = [linter, "lint", ".", "--strict", "--no-plugins", "--format", "json"]
    ended = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    report = json.loads(ended.stdout)
    assert report["violations"] == []
    assert ended.returncode == 0, ended.stdout + ended.stderr
    assert {"agentskills", "marketplace", "mcp-registry"} <= set(report["stats"]["repo_types"])
    assert (report["stats"]["plugins"], report["stats"]["skills"]) == (1, 1)


def test_the_registry_can_tell_by_the_readme_whose_package_it_is() -> None:
    assert f"<!-- mcp-name: {ENTRY['name']} -->" in (ROOT / "README.md").read_text(encoding="utf-8").splitlines()


def test_the_registry_entry_names_every_setting_that_a_server_on_stdio_has() -> None:
    settings = {PREFIX + name.upper() for name in Settings.model_fields}
    assert settings - set(VARIABLES) == {name for name in settings if name.startswith("POSTWRIGHT_HTTP_")}
    assert set(VARIABLES) <= settings


@pytest.mark.parametrize("name", VARIABLES)
def test_a_setting_is_told_in_the_registry_as_it_is(name: str) -> None:
    told = VARIABLES[name]
    field = Settings.model_fields[name.removeprefix(PREFIX).lower()]
    assert told["description"] == field.description
    assert told.get("isSecret", False) is ("SecretStr" in str(field.annotation) or field.annotation is SecretStr)
    default: object = field.default
    assert told.get("default") == (str(default) if isinstance(default, (str, int, float)) or _is_url(default) else None)
    assert "choices" not in told or told.get("default", told["choices"][0]) in told["choices"]


def _is_url(value: object) -> bool:
    return type(value).__name__ == "HttpUrl"
