"""Reading update_post: create_post's own fields, none of them required, by the provider that the post is at."""

from collections.abc import Sequence
from typing import Any, Optional

from pydantic import Field, create_model

from schemas.intake import Intake, Reading
from schemas.jsonvalue import JsonObject
from schemas.portable import post_schema, told, tool_schema
from schemas.request import Arguments, MediaField, Mode, PostRequest
from schemas.rule import RuleSet
from schemas.universal import MEANT

#: Fields of create_post that say how to create, and so mean nothing to a post that is there.
_OF_CREATE = frozenset({"idempotency_key", "allow_duplicate", "dry_run"})
#: Of the media it has to be said that they are no addition.
_MEDIA = "Takes the place of all media; as in create_post."


class PostChange(Arguments):
    """The arguments of update_post that every provider has; what is left out stays as it is."""

    post_id: str = Field(description="Which post.")
    caption: str | None = Field(None, description="The new text.")
    media: MediaField = Field(None, description=_MEDIA)
    accounts: list[str] | None = Field(None, description="All accounts that it is to go to, of the same provider.")
    scheduled_at: str | None = Field(None, description="The new time; also schedules a draft. Forms: see create_post.")
    timezone: str | None = Field(None, description="IANA zone, for a scheduled_at without offset.")
    mode: Mode | None = Field(
        None, description="publish: now (without scheduled_at); draft: pause, it does not go out."
    )


class ChangeIntake:
    """Chooses the provider by the post that is named, and reads the call as that provider takes it.

    Objects are published without their members, which create_post tells already.
    """

    def __init__(self, rule_sets: Sequence[RuleSet]) -> None:
        self.schema = told(_briefly(_schema(rule_sets)))
        self._intakes = {
            rules.provider: Intake(_model(rules.model), told(_schema([rules])), {**MEANT, **rules.refused})
            for rules in rule_sets
        }

    def read(self, raw: JsonObject) -> Reading[PostChange]:
        """Read one call's arguments; all structural problems at once."""
        named = raw.get("post_id")
        prefix = named.partition(":")[0] if isinstance(named, str) else ""
        return (self._intakes.get(prefix) or next(iter(self._intakes.values()))).read(raw)


def _model(model: type[PostRequest]) -> type[PostChange]:
    """Add to the fields of every provider those that one has, none of them required."""
    own: dict[str, Any] = {
        name: (Optional[field.annotation], None)  # noqa: UP045  (an annotation that is a value knows no other form)
        for name, field in model.model_fields.items()
        if name not in PostChange.model_fields and name not in _OF_CREATE
    }
    return create_model(f"{model.__name__}Change", __base__=PostChange, **own)


def _schema(rule_sets: Sequence[RuleSet]) -> JsonObject:
    """Take create_post's fields with their limits, and say of each what it means here."""
    schema, own = post_schema(rule_sets), tool_schema(PostChange)["properties"]
    words = {name: {"description": field["description"]} for name, field in own.items()}
    known = {
        name: field | words.get(name, {}) for name, field in schema["properties"].items() if name not in _OF_CREATE
    }
    fields = {"post_id": own["post_id"], **known, "mode": own["mode"]}
    return {**schema, "properties": fields, "required": ["post_id"]}


def _briefly(schema: JsonObject) -> JsonObject:
    """Say of an object that create_post tells whole only that it is one."""
    fields = {name: _brief(field) for name, field in schema["properties"].items()}
    return {**schema, "properties": fields}


def _brief(field: JsonObject) -> JsonObject:
    if field.get("type") != "object":
        return field
    said = field["description"] if field.get("description") == _MEDIA else "As in create_post."
    return {"type": "object", "additionalProperties": True, "description": said}
