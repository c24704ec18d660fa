"""WordPress sites, as a network."""

from datetime import timedelta

from providers.networks.kind import Kind, Pace
from providers.networks.wordpress.login import ASKS, log_in
from providers.networks.wordpress.network import WordPress
from providers.networks.wordpress.settings import WordPressSettings
from schemas.rule import AltText, Check, Rule, Scope
from schemas.units import Unit

_OURS = "our own bound: WordPress has none"
_HERE = Scope(platforms=frozenset({"wordpress"}))

KIND = Kind(
    platform="wordpress",
    title="WordPress",
    asks=ASKS,
    log_in=log_in,
    connect=WordPress,
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
