"""What every test may ask for, and what all are held to."""

import pytest
from hypothesis import HealthCheck, settings

from tests.leaks import heard, pytest_runtest_makereport

__all__ = ["anyio_backend", "heard", "pytest_runtest_makereport"]

# How fast an example is drawn and run says something of the machine, and nothing of the code.
settings.register_profile("explore", deadline=None, suppress_health_check=[HealthCheck.too_slow], print_blob=True)
# A run judges the code, not the luck of the draw: the same examples every time, unless somebody wants to explore.
settings.register_profile("steady", settings.get_profile("explore"), derandomize=True)
settings.load_profile("steady")


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"
