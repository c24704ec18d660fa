"""Answers and refusals, and the envelope of an error (seed 004)."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any

from sandbox.jsonvalue import JsonObject
from sandbox.socialapi.codes import known, sample_meta

#: The forms of an error that a client may meet: with its meta, without it, as it was before 2026-05-29 (reference
#: socialapi 1.1), and about the field by which TikTok's limit of posts a day is told (reference 11).
SHAPES = ("meta", "bare", "flat", "posting_limit")


@dataclass(frozen=True, slots=True)
class Answer:
    """A success, or a post that failed: what it is answered with; None for no body."""

    body: JsonObject | None
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict[str, str])


class Refusal(Exception):  # noqa: N818  (the service is right to refuse: the error is the caller's)
    """A failure that the service foresees; ``code`` is one that `known` knows."""

    def __init__(self, code: str, message: str | None = None, **meta: Any) -> None:
        super().__init__(code)
        self.status, usual = known(code) or (500, code)
        self.body = _envelope(code, message or usual, meta or None)


def invalid(field: str, message: str, code: str = "validation.field_invalid") -> Refusal:
    """Make the refusal of one field."""
    return Refusal(code, message, field=field)


def failure(status: int, error_code: str | None, shape: str | None) -> JsonObject:
    """Write any failure, foreseen or not: what faults answer with, and what has no row of its own.

    Raises:
        ValueError: ``shape`` is none of `SHAPES`.
    """
    shape = shape or "meta"
    if shape not in SHAPES:
        raise ValueError(f"{shape!r} is not a shape of an error: {', '.join(SHAPES)}")
    code = error_code or ("system.internal" if status == HTTPStatus.INTERNAL_SERVER_ERROR else f"http.{status}")
    message = (known(code) or (status, _phrase(status)))[1]
    if shape == "flat":
        return {"error": message, "code": code.rpartition(".")[2]}
    meta = {"meta": sample_meta(code), "posting_limit": {"field": "posting_limit"}}
    return _envelope(code, message, meta.get(shape))


def _envelope(code: str, message: str, meta: JsonObject | None) -> JsonObject:
    """Write an error; ``request_id`` is added at the front door, which knows it."""
    error: JsonObject = {"code": code, "message": message}
    return {"error": error if meta is None else error | {"meta": meta}}


def _phrase(status: int) -> str:
    try:
        return HTTPStatus(status).phrase.lower()
    except ValueError:
        return f"status {status}"
