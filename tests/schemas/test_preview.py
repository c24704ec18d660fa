"""Where captions fold, and how full limits are."""

from pathlib import Path
from typing import Any

import pytest
import regex
from hypothesis import given, settings
from hypothesis import strategies as st

from providers.genviral.rules import RULES as GENVIRAL
from providers.local.rules import RULES as LOCAL
from providers.postpost.rules import RULES as POSTPOST
from providers.socialapi.rules import RULES as SOCIALAPI
from schemas.account import Account, Capabilities
from schemas.checker import check_accounts, check_shape
from schemas.fold import FOLDS
from schemas.preview import Level, meters, preview
from schemas.problem import ProblemCode
from schemas.rule import Situation
from schemas.units import Unit, count, prefix
from server.previews_page import page
from tests.local.embedded import Watch

PIECES = (
    "word ",
    "\U0001f468\u200d\U0001f469\u200d\U0001f467",
    "\U0001f1e9\U0001f1ea",
    "e\u0301",
    "日本",
    "\r\n",
    "\n",
    "#tag ",
    "https://example.com/a/path ",
    "@someone@example.social ",
    "नमस्ते",
    "1\ufe0f\u20e3",
    " ",
)
TEXTS = st.one_of(
    st.text(max_size=400),
    st.lists(st.sampled_from(PIECES), max_size=200).map("".join),
    st.integers(0, 700).map("x".__mul__),
)
UNITS = (Unit.CHARACTERS, Unit.UTF16, Unit.BYTES, Unit.GRAPHEMES, Unit.WEIGHTED, Unit.MASTODON)


def whole_graphemes(text: str, part: str) -> bool:
    return len(part) in {0, *(found.end() for found in regex.finditer(r"\X", text))}


@given(TEXTS, st.sampled_from(UNITS), st.integers(0, 300))
def test_a_prefix_fits_and_ends_between_graphemes(text: str, unit: Unit, most: int) -> None:
    part = prefix(text, unit, most)
    assert text.startswith(part)
    assert count(part, unit) <= most
    assert whole_graphemes(text, part)


@given(TEXTS, st.sampled_from(UNITS[:4]), st.integers(0, 300))
def test_a_prefix_is_as_long_as_fits(text: str, unit: Unit, most: int) -> None:
    part = prefix(text, unit, most)
    following = regex.match(r"\X", text, pos=len(part))
    assert following is None or count(part + following.group(), unit) > most


@given(TEXTS, st.sampled_from([*FOLDS, "x", "outbox"]))
def test_a_caption_is_cut_where_its_platform_folds_and_nothing_of_it_is_lost(text: str, platform: str) -> None:
    seen, fold = preview(platform, text), FOLDS.get(platform)
    assert seen.shown + seen.rest == text
    assert whole_graphemes(text, seen.shown)
    assert fold or not seen.rest
    if fold and fold.limit is not None:
        assert count(seen.shown, fold.unit) <= fold.limit
    if fold and fold.lines is not None:
        assert seen.shown.count("\n") < fold.lines


@pytest.mark.parametrize(
    ("platform", "caption", "shown"),
    [
        ("instagram", "x" * 126, "x" * 125),
        ("instagram", "x" * 125, "x" * 125),
        ("instagram", "x" * 124 + "\U0001f600", "x" * 124),
        ("linkedin", "one\ntwo\nthree\nfour", "one\ntwo\nthree"),
        ("linkedin", "one\r\ntwo\r\nthree\r\nfour", "one\r\ntwo\r\nthree"),
        ("linkedin", "y" * 300, "y" * 210),
        ("bluesky", "z" * 300, "z" * 300),
        ("mastodon", "\n" * 40, "\n" * 31),
        ("x", "w" * 400, "w" * 400),
    ],
)
def test_a_caption_shows_what_stands_before_the_fold(platform: str, caption: str, shown: str) -> None:
    assert preview(platform, caption).shown == shown


def test_the_page_of_previews_is_what_the_rows_say() -> None:
    committed = (Path(__file__).parents[2] / "docs" / "previews.md").read_text(encoding="utf-8")
    assert page() == committed, "run python -m server.previews_page > docs/previews.md"


def test_every_fold_says_whence_it_is_known() -> None:
    for fold in FOLDS.values():
        assert fold.source
        assert fold.where
        assert fold.limit or fold.lines


SMALL = Capabilities(caption_limit=120, caption_unit=Unit.MASTODON, link_length=30)
#: By whose rules a caption is held, and on which platforms.
PLACES = (
    (GENVIRAL, ("tiktok", "instagram", "youtube", "x", "pinterest")),
    (POSTPOST, ("bluesky", "mastodon", "threads", "telegram", "linkedin", "instagram", "x")),
    (SOCIALAPI, ("instagram", "google", "x", "youtube")),
    (LOCAL, ("bluesky", "mastodon", "telegram", "discord", "outbox")),
)
ACCOUNTS = [
    *((rules, Account(f"{rules.provider}:{name}", name, name)) for rules, names in PLACES for name in names),
    (GENVIRAL, Account("genviral:hosted", "tiktok", "hosted", kind="hosted")),
    (SOCIALAPI, Account("socialapi:told", "threads", "told", capabilities=Capabilities(caption_limit=90))),
    (LOCAL, Account("local:small", "mastodon", "small", capabilities=SMALL)),
]
LIMITS = (0, 90, 120, 280, 281, 300, 500, 501, 1_024, 2_200, 2_201, 3_001, 5_001, 63_206, 63_207)


# No deadline: a caption of 63,207 characters takes a while to be counted in some units.
@settings(deadline=None)
@given(TEXTS, st.sampled_from(LIMITS), st.integers(0, 40), st.sampled_from(range(len(ACCOUNTS))))
def test_a_meter_is_over_exactly_where_the_validator_refuses(text: str, length: int, images: int, place: int) -> None:
    rules, account = ACCOUNTS[place]
    content: dict[str, Any] = {"caption": text + "x" * (length - len(text))}
    if images:
        content["media"] = {"type": "slideshow", "urls": ["https://a.example/1.jpg"] * images}
    situation = Situation({**content, "accounts": [account.id]}, (account,), Watch()())
    problems = [*check_shape(rules, situation), *check_accounts(rules, situation)]
    refused = {(one.path, one.unit) for one in problems if one.code in (ProblemCode.TOO_LONG, ProblemCode.TOO_MANY)}
    read = meters(rules, account, content)
    assert {(PATHS.get(one.metric), one.unit) for one in read if one.state is Level.OVER} == refused
    assert all((one.used > one.limit) is (one.state is Level.OVER) for one in read)


@pytest.mark.parametrize(
    ("length", "share", "level"),
    [
        (0, 0.0, "ok"),
        (269, 0.897, "ok"),
        (270, 0.9, "near"),
        (300, 1.0, "near"),
        (301, 1.003, "over"),
        (600, 2.0, "over"),
    ],
)
def test_a_meter_tells_how_full_a_limit_is(length: int, share: float, level: str) -> None:
    account = Account("local:bluesky-me", "bluesky", "Me")
    read = meters(LOCAL, account, {"caption": "\U0001f600" * length})
    [letters] = [one for one in read if one.unit is Unit.GRAPHEMES]
    assert (letters.used, letters.limit, letters.share, letters.state) == (length, 300, share, level)


PATHS = {"caption": "/caption", "media": "/media/urls", "hashtags": "/caption", "links": "/caption"}
