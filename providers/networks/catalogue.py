"""Every network that accounts can be added on, by platform."""

from providers.networks import discord, mastodon, outbox, slack, telegram, webhook, wordpress
from providers.networks.bluesky import kind as bluesky
from providers.networks.kind import Kind
from providers.networks.matrix.login import KIND as MATRIX
from providers.networks.nostr.login import KIND as NOSTR

_ALL = (
    bluesky.KIND,
    mastodon.KIND,
    telegram.KIND,
    discord.KIND,
    slack.KIND,
    NOSTR,
    MATRIX,
    webhook.KIND,
    outbox.KIND,
    wordpress.KIND,
)

KINDS: dict[str, Kind] = {kind.platform: kind for kind in _ALL}
