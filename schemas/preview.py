"""What a platform makes of a caption: the part that it shows, the part behind "more", and its limits as meters."""

from collections.abc import Iterable
from enum import StrEnum

from pydantic import BaseModel, ConfigDict

from schemas.account import Account
from schemas.checker import measured
from schemas.fold import FOLDS, Fold
from schemas.jsonvalue import members, text
from schemas.rule import Arguments, Check, Rule, RuleSet, concerns
from schemas.units import THINGS, Unit

#: From this share of a limit on, it is nearly reached.
NEAR = 0.9


class Level(StrEnum):
    """How a limit stands: far from it, from 90 % on near it, or over it, which is refused."""

    OK = "ok"
    NEAR = "near"
    OVER = "over"


class Meter(BaseModel):
    """How much of one limit is used.

    ``metric`` names what is limited (``caption``, ``media``, ``title``, ...), ``used`` and ``limit`` count in ``unit``;
    ``share`` is the one by the other, to three places, and above 1 when over. ``source`` is that of the rule's row.
    """

    model_config = ConfigDict(frozen=True)

    metric: str
    used: int
    limit: int
    unit: Unit
    share: float
    state: Level
    source: str


class Preview(BaseModel):
    """A caption as a platform shows it: ``shown`` and ``rest`` are the caption; ``rest`` is behind the ``fold``.

    ``fold`` is the platform's row, also where the caption is short enough; ``None``: none is known.
    """

    model_config = ConfigDict(frozen=True)

    platform: str
    shown: str
    rest: str
    fold: Fold | None
    meters: list[Meter]


def preview(platform: str, caption: str, meters: Iterable[Meter] = ()) -> Preview:
    """Show a caption as a platform folds it, beside its limits."""
    fold = FOLDS.get(platform)
    shown, rest = fold.cut(caption) if fold else (caption, "")
    return Preview(platform=platform, shown=shown, rest=rest, fold=fold, meters=list(meters))


def meters(rules: RuleSet, account: Account, arguments: Arguments) -> list[Meter]:
    """Read every limit on how much there may be, for what a post has on one account: the fullest of a metric first.

    They are the rows that the validator checks, the tightest of those of one field and unit; of a list the item that
    fills most of its limit counts.
    """
    media = text(members(arguments.get("media")).get("type"))
    tightest: dict[tuple[str, Unit], tuple[int, Rule]] = {}
    for rule in (*rules.rules, *rules.own(account)):
        if rule.check in _UPPER and isinstance(rule.limit, int) and _holds(rule, account, media, arguments):
            place = (rule.path, rule.unit)
            if place not in tightest or rule.limit < tightest[place][0]:
                tightest[place] = (rule.limit, rule)
    read = [_meter(rule, limit, arguments) for limit, rule in tightest.values()]
    found = [meter for meter in read if meter]
    order = list(dict.fromkeys(meter.metric for meter in found))
    return sorted(found, key=lambda meter: (order.index(meter.metric), -meter.share))


def _holds(rule: Rule, account: Account, media: str | None, arguments: Arguments) -> bool:
    return concerns(rule, arguments) and (rule.scope is None or rule.scope.covers(account, media))


def _meter(rule: Rule, limit: int, arguments: Arguments) -> Meter | None:
    """Read one row; ``None`` where the post has nothing of what it limits."""
    used = max((actual for _, actual in measured(rule, arguments)), default=None)
    if used is None:
        return None
    share = used / limit if limit else float(used)
    state = Level.OVER if used > limit else Level.NEAR if share >= NEAR else Level.OK
    return Meter(
        metric=_metric(rule),
        used=used,
        limit=limit,
        unit=rule.unit,
        share=round(share, 3),
        state=state,
        source=rule.source,
    )


def _metric(rule: Rule) -> str:
    if rule.unit in THINGS:
        return rule.unit.value
    return _METRICS.get(rule.path) or [part for part in rule.path.split("/") if part != "*"][-1]


_UPPER = frozenset({Check.MAX_LENGTH, Check.MAX_ITEMS})
_METRICS = {"/media/urls": "media"}
