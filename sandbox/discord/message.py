"""One message as it comes in, JSON or a form, held against what Discord takes."""

import re
from dataclasses import dataclass
from typing import Any

from starlette.datastructures import UploadFile
from starlette.requests import Request

from sandbox.discord.state import CHANNEL, WEBHOOK, Refusal, State
from sandbox.jsonvalue import JsonObject, is_array, is_object, read

LONGEST, LONGEST_DESCRIPTION, LONGEST_NAME = 2000, 1024, 80
MOST_FILES, LARGEST, LARGEST_REQUEST = 10, 10 * 1024 * 1024, 25 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class File:
    """A file of a form; ``size`` is in bytes."""

    name: str | None
    media_type: str | None
    size: int


async def read_body(request: Request) -> tuple[JsonObject, dict[int, File]]:
    """Read what a request says, and its files by number.

    Raises:
        Refusal: it cannot be read.
    """
    if int(request.headers.get("content-length", "0")) > LARGEST_REQUEST:
        raise Refusal(40005)
    files: dict[int, File] = {}
    content = await request.body()
    if request.headers.get("content-type", "").startswith("multipart/form-data"):
        async with request.form() as form:
            for name, value in form.multi_items():
                numbered = re.fullmatch(r"files\[(\d+)\]", name)
                if isinstance(value, UploadFile) and numbered:
                    files[int(numbered[1])] = File(value.filename, value.content_type, value.size or 0)
            content = str(form.get("payload_json", "{}")).encode()
    try:
        body = read(content)
    except ValueError:
        raise Refusal(50109) from None
    if not is_object(body):
        raise Refusal(50109)
    return body, files


def written(state: State, body: JsonObject, files: dict[int, File], thread: str | None) -> JsonObject:
    """Make the message of it.

    Raises:
        Refusal: it will not do.
    """
    content, name, mentions = body.get("content"), body.get("username"), body.get("allowed_mentions")
    content = content.strip() if isinstance(content, str) else ""
    if len(content) > LONGEST:
        raise _invalid("content", "BASE_TYPE_MAX_LENGTH", f"Must be {LONGEST} or fewer in length.")
    if isinstance(name, str) and (
        not 1 <= len(name) <= LONGEST_NAME or re.search("discord|clyde", name, re.IGNORECASE)
    ):
        raise _invalid("username", "USERNAME_INVALID", "This is no name for a webhook.")
    if len(files) > MOST_FILES:
        raise Refusal(30015)
    if not content and not files:
        raise Refusal(50006)
    parse = mentions.get("parse", []) if is_object(mentions) else ["everyone", "roles", "users"]
    number = str(1_200_000_000_000_000_000 + len(state.messages))
    return {
        "id": number,
        "type": 0,
        "content": content,
        "channel_id": thread or CHANNEL,
        "author": {"bot": True, "id": WEBHOOK, "username": name or "Sandbox announcements"},
        "attachments": _attachments(body.get("attachments"), files),
        "mention_everyone": "everyone" in parse and re.search("@(everyone|here)", content) is not None,
        "webhook_id": WEBHOOK,
    }


def _attachments(given: Any, files: dict[int, File]) -> list[JsonObject]:
    described: dict[int, JsonObject] = {}
    for index, one in enumerate(given if is_array(given) else []):
        number = one.get("id") if is_object(one) else None
        if not re.fullmatch(r"\d{1,4}", str(number)) or int(str(number)) not in files:
            raise _invalid(f"attachments.{index}.id", "ATTACHMENT_NOT_FOUND", "No file has this id.")
        if len(str(one.get("description") or "")) > LONGEST_DESCRIPTION:
            words = f"Must be {LONGEST_DESCRIPTION} or fewer in length."
            raise _invalid(f"attachments.{index}.description", "BASE_TYPE_MAX_LENGTH", words)
        described[int(str(number))] = one
    if any(file.size > LARGEST for file in files.values()):
        raise Refusal(40005)
    return [
        {
            "id": str(number),
            "filename": file.name,
            "size": file.size,
            "content_type": file.media_type,
            "description": described.get(number, {}).get("description"),
        }
        for number, file in sorted(files.items())
    ]


def _invalid(path: str, code: str, message: str) -> Refusal:
    errors: JsonObject = {"_errors": [{"code": code, "message": message}]}
    for part in reversed(path.split(".")):
        errors = {part: errors}
    return Refusal(50035, errors)
