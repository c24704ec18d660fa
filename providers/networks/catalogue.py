"""Every network that accounts can be added on, by platform."""

from providers.networks import telegram
from providers.networks.kind import Kind

KINDS: dict[str, Kind] = {kind.platform: kind for kind in (telegram.KIND,)}
