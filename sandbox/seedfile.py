"""The file of accounts that a sandbox may be started with."""

import json
from pathlib import Path
from typing import Any


def read_json(file: Path, refuse: type[ValueError]) -> Any:
    """Read a JSON file; what it must hold is the service's affair.

    Raises:
        ValueError: as ``refuse``: the file cannot be read, or is not JSON.
    """
    try:
        return json.loads(file.read_text(encoding="utf-8"))
    except OSError as error:
        raise refuse(f"{file}: {error.strerror or error}") from error
    except (ValueError, RecursionError) as error:
        raise refuse(f"{file}: not JSON: {error}") from error
