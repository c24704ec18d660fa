"""What every form of release says of the project: read from pyproject.toml, so that nothing says it twice."""

import tomllib
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parent.parent
PROJECT: dict[str, Any] = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]

NAME: str = PROJECT["name"]
VERSION: str = PROJECT["version"]
DESCRIPTION: str = PROJECT["description"]
KEYWORDS: list[str] = PROJECT["keywords"]
LICENSE: str = PROJECT["license"]
PYTHON: str = PROJECT["requires-python"]
AUTHOR = {"name": "The postwright authors"}

#: The name in the MCP registry. The README, which is the wheel's description, proves by it whose package this is.
REGISTRY_NAME = f"io.github.{NAME}/{NAME}"
