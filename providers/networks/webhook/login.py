"""Make an account of a URL."""

from collections.abc import Mapping

from providers.networks.kind import Login, Means, chosen_name
from providers.networks.webhook.network import SHORTEST_SECRET, Webhook
from schemas.account import Account


async def log_in(given: Mapping[str, str], means: Means) -> Login:
    """Make an account of a URL; nobody is asked, since whatever a webhook is sent is a post.

    Raises:
        ValueError: the name, the URL or the secret can be none.
    """
    name, url, secret = chosen_name(given), given["url"].strip(), given.get("secret", "")
    if secret and len(secret) < SHORTEST_SECRET:
        raise ValueError(f"the secret is too short: at least {SHORTEST_SECRET} characters")
    host = Webhook(url, secret or None, means.clock).account.name
    account = Account(f"local:webhook-{name}", "webhook", f"{host} ({name})")
    return Login(account, secrets={"url": url, **({"secret": secret} if secret else {})})
