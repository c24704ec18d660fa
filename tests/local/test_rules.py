"""What the embedded engine takes and refuses."""

from datetime import UTC, datetime
from typing import Any

import pytest

from providers.local.rules import RULES
from schemas.checker import check_accounts, check_shape
from schemas.rule import Situation
from tests.local.embedded import OUTBOX, WEBHOOK

NOW = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)
GOOD: dict[str, Any] = {"caption": "Hello", "accounts": ["local:outbox"]}


def problems(**changes: Any) -> list[tuple[str, str]]:
    situation = Situation({**GOOD, **changes}, (OUTBOX,), NOW)
    found = [*check_shape(RULES, situation), *check_accounts(RULES, situation)]
    return [(problem.path, problem.code.value) for problem in found]


@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"caption": "x" * 63_206},
        {"media": {"type": "video", "url": "http://example.com/a.mp4"}},
        {"media": {"type": "slideshow", "urls": ["https://example.com/a.jpg"] * 35}},
        {"mode": "draft", "scheduled_at": "2026-12-01T09:00:00Z", "idempotency_key": "k" * 128},
    ],
)
def test_what_fits_is_taken(changes: dict[str, Any]) -> None:
    assert problems(**changes) == []


@pytest.mark.parametrize(
    ("changes", "problem"),
    [
        ({"caption": ""}, ("/caption", "too_short")),
        ({"caption": "x" * 63_207}, ("/caption", "too_long")),
        ({"accounts": []}, ("/accounts", "too_few")),
        ({"accounts": ["local:outbox"] * 2}, ("/accounts", "repeated")),
        ({"accounts": [f"local:{n}" for n in range(11)]}, ("/accounts", "too_many")),
        ({"media": {"type": "video", "url": "clip.mp4"}}, ("/media/url", "bad_format")),
        ({"media": {"type": "slideshow", "urls": ["https://e.com/a"] * 36}}, ("/media/urls", "too_many")),
        ({"media": {"type": "slideshow", "urls": []}}, ("/media/urls", "too_few")),
        ({"media": {"type": "slideshow", "urls": ["ftp://e.com/a"]}}, ("/media/urls/0", "bad_format")),
        ({"idempotency_key": ""}, ("/idempotency_key", "too_short")),
        ({"caption": "bell \a"}, ("/caption", "unprintable")),
        ({"scheduled_at": "2020-01-01T00:00:00Z"}, ("/scheduled_at", "in_the_past")),
    ],
)
def test_what_does_not_fit_is_told(changes: dict[str, Any], problem: tuple[str, str]) -> None:
    assert problem in problems(**changes)


@pytest.mark.parametrize("link", ["media:" + "0" * 32, "/tmp/a.jpg", "file:///tmp/a.jpg"])
def test_a_webhook_takes_links_alone_and_the_outbox_files_too(link: str) -> None:
    situation = Situation({**GOOD, "media": {"type": "slideshow", "urls": [link]}}, (OUTBOX, WEBHOOK), NOW)
    assert check_shape(RULES, situation) == []
    [problem] = check_accounts(RULES, situation)
    assert (problem.path, problem.accounts) == ("/media/urls/0", [WEBHOOK.id])


@pytest.mark.parametrize("field", ["tiktok", "pinterest", "music_url"])
def test_what_belongs_to_other_networks_has_a_fix(field: str) -> None:
    assert field not in RULES.model.model_fields
    assert RULES.refused[field].startswith("Leave it out")
