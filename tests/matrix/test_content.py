"""What a delivery becomes as messages, whatever its text; and what a homeserver's refusals mean."""

from html.parser import HTMLParser

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.clock import utc_now
from providers.answer import Answer
from providers.networks.matrix.content import words
from providers.networks.matrix.errors import DIALECT, TABLE
from schemas.errors import ErrorCode

PIECES = ("@ada:example.com", "@b.c-d=e/f:[::1]:8448", "@x:127.0.0.1", "@nobody", "@a:b..", "\n", "<b>&")


class Read(HTMLParser):
    """What a reader sees of HTML, and which elements it is made of."""

    def __init__(self, html: str) -> None:
        super().__init__(convert_charrefs=True)
        self.text = ""
        self.elements: set[str] = set()
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.add(tag)
        self.text += "\n" if tag == "br" else ""

    def handle_data(self, data: str) -> None:
        self.text += data


@given(st.lists(st.sampled_from(PIECES) | st.text(st.characters(exclude_categories=["C"]), max_size=20)).map("".join))
def test_a_formatted_text_reads_as_the_plain_one(caption: str) -> None:
    content = words(caption)
    assert content["body"] == caption
    named = content["m.mentions"].get("user_ids", [])
    assert ("formatted_body" in content) is bool(named)
    assert all(user in caption for user in named)
    if named:
        seen = Read(content["formatted_body"])
        assert seen.text == caption
        assert seen.elements <= {"a", "br"}


@pytest.mark.parametrize(
    ("caption", "named"),
    [
        ("Hi @ada:example.com.", ["@ada:example.com"]),
        ("(@ada:example.com, @ada:example.com; @bob:localhost:8448)", ["@ada:example.com", "@bob:localhost:8448"]),
        ("Mail me@ada:example.com or @Ada:example.com, @ada and @room", []),
        ("https://matrix.to/#/@ada:example.com", []),
    ],
)
def test_users_are_named_by_their_whole_name(caption: str, named: list[str]) -> None:
    assert words(caption)["m.mentions"].get("user_ids", []) == named


@pytest.mark.parametrize(
    ("status", "code", "said", "ours"),
    [
        (429, "M_LIMIT_EXCEEDED", "Too Many Requests", ErrorCode.RATE_LIMITED),
        (401, "M_UNKNOWN_TOKEN", "Invalid access token passed.", ErrorCode.ACCOUNT_NEEDS_RECONNECT),
        (401, "M_MISSING_TOKEN", "Missing access token", ErrorCode.ACCOUNT_NEEDS_RECONNECT),
        (403, "M_USER_DEACTIVATED", "This account has been deactivated", ErrorCode.ACCOUNT_NEEDS_RECONNECT),
        (403, "M_FORBIDDEN", "Invalid username or password", ErrorCode.ACCOUNT_NEEDS_RECONNECT),
        (403, "M_FORBIDDEN", "User @a:b not in room !c", ErrorCode.FORBIDDEN),
        (413, "M_TOO_LARGE", "event too large", ErrorCode.PLATFORM_REFUSED),
        (400, "M_BAD_JSON", "", ErrorCode.PLATFORM_REFUSED),
        (403, "M_USER_SUSPENDED", "", ErrorCode.SETUP_NEEDED),
        (403, "M_RESOURCE_LIMIT_EXCEEDED", "", ErrorCode.SETUP_NEEDED),
        (404, "M_NOT_FOUND", "Room alias #a:b not found", ErrorCode.NOT_FOUND),
        (404, "M_UNRECOGNIZED", "Unrecognized request", ErrorCode.MISCONFIGURED),
        (500, "M_UNKNOWN", "Internal server error", ErrorCode.PROVIDER_ERROR),
        (502, None, "", ErrorCode.PROVIDER_ERROR),
        (400, "M_SOMETHING_NEW", "", ErrorCode.REJECTED),
    ],
)
def test_every_refusal_of_a_homeserver_has_its_code(status: int, code: str | None, said: str, ours: ErrorCode) -> None:
    assert TABLE.find(status, code, said).code is ours


@pytest.mark.parametrize(
    ("body", "header", "seconds"),
    [
        (b'{"retry_after_ms": 32}', "1", 0.032),
        (b'{"errcode": "M_LIMIT_EXCEEDED"}', "7", 7.0),
        (b'{"retry_after_ms": true}', "7", 7.0),
        (b'{"retry_after_ms": -5}', "7", 7.0),
        (b'{"retry_after_ms": 1e99}', "7", 7.0),
        (b"[" * 100_000, "7", 7.0),
        (b"<html>", "", None),
    ],
)
def test_the_body_says_more_exactly_than_the_header_how_long_to_wait(
    body: bytes, header: str, seconds: float | None
) -> None:
    headers = {"retry-after": header} if header else {}
    assert DIALECT.asked(Answer(429, headers, body), utc_now) == seconds
