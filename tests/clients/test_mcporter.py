import json
import pytest
from tests.clients.conftest import Runner
from pathlib import Path

pytestmark = pytest.mark.clients
@pytest.mark.parametrize("target", ["stdio", "http", "sse"], indirect=True)
def test_x(run: Runner, config: Path) -> None:
    listed = run("mcporter", "--config", str(config), "list", "postwright", "--schema", "--json")
    assert listed.code == 0, listed
    print(listed.out[:300], listed.err)
    assert 0
