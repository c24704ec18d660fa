"""WordPress as the registry has it. What speaks to a site is loaded when an account is there to speak for."""

from collections.abc import Mapping
from datetime import timedelta

from providers.networks.kind import Ask, Kind, Login, Means, Pace
from providers.networks.network import Network
from providers.networks.wordpress.settings import WordPressSettings
from schemas.rule import AltText, Check, Rule, Scope
from schemas.units import Unit

_OURS = "our own bound: WordPress has none"
_HERE = Scope(platforms=frozenset({"wordpress"}))


async def _log_in(told: Mapping[str, str], means: Means) -> Login:
    from providers.networks.wordpress.login import log_in  # noqa: PLC0415  (most servers have no account there)

    return await log_in(told, means)


def _connect(login: Login, means: Means) -> Network:
    from providers.networks.wordpress.network import WordPress  # noqa: PLC0415  (most servers have no account there)

    return WordPress(login, means)


KIND = Kind(
    platform="wordpress",
    title="WordPress",
    asks=(
        Ask("site", "The address of the site, such as https://blog.example.com"),
        Ask("user", "The name of the user who posts"),
        Ask("password", "An application password of that user (Users, Profile, Application Passwords)", secret=True),
        Ask("allow-http", "Whether the password may be sent in the clear to another machine (yes or no)", default="no"),
    ),
    log_in=_log_in,
    connect=_connect,
    rules=(
        Rule("/caption", Check.PATTERN, r"\S", "WordPress 6.5: empty_content", scope=_HERE, fix="Write something."),
        Rule("/wordpress/title", Check.MAX_LENGTH, 200, _OURS, scope=_HERE),
        Rule("/wordpress/excerpt", Check.MAX_LENGTH, 1_000, _OURS, scope=_HERE),
        *(
            Rule(f"/wordpress/{terms}", Check.MAX_ITEMS, 30, _OURS, Unit.ITEMS, scope=_HERE)
            for terms in ("categories", "tags")
        ),
        *(
            Rule(f"/wordpress/{terms}/*", Check.MAX_LENGTH, 200, "WordPress 6.5: wp_terms.name", scope=_HERE)
            for terms in ("categories", "tags")
        ),
    ),
    alt_text=AltText(5_000),
    # A small site answers in a second (reference peers 1).
    pace=Pace(every=timedelta(seconds=2), burst=5, at_once=4),
    settings=WordPressSettings,
)
