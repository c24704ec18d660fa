"""Whatever a service answers, every call ends in a verdict: never a crash, and never a claim that nobody can make.

After a create the outcome is unknown exactly where the service may have acted: after a success that says nothing, a
failure of the service, a broken answer. A look into such a case, while the service goes on like that, settles nothing.
"""

import json
from collections import Counter

import pytest

from tests.desk import Body
from tests.hostile.answers import BODIES, WIRE, spoilt
from tests.hostile.service import Answer, said
from tests.hostile.victims import MOMENT, Victim, texts

#: Not of this list are 4xx, which say that nothing was done.
MAYBE_DONE = [201, 202, 206, 299, 300, 304, 307, 399, 502, 503, 504, 599]
READ_CODES = {"unexpected_answer", "provider_error", "provider_timeout", "provider_unreachable"}


def assert_left_open(victim: Victim, answer: Answer) -> None:
    """Create a post and look into the case; both times nobody can know."""
    victim.hears(answer)
    body = victim.create()
    told = (body["ok"], body.get("error_code"), body["outcome"], body["retry"]["decision"])
    assert told == (False, "outcome_unknown", "unknown", "check_first")
    [look] = body["next"]
    settled = victim.call(look["tool"], **look["arguments"])
    assert (settled["ok"], settled.get("outcome")) == (False, "unknown")


def assert_reads_fail(victim: Victim, answer: Answer) -> None:
    victim.hears(answer)
    for body in victim.reads():
        assert (body["ok"], body["outcome"]) == (False, "nothing_sent")
        assert body["error_code"] in READ_CODES
        assert body["retry"]["decision"] == "wait_then_retry"


@pytest.mark.parametrize("name", BODIES)
def test_a_body_that_says_nothing_proves_nothing(victim: Victim, name: str) -> None:
    for status in (200, 500):
        assert_left_open(victim, said(status, BODIES[name]))
    assert_reads_fail(victim, said(200, BODIES[name]))


@pytest.mark.parametrize("status", MAYBE_DONE)
def test_a_status_alone_leaves_open_what_may_have_been_done(victim: Victim, status: int) -> None:
    answer = said(status, b"" if status == 304 else b"<h1>Said</h1>")
    assert_left_open(victim, answer)
    assert_reads_fail(victim, answer)


@pytest.mark.parametrize("status", [204, 205])
def test_a_success_without_content_is_no_post_and_no_list(victim: Victim, status: int) -> None:
    answer = f"HTTP/1.1 {status} Said\r\nconnection: close\r\n\r\n".encode()
    assert_left_open(victim, answer)
    assert_reads_fail(victim, answer)


@pytest.mark.parametrize("name", WIRE)
def test_http_that_breaks_leaves_open_what_may_have_been_done(victim: Victim, name: str) -> None:
    assert_left_open(victim, WIRE[name])
    assert victim.read("listed")["error_code"] in READ_CODES
    assert_recovers(victim)


def assert_recovers(victim: Victim) -> None:
    """After all of it the next honest answer is understood."""
    victim.hears(said(200, json.dumps(victim.kind.listed).encode()))
    assert [post["id"] for post in victim.call("list_posts")["data"]["posts"]] == [victim.kind.post]


#: Codes that no table has, in every shape in which a service could say one.
UNHEARD_OF: list[Body] = [
    {"ok": False, "code": 418, "error_code": "brand_new", "message": "New"},
    {"error": "New", "code": "BRAND_NEW"},
    {"success": False, "message": "New", "code": "BRAND_NEW"},
    {"error": {"code": "brand.new", "message": "New", "meta": {"field": "text", "max": 5}}, "request_id": "r"},
    {"errors": [{"code": "brand_new", "detail": "New"}]},
    {"type": "about:blank", "title": "New", "status": 418},
]


@pytest.mark.parametrize("status", [400, 401, 403, 404, 418, 422, 429, 499])
def test_a_refusal_in_words_never_heard_of_is_a_refusal(victim: Victim, status: int) -> None:
    for body in UNHEARD_OF:
        victim.hears(said(status, json.dumps(body).encode()))
        told = victim.create()
        assert (told["outcome"], told["provider_error"]["http_status"]) == ("rejected", status)
    assert [read["outcome"] for read in victim.reads()] == ["nothing_sent"] * 3


@pytest.mark.parametrize("status", [500, 501, 502, 599])
def test_a_failure_in_words_never_heard_of_may_have_come_after_the_deed(victim: Victim, status: int) -> None:
    for body in UNHEARD_OF:
        victim.hears(said(status, json.dumps(body).encode()))
        assert victim.create()["outcome"] in ({"unknown", "rejected"} if status == 501 else {"unknown"})
    assert [read["ok"] for read in victim.reads()] == [False] * 3


def test_a_create_whose_answer_is_spoilt_in_one_place_is_accepted_with_its_id_or_open(victim: Victim) -> None:
    outcomes: Counter[str] = Counter()
    for name, body in spoilt(victim.kind.created):
        victim.hears(said(200, body))
        told = victim.create(scheduled_at="2031-01-01T09:00:00", timezone="Asia/Tokyo")
        outcomes[told["outcome"]] += 1
        assert told["ok"] is (told["outcome"] == "accepted"), name
        assert told["outcome"] in {"accepted", "unknown"}, name
        if told["ok"]:
            assert told["data"]["id"].partition(":")[2].encode() in body, name
            assert_bounded(told)
    assert min(outcomes["accepted"], outcomes["unknown"]) > 5


def test_reads_whose_answers_are_spoilt_in_one_place_tell_what_is_left(victim: Victim) -> None:
    kind, read = victim.kind, Counter[bool]()
    for tool, arguments, honest in (
        ("list_posts", {"response_format": "detailed"}, kind.listed),
        ("check_status", {"post_id": kind.post}, kind.read),
    ):
        for _, body in spoilt(honest):
            victim.hears(said(200, body))
            told = victim.call(tool, **arguments)
            read[told["ok"]] += 1
            assert told["ok"] or told["error_code"] in READ_CODES
            assert_bounded(told)
    assert min(read.values()) > 5


def test_accounts_whose_list_is_spoilt_in_one_place_tell_what_is_left(victim: Victim) -> None:
    victim.service.honest = {}
    read = Counter[bool]()
    for _, body in spoilt(victim.kind.accounts):
        victim.hears(said(200, body))
        told = victim.call("list_accounts", refresh=True)
        read[told["ok"]] += 1
        assert_bounded(told)
        assert all(account["id"].partition(":")[2] for account in told.get("data", {}).get("accounts", []))
    victim.behave()
    assert min(read.values()) > 2


def assert_bounded(told: Body) -> None:
    """Nothing in it fills a context window, but for a caption told in full, and nothing hides instructions."""
    for post in told.get("data", {}).get("posts", []):
        assert len(post["caption"]) <= 70_000
        post["caption"] = post["caption"][:100]
    assert len(json.dumps(told)) < 10_000
    assert not set("".join(texts(told))) & set("\u202e\x1b\x00\ud800\U000e0041")


def test_times_of_other_ages_are_told_without_a_crash(victim: Victim) -> None:
    for moment in ("9999-12-31T23:59:59Z", "0001-01-01T00:00:00+23:59", "2026-02-30T00:00:00Z", "soon", ""):
        for tool, arguments, honest in (
            ("list_posts", {}, victim.kind.listed),
            ("check_status", {"post_id": victim.kind.post}, victim.kind.read),
        ):
            victim.hears(said(200, json.dumps(honest).replace(MOMENT, moment).encode()))
            assert victim.call(tool, **arguments)["ok"]
