"""The envelope around every answer (seed 000), and the table of refusals."""

from dataclasses import dataclass
from http import HTTPStatus

from sandbox.jsonvalue import JsonObject

#: error_code -> (HTTP status, message where the refusal itself brings none). Codes and statuses: seeds 000, 001, 003
#: and reference genviral 13; messages are ours but for the first, which the docs show.
REFUSALS: dict[str, tuple[int, str]] = {
    "invalid_token": (401, "API key not found"),
    "subscription_required": (402, "An active Creator, Professional or Business subscription is required"),
    "tier_not_allowed": (403, "The Scheduler tier cannot use the Partner API"),
    "not_found": (404, "Not found"),
    "invalid_json": (400, "Request body must be valid JSON"),
    "invalid_payload": (422, "Invalid payload"),
    "unknown_accounts": (400, "One or more accounts are unknown or inactive"),
    "missing_accounts": (400, "No active account is left to post to"),
    "validation_failed": (400, "Validation failed"),
    "invalid_music_url": (400, "music_url must be a reachable TikTok post URL"),
    "media_unreachable": (400, "Media URL could not be reached"),
    "create_failed": (409, "external_id was already used with a different payload"),
    "external_id_immutable": (409, "external_id cannot be changed"),
    "invalid_since": (400, "since must be a valid ISO 8601 timestamp"),
    "invalid_until": (400, "until must be a valid ISO 8601 timestamp"),
    "too_many_post_ids": (400, "At most 50 posts can be deleted at once"),
    "invalid_query_parameter": (400, "Invalid query parameter"),
}

#: The shapes of ``issues`` that a client may meet (reference genviral 2.1); the real validation gives the first.
ISSUES: dict[str, JsonObject] = {
    "object": {
        "issues": {
            "formErrors": ["Unrecognized key(s) in object: 'text'"],
            "fieldErrors": {"caption": ["Required"]},
        }
    },
    "array": {"issues": [{"path": ["caption"], "message": "Required", "code": "invalid_type"}]},
    "strings": {"issues": ["caption: Required"]},
    "absent": {},
}


@dataclass(frozen=True, slots=True)
class Answer:
    """A success, before it is put into its envelope."""

    data: JsonObject
    message: str
    status: int = 200


class Refusal(Exception):  # noqa: N818  (the service is right to refuse: the error is the caller's)
    """A failure that the service foresees; ``error_code`` is a row of `REFUSALS`."""

    def __init__(self, error_code: str, message: str | None = None, issues: JsonObject | None = None) -> None:
        super().__init__(error_code)
        status, usual = REFUSALS[error_code]
        self.status = status
        self.body: JsonObject = {"ok": False, "code": status, "message": message or usual, "error_code": error_code}
        if issues is not None:
            self.body["issues"] = issues


def wrap(answer: Answer) -> JsonObject:
    """Put a success into its envelope."""
    return {"ok": True, "code": answer.status, "message": answer.message, "data": answer.data}


def failure(status: int, error_code: str | None, shape: str | None) -> JsonObject:
    """Write any failure, foreseen or not: what faults answer with, and what has no row of its own.

    Raises:
        ValueError: ``shape`` is none of `ISSUES`.
    """
    shape = shape or ("object" if error_code == "invalid_payload" else "absent")
    if shape not in ISSUES:
        raise ValueError(f"{shape!r} is not a shape of issues: {', '.join(ISSUES)}")
    listed, message = REFUSALS.get(error_code or "", (0, ""))
    body: JsonObject = {"ok": False, "code": status, "message": message if listed == status else _phrase(status)}
    if error_code is not None:
        body["error_code"] = error_code
    return body | ISSUES[shape]


def _phrase(status: int) -> str:
    try:
        return HTTPStatus(status).phrase
    except ValueError:
        return f"Status {status}"
