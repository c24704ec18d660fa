"""What every test may ask for, and what all are held to."""

import pytest

from tests.leaks import heard, pytest_runtest_makereport

__all__ = ["anyio_backend", "heard", "pytest_runtest_makereport"]


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"
