"""Log in with the link of a webhook, and the thread to post to, if any."""

import re
from collections.abc import Mapping

from providers.networks.discord.dialect import caller_of, name_of
from providers.networks.documents import read_object
from providers.networks.kind import Login, Means
from providers.protocol import Failure
from schemas.account import Account
from schemas.errors import ErrorCode
from schemas.jsonvalue import text

_LINK = (
    r"(?P<origin>https?://[^/\s?#@]+)/api/(?:(?P<version>v\d{1,2})/)?webhooks/(?P<id>\d{1,20})/(?P<token>[\w.-]{8,200})"
    r"/?(?:\?thread_id=(?P<thread>\d{1,20}))?"
)
_VERSION, _INCOMING = "v10", 1


async def log_in(given: Mapping[str, str], means: Means) -> Login:
    """Find whose webhook it is.

    Raises:
        ValueError: the link or the thread can be none, or the webhook takes no posts.
        Failure: Discord refuses, or could not be asked.
    """
    link = re.fullmatch(_LINK, given["url"].strip())
    if link is None:
        raise ValueError("that is not the link of a webhook: https://discord.com/api/webhooks/<id>/<token>")
    thread = given.get("thread", "").strip() or (link["thread"] or "")
    if thread and not re.fullmatch(r"\d{1,20}", thread):
        raise ValueError("the thread is not an id, such as 1100000000000000001")
    url = f"{link['origin']}/api/{link['version'] or _VERSION}/webhooks/{link['id']}/{link['token']}"
    caller = caller_of(url, means.clock)
    try:
        webhook = read_object(await caller.call("GET", url))
    finally:
        await caller.aclose()
    if webhook.get("id") != link["id"]:
        raise Failure(ErrorCode.UNEXPECTED_ANSWER, "What answers there is not Discord's webhook.")
    if webhook.get("type") != _INCOMING:
        raise ValueError("that webhook takes no posts: it is not one that was made under Integrations")
    account = Account(
        f"local:discord-{link['id']}", "discord", name_of(webhook), kind="thread" if thread else "channel"
    )
    settings = {"origin": link["origin"], "guild": text(webhook.get("guild_id")) or "", "thread": thread}
    return Login(account, settings, {"url": url})
