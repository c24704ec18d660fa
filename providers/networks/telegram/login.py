"""Log in with a bot's token, for a chat that it may post in."""

import re
from collections.abc import Mapping

from providers.networks.kind import Login, Means
from providers.networks.telegram.bot import Bot, name_of
from providers.networks.telegram.limits import API
from providers.protocol import Failure
from schemas.account import Account
from schemas.errors import ErrorCode
from schemas.jsonvalue import text


async def log_in(given: Mapping[str, str], means: Means) -> Login:
    """Find the chat, and see that the bot may post there.

    Raises:
        ValueError: what was given names no chat.
        Failure: Telegram refuses, or could not be asked.
    """
    api = given.get("api") or API
    bot = Bot(given["token"].strip(), api, means.clock)
    try:
        chat = await bot.look(_chat(given["chat"]))
    finally:
        await bot.aclose()
    chat_id, username = chat.get("id"), text(chat.get("username"))
    if type(chat_id) is not int:
        raise Failure(ErrorCode.UNEXPECTED_ANSWER, "Telegram did not tell the id of that chat.")
    account = Account(
        id=f"local:telegram-{(username or str(chat_id)).lower()}",
        platform="telegram",
        name=name_of(chat),
        username=username,
        kind=text(chat.get("type")),
    )
    return Login(account, {"chat": str(chat_id), "api": api}, {"token": given["token"].strip()})


def _chat(given: str) -> int | str:
    """Read which chat is meant: a number, a name, or a link to a public chat.

    Raises:
        ValueError: it is none of these.
    """
    named = re.fullmatch(r"(?:https?://)?(?:t\.me/|telegram\.me/)?@?([A-Za-z][A-Za-z0-9_]{3,31})/?", given.strip())
    if named:
        return f"@{named[1]}"
    if re.fullmatch(r"-?\d{1,20}", given.strip()):
        return int(given)
    raise ValueError("the chat is neither a public name, such as @mychannel, nor an id, such as -1001234567890")
