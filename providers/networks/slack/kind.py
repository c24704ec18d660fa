"""Slack as the registry has it. What speaks to its servers is loaded when an account is there to speak for."""

import re
from collections.abc import Mapping
from datetime import timedelta

from providers.networks.kind import Ask, Kind, Login, Means, Pace
from providers.networks.network import Network
from schemas.account import Account
from schemas.rule import Check, Rule, Scope
from schemas.units import Unit
from schemas.universal import LINK

_LINK = r"https?://[^/\s?#@]+/services/(?P<team>T\w{1,40})/(?P<hook>B\w{1,40})/\w{8,80}"
_RULES, _ALL = "docs.slack.dev, chat.postMessage: longer texts are cut up", Scope(platforms=frozenset({"slack"}))
_LINKS_ONLY = "Give public https links: an incoming webhook carries no files."


async def _log_in(given: Mapping[str, str], means: Means) -> Login:
    link = re.fullmatch(_LINK, given["url"].strip())
    if link is None:
        raise ValueError("that is not the link of an incoming webhook: https://hooks.slack.com/services/T.../B.../...")
    name = given["name"].strip()
    if not re.fullmatch(r"[\w #.-]{1,60}", name):
        raise ValueError("the name is not one: letters, digits, blanks, # . - and _, at most 60")
    account = Account(f"local:slack-{link['hook']}".lower(), "slack", name, kind="channel")
    return Login(account, {"team": link["team"]}, {"url": given["url"].strip()})


def _connect(login: Login, means: Means) -> Network:
    from providers.networks.slack.network import Slack  # noqa: PLC0415  (most servers have no account there)

    return Slack(login, means)


KIND = Kind(
    platform="slack",
    title="Slack (incoming webhook)",
    asks=(
        Ask("url", "The incoming webhook's link (app settings, Incoming Webhooks)", secret=True),
        Ask("name", "What to call the channel here: Slack does not tell"),
    ),
    log_in=_log_in,
    connect=_connect,
    rules=(
        # The line break before a video's link is one character of the 4,000.
        Rule("/caption", Check.MAX_LENGTH, 3_999, _RULES, Unit.CHARACTERS, _ALL, adds=("/media/url",)),
        Rule("/caption", Check.PATTERN, r"\S", _RULES, scope=_ALL, fix="Write something besides blanks."),
        *(
            Rule(path, Check.PATTERN, LINK, "docs.slack.dev, image block", scope=_ALL, fix=_LINKS_ONLY)
            for path in ("/media/url", "/media/urls/*")
        ),
        Rule("/media/urls/*", Check.MAX_LENGTH, 3_000, "docs.slack.dev, image block", Unit.CHARACTERS, _ALL),
    ),
    pace=Pace(every=timedelta(seconds=1)),
)
