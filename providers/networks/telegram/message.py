"""A post as the one call of Telegram's Bot API that publishes it, and what that call answers."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from providers.networks.carrying import Carried
from providers.networks.network import Parcel, Published
from providers.networks.telegram.settings import TelegramSettings
from schemas.jsonvalue import JsonObject, items, members, text


@dataclass(frozen=True, slots=True)
class Message:
    """A method and its arguments; ``files`` go with it, by the name under which the arguments speak of them."""

    method: str
    arguments: JsonObject
    files: Mapping[str, Carried] = field(default_factory=dict[str, Carried])

    def form(self, chat: int | str) -> dict[str, str]:
        """Write the arguments as the fields of a form: what is no text goes as JSON."""
        arguments = {"chat_id": chat, **self.arguments}
        return {name: value if isinstance(value, str) else json.dumps(value) for name, value in arguments.items()}


def message(parcel: Parcel, carried: Mapping[str, Carried]) -> Message:
    """Choose the method; a link whose file was ``carried`` goes as that, the others go as links.

    A text is sent as it is: nothing in it is taken for markup.
    """
    made = _message(parcel, carried)
    chosen = TelegramSettings.model_validate(parcel.settings.get("telegram") or {})
    return replace(made, arguments={**made.arguments, "disable_notification": True}) if chosen.silent else made


def _message(parcel: Parcel, carried: Mapping[str, Carried]) -> Message:
    links, caption = parcel.links, parcel.caption
    if not links:
        return Message("sendMessage", {"text": caption})
    files = {f"file{number}": carried[link] for number, link in enumerate(links) if link in carried}
    named = [f"attach://file{number}" if f"file{number}" in files else link for number, link in enumerate(links)]
    if (parcel.media or {}).get("type") == "video":
        return Message("sendVideo", {"video": named[0], "caption": caption, "supports_streaming": True}, files)
    if len(named) == 1:
        return Message("sendPhoto", {"photo": named[0], "caption": caption}, files)
    # A caption shows below the album when exactly one of its photos has one.
    photos: list[JsonObject] = [{"type": "photo", "media": name} for name in named]
    photos[0]["caption"] = caption
    return Message("sendMediaGroup", {"media": photos}, files)


def published(result: object) -> Published:
    """Read what became of it: one message, or the messages of an album.

    A public chat has links to its messages.
    """
    sent = [members(one) for one in items(result) or [result]]
    ids = [one["message_id"] for one in sent if type(one.get("message_id")) is int]
    chat = members(sent[0].get("chat"))
    if not ids or type(chat.get("id")) is not int:
        return Published()
    username = text(chat.get("username"))
    url = f"https://t.me/{username}/{ids[0]}" if username and chat.get("type") != "private" else None
    return Published(url, f"{chat['id']}:{','.join(map(str, ids))}")


def removal(remote_id: str) -> tuple[str, JsonObject] | None:
    """Make the call that removes what ``published`` named; ``None`` for a name that is not one of those."""
    chat, _, told = remote_id.partition(":")
    try:
        chat_id, ids = int(chat), [int(number) for number in told.split(",")]
    except ValueError:
        return None
    if len(ids) == 1:
        return "deleteMessage", {"chat_id": chat_id, "message_id": ids[0]}
    return "deleteMessages", {"chat_id": chat_id, "message_ids": ids}
