"""Reading create_post: by the published union where it must be tolerant, by one provider's request where exact."""

from collections.abc import Sequence

from schemas.intake import Intake, Reading, tidy
from schemas.jsonvalue import JsonObject, items
from schemas.portable import create_post_schema
from schemas.request import PostRequest
from schemas.rule import RuleSet
from schemas.universal import MEANT


class PostIntake:
    """Chooses the provider by the accounts that are named, and reads the call as that provider takes it."""

    def __init__(self, rule_sets: Sequence[RuleSet]) -> None:
        self.schema = create_post_schema(rule_sets)
        self._intakes: dict[str, Intake[PostRequest]] = {
            rules.provider: Intake(rules.model, create_post_schema([rules]), {**MEANT, **rules.refused})
            for rules in rule_sets
        }

    def read(self, raw: JsonObject) -> Reading[PostRequest]:
        """Read one call's arguments; all structural problems at once."""
        named = items(tidy(raw.get("accounts"), {"type": "array"}))
        prefixes = (name.partition(":")[0] for name in named if isinstance(name, str))
        provider = next((prefix for prefix in prefixes if prefix in self._intakes), next(iter(self._intakes)))
        return self._intakes[provider].read(raw)
