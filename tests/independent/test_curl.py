"""The sandboxes as a shell sees them: lines of curl such as people write by the services' guides (seed 002)."""

import json
import os
import subprocess
from collections.abc import Generator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from sandbox import genviral, postpost, socialapi
from tests.independent.standin import Standin, standing

SANDBOXES = {"genviral": genviral, "postpost": postpost, "socialapi": socialapi}
KEYS = {"genviral": "gva_live_shell.secret", "postpost": "sk_shell.secret", "socialapi": "sapi_key_shell"}
#: How each service is told the key.
KEY_HEADERS = {
    "genviral": '-H "Authorization: Bearer $API_KEY"',
    "postpost": '-H "x-api-key: $API_KEY"',
    "socialapi": '-H "Authorization: Bearer $API_KEY"',
}
JSON = '-H "Content-Type: application/json"'
INSTAGRAM = "6b0c8c9c-55ac-4fcb-85ec-70b5a8b0d089"
TWITTER = "twitter-1582941003"
FACEBOOK = "acc_01BBB"
NOBODY = "0123456789abcdef01234567"


@dataclass(frozen=True, slots=True)
class Said:
    """What curl printed: the status behind the body, which is read as JSON where it is some."""

    status: int
    text: str

    @property
    def json(self) -> Any:
        return json.loads(self.text)


@dataclass(frozen=True, slots=True)
class Shell:
    """A shell in which API_KEY and BASE_URL are set; ``AUTH`` in a line stands for the service's header."""

    service: str
    standin: Standin

    def run(self, line: str, **variables: str) -> Said:
        command = f"curl --silent --show-error --write-out '\\n%{{http_code}}' {line}"
        own = {
            "BASE_URL": f"{self.standin.url}{SANDBOXES[self.service].BASE_PATH}",
            "API_KEY": KEYS[self.service],
        }
        finished = subprocess.run(
            ["bash", "-euc", command.replace("AUTH", KEY_HEADERS[self.service])],
            env={**os.environ, **own, **variables},
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )
        assert finished.returncode == 0, finished.stderr
        body, _, status = finished.stdout.rpartition("\n")
        return Said(int(status), body)


@pytest.fixture
def shell(request: pytest.FixtureRequest) -> Generator[Shell]:
    service: str = request.param
    with standing(SANDBOXES[service].create_app(worker_delay=0.0)) as standin:
        yield Shell(service, standin)


on_genviral = pytest.mark.parametrize("shell", ["genviral"], indirect=True)
on_postpost = pytest.mark.parametrize("shell", ["postpost"], indirect=True)
on_socialapi = pytest.mark.parametrize("shell", ["socialapi"], indirect=True)


@on_genviral
def test_a_shell_makes_reads_and_lists_a_post_at_genviral(shell: Shell) -> None:
    listed = shell.run('"$BASE_URL/accounts" AUTH')
    assert (listed.status, listed.json["ok"]) == (200, True)
    assert INSTAGRAM in [account["id"] for account in listed.json["data"]["accounts"]]
    create = f"""-X POST "$BASE_URL/posts" AUTH {JSON} -d '{{
        "caption": "Hello from a shell", "external_id": "shell-1",
        "media": {{"type": "slideshow", "urls": ["https://cdn.example.com/1.jpg"]}},
        "accounts": [{{"id": "{INSTAGRAM}"}}]}}'"""
    made = shell.run(create)
    assert (made.status, made.json["code"], made.json["data"]["status"]) == (201, 201, "pending")
    again = shell.run(create)
    assert (again.status, again.json["data"]["id"]) == (200, made.json["data"]["id"])
    found = shell.run('"$BASE_URL/posts/$ID" AUTH', ID=made.json["data"]["id"])
    assert (found.status, found.json["data"]["caption"]) == (200, "Hello from a shell")
    page = shell.run('-G "$BASE_URL/posts" AUTH -d status=posted -d limit=5')
    assert [post["id"] for post in page.json["data"]["posts"]] == [made.json["data"]["id"]]
    assert page.json["data"]["summary"]["by_status"] == {"posted": 1}


@on_postpost
def test_a_shell_makes_reads_lists_changes_and_deletes_a_post_at_postpost(shell: Shell) -> None:
    listed = shell.run('"$BASE_URL/platform-connections" AUTH')
    assert TWITTER in [connection["platformId"] for connection in listed.json["connections"]]
    made = shell.run(f"""-X POST "$BASE_URL/create-post" AUTH {JSON} -d '{{
        "content": "Hello from a shell", "platforms": ["{TWITTER}"], "scheduledTime": "2031-03-15T14:00:00.000Z"}}'""")
    assert (made.status, made.json["success"]) == (200, True)
    post = made.json["postGroupId"]
    found = shell.run('"$BASE_URL/get-post/$ID" AUTH', ID=post)
    assert [(one["platform"], one["content"]) for one in found.json["posts"]] == [("twitter", "Hello from a shell")]
    page = shell.run('-G "$BASE_URL/list-posts" AUTH -d status=scheduled -d limit=2')
    assert [one["postGroupId"] for one in page.json["posts"]] == [post]
    assert page.json["pagination"]["totalItems"] == 1
    paused = shell.run(f"""-X PUT "$BASE_URL/update-post/$ID" AUTH {JSON} -d '{{"status": "draft"}}'""", ID=post)
    assert paused.status == 200
    assert shell.run('-X DELETE "$BASE_URL/delete-post/$ID" AUTH', ID=post).status == 200
    assert shell.run('"$BASE_URL/get-post/$ID" AUTH', ID=post).status == 404


@on_postpost
def test_a_shell_brings_a_file_to_postpost(shell: Shell, tmp_path: Path) -> None:
    (tmp_path / "a.jpg").write_bytes(b"\xff\xd8\xff\xe0 a photo")
    draft = shell.run(f"""-X POST "$BASE_URL/create-post" AUTH {JSON} -d '{{
        "content": "With a photo", "platforms": ["{TWITTER}"]}}'""").json["postGroupId"]
    place = shell.run(f"""-X POST "$BASE_URL/get-upload-url" AUTH {JSON} -d '{{
        "fileName": "a.jpg", "contentType": "image/jpeg", "postGroupId": "{draft}", "type": "image"}}'""")
    put = '-X PUT "$PLACE" -H "Content-Type: image/jpeg" --data-binary "@$FILE"'
    stored = shell.run(put, PLACE=place.json["uploadUrl"], FILE=str(tmp_path / "a.jpg"))
    assert (place.status, stored.status) == (200, 200)
    page = shell.run('"$BASE_URL/list-posts" AUTH').json["posts"]
    assert [len(post["mediaUrls"]) for post in page] == [1]


@on_socialapi
def test_a_shell_makes_publishes_reads_and_lists_a_post_at_socialapi(shell: Shell) -> None:
    listed = shell.run('"$BASE_URL/accounts" AUTH')
    assert FACEBOOK in [account["id"] for account in listed.json["data"]]
    draft = shell.run(f"""-X POST "$BASE_URL/posts" AUTH {JSON} -d '{{
        "text": "Hello from a shell", "publish_now": false, "targets": [{{"account_id": "{FACEBOOK}"}}]}}'""")
    assert (draft.status, draft.json["status"]) == (201, "draft")
    post = draft.json["id"]
    sent = shell.run('-X POST "$BASE_URL/posts/$ID/publish" AUTH', ID=post)
    assert (sent.status, sent.json["status"]) == (201, "published")
    assert shell.run('-X POST "$BASE_URL/posts/$ID/publish" AUTH', ID=post).status == 409
    found = shell.run('"$BASE_URL/posts/$ID" AUTH', ID=post)
    assert [target["account_id"] for target in found.json["targets"]] == [FACEBOOK]
    page = shell.run('-G "$BASE_URL/posts" AUTH -d status=published -d limit=1')
    assert [one["id"] for one in page.json["data"]] == [post]
    assert page.json["pagination"]["has_more"] is False
    assert shell.run('-X DELETE "$BASE_URL/posts/$ID" AUTH', ID=post).json["deleted"] is True


@on_socialapi
def test_a_shell_brings_a_file_to_socialapi(shell: Shell, tmp_path: Path) -> None:
    (tmp_path / "a.jpg").write_bytes(b"\xff\xd8\xff\xe0 a photo")
    kept = shell.run('"$BASE_URL/media/upload" AUTH -F "file=@$FILE"', FILE=str(tmp_path / "a.jpg"))
    assert kept.status == 201
    listed = shell.run('"$BASE_URL/media" AUTH').json["data"]
    assert [media["id"] for media in listed] == [kept.json["media_id"]]


#: Service, what is wrong, the line, status, and members of the body; a text alone stands for a page that is not JSON.
ERRORS: list[tuple[str, str, str, int, dict[str, Any] | str]] = [
    ("genviral", "no key", '"$BASE_URL/posts"', 401, {"ok": False, "code": 401, "error_code": "invalid_token"}),
    ("genviral", "no JSON", f"\"$BASE_URL/posts\" AUTH {JSON} -d '{{\"caption'", 400, {"error_code": "invalid_json"}),
    ("genviral", "no fields", f"\"$BASE_URL/posts\" AUTH {JSON} -d '{{}}'", 422,
     {"error_code": "invalid_payload", "issues": {"formErrors": [], "fieldErrors": {
         "caption": ["Required"], "media": ["Required"], "accounts": ["Required"]}}}),
    ("genviral", "no such post", '"$BASE_URL/posts/none" AUTH', 404, {"ok": False, "error_code": "not_found"}),
    ("genviral", "bad filter", '"$BASE_URL/posts?since=soon" AUTH', 400, {"error_code": "invalid_since"}),
    ("postpost", "no key", '"$BASE_URL/list-posts"', 401, {"error": "API key is required"}),
    ("postpost", "no JSON", f"\"$BASE_URL/create-post\" AUTH {JSON} -d '{{\"content'", 400, "<pre>Bad Request</pre>"),
    ("postpost", "a form", '"$BASE_URL/create-post" AUTH -d content=x', 400, {"error": "Content is required"}),
    ("postpost", "a bad connection",
     f"\"$BASE_URL/create-post\" AUTH {JSON} -d '{{\"content\": \"x\", \"platforms\": [\"twitter_1\"]}}'", 400,
     {"error": "Invalid platform ID format: twitter_1"}),
    ("postpost", "no such post", f'"$BASE_URL/get-post/{NOBODY}" AUTH', 404, {"error": "Post group not found"}),
    ("postpost", "no id", '"$BASE_URL/get-post/x" AUTH', 500, {"error": "Failed to fetch post group"}),
    ("postpost", "no such route", '"$BASE_URL/posts" AUTH', 404, "Cannot GET /api/v1/posts"),
    ("socialapi", "no key", '"$BASE_URL/posts"', 401, {"code": "auth.missing_header"}),
    ("socialapi", "no JSON", f"\"$BASE_URL/posts\" AUTH {JSON} -d '{{\"text'", 400,
     {"code": "validation.body_invalid"}),
    ("socialapi", "no such account",
     f"\"$BASE_URL/posts\" AUTH {JSON} -d '{{\"text\": \"x\", \"targets\": [{{\"account_id\": \"acc_01ZZZ\"}}]}}'",
     404, {"code": "account.not_found"}),
    ("socialapi", "no such post", '"$BASE_URL/posts/none" AUTH', 404, {"code": "post.not_found"}),
]  # fmt: skip


@pytest.mark.parametrize(
    ("shell", "line", "status", "members"),
    [pytest.param(*row[:1], *row[2:], id=f"{row[0]}: {row[1]}") for row in ERRORS],
    indirect=["shell"],
)
def test_a_shell_is_refused_in_the_services_own_words(
    shell: Shell, line: str, status: int, members: dict[str, Any] | str
) -> None:
    said = shell.run(line)
    assert said.status == status
    if isinstance(members, str):
        assert members in said.text
        return
    body = said.json["error"] if shell.service == "socialapi" else said.json
    assert {name: body.get(name) for name in members} == members
    assert body["message" if shell.service != "postpost" else "error"]


@pytest.mark.parametrize("shell", list(SANDBOXES), indirect=True)
def test_a_shell_sees_a_fault_as_it_happens_on_the_wire(shell: Shell) -> None:
    path = "/list-posts" if shell.service == "postpost" else "/posts"
    line = f'"$BASE_URL{path}" AUTH'
    shell.standin.fault("retry_after:7", path, "GET")
    throttled = shell.run(f"--dump-header - {line}")
    assert throttled.status == 429
    assert "retry-after: 7" in throttled.text.lower()
    shell.standin.fault("html_500", path, "GET")
    assert "<html>" in shell.run(line).text
    shell.standin.fault("drop_before:eof", path, "GET")
    with pytest.raises(AssertionError, match="Empty reply from server"):
        shell.run(line)
    assert shell.run(line).status == 200
