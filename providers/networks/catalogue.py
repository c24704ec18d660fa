"""Every network that accounts can be added on, by platform."""

from providers.networks import outbox
from providers.networks.bluesky import kind as bluesky
from providers.networks.discord import kind as discord
from providers.networks.kind import Kind
from providers.networks.mastodon import kind as mastodon
from providers.networks.matrix import kind as matrix
from providers.networks.nostr import kind as nostr
from providers.networks.slack import kind as slack
from providers.networks.telegram import kind as telegram
from providers.networks.webhook import kind as webhook
from providers.networks.wordpress import kind as wordpress

_ALL = (
    bluesky.KIND,
    mastodon.KIND,
    telegram.KIND,
    discord.KIND,
    slack.KIND,
    nostr.KIND,
    matrix.KIND,
    webhook.KIND,
    outbox.KIND,
    wordpress.KIND,
)

KINDS: dict[str, Kind] = {kind.platform: kind for kind in _ALL}
