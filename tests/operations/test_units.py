"""The units that docs/operations.md gives: each is at least well-formed, and starts the command that there is."""

import plistlib
import re
import shutil
import subprocess
from configparser import ConfigParser
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

PAGE = (Path(__file__).parents[2] / "docs" / "operations.md").read_text(encoding="utf-8")
[UNIT] = re.findall(r"```ini\n(.*?)```", PAGE, re.DOTALL)
[PLIST, TASK] = re.findall(r"```xml\n(.*?)```", PAGE, re.DOTALL)


def test_the_unit_for_systemd_starts_a_worker_and_has_it_restarted() -> None:
    unit = ConfigParser(interpolation=None)
    unit.optionxform = str  # pyright: ignore[reportAttributeAccessIssue]
    unit.read_string(UNIT)
    assert unit["Service"]["ExecStart"].split()[-2:] == ["postwright", "worker"]
    assert unit["Service"]["Restart"] == "on-failure"


@pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="no systemd here")
def test_systemd_finds_nothing_wrong_with_its_unit(tmp_path: Path) -> None:
    path = tmp_path / "postwright.service"
    path.write_text(UNIT, encoding="utf-8")
    command = ["systemd-analyze", "verify", "--user", str(path)]
    shown = subprocess.run(command, capture_output=True, text=True, check=False, timeout=240)
    assert not [line for line in shown.stderr.splitlines() if "postwright.service" in line], shown.stderr


def test_the_property_list_for_launchd_starts_a_worker() -> None:
    told = plistlib.loads(PLIST.encode())
    assert told["ProgramArguments"][-2:] == ["postwright", "worker"]
    assert told["RunAtLoad"] is True


def test_the_task_for_windows_starts_a_worker_and_never_ends_it() -> None:
    task = ET.fromstring(TASK.replace(' encoding="UTF-16"', ""))
    space = {"t": "http://schemas.microsoft.com/windows/2004/02/mit/task"}
    assert task.findtext("t:Actions/t:Exec/t:Arguments", namespaces=space) == "postwright worker"
    assert task.findtext("t:Settings/t:ExecutionTimeLimit", namespaces=space) == "PT0S"
