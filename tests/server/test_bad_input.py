"""Whatever is sent ends in the envelope or the protocol's own error; nothing crashes, nothing echoes a secret."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from typing import IO, Any, cast

import pytest

NO_PARAMS = b'{"jsonrpc": "2.0", "id": 3, "method": "tools/call", "params": [1]}'
HELLO = {"protocolVersion": "2025-11-25", "capabilities": {}, "clientInfo": {"name": "raw", "version": "0"}}
KEY = "gva_live_planted.k3yThatMustNeverShow"


class Pipe:
    """A real server process spoken to in raw lines."""

    def __init__(self, process: subprocess.Popen[bytes]) -> None:
        self.process = process
        self._stdin, self._stdout = cast("IO[bytes]", process.stdin), cast("IO[bytes]", process.stdout)

    def write(self, line: bytes) -> None:
        self._stdin.write(line + b"\n")
        self._stdin.flush()

    def read(self) -> dict[str, Any]:
        return json.loads(self._stdout.readline())

    def call(self, params: object) -> dict[str, Any]:
        self.write(json.dumps({"jsonrpc": "2.0", "id": 7, "method": "tools/call", "params": params}).encode())
        return self.read()

    def tool(self, name: str, arguments: object) -> dict[str, Any]:
        return envelope(self.call({"name": name, "arguments": arguments}))


def envelope(answer: dict[str, Any]) -> dict[str, Any]:
    """Open a result: one text block that says what the structured content says."""
    [block] = answer["result"]["content"]
    body = answer["result"]["structuredContent"]
    assert json.loads(block["text"]) == body
    assert answer["result"]["isError"] is not body["ok"]
    return body


@pytest.fixture(scope="module")
def pipe(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Pipe]:
    tmp_path = tmp_path_factory.mktemp("home")
    environment = {
        "PATH": os.environ["PATH"],
        "POSTWRIGHT_HOME": str(tmp_path),
        "POSTWRIGHT_GENVIRAL_API_KEY": KEY,
        "POSTWRIGHT_GENVIRAL_BASE_URL": f"http://127.0.0.1:9/{KEY}",
        "POSTWRIGHT_LOG_LEVEL": "debug",
    }
    errors = (tmp_path / "stderr.txt").open("wb")
    command = [sys.executable, "-m", "server"]
    with (
        errors,
        subprocess.Popen(
            command, env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=errors
        ) as process,
    ):
        started = Pipe(process)
        started.write(json.dumps({"jsonrpc": "2.0", "id": 1, "method": "initialize", "params": HELLO}).encode())
        assert started.read()["result"]["serverInfo"]["name"] == "postwright"
        started.write(b'{"jsonrpc": "2.0", "method": "notifications/initialized"}')
        yield started
        cast("IO[bytes]", process.stdin).close()
        assert process.wait(timeout=120) == 0
    assert KEY.encode() not in (tmp_path / "stderr.txt").read_bytes()


@pytest.mark.parametrize(
    "line", [b"not json", b"[]", b'{"jsonrpc": "2.0"', b"\xff\xfe\x00", b"{}", b"[" * 5000, NO_PARAMS]
)
def test_a_broken_line_leaves_the_connection_alive(pipe: Pipe, line: bytes) -> None:
    pipe.write(line)
    pipe.write(b'{"jsonrpc": "2.0", "id": 99, "method": "ping"}')
    answers = [pipe.read()]
    while answers[-1].get("id") != 99:
        answers.append(pipe.read())
    assert answers[-1]["result"] == {}


@pytest.mark.parametrize(("arguments", "kind"), [([1, 2], "list"), ("a word", "str"), (5, "int"), (True, "bool")])
def test_arguments_that_are_no_object_are_a_problem(pipe: Pipe, arguments: object, kind: str) -> None:
    body = pipe.tool("create_post", arguments)
    assert (body["error_code"], body["outcome"]) == ("invalid_payload", "nothing_sent")
    assert kind in body["problems"][0]["message"]


def test_arguments_as_json_text_are_read(pipe: Pipe) -> None:
    body = pipe.tool("check_status", json.dumps({"post_id": "jrn_none"}))
    assert body["error_code"] == "not_found"


@pytest.mark.parametrize("params", [{}, {"name": 5}, {"name": None, "arguments": {}}])
def test_a_call_without_a_name_is_the_protocols_own_error(pipe: Pipe, params: object) -> None:
    assert pipe.call(params)["error"]["code"] in {-32602, -32600}


def test_an_unknown_tool_names_those_there_are(pipe: Pipe) -> None:
    body = pipe.tool("post_everywhere", {})
    assert body["error_code"] == "unknown_tool"
    assert "create_post" in body["message"]


WRONG: list[tuple[dict[str, Any], str, str]] = [
    ({"caption": 5}, "/caption", "wrong_type"),
    ({"caption": ["x"]}, "/caption", "wrong_type"),
    ({"caption": "x" * 5_000_000}, "", ""),
    ({"caption": "x" * 3_000_000}, "/caption", "too_long"),
    ({"caption": "a\x00b"}, "/caption", "unprintable"),
    ({"caption": "a\x1b[31mb"}, "/caption", "unprintable"),
    ({"caption": "x", "media": {"type": "gif"}}, "/media/type", "not_allowed"),
    ({"caption": "x", "media": "{"}, "/media", "wrong_type"),
    ({"caption": "x", "captoin": "y"}, "/captoin", "unknown_field"),
    ({"caption": "x", "tiktok": {"post_mod": "x"}}, "/tiktok/post_mod", "unknown_field"),
    ({"caption": "x", "dry_run": "perhaps"}, "/dry_run", "wrong_type"),
    ({"caption": "x", "x" * 10_000: 1}, "/" + "x" * 80, "unknown_field"),
    ({"caption": "x", "accounts": [f"genviral:{n}" for n in range(10_000)]}, "/accounts", "too_many"),
    ({"caption": "x", "accounts": [[[]]] * 3}, "/accounts/0", "wrong_type"),
]


@pytest.mark.parametrize(("arguments", "path", "code"), WRONG, ids=lambda value: str(value)[:40])
def test_wrong_values_are_problems_with_a_place_and_a_fix(
    pipe: Pipe, arguments: dict[str, Any], path: str, code: str
) -> None:
    body = pipe.tool("create_post", arguments)
    assert body["error_code"] == "invalid_payload"
    found = {problem["path"]: problem for problem in body["problems"]}
    if code:
        assert found[path]["code"] == code
    assert all(problem["fix"] for problem in body["problems"])
    assert len(json.dumps(body)) < 10_000


def test_every_problem_is_told_at_once(pipe: Pipe) -> None:
    body = pipe.tool(
        "create_post",
        {
            "caption": "x" * 612,
            "accounts": [],
            "media": {"type": "slideshow", "urls": ["ftp://x"] * 36},
            "scheduled_at": "2026-12-01T15:00",
            "tiktok": {},
            "pinterest": {"tags": ["x" * 101] * 31},
            "text": "x",
        },
    )
    assert {problem["path"] for problem in body["problems"]} >= {
        "", "/caption", "/accounts", "/media/urls", "/media/urls/0", "/scheduled_at", "/pinterest/tags",
        "/pinterest/tags/0", "/text",
    }  # fmt: skip
    assert body["issues"]["formErrors"] == ["tiktok and pinterest cannot be sent together"]
    assert body["issues"]["fieldErrors"]["caption"] == ["612 characters; at most 500"]


def test_the_key_shows_in_no_answer(pipe: Pipe) -> None:
    calls: list[tuple[str, dict[str, Any]]] = [
        ("list_accounts", {}),
        ("list_posts", {}),
        ("check_status", {"post_id": KEY}),
        (
            "create_post",
            {"caption": KEY, "accounts": [f"genviral:{KEY}"], KEY: 1, "media": {"type": "video", "url": KEY}},
        ),
        (KEY, {KEY: KEY}),
    ]
    for name, arguments in calls:
        assert KEY not in json.dumps(pipe.call({"name": name, "arguments": arguments}))
