"""docs/settings.md, written from the settings themselves: ``python -m server.settings_page``."""

import sys

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
        f"| `{PREFIX}{name.upper()}` | {_shown(name)} | {field.description} |\n"
        for name, field in Settings.model_fields.items()
    )


def _shown(name: str) -> str:
    default = Settings.model_fields[name].default
    if default is PydanticUndefined:
        return "the platform's data folder"
    return "" if default in (None, ()) else f"`{default}`"


if __name__ == "__main__":
    sys.stdout.write(page())
