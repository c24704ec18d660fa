"""What the embedded engine accepts."""

from collections.abc import Iterable, Iterator

from providers.local.request import LocalPost
from providers.networks.catalogue import KINDS
from schemas.account import Account
from schemas.problem import Problem, ProblemCode
from schemas.rule import Check, CrossRule, Rule, RuleSet, Scope, Situation
from schemas.units import Unit
from schemas.universal import EVERYWHERE, LINK, MEDIA_FIX, MEDIA_LINK

_OURS = "our own bound: no platform takes more (platform_rules)"
_KEY = "our own bound: as long as the hosted services allow (reference genviral 5.4)"

SHAPE: tuple[Rule, ...] = (
    Rule("/caption", Check.MIN_LENGTH, 1, _OURS),
    Rule("/caption", Check.MAX_LENGTH, 63_206, _OURS),
    Rule("/accounts", Check.MIN_ITEMS, 1, _OURS, Unit.ITEMS),
    Rule("/accounts", Check.MAX_ITEMS, 10, _OURS, Unit.ITEMS),
    Rule("/accounts", Check.UNIQUE, limit=True, source=_OURS),
    Rule("/media/url", Check.PATTERN, MEDIA_LINK, "design section 8", fix=MEDIA_FIX),
    Rule("/media/urls", Check.MIN_ITEMS, 1, _OURS, Unit.ITEMS),
    Rule("/media/urls", Check.MAX_ITEMS, 35, _OURS, Unit.ITEMS),
    Rule("/media/urls/*", Check.PATTERN, MEDIA_LINK, "design section 8", fix=MEDIA_FIX),
    Rule("/idempotency_key", Check.MIN_LENGTH, 1, _KEY),
    Rule("/idempotency_key", Check.MAX_LENGTH, 128, _KEY),
)

#: A webhook is sent links, and whoever answers it has to load them.
_WEBHOOK, _SENT_LINKS = Scope(platforms=frozenset({"webhook"})), "Give public http(s) links, or leave the webhook out."

BY_ACCOUNT: tuple[Rule, ...] = (
    *(
        Rule(path, Check.PATTERN, LINK, "design section 9", scope=_WEBHOOK, fix=_SENT_LINKS)
        for path in ("/media/url", "/media/urls/*")
    ),
    *(rule for kind in KINDS.values() for rule in kind.rules),
)


def own(account: Account) -> Iterable[Rule]:
    """Make the rows of what an account's own server allows."""
    kind, limits = KINDS.get(account.platform), account.capabilities
    if kind is None or limits is None:
        return
    scope, told = Scope(platforms=frozenset({account.platform})), f"told by the server of {account.id}"
    if limits.caption_limit is not None:
        unit = limits.caption_unit or kind.unit
        yield Rule(
            "/caption",
            Check.MAX_LENGTH,
            limits.caption_limit,
            told,
            unit,
            scope,
            adds=kind.adds,
            link=limits.link_length,
        )
    if limits.max_images is not None:
        yield Rule("/media/urls", Check.MAX_ITEMS, limits.max_images, told, Unit.ITEMS, scope)


#: Which accounts the object of a network is for.
SETTINGS = {kind.platform: Scope(platforms=frozenset({kind.platform})) for kind in KINDS.values() if kind.settings}


def _settings_have_an_account(situation: Situation) -> Iterator[Problem]:
    for name, scope in SETTINGS.items():
        if name in situation.arguments and not any(scope.covers(account, None) for account in situation.accounts):
            message, fix = f"{name} without an account on {name}", f"Remove {name}, or name an account there too."
            yield Problem(path=f"/{name}", code=ProblemCode.NEEDS, message=message, fix=fix)


_NO_SUCH_NETWORK = "Leave it out: no local account is on {}. Post there through a provider that carries it."

RULES = RuleSet(
    provider="local",
    model=LocalPost,
    rules=SHAPE + BY_ACCOUNT,
    own=own,
    platforms=frozenset(KINDS),
    cross=(
        *EVERYWHERE,
        CrossRule("settings_have_an_account", _settings_have_an_account, "design section 4.1", needs_accounts=True),
    ),
    settings=SETTINGS,
    media=tuple(rule for kind in KINDS.values() for rule in kind.media),
    alt_text={name: kind.alt_text for name, kind in KINDS.items() if kind.alt_text},
    refused={
        "tiktok": _NO_SUCH_NETWORK.format("TikTok"),
        "pinterest": _NO_SUCH_NETWORK.format("Pinterest"),
        "music_url": "Leave it out: only TikTok takes music, and no local account is on TikTok.",
        "settings": f"Name the network instead: {', '.join(SETTINGS)}.",
    },
)
