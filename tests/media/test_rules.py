"""The rows of what platforms take of a file, and the check that holds files to them."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from providers.platform_media import PLATFORM_MEDIA
from schemas.account import Account
from schemas.asset import Measures
from schemas.media_rule import Measure, MediaFile, check_media
from schemas.problem import ProblemCode
from server.media_page import page

X, BLUESKY = Account("p:x", "x", "X"), Account("p:b", "bluesky", "Bluesky")
LINKEDIN = Account("p:l", "linkedin", "LinkedIn")
INSTAGRAM, TIKTOK = Account("p:i", "instagram", "Instagram"), Account("p:t", "tiktok", "TikTok")


def image(size: int = 1_000, media_type: str = "image/jpeg", width: int = 1080, height: int = 1080) -> MediaFile:
    return MediaFile("/media/urls/0", Measures(media_type, size, width, height))


def video(**measured: float) -> MediaFile:
    usual = {"width": 1080, "height": 1920, "duration": 10.0, "frame_rate": 30.0}
    return MediaFile("/media/url", Measures("video/mp4", 100_000, **{**usual, **measured}))  # pyright: ignore[reportArgumentType]


def test_a_file_within_every_bound_is_no_problem() -> None:
    assert check_media(PLATFORM_MEDIA, [image(), video()], [X, BLUESKY, INSTAGRAM, TIKTOK]) == ([], [])


def test_of_two_accounts_the_tighter_one_is_named() -> None:
    [problem], _ = check_media(PLATFORM_MEDIA, [image(6_000_000)], [X, BLUESKY])
    assert (problem.limit, problem.actual, problem.unit, problem.accounts) == (2_000_000, 6_000_000, "bytes", ["p:b"])
    assert problem.path == "/media/urls/0"


def test_what_sources_dispute_is_a_warning_below_the_largest_limit() -> None:
    problems, [warn] = check_media(PLATFORM_MEDIA, [image(9_000_000)], [INSTAGRAM])
    assert problems == []
    assert (warn.code, warn.field) == ("MEDIA_MAY_BE_REFUSED", "media/urls/0")
    assert "8,000,000" in warn.message


def test_a_problem_is_not_told_as_a_warning_too() -> None:
    problems, warnings = check_media(PLATFORM_MEDIA, [image(31_000_000)], [INSTAGRAM])
    assert [problem.limit for problem in problems] == [30_000_000]
    assert warnings == []


def test_a_type_that_a_platform_does_not_take_is_told_with_those_that_it_does() -> None:
    [problem], _ = check_media(PLATFORM_MEDIA, [image(media_type="image/tiff")], [TIKTOK])
    assert (problem.code, problem.fix) == (
        ProblemCode.UNSUPPORTED,
        "Give one of: jpeg, png, webp; or leave these accounts out.",
    )


@pytest.mark.parametrize(
    ("measured", "unit"),
    [
        ({"duration": 2.0}, "seconds"),
        ({"duration": 601.0}, "seconds"),
        ({"frame_rate": 15.0}, "frames a second"),
        ({"width": 100, "height": 400}, "pixels wide"),
    ],
)
def test_every_measure_of_a_video_counts(measured: dict[str, float], unit: str) -> None:
    [problem], _ = check_media(PLATFORM_MEDIA, [video(**measured)], [TIKTOK])
    assert problem.unit == unit


def test_what_was_not_measured_is_no_problem() -> None:
    for size in (0, 100_000):
        unknown = MediaFile("/media/url", Measures("video/mp4", size))
        assert check_media(PLATFORM_MEDIA, [unknown], [TIKTOK, X, INSTAGRAM, LINKEDIN]) == ([], [])


def test_a_bomb_is_refused_on_any_platform() -> None:
    elsewhere = Account("p:y", "somewhere", "Somewhere")
    [problem], _ = check_media(PLATFORM_MEDIA, [image(width=20_000, height=20_000)], [elsewhere])
    assert problem.unit == "pixels"


@given(st.integers(1, 10**11), st.sampled_from([rule for rule in PLATFORM_MEDIA if rule.measure is Measure.BYTES]))
def test_a_size_is_refused_exactly_beyond_the_limit(size: int, rule: object) -> None:
    [row] = [one for one in PLATFORM_MEDIA if one is rule]
    account = Account("p:a", next(iter(row.platforms)), "A")
    media_type = next(iter(row.types), "image/jpeg" if row.kind == "image" else "video/mp4")
    measures = Measures(media_type, size)
    problems, warnings = check_media([row], [MediaFile("/media/url", measures)], [account])
    broken = (row.least is not None and size < row.least) or (row.most is not None and size > row.most)
    assert bool(problems) is (broken and row.sure)
    assert bool(warnings) is (broken and not row.sure)


def test_the_page_of_media_is_what_the_rows_say() -> None:
    committed = (Path(__file__).parents[2] / "docs" / "media.md").read_text(encoding="utf-8")
    assert page() == committed, "run python -m server.media_page > docs/media.md"


def test_each_row_bounds_something() -> None:
    for row in PLATFORM_MEDIA:
        assert (row.measure is Measure.TYPE) is bool(row.among)
        assert row.among or row.least is not None or row.most is not None
