"""The command line, run as a person runs it."""

import json
import os
import re
import shlex
import signal
import subprocess
import sys
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, cast

import httpx2
import pytest

from tests.modes.terminal import Terminal

KEY = "gva_live_planted.k3yThatMustNeverShow"


def environment(home: Path, **settings: str) -> dict[str, str]:
    return {"PATH": os.environ["PATH"], "POSTWRIGHT_HOME": str(home), **settings}


def run(home: Path, *arguments: str, **settings: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "server", *arguments],
        env=environment(home, **settings),
        capture_output=True,
        text=True,
        check=False,
        timeout=240,
    )


@contextmanager
def started(home: Path, *arguments: str, **settings: str) -> Generator[subprocess.Popen[str]]:
    """A command that runs until it is told to stop."""
    with subprocess.Popen(
        [sys.executable, "-m", "server", *arguments],
        env=environment(home, **settings),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        try:
            yield process
        finally:
            process.send_signal(signal.SIGINT)
            process.wait(timeout=120)


#: Starts the command line, and has a person interrupt it while it loads its last command.
INTERRUPTED_EARLY = """
import sys
from importlib.abc import MetaPathFinder
from server.start import start

class Person(MetaPathFinder):
    def find_spec(self, name, path, target=None):
        if name == "server.commands.working":
            raise KeyboardInterrupt

sys.meta_path.insert(0, Person())
start()
"""


def test_an_interruption_while_the_command_line_loads_ends_it_without_a_traceback(tmp_path: Path) -> None:
    ended = subprocess.run(
        [sys.executable, "-c", INTERRUPTED_EARLY],
        env=environment(tmp_path),
        capture_output=True,
        text=True,
        check=False,
        timeout=240,
    )
    assert (ended.returncode, ended.stdout, ended.stderr) == (130, "", "")


def test_the_demo_errs_corrects_itself_schedules_and_delivers(tmp_path: Path) -> None:
    shown = run(tmp_path, "demo")
    assert shown.returncode == 0, shown.stderr
    steps = [
        "422 invalid_payload",
        "8 problems. Nothing was sent.",
        "201 ok",
        "Scheduled on",
        "made before",
        "Published.",
    ]
    places = [shown.stdout.index(step) for step in steps]
    assert places == sorted(places)


def test_the_doctor_finds_all_well_without_any_setting(tmp_path: Path) -> None:
    shown = run(tmp_path, "doctor")
    assert shown.returncode == 0, shown.stdout + shown.stderr
    assert "local: can be posted to: Outbox folder (outbox)" in shown.stdout
    assert "wrong" not in shown.stdout


def test_the_doctor_names_what_is_wrong_and_the_fix_and_never_the_key(tmp_path: Path) -> None:
    shown = run(
        tmp_path,
        "doctor",
        POSTWRIGHT_GENVIRAL_API_KEY=KEY,
        POSTWRIGHT_GENVIRAL_BASE_URL=f"http://127.0.0.1:9/{KEY}",
        POSTWRIGHT_HTTP_TOKEN="${TOKEN}",
        POSTWRIGHT_GENVIRAL_KEY=KEY,
    )
    assert shown.returncode == 1
    assert "genviral: Could not connect" in shown.stdout
    assert "POSTWRIGHT_HTTP_TOKEN is empty or unexpanded" in shown.stdout
    assert "POSTWRIGHT_GENVIRAL_KEY is no setting" in shown.stdout
    assert KEY not in shown.stdout + shown.stderr


def test_the_doctor_tells_the_mode_and_a_mode_that_is_of_no_account(tmp_path: Path) -> None:
    shown = run(tmp_path, "doctor", POSTWRIGHT_MODE="approve", POSTWRIGHT_ACCOUNT_MODES="local:outbox=draft")
    assert shown.returncode == 0, shown.stdout
    assert "mode approve" in shown.stdout
    shown = run(tmp_path, "doctor", POSTWRIGHT_ACCOUNT_MODES="local:outbux=draft")
    assert shown.returncode == 1
    assert "local:outbux=draft: there is no such account" in shown.stdout


def test_the_doctor_names_a_setting_that_cannot_be_used(tmp_path: Path) -> None:
    shown = run(tmp_path, "doctor", POSTWRIGHT_SEND_TIMEOUT="soon")
    assert shown.returncode == 1
    assert "POSTWRIGHT_SEND_TIMEOUT" in shown.stdout


def test_the_doctor_names_a_home_that_cannot_be_written(tmp_path: Path) -> None:
    blocked = tmp_path / "file"
    blocked.write_text("", encoding="utf-8")
    shown = run(blocked / "below", "doctor")
    assert shown.returncode == 1
    assert "cannot be written" in shown.stdout


@pytest.mark.parametrize("command", [("genviral",), ("genviral", "--generation", "v2"), ("postpost",), ("socialapi",)])
def test_the_sandbox_prints_the_settings_with_which_postwright_reaches_it(
    tmp_path: Path, command: tuple[str, ...]
) -> None:
    with started(tmp_path, "sandbox", *command, "--port", "0") as process:
        output = cast("IO[str]", process.stdout)
        settings = dict(re.findall(r"(POSTWRIGHT_\w+)=(\S+)", "".join(output.readline() for _ in range(3))))
        shown = run(tmp_path, "doctor", **settings)
        assert shown.returncode == 0, shown.stdout
        assert f"{command[0]}: can be posted to:" in shown.stdout
        assert ("GENVIRAL_RULES=v2" in shown.stdout) is ("v2" in command)


@pytest.mark.parametrize(
    ("network", "account"),
    [
        ("telegram", "local:telegram-sandbox_news"),
        ("discord", "local:discord-1100000000000000001"),
        ("slack", "local:slack-b00sandbox"),
        ("mastodon", "local:mastodon-ada@127.0.0.1:{port}"),
    ],
)
def test_the_sandbox_of_a_network_prints_how_an_account_on_it_is_added(
    tmp_path_factory: pytest.TempPathFactory, network: str, account: str
) -> None:
    # Not the folder that is searched for planted keys: the secret of the account is kept there.
    home = tmp_path_factory.mktemp("home")
    with started(home, "sandbox", network, "--port", "0") as process:
        output = cast("IO[str]", process.stdout)
        [listening, how] = [output.readline() for _ in range(2)]
        account = account.replace("{port}", re.findall(r":(\d+)", listening)[0])
        postwright, *command = shlex.split(how)
        assert (postwright, command[:3]) == ("postwright", ["accounts", "add", network])
        added = run(home, *command)
        assert added.returncode == 0, added.stderr
        tried = run(home, "accounts", "test", account)
        assert tried.returncode == 0, tried.stdout
        assert f"{account}: " in tried.stdout


def test_the_sandbox_takes_its_accounts_from_a_file(tmp_path: Path) -> None:
    seeds = [{"id": "11111111-1111-4111-8111-111111111111", "platform": "tiktok", "type": "byo", "username": "me",
              "display_name": "Me"}]  # fmt: skip
    (tmp_path / "seeds.json").write_text(json.dumps(seeds), encoding="utf-8")
    with started(
        tmp_path, "sandbox", "genviral", "--port", "0", "--seed-accounts", str(tmp_path / "seeds.json")
    ) as run_:
        output = cast("IO[str]", run_.stdout)
        [base] = re.findall(r"BASE_URL=(\S+)", "".join(output.readline() for _ in range(3)))
        answer = httpx2.get(f"{base}/accounts", headers={"Authorization": "Bearer x.y"}, timeout=60)
        assert [account["display_name"] for account in answer.json()["data"]["accounts"]] == ["Me"]


@pytest.mark.parametrize("content", ["", "{}", '[{"id": 5}]', "[1]"])
def test_a_bad_file_of_accounts_is_named(tmp_path: Path, content: str) -> None:
    (tmp_path / "seeds.json").write_text(content, encoding="utf-8")
    shown = run(tmp_path, "sandbox", "genviral", "--port", "0", "--seed-accounts", str(tmp_path / "seeds.json"))
    assert shown.returncode == 2
    assert "--seed-accounts" in shown.stderr


def test_serving_beyond_loopback_without_a_token_is_refused(tmp_path: Path) -> None:
    shown = run(tmp_path, "serve", "--host", "0.0.0.0", "--port", "0")
    assert shown.returncode == 2
    assert "POSTWRIGHT_HTTP_TOKEN" in shown.stderr


@pytest.mark.parametrize("style", ["json", "console"])
def test_the_log_goes_to_stderr_and_nothing_to_stdout(tmp_path: Path, style: str) -> None:
    with started(tmp_path, "serve", "--port", "0", POSTWRIGHT_LOG=style) as process:
        line = cast("IO[str]", process.stderr).readline()
        assert "listening" in line
        assert (json.loads(line)["event"] == "listening") if style == "json" else True
        process.send_signal(signal.SIGINT)
        assert cast("IO[str]", process.stdout).read() == ""


def test_the_configuration_for_clients_starts_a_server() -> None:
    root = Path(__file__).parents[2]
    entry = json.loads((root / "mcp.json").read_text(encoding="utf-8"))["mcpServers"]["postwright"]
    assert [entry["command"], *entry["args"]] == ["uvx", "--from", ".", "postwright"]
    assert all(value == f"${{{name}}}" for name, value in entry["env"].items())


@pytest.mark.parametrize("group", [(), ("accounts",), ("sandbox",)])
def test_the_help_says_of_every_command_in_one_whole_line_what_it_does(tmp_path: Path, group: tuple[str, ...]) -> None:
    listed = run(tmp_path, *group, "--help").stdout.partition("Commands:\n")[2].splitlines()
    assert listed
    assert all(re.fullmatch(r"  [a-z]+ +[A-Z].+[^.]\.", line) for line in listed), listed


def test_whoever_starts_the_server_by_hand_is_told_what_it_waits_for(tmp_path: Path) -> None:
    with Terminal(environment(tmp_path), ()) as terminal:
        assert "postwright --help" in terminal.until("Ctrl-D ends it.")
        terminal.type("\x04")
        assert terminal.end() == 0


def test_a_server_that_is_stopped_says_so_and_ends_well(tmp_path: Path) -> None:
    with Terminal(environment(tmp_path), ("serve", "--port", "0")) as terminal:
        terminal.until("listening")
        terminal.process.send_signal(signal.SIGINT)
        assert terminal.end() == 0
        assert "Stopped." in terminal.shown
