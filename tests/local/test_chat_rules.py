"""What chat networks take is known before anything is sent: lengths in their own units, counts, kinds of media."""

from datetime import UTC, datetime
from typing import Any

import pytest

from providers.local.rules import RULES
from schemas.account import Account
from schemas.checker import check_accounts, check_shape
from schemas.rule import Situation

NOW = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)
FAMILY = "👩‍👩‍👧"  # 8 UTF-16 units


def problems(platform: str, **post: Any) -> list[tuple[str, str, str | None, Any]]:
    account = Account(f"local:{platform}-x", platform, "X")
    situation = Situation({"accounts": [account.id], **post}, (account,), NOW)
    assert check_shape(RULES, situation) == []
    return [(told.path, told.code.value, told.unit, told.limit) for told in check_accounts(RULES, situation)]


def slides(count: int, link: str = "https://example.com/a.jpg") -> dict[str, Any]:
    return {"type": "slideshow", "urls": [link] * count}


VIDEO = {"type": "video", "url": "https://example.com/a.mp4"}
UTF16, KEPT = "UTF-16 units", "media:" + "0" * 32


@pytest.mark.parametrize(
    ("platform", "post"),
    [
        ("telegram", {"caption": "x" * 4096}),
        ("telegram", {"caption": FAMILY * 512}),
        ("telegram", {"caption": "x" * 1024, "media": slides(10)}),
        ("telegram", {"caption": "x" * 1024, "media": VIDEO}),
        ("telegram", {"caption": "x", "media": slides(1, KEPT)}),
        ("discord", {"caption": "👩" * 2000, "media": slides(10, KEPT)}),
        ("slack", {"caption": "x" * 3999, "media": slides(35)}),
        ("slack", {"caption": "x" * (3999 - len(VIDEO["url"])), "media": VIDEO}),
    ],
)
def test_what_fits_is_taken(platform: str, post: dict[str, Any]) -> None:
    assert problems(platform, **post) == []


@pytest.mark.parametrize(
    ("platform", "post", "problem"),
    [
        ("telegram", {"caption": "x" * 4097}, ("/caption", "too_long", UTF16, 4096)),
        ("telegram", {"caption": FAMILY * 513}, ("/caption", "too_long", UTF16, 4096)),
        ("telegram", {"caption": "x" * 1025, "media": VIDEO}, ("/caption", "too_long", UTF16, 1024)),
        ("telegram", {"caption": FAMILY * 129, "media": slides(1)}, ("/caption", "too_long", UTF16, 1024)),
        ("telegram", {"caption": "x", "media": slides(11)}, ("/media/urls", "too_many", "items", 10)),
        ("telegram", {"caption": " \n "}, ("/caption", "bad_format", None, None)),
        ("discord", {"caption": "x" * 2001}, ("/caption", "too_long", "characters", 2000)),
        ("discord", {"caption": "x", "media": slides(11)}, ("/media/urls", "too_many", "items", 10)),
        ("discord", {"caption": " "}, ("/caption", "bad_format", None, None)),
        ("slack", {"caption": "x" * 4000}, ("/caption", "too_long", "characters", 3999)),
        ("slack", {"caption": "x" * 3999, "media": VIDEO}, ("/caption", "too_long", "characters", 3999)),
        (
            "slack",
            {"caption": "x", "media": slides(1, KEPT)},
            ("/media/urls/0", "bad_format", None, None),
        ),
    ],
)
def test_what_does_not_fit_is_told_in_the_unit_that_the_network_counts_in(
    platform: str, post: dict[str, Any], problem: tuple[str, str, str | None, Any]
) -> None:
    assert problem in problems(platform, **post)


@pytest.mark.parametrize("platform", ["telegram", "slack", "webhook"])
def test_no_network_claims_to_carry_alternative_text_that_it_does_not(platform: str) -> None:
    assert platform not in RULES.alt_text
