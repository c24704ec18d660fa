"""Every network that accounts can be added on, by platform."""

from providers.networks import telegram
from providers.networks.kind import Kind
from providers.networks.matrix.login import KIND as MATRIX
from providers.networks.nostr.login import KIND as NOSTR

KINDS: dict[str, Kind] = {kind.platform: kind for kind in (telegram.KIND, NOSTR, MATRIX)}
