"""The container image, as far as it can be tried without an engine: its lines are run, and so is what it starts."""

import os
import shutil
import subprocess
import sys
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import httpx2
import pytest

from tests.clients.target import answers, end, free_port
from tests.packaging.image import EVERYWHERE, PORT, Image, lines
from tests.packaging.room import ROOT

pytestmark = [pytest.mark.wheel, pytest.mark.timeout(900)]

TOKEN = "token-of-a-container-in-a-test"
FILE = lines()


@pytest.fixture(scope="module")
def image(tmp_path_factory: pytest.TempPathFactory) -> Image:
    """The image, built by the lines of the file, once over all processes of this run."""
    base = tmp_path_factory.getbasetemp()
    shared = base.parent if "PYTEST_XDIST_WORKER" in os.environ else base
    built = Image(shared / "image", tmp_path_factory.mktemp("home"))
    built.build()
    return built


@pytest.fixture
def running(image: Image) -> Iterator[int]:
    """A container with a token; its port."""
    port = free_port()
    process = image.start(image.command("ENTRYPOINT", "CMD", port=port), POSTWRIGHT_HTTP_TOKEN=TOKEN)
    try:
        assert answers(process, port)
        yield port
    finally:
        end(process)


def health(image: Image, port: int) -> int:
    return image.start(image.command("HEALTHCHECK", port=port)).wait(240)


def test_the_linter_finds_nothing_wrong_with_the_file() -> None:
    linter = shutil.which("hadolint", path=str(Path(sys.executable).parent))
    assert linter, "no hadolint: the development dependencies are not installed (uv sync)"
    linted = subprocess.run([linter, "Dockerfile"], cwd=ROOT, capture_output=True, text=True, check=False)
    assert (linted.returncode, linted.stdout) == (0, "")


def test_nothing_gets_to_the_builder_but_what_the_file_copies() -> None:
    first, *rest = [
        line for line in (ROOT / ".dockerignore").read_text(encoding="utf-8").splitlines() if line[:1] not in ("", "#")
    ]
    copied = {word for name, value in FILE if name == "COPY" and "--from=" not in value for word in value.split()[:-1]}
    assert first == "*"
    assert {line.removeprefix("!") for line in rest if line.startswith("!")} == copied


def test_it_is_not_root_and_owns_what_it_keeps() -> None:
    told = dict(FILE)
    user = told["USER"]
    assert all(int(number) > 0 for number in user.split(":"))
    copied = [value for name, value in FILE if name == "COPY" and value.endswith(" " + told["VOLUME"])]
    assert [f"--chown={user}" in value for value in copied] == [True]


def test_no_line_of_it_holds_a_secret() -> None:
    assert not [value for name, value in FILE if name in ("ENV", "ARG") and ("TOKEN" in value or "KEY" in value)]


def test_its_base_is_named_to_the_patch_and_the_same_in_both_stages() -> None:
    bases = {value.split()[0] for name, value in FILE if name == "FROM"}
    assert len(bases) == 1
    assert all(base.partition(":")[2].partition("-")[0].count(".") == 2 for base in bases)


def test_what_it_starts_is_well_while_it_serves_and_lets_nobody_in_without_the_token(
    image: Image, running: int
) -> None:
    assert image.told["EXPOSE"] == PORT
    # As often as an engine asks before it believes it: an answer may take longer than the command waits for it.
    assert 0 in (health(image, running) for _ in range(3))
    assert httpx2.post(f"http://127.0.0.1:{running}/mcp", timeout=60).status_code == 401
    authorized = {"Authorization": f"Bearer {TOKEN}"}
    assert httpx2.get(f"http://127.0.0.1:{running}/metrics", headers=authorized, timeout=60).status_code == 200
    assert any(image.at("/data").iterdir())


def test_it_is_not_well_where_nothing_serves(image: Image) -> None:
    assert health(image, free_port()) != 0


def test_it_is_not_well_when_the_server_says_so(image: Image) -> None:
    class Failing(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(503)
            self.end_headers()

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002  (its name there)
            pass

    with HTTPServer(("127.0.0.1", 0), Failing) as failing:
        thread = threading.Thread(target=failing.serve_forever)
        thread.start()
        try:
            assert health(image, failing.server_port) != 0
        finally:
            failing.shutdown()
            thread.join()


def test_without_a_token_it_says_what_is_missing_and_how_to_give_it(image: Image, tmp_path: Path) -> None:
    command = image.command("ENTRYPOINT", "CMD", port=free_port(), host=EVERYWHERE)
    with (tmp_path / "log").open("w+b") as log:
        assert image.start(command, log).wait(240) == 2
        log.seek(0)
        assert b"docker run --env POSTWRIGHT_HTTP_TOKEN=..." in log.read()
