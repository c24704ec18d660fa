"""The protocol's own conformance suite, in its stable release and in the one that knows 2026-07-28.

``conformance.toml`` says for each scenario how many of its checks pass, which fail, and why that is as it should be.
Whatever newly passes, newly fails, comes or goes is a difference, and has to be written down there.
"""

import json
import tomllib
from pathlib import Path
from typing import Any

import pytest

from tests.clients import node
from tests.clients.room import Room

BASELINE: dict[str, Any] = tomllib.loads(Path(__file__).with_suffix(".toml").read_text(encoding="utf-8"))
RUNS: list[dict[str, Any]] = BASELINE["run"]

#: What a check may come to that is neither good nor bad.
NEITHER = {"INFO", "SKIPPED"}

pytestmark = [pytest.mark.clients, pytest.mark.timeout(900)]


@pytest.mark.parametrize("room", ["http"], indirect=True)
@pytest.mark.parametrize(
    "run", [pytest.param(run, id=f"{run['suite']}-{run['era']}", marks=node.needs(run["suite"])) for run in RUNS]
)
def test_each_scenario_comes_to_what_the_baseline_says(run: dict[str, Any], room: Room) -> None:
    results = room.folder / "results"
    asked = ["server", "--url", room.target.url, "--suite", "all", "--spec-version", run["era"], "-o", str(results)]
    ended = room.run(run["suite"], *asked)
    assert ended.code == 1, ended  # some scenarios fail, and no baseline of the suite's own is given
    expected = {name: {"passes": 0, "fails": []} | row for name, row in run["scenarios"].items()}
    assert measured(results) == {name: without_reason(row) for name, row in expected.items()}


def test_all_that_does_not_pass_has_its_reason_and_no_reason_is_left_over() -> None:
    rows = [row for run in RUNS for row in run["scenarios"].values()]
    assert all("why" in row for row in rows if row.get("fails") or not row.get("passes"))
    assert {row["why"] for row in rows if "why" in row} == BASELINE["reasons"].keys()


def measured(results: Path) -> dict[str, dict[str, Any]]:
    """Read what the suite wrote: a folder for each scenario, named ``server-<scenario>-<time>``."""
    return {scenario(file): outcome(json.loads(file.read_bytes())) for file in sorted(results.rglob("*.json"))}


def scenario(file: Path) -> str:
    return file.parent.name.removeprefix("server-")[: -len("-2026-11-26T21-09-54-238Z")]


def outcome(checks: list[dict[str, Any]]) -> dict[str, Any]:
    failed = {check["id"] for check in checks if check["status"] not in {"SUCCESS", *NEITHER}}
    return {"passes": sum(check["status"] == "SUCCESS" for check in checks), "fails": sorted(failed)}


def without_reason(row: dict[str, Any]) -> dict[str, Any]:
    return {"passes": row["passes"], "fails": sorted(row["fails"])}
