"""The methods of the Bot API that the stand-in has."""

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from sandbox.jsonvalue import JsonObject, is_array, is_object
from sandbox.telegram.state import BOT_ID, Chat, Refusal, State, bad

LONGEST_TEXT, LONGEST_CAPTION = 4096, 1024
LARGEST_PHOTO, LARGEST_FILE = 10_000_000, 50_000_000
ALBUM = range(2, 11)
_PICTURES = (b"\x89PNG", b"\xff\xd8\xff", b"RIFF")
_DEAD = "failed to get HTTP URL content"


@dataclass(frozen=True, slots=True)
class Upload:
    """A file of a form."""

    name: str
    media_type: str
    content: bytes


@dataclass(frozen=True, slots=True)
class Call:
    """What a request gave: arguments by name, and files by the name of their field."""

    arguments: Mapping[str, Any]
    files: Mapping[str, Upload]

    def get(self, name: str) -> Any:
        """Read an argument; one in a form may be JSON."""
        value = self.arguments.get(name)
        if isinstance(value, str) and name in _STRUCTURED:
            try:
                return json.loads(value)
            except ValueError:
                raise bad(f"can't parse {name} JSON object") from None
        return value


_STRUCTURED = frozenset({"media", "message_ids"})


def _units(words: str) -> int:
    return len(words.encode("utf-16-le")) // 2


def get_me(state: State, call: Call) -> object:
    """Tell who the bot is."""
    return {"id": BOT_ID, "is_bot": True, "first_name": "Sandbox bot", "username": "sandbox_of_postwright_bot"}


def get_chat(state: State, call: Call) -> object:
    """Tell of a chat."""
    return state.chat(call.get("chat_id")).view()


def get_chat_member(state: State, call: Call) -> object:
    """Tell what the bot is in a chat."""
    chat = state.chat(call.get("chat_id"))
    if str(call.get("user_id")) != str(BOT_ID):
        raise bad("user not found")
    return {
        "status": chat.status,
        "user": get_me(state, call),
        **({"can_post_messages": chat.can_post_messages} if chat.status == "administrator" else {}),
        **({"can_send_messages": chat.can_send_messages, "is_member": True} if chat.status == "restricted" else {}),
    }


def send_message(state: State, call: Call) -> object:
    """Send a text."""
    chat, words = _open(state, call), _trimmed(call.get("text"))
    if not words:
        raise bad("message text is empty")
    if _units(words) > LONGEST_TEXT:
        raise bad("message is too long")
    state.pace(chat, 1)
    return state.keep(chat, {"text": words}, [], silent=_silent(call))


def send_photo(state: State, call: Call) -> object:
    """Send one photo."""
    return _send_file(state, call, "photo")


def send_video(state: State, call: Call) -> object:
    """Send one video."""
    return _send_file(state, call, "video")


def _send_file(state: State, call: Call, kind: str) -> object:
    chat, caption = _open(state, call), _caption(call.get("caption"))
    sent = _file(call, kind, call.files[kind] if kind in call.files else call.get(kind))
    state.pace(chat, 1)
    return state.keep(chat, _content(kind, caption, state), [sent], silent=_silent(call))


def send_media_group(state: State, call: Call) -> object:
    """Send an album."""
    chat, media = _open(state, call), call.get("media")
    if not is_array(media):
        raise bad("there are no media to send")
    if len(media) not in ALBUM:
        raise bad("wrong number of media in the group" if media else "there are no media to send")
    read: list[tuple[JsonObject, JsonObject]] = []
    for item in media:
        if not is_object(item) or item.get("type") not in ("photo", "video"):
            raise bad("can't parse InputMedia: type must be photo or video")
        kind, caption = str(item["type"]), _caption(item.get("caption"))
        read.append((_content(kind, caption, state), _file(call, kind, item.get("media"))))
    state.pace(chat, len(read))
    album = str(13_000_000_000 + len(state.messages))
    return [state.keep(chat, content, [sent], album, silent=_silent(call)) for content, sent in read]


def delete_message(state: State, call: Call) -> object:
    """Delete a message."""
    state.delete(state.chat(call.get("chat_id")), _number(call.get("message_id")))
    return True


def delete_messages(state: State, call: Call) -> object:
    """Delete several; those that are gone are passed over."""
    chat, numbers = state.chat(call.get("chat_id")), call.get("message_ids")
    if not is_array(numbers) or not 1 <= len(numbers) <= 100:  # noqa: PLR2004  (as the API has it)
        raise bad("message identifiers are not specified")
    for number in numbers:
        try:
            state.delete(chat, _number(number))
        except Refusal as refusal:
            if "not found" not in refusal.description:
                raise
    return True


METHODS: dict[str, Callable[[State, Call], object]] = {
    "getme": get_me,
    "getchat": get_chat,
    "getchatmember": get_chat_member,
    "sendmessage": send_message,
    "sendphoto": send_photo,
    "sendvideo": send_video,
    "sendmediagroup": send_media_group,
    "deletemessage": delete_message,
    "deletemessages": delete_messages,
}


def _open(state: State, call: Call) -> Chat:
    chat = state.chat(call.get("chat_id"))
    chat.admit()
    return chat


def _silent(call: Call) -> bool:
    return call.get("disable_notification") in (True, "true", "True", "1")


def _trimmed(value: Any) -> str:
    return value.strip() if isinstance(value, str) else ""


def _caption(value: Any) -> str:
    words = _trimmed(value)
    if _units(words) > LONGEST_CAPTION:
        raise bad("message caption is too long")
    return words


def _number(value: Any) -> int:
    if isinstance(value, bool) or not re.fullmatch(r"\d{1,18}", str(value)):
        raise bad("message identifier is not specified")
    return int(value)


def _content(kind: str, caption: str, state: State) -> JsonObject:
    file_id = f"sandbox-{kind}-{len(state.messages)}"
    shown: object = [{"file_id": file_id}] if kind == "photo" else {"file_id": file_id}
    return {kind: shown, **({"caption": caption} if caption else {})}


def _file(call: Call, kind: str, given: Any) -> JsonObject:
    """Read what is to be sent: an upload, one named by ``attach://``, or a link."""
    if isinstance(given, str) and given.startswith("attach://"):
        given = call.files.get(given.removeprefix("attach://"))
        if given is None:
            raise bad("file attached by that name not found")
    if isinstance(given, Upload):
        return _upload(kind, given)
    if not isinstance(given, str) or not given:
        raise bad(f"there is no {kind} in the request")
    link = urlsplit(given)
    if link.scheme not in ("http", "https") or not link.hostname:
        raise bad("wrong file identifier/HTTP URL specified")
    if link.hostname.endswith(".invalid") or "unreachable" in link.path:
        raise bad(_DEAD)
    return {"link": given}


def _upload(kind: str, upload: Upload) -> JsonObject:
    if not upload.content:
        raise bad("file must be non-empty")
    if kind == "photo" and len(upload.content) > LARGEST_PHOTO:
        raise bad("file is too big for a photo")
    if len(upload.content) > LARGEST_FILE:
        raise Refusal(413, "Request Entity Too Large")
    if kind == "photo" and not upload.content.startswith(_PICTURES):
        raise bad("IMAGE_PROCESS_FAILED")
    return {"name": upload.name, "media_type": upload.media_type, "bytes": len(upload.content)}
