"""Settings come from the environment alone; what cannot be used is said, and never shown."""

import subprocess
import sys
from pathlib import Path

import pytest

from server.settings import SettingsError, load, unset
from server.settings_page import page

KEY = "gva_live_planted.k3yThatMustNeverShow"


def given(**settings: str) -> dict[str, str]:
    return {f"POSTWRIGHT_{name}": value for name, value in settings.items()}


def test_without_a_key_the_local_provider_is_on() -> None:
    assert load({}).providers_on == ("local",)


def test_a_key_turns_its_provider_on_and_the_local_one_off() -> None:
    assert load(given(GENVIRAL_API_KEY=KEY)).providers_on == ("genviral",)


def test_providers_can_be_named_outright() -> None:
    assert load(given(GENVIRAL_API_KEY=KEY, PROVIDERS="genviral, local")).providers_on == ("genviral", "local")


@pytest.mark.parametrize("value", ["", "  ", "${POSTWRIGHT_GENVIRAL_API_KEY}", "${X:-}", "a${X}b"])
def test_an_empty_or_unexpanded_value_counts_as_unset_and_is_named(value: str) -> None:
    environment = given(GENVIRAL_API_KEY=value)
    assert load(environment).providers_on == ("local",)
    assert unset(environment) == ["POSTWRIGHT_GENVIRAL_API_KEY is empty or unexpanded and counts as unset."]


def test_a_name_that_is_no_setting_is_named() -> None:
    assert unset(given(GENVIRAL_KEY="x")) == ["POSTWRIGHT_GENVIRAL_KEY is no setting."]


@pytest.mark.parametrize(
    ("settings", "named"),
    [
        ({"GENVIRAL_CONCURRENCY": "11"}, "POSTWRIGHT_GENVIRAL_CONCURRENCY"),
        ({"GENVIRAL_CONCURRENCY": "three"}, "POSTWRIGHT_GENVIRAL_CONCURRENCY"),
        ({"GENVIRAL_BASE_URL": KEY}, "POSTWRIGHT_GENVIRAL_BASE_URL"),
        ({"PROVIDERS": "genviral"}, "POSTWRIGHT_GENVIRAL_API_KEY"),
        ({"PROVIDERS": "buffer"}, "buffer"),
        ({"SEND_TIMEOUT": "0"}, "POSTWRIGHT_SEND_TIMEOUT"),
        ({"LOG": "xml"}, "POSTWRIGHT_LOG"),
        ({"GENVIRAL_API_KEY": "short"}, "POSTWRIGHT_GENVIRAL_API_KEY"),
    ],
)
def test_a_value_that_cannot_be_used_is_named_without_being_shown(settings: dict[str, str], named: str) -> None:
    with pytest.raises(SettingsError, match=named) as caught:
        load(given(**settings))
    assert KEY not in str(caught.value)


def test_no_secret_shows_in_the_settings_themselves() -> None:
    settings = load(given(GENVIRAL_API_KEY=KEY, HTTP_TOKEN=KEY, WEBHOOK_SECRET=KEY))
    assert KEY not in f"{settings!r}{settings}{settings.model_dump_json()}"
    assert set(settings.hidden) == {KEY}


def test_the_page_of_settings_is_what_the_settings_are() -> None:
    committed = (Path(__file__).parents[2] / "docs" / "settings.md").read_text(encoding="utf-8")
    assert page() == committed, "run python -m server.settings_page > docs/settings.md"


def test_a_server_that_cannot_start_says_why_and_leaves() -> None:
    environment = given(GENVIRAL_CONCURRENCY="99", GENVIRAL_API_KEY=KEY)
    run = subprocess.run(
        [sys.executable, "-m", "server"], env=environment, capture_output=True, text=True, check=False, timeout=240
    )
    assert (run.returncode, run.stdout) == (2, "")
    assert "POSTWRIGHT_GENVIRAL_CONCURRENCY" in run.stderr
    assert KEY not in run.stderr
