"""Real processes, SIGKILL and SIGSTOP, over all four providers: nothing is doubled, lost, stuck or wrongly reported."""

import signal
import subprocess
import sys
import time
from pathlib import Path

import psutil
import pytest

from bench.faults.blows import HOSTED, LOCAL, draw
from bench.faults.real import real
from bench.faults.services import KINDS
from engine.clock import utc_now

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="no SIGKILL, no SIGSTOP")

ROOT = Path(__file__).parents[2]
#: The reduced size; ``python -m bench.faults --real 200`` plays more.
HISTORIES = 12


@pytest.mark.timeout(900)
def test_no_history_of_killed_processes_ends_with_a_post_doubled_lost_stuck_or_wrongly_reported() -> None:
    count, kills = real(HISTORIES, workers=HISTORIES)
    assert count.bad == []
    assert count.histories == HISTORIES
    # One is put to sleep; three are killed at moments that go by too fast to be seen on a slow machine.
    assert kills >= HISTORIES - 4


@pytest.mark.parametrize("provider", KINDS)
def test_the_histories_meet_every_trouble(provider: str) -> None:
    drawn = [draw(seed, utc_now())[0] for seed in range(4 * len(HOSTED))]
    met = {plan.trouble for plan in drawn if plan.kind.provider == provider}
    assert met == set(LOCAL if provider == "local" else HOSTED)


def test_a_seed_draws_the_same_history_every_time() -> None:
    now = utc_now()
    assert [draw(seed, now) for seed in range(40)] == [draw(seed, now) for seed in range(40)]


@pytest.mark.timeout(300)
def test_an_interrupted_run_leaves_no_process_behind(tmp_path: Path) -> None:
    words = [sys.executable, "-c", "from bench.faults.real import real; real(4, workers=4)"]
    said = tmp_path / "said"
    with said.open("wb") as stderr, subprocess.Popen(words, cwd=ROOT, stderr=stderr) as run:
        try:
            servers = _servers(run, said, at_least=3)
            run.send_signal(signal.SIGTERM)
            assert run.wait(100) == -signal.SIGINT
            assert psutil.wait_procs(servers, 60)[1] == []
        finally:
            run.kill()


def _servers(run: subprocess.Popen[bytes], said: Path, at_least: int) -> list[psutil.Process]:
    """Wait until a run has started so many servers."""
    deadline = time.monotonic() + 100
    found: list[psutil.Process] = []
    while len(found) < at_least:
        assert run.poll() is None, said.read_text()
        assert time.monotonic() < deadline
        time.sleep(0.05)
        found = psutil.Process(run.pid).children(recursive=True)
    return found
