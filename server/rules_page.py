"""What one provider takes, as a page and as a schema: the resources ``postwright://rules/{provider}``."""

import json
from collections.abc import Iterable, Iterator, Sequence

from schemas.media_rule import Measure, MediaRule
from schemas.portable import create_post_schema
from schemas.rule import Check, Rule, RuleSet, Scope

_HEAD = """\
# What create_post takes through {provider}

A post is held against all of this before anything is sent, and all problems are told at once. A field is a JSON
pointer into the arguments, `*` standing for every item. An account may take less than its platform: `list_accounts`
tells. `postwright://rules/{provider}/schema` has what a JSON schema can say.
"""


def page(rules: RuleSet) -> str:
    """Write all rows of a provider. Those that only an account brings are its own affair, and not here."""
    rows = (*rules.rules, *rules.usual)
    everywhere, scoped = [row for row in rows if row.scope is None], [row for row in rows if row.scope]
    parts = [
        table(
            "Every post",
            ("field", "limit", "source"),
            ((f"`{row.path}`", limit(row), row.source) for row in everywhere),
        ),
        table("By account", ("accounts", "field", "limit", "source"), _by_account(scoped)),
        table("Settings", ("field", "accounts"), ((f"`{name}`", where(for_)) for name, for_ in rules.settings.items())),
        table("Fields together", ("rule", "source"), ((row.name.replace("_", " "), row.source) for row in rules.cross)),
        table("Files", MEDIA_COLUMNS, map(media_cells, rules.media)),
        table("Alternative text", ("platform", "limit"), _alternative(rules)),
        table("Not taken", ("field", "instead"), ((f"`{name}`", fix) for name, fix in rules.refused.items())),
    ]
    return _HEAD.format(provider=rules.provider) + "".join(parts)


def schema(rules: RuleSet) -> str:
    """Write the arguments of create_post for this provider alone, whatever others are on, as JSON schema."""
    return json.dumps(create_post_schema([rules]), ensure_ascii=False, indent=2)


def table(title: str, columns: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Write a section with a table; without rows, nothing."""
    lines = [_line(cells) for cells in rows]
    return "".join([f"\n## {title}\n\n", _line(columns), _line(["---"] * len(columns)), *lines]) if lines else ""


def limit(rule: Rule) -> str:
    """Say in words what a row demands."""
    words = rule.fix or f"must match `{rule.limit}`" if rule.check is Check.PATTERN else _DEMANDS[rule.check]
    counted = f", counted together with {', '.join(f'`{pointer}`' for pointer in rule.adds)}" if rule.adds else ""
    return f"{words.format(amount=amount(rule))}{counted}"


def amount(rule: Rule) -> str:
    """Say the number of a row with its unit."""
    if not isinstance(rule.limit, int) or rule.check in _BARE:
        return str(rule.limit)
    return f"{rule.limit:,} {rule.unit.value}"


def where(scope: Scope) -> str:
    """Say in words for which accounts a row holds, and with which media."""
    named = ", ".join(sorted(scope.platforms)) or "all"
    return f"{named}{f' ({scope.kind})' if scope.kind else ''}{f', with a {scope.media}' if scope.media else ''}"


MEDIA_COLUMNS = ("platform", "of", "measure", "taken", "otherwise", "source")


def media_cells(rule: MediaRule) -> tuple[str, ...]:
    """Say a row of what is taken of a file, in the order of ``MEDIA_COLUMNS``."""
    platforms = ", ".join(sorted(rule.platforms)) or "all"
    of = ", ".join(_short(rule.types)) or rule.kind
    measure = "type" if rule.measure is Measure.TYPE else rule.measure.value
    return (platforms, of, measure, _taken(rule), "refused" if rule.sure else "a warning", rule.source)


def _by_account(rows: Iterable[Rule]) -> Iterator[Sequence[str]]:
    told = [(where(row.scope), f"`{row.path}`", limit(row), row.source) for row in rows if row.scope]
    return iter(sorted(told, key=lambda cells: cells[0]))


def _alternative(rules: RuleSet) -> Iterator[Sequence[str]]:
    for platform, row in rules.alt_text.items():
        yield platform, f"{row.most:,} characters{', of the one image of a new post' if row.alone else ''}"


def _taken(rule: MediaRule) -> str:
    if rule.among:
        return ", ".join(_short(rule.among))
    bounds = [("at least", rule.least), ("at most", rule.most)]
    return ", ".join(f"{word} {_shown(number)}" for word, number in bounds if number is not None)


def _shown(number: float) -> str:
    return f"{number:,.0f}" if number == int(number) else f"{number:,.2f}"


def _short(types: Iterable[str]) -> list[str]:
    return sorted(name.partition("/")[2].removeprefix("x-") for name in types)


def _line(cells: Sequence[str]) -> str:
    return f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in cells)} |\n"


_DEMANDS: dict[Check, str] = {
    Check.REQUIRED: "required",
    Check.MIN_LENGTH: "at least {amount}",
    Check.MAX_LENGTH: "at most {amount}",
    Check.MIN_ITEMS: "at least {amount}",
    Check.MAX_ITEMS: "at most {amount}",
    Check.UNIQUE: "each once",
    Check.MINIMUM: "at least {amount}",
    Check.MAXIMUM: "at most {amount}",
}
#: Numbers themselves, of which the field's name says the unit.
_BARE = frozenset({Check.MINIMUM, Check.MAXIMUM})
