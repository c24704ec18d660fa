"""Telegram's Bot API as one bot calls it."""

import re

import httpx2

from providers.answer import Answer
from providers.networks import attached
from providers.networks.calling import Caller, Dialect
from providers.networks.documents import read_object
from providers.networks.network import Published, Window
from providers.networks.telegram.errors import ERRORS, LET_IN
from providers.networks.telegram.message import Message, published
from providers.protocol import Failure
from providers.wire import within_a_day
from schemas.errors import ErrorCode
from schemas.instant import Clock
from schemas.jsonvalue import JsonObject, members, text
from schemas.untrusted import clean

#: What stands before the new id of a group that became a supergroup, in place of an error code.
MOVED = "migrate_to_chat_id="


def _said(answer: Answer) -> tuple[str | None, str]:
    """Find the words of an error, and in place of a code where a group has moved to."""
    told = read_object(answer)
    moved = members(told.get("parameters")).get("migrate_to_chat_id")
    return f"{MOVED}{moved}" if type(moved) is int else None, text(told.get("description")) or ""


def _asked(answer: Answer, clock: Clock) -> float | None:
    """Read how long to wait: in the body, and in no header (platform_rules, rate-limit headers)."""
    told = members(read_object(answer).get("parameters")).get("retry_after")
    return within_a_day(float(told)) if isinstance(told, int | float) and told == told else None  # noqa: PLR0124  (NaN is not itself)


def _meant(answer: Answer) -> int:
    """Tell the status that an answer stands for: servers hide errors in a 200 (platform_rules, gotcha 18)."""
    told = read_object(answer)
    code = told.get("error_code")
    if told.get("ok") is not False:
        return answer.status
    return code if type(code) is int and 400 <= code < 600 else max(answer.status, 400)  # noqa: PLR2004  (statuses of errors)


_DIALECT = Dialect("Telegram", ERRORS, _said, asked=_asked, meant=_meant)


class Bot:
    """The Bot API as one bot calls it. The token stands in the path of every request, and nowhere else.

    Raises:
        ValueError: ``token`` or ``api`` can be none.
    """

    def __init__(self, token: str, api: str, clock: Clock) -> None:
        if not re.fullmatch(r"\d{1,20}:[A-Za-z0-9_-]{20,100}", token):
            raise ValueError("that is not a bot's token: @BotFather writes them as 123456789:AAE...")
        base = httpx2.URL(api.rstrip("/"))
        if base.scheme not in ("http", "https") or not base.host:
            raise ValueError("the address of the Bot API server is not a link that begins with http:// or https://")
        self._base = f"{base}/bot{token}"
        self._caller = Caller(_DIALECT, clock, [token, token.partition(":")[2]])

    async def ask(self, method: str, arguments: JsonObject | None = None, *, removes: bool = False) -> object:
        """Call a method that publishes nothing, and return its result.

        Raises:
            Failure: refused, or no answer.
        """
        url = f"{self._base}/{method}"
        return _result(await self._caller.call("POST", url, body=arguments or {}, removes=removes), doubt=removes)

    async def publish(self, chat: int, sent: Message, window: Window) -> Published:
        """Publish one message, or one album.

        Raises:
            Failure: refused, not sent, or in doubt.
        """
        url = f"{self._base}/{sent.method}"
        if not sent.files:
            answer = await self._caller.call("POST", url, body={"chat_id": chat, **sent.arguments}, window=window)
            return published(_result(answer, doubt=True))
        form = attached.form(sent.form(chat), sent.files)
        answer = await self._caller.call(
            "POST",
            url,
            content=form.read(),
            headers=form.headers,
            window=window,
            seconds=attached.patience(form),
        )
        return published(_result(answer, doubt=True))

    async def aclose(self) -> None:
        """Let go of connections."""
        await self._caller.aclose()

    async def look(self, chat: int | str) -> JsonObject:
        """Read a chat, and see that the bot may post there.

        Raises:
            Failure: it may not, or could not be asked.
        """
        me = members(await self.ask("getMe"))
        found = members(await self.ask("getChat", {"chat_id": chat}))
        if found.get("type") == "private":
            return found
        asked = {"chat_id": found.get("id"), "user_id": me.get("id")}
        member = members(await self.ask("getChatMember", asked))
        if not _may_post(member, is_channel=found.get("type") == "channel"):
            message = f"The bot may not post in {clean(text(found.get('title')) or '', 100) or 'that chat'}."
            raise Failure(ErrorCode.ACCOUNT_NEEDS_RECONNECT, message, advice=LET_IN)
        return found


def _result(answer: Answer, *, doubt: bool) -> object:
    told = read_object(answer)
    if told.get("ok") is not True:
        message = "Telegram answered with something that is not its Bot API's."
        raise Failure(ErrorCode.UNEXPECTED_ANSWER, message, doubt=doubt)
    return told.get("result")


def _may_post(member: JsonObject, *, is_channel: bool) -> bool:
    status = member.get("status")
    if status == "creator":
        return True
    if is_channel:
        return status == "administrator" and member.get("can_post_messages") is True
    return status in ("administrator", "member") or (
        status == "restricted" and member.get("can_send_messages") is True and member.get("is_member") is not False
    )


def name_of(chat: JsonObject) -> str:
    """Tell what a chat is called."""
    names = (text(chat.get("title")), text(chat.get("first_name")), text(chat.get("username")))
    return clean(next(filter(None, names), "Telegram chat"), 100)
