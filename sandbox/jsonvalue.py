"""JSON as it comes in and goes out."""

import json
from collections.abc import Mapping
from typing import Any, NoReturn, TypeGuard

from starlette.responses import Response

JsonObject = dict[str, Any]


def read(body: bytes) -> Any:
    """Read JSON.

    Raises:
        ValueError: it is not JSON, or nested beyond reason.
    """
    try:
        return _DECODER.decode(body.decode("utf-8"))
    except RecursionError as error:
        raise ValueError("nested too deeply") from error


def reply(body: object, status: int = 200, headers: Mapping[str, str] | None = None) -> Response:
    """Answer with JSON; all but ASCII is escaped, so that halves of a surrogate pair go out as they came in."""
    return Response(_ENCODER.encode(body).encode("ascii"), status, headers, "application/json")


def is_object(value: object) -> TypeGuard[JsonObject]:
    """Tell whether a value is a JSON object."""
    return isinstance(value, dict)


def is_array(value: object) -> TypeGuard[list[Any]]:
    """Tell whether a value is a JSON array."""
    return isinstance(value, list)


def _not_json(constant: str) -> NoReturn:
    """Refuse NaN and the infinities, which Python would read."""
    raise ValueError(f"{constant} is not JSON")


_DECODER = json.JSONDecoder(parse_constant=_not_json)
_ENCODER = json.JSONEncoder(separators=(",", ":"))
