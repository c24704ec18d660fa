"""What every test may ask for, and what all are held to."""

import pytest
from hypothesis import HealthCheck, settings

from tests.leaks import heard, pytest_runtest_makereport

__all__ = ["anyio_backend", "heard", "pytest_runtest_makereport"]

# How fast an example is drawn and run says something of the machine, and nothing of the code.
settings.register_profile("patient", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("patient")


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"
