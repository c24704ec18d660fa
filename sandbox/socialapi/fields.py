"""Reading the fields of a request body; what has the wrong type is refused under its path.

An absent field and null are the same, and fields that nobody asks for are ignored (reference socialapi 1).
"""

import re
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sandbox.clock import instant
from sandbox.jsonvalue import JsonObject, is_array, is_object
from sandbox.socialapi.envelope import invalid

#: RFC 3339 wants seconds and an offset, which ISO 8601 lets out.
_RFC_3339 = re.compile(r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}([.]\d+)?(Z|[+-]\d{2}:\d{2})", re.ASCII | re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Fields:
    """An object in a request; ``path`` is what stands before its fields in an error."""

    body: JsonObject
    path: str = ""

    def has(self, name: str) -> bool:
        """Tell whether a field is there."""
        return self.body.get(name) is not None

    def text(self, name: str) -> str | None:
        """Read a text."""
        value = self.body.get(name)
        if not isinstance(value, str | None):
            raise invalid(self.at(name), f"{self.at(name)} must be a string")
        return value

    def required(self, name: str) -> str:
        """Read a text that has to be there."""
        value = self.text(name)
        if not value:
            raise invalid(self.at(name), f"{self.at(name)} is required", "validation.field_required")
        return value

    def flag(self, name: str) -> bool:
        """Read true or false, which is what it is when absent."""
        value = self.body.get(name)
        if not isinstance(value, bool | None):
            raise invalid(self.at(name), f"{self.at(name)} must be a boolean")
        return bool(value)

    def word(self, name: str, words: tuple[str, ...]) -> str | None:
        """Read one of some words."""
        value = self.text(name)
        if value is not None and value not in words:
            raise invalid(self.at(name), f"{self.at(name)} must be one of {', '.join(words)}")
        return value

    def moment(self, name: str) -> datetime | None:
        """Read a time as RFC 3339 has it."""
        value = self.text(name)
        if value is None:
            return None
        moment = read_moment(value)
        if moment is None:
            raise invalid(self.at(name), f"{self.at(name)} must be an RFC 3339 time")
        return moment

    def object(self, name: str) -> JsonObject | None:
        """Read an object."""
        value = self.body.get(name)
        if value is not None and not is_object(value):
            raise invalid(self.at(name), f"{self.at(name)} must be an object")
        return value

    def objects(self, name: str) -> list["Fields"]:
        """Read an array of objects."""
        return [
            Fields(self._expect(is_object(one), one, f"{name}[{index}]", "an object"), f"{self.at(name)}[{index}].")
            for index, one in enumerate(self._array(name))
        ]

    def texts(self, name: str) -> list[str]:
        """Read an array of texts."""
        return [
            self._expect(isinstance(one, str), one, f"{name}[{index}]", "a string")
            for index, one in enumerate(self._array(name))
        ]

    def at(self, name: str) -> str:
        """Say where a field is."""
        return self.path + name

    def _array(self, name: str) -> list[Any]:
        value = self.body.get(name)
        if value is None:
            return []
        return self._expect(is_array(value), value, name, "an array")

    def _expect(self, fits: bool, value: Any, name: str, kind: str) -> Any:
        if not fits:
            raise invalid(self.at(name), f"{self.at(name)} must be {kind}")
        return value


def read_moment(text: str) -> datetime | None:
    """Read a time as RFC 3339 has it; None for anything else."""
    return instant(text.upper()) if _RFC_3339.fullmatch(text) else None
