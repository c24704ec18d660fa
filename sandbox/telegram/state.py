"""What the stand-in knows: one bot, its chats, and every message."""

from collections import deque
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from math import ceil
from typing import Any

from sandbox.clock import Clock
from sandbox.jsonvalue import JsonObject

BOT_ID = 7_000_000_001
#: How many messages a chat takes in so many seconds; the second row is for groups and channels.
LIMITS = ((1, 1.0), (20, 60.0))
DELETABLE = timedelta(hours=48)


class Refusal(Exception):  # noqa: N818  (it is an answer)
    """An answer that says no; ``parameters`` are what a client may act on."""

    def __init__(self, code: int, description: str, **parameters: int) -> None:
        super().__init__(description)
        self.code = code
        self.description = description
        self.parameters = parameters


def bad(words: str) -> Refusal:
    """Refuse a request as wrong."""
    return Refusal(400, f"Bad Request: {words}")


@dataclass(slots=True)
class Chat:
    """A chat, and what the bot is in it; ``migrated_to`` is the supergroup that it became."""

    id: int
    type: str
    title: str
    username: str | None = None
    status: str = "administrator"
    can_post_messages: bool = True
    can_send_messages: bool = True
    blocked: bool = False
    migrated_to: int | None = None
    sent: deque[datetime] = field(default_factory=deque[datetime])

    def view(self) -> JsonObject:
        """Show it as the API does."""
        name = {"first_name": self.title} if self.type == "private" else {"title": self.title}
        return {"id": self.id, "type": self.type, **name, **({"username": self.username} if self.username else {})}

    def admit(self) -> None:
        """Let the bot post.

        Raises:
            Refusal: it may not.
        """
        if self.migrated_to is not None:
            words = "group chat was upgraded to a supergroup chat"
            raise Refusal(400, f"Bad Request: {words}", migrate_to_chat_id=self.migrated_to)
        if self.blocked:
            raise Refusal(403, "Forbidden: bot was blocked by the user")
        if self.status == "kicked":
            raise Refusal(403, f"Forbidden: bot was kicked from the {self.type} chat")
        if self.status == "left":
            raise Refusal(403, f"Forbidden: bot is not a member of the {self.type} chat")
        if self.type == "channel" and not (self.status == "administrator" and self.can_post_messages):
            raise bad("need administrator rights in the channel chat")
        if self.status == "restricted" and not self.can_send_messages:
            raise bad("not enough rights to send text messages to the chat")


@dataclass(slots=True)
class State:
    """All of it. ``limited``: whether too many messages are refused; ``errors_with_200``: as some servers answer."""

    clock: Clock
    chats: dict[int, Chat]
    messages: list[JsonObject] = field(default_factory=list[JsonObject])
    revoked: bool = False
    errors_with_200: bool = False
    limited: bool = True

    def chat(self, named: Any) -> Chat:
        """Find a chat by its id, or by its public name.

        Raises:
            Refusal: there is none.
        """
        text = str(named if named is not None else "")
        if not text:
            raise bad("chat_id is empty")
        for chat in self.chats.values():
            if text == str(chat.id) or (chat.username and text.lower() == f"@{chat.username}".lower()):
                return chat
        raise bad("chat not found")

    def pace(self, chat: Chat, count: int) -> None:
        """Count messages against what the chat takes.

        Raises:
            Refusal: 429, with the seconds to wait.
        """
        now = self.clock.now()
        while chat.sent and (now - chat.sent[0]).total_seconds() >= LIMITS[-1][1]:
            chat.sent.popleft()
        for most, seconds in LIMITS if chat.type != "private" else LIMITS[:1]:
            recent = [at for at in chat.sent if (now - at).total_seconds() < seconds]
            if self.limited and len(recent) >= most:
                wait = max(1, ceil(seconds - (now - recent[-most]).total_seconds()))
                raise Refusal(429, f"Too Many Requests: retry after {wait}", retry_after=wait)
        # An album counts as its messages against the minute, and as one against the second.
        chat.sent.extend([now - timedelta(seconds=1)] * (count - 1) + [now])

    def keep(
        self, chat: Chat, content: JsonObject, files: list[JsonObject], album: str | None = None, *, silent: bool
    ) -> JsonObject:
        """Add a message; ``files``, and whether it came ``silent``, are noted beside what the API shows of it."""
        number = len(self.messages) + 1
        shown = {
            "message_id": number,
            "date": int(self.clock.now().timestamp()),
            "chat": chat.view(),
            **({"media_group_id": album} if album else {}),
            **content,
        }
        if chat.type != "channel":
            shown["from"] = {"id": BOT_ID, "is_bot": True, "first_name": "Sandbox bot"}
        self.messages.append({"message": shown, "files": files, "silent": silent, "deleted": False})
        return shown

    def delete(self, chat: Chat, number: int) -> None:
        """Delete a message.

        Raises:
            Refusal: it is not there, or too old.
        """
        known = self.messages[number - 1] if 0 < number <= len(self.messages) else None
        if known is None or known["deleted"] or known["message"]["chat"]["id"] != chat.id:
            raise bad("message to delete not found")
        if self.clock.now().timestamp() - known["message"]["date"] > DELETABLE.total_seconds():
            raise bad("message can't be deleted")
        known["deleted"] = True
