"""What each platform takes through each provider, side by side: the resource ``postwright://platforms``."""

from collections.abc import Iterable, Iterator, Sequence

from schemas.account import Account
from schemas.rule import Check, Rule, RuleSet
from schemas.units import THINGS
from server.rules_page import amount, table

_HEAD = """\
# Platforms side by side

What create_post takes on a platform through each provider that is on: the tightest limits there. Captions are counted
as the limit says: UTF-16 units count most emoji as two, graphemes what a reader sees as one character, weighted
characters as X counts, where a link is 23. An account may take less (`list_accounts`). All limits of one provider:
`postwright://rules/{provider}`.
"""


def page(rule_sets: Sequence[RuleSet]) -> str:
    """Write the table. A dash: no row of the provider speaks of the platform, which it may not carry."""
    named = sorted({platform for rules in rule_sets for platform in _platforms(rules)})
    rows = ([platform, *(_cell(rules, platform) for rules in rule_sets)] for platform in named)
    return _HEAD + table("Limits", ("platform", *(rules.provider for rules in rule_sets)), rows)


def _platforms(rules: RuleSet) -> set[str]:
    scopes = [row.scope for row in (*rules.rules, *rules.usual) if row.scope] + list(rules.settings.values())
    named = {platform for scope in scopes for platform in scope.platforms}
    return named | rules.platforms | set(rules.alt_text)


def _cell(rules: RuleSet, platform: str) -> str:
    if platform not in _platforms(rules):
        return "-"
    account = Account(f"{rules.provider}:", platform, platform)
    rows = [
        row for row in (*rules.rules, *rules.usual) if row.scope is None or row.scope.covers(account, row.scope.media)
    ]
    settings = [f"`{name}`" for name, scope in rules.settings.items() if platform in scope.platforms]
    return "; ".join([*_captions(rows), *_images(rows), *(["settings " + ", ".join(settings)] if settings else [])])


def _captions(rows: Iterable[Rule]) -> Iterator[str]:
    """Say the tightest caption limit, and the one with a kind of media where that is another."""
    limits = [
        row for row in rows if row.path == "/caption" and row.check is Check.MAX_LENGTH and row.unit not in THINGS
    ]
    told = ""
    for media in (None, "video", "slideshow"):
        found = [row for row in limits if row.scope is None or row.scope.media in (None, media)]
        if found and (said := amount(min(found, key=_number))) != told:
            told = told or said
            yield f"caption {said}{f' with a {media}' if media else ''}"


def _images(rows: Sequence[Rule]) -> Iterator[str]:
    most = [row for row in rows if row.path == "/media/urls" and row.check is Check.MAX_ITEMS]
    if most:
        yield f"images {_number(min(most, key=_number))}"
    if any(row.path == "/media" and row.check is Check.REQUIRED for row in rows):
        yield "media required"


def _number(rule: Rule) -> int:
    return rule.limit if isinstance(rule.limit, int) else 0
