"""docs/settings.md, written from the settings themselves: ``python -m server.settings_page``."""

import sys
from typing import get_args

from pydantic_core import PydanticUndefined

from server.settings import PREFIX, Settings

_HEAD = """\
# Settings

Environment variables, read once at start. A value that is empty, or still looks like `${NAME}` because a client did not
expand it, counts as unset; `postwright doctor` names such values. There is no settings file.

| variable | default | what it does |
| --- | --- | --- |
"""


def page() -> str:
    """Write the page."""
    return _HEAD + "".join(
        f"| `{PREFIX}{name.upper()}` | {_shown(name)} | {field.description}{_choices(name)} |\n"
        for name, field in Settings.model_fields.items()
    )


def _shown(name: str) -> str:
    default = Settings.model_fields[name].default
    if default is PydanticUndefined:
        return "the platform's data folder"
    return "" if default in (None, ()) else f"`{default}`"


def _choices(name: str) -> str:
    """List what a setting may be, where that is a few words which its description does not name."""
    told = str(Settings.model_fields[name].description)
    words = _words(Settings.model_fields[name].annotation)
    return "" if all(word in told for word in words) else f" One of: {', '.join(f'`{word}`' for word in words)}."


def _words(annotation: object) -> list[str]:
    inner = get_args(annotation)
    return [part for part in inner if isinstance(part, str)] or [word for part in inner for word in _words(part)]


if __name__ == "__main__":
    sys.stdout.write(page())
