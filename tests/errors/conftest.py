"""Each service is driven once for all that is held against it."""

from collections.abc import Callable
from functools import cache

import anyio
import pytest

from tests.errors.driving import Driven, drive
from tests.errors.facts import PROVIDERS


@pytest.fixture(scope="session")
def drives(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Driven]:
    @cache
    def drives(provider: str) -> Driven:
        return anyio.run(drive, provider, tmp_path_factory.mktemp(provider))

    return drives


@pytest.fixture(scope="session", params=PROVIDERS)
def driven(request: pytest.FixtureRequest, drives: Callable[[str], Driven]) -> Driven:
    return drives(request.param)


@pytest.fixture(scope="session")
def postpost(drives: Callable[[str], Driven]) -> Driven:
    return drives("postpost")


@pytest.fixture(scope="session")
def socialapi(drives: Callable[[str], Driven]) -> Driven:
    return drives("socialapi")
