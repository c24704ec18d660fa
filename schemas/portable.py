"""The JSON schema that every client takes (design section 4.4), made from a model and the providers' rules."""

from collections.abc import Sequence

from pydantic import BaseModel

from schemas.jsonvalue import JsonObject
from schemas.request import COMMON_FIELDS, CreatePost
from schemas.rule import Check, Rule, RuleSet


def create_post_schema(rule_sets: Sequence[RuleSet]) -> JsonObject:
    """Publish create_post as exactly what one provider takes, or as the union of what several take."""
    schema = portable(CreatePost)
    offered = COMMON_FIELDS.union(*(rules.fields for rules in rule_sets))
    schema["properties"] = {name: value for name, value in schema["properties"].items() if name in offered}
    for rule in _loosest(rule_sets):
        _apply(rule, schema)
    return _told(schema)


def tool_schema(model: type[BaseModel]) -> JsonObject:
    """Publish a model whose limits stand in its own fields."""
    return _told(portable(model))


def portable(model: type[BaseModel]) -> JsonObject:
    """Flatten pydantic's schema: no references, no combinators, no titles, no type arrays, closed objects."""
    raw = model.model_json_schema()
    flat = _flat(raw, raw.get("$defs", {}))
    flat.pop("description", None)
    flat.setdefault("properties", {})
    return flat


def _flat(schema: JsonObject, definitions: JsonObject) -> JsonObject:
    if "$ref" in schema:
        target: JsonObject = definitions[schema["$ref"].rpartition("/")[2]]
        own_words = {key: value for key, value in schema.items() if key != "$ref"}
        described = {key: value for key, value in target.items() if key != "description"}
        return _flat({**described, **own_words}, definitions)
    if "anyOf" in schema:
        [only] = [choice for choice in schema["anyOf"] if choice.get("type") != "null"]
        rest = {key: value for key, value in schema.items() if key != "anyOf"}
        return _flat({**only, **rest}, definitions)
    flat = {key: value for key, value in schema.items() if key not in _DROPPED}
    if "properties" in flat:
        flat["properties"] = {name: _flat(child, definitions) for name, child in flat["properties"].items()}
    if "items" in flat:
        flat["items"] = _flat(flat["items"], definitions)
    return flat


_DROPPED = frozenset({"$defs", "title", "default"})


def _loosest(rule_sets: Sequence[RuleSet]) -> list[Rule]:
    """Keep the shape rows that every offering provider has, each at its most generous."""
    kept: list[Rule] = []
    for rule in (rule for rules in rule_sets for rule in rules.rules if rule.scope is None):
        if any(other.path == rule.path and other.check is rule.check for other in kept):
            continue
        field = rule.path.split("/")[1]
        offering = [rules for rules in rule_sets if field in COMMON_FIELDS | rules.fields]
        needed = rule_sets if rule.path == f"/{field}" and rule.check is Check.REQUIRED else offering
        twins = [
            twin
            for rules in needed
            for twin in rules.rules
            if twin.scope is None and twin.path == rule.path and twin.check is rule.check
        ]
        if len(twins) == len(needed):
            kept.append(min(twins, key=_strictness))
    return kept


def _strictness(rule: Rule) -> int:
    if not isinstance(rule.limit, int):
        return 0
    return -rule.limit if rule.check in (Check.MAX_LENGTH, Check.MAX_ITEMS) else rule.limit


def _apply(rule: Rule, schema: JsonObject) -> None:
    *parents, name = rule.path.split("/")[1:]
    holder = schema
    for part in parents:
        holder = holder["items"] if part == "*" else holder["properties"][part]
    if rule.check is Check.REQUIRED:
        holder["required"] = [*holder.get("required", []), name]
    else:
        target = holder["items"] if name == "*" else holder["properties"][name]
        target[rule.check.value] = rule.limit


def _told(schema: JsonObject) -> JsonObject:
    """Say every limit in the description too, since some clients drop the keywords."""
    told = dict(schema)
    if "properties" in told:
        told["properties"] = {name: _told(child) for name, child in told["properties"].items()}
    if "items" in told:
        told["items"] = _told(told["items"])
    limits = [words for keywords, words in _WORDS if all(keyword in told for keyword in keywords)]
    said = limits[0].format_map(told) if limits else ""
    inner = told.get("items", {}).get("description")
    parts = [
        told.get("description"),
        said,
        f"Each: {inner}" if inner and told.get("type") == "array" else None,
    ]
    description = " ".join(part for part in parts if part)
    return {**told, "description": description} if description else told


# The first row whose keywords are all there words the limit.
_WORDS: tuple[tuple[tuple[str, ...], str], ...] = (
    (("minLength", "maxLength"), "{minLength} to {maxLength} characters."),
    (("maxLength",), "At most {maxLength} characters."),
    (("minLength",), "At least {minLength} characters."),
    (("minItems", "maxItems"), "{minItems} to {maxItems} items."),
    (("maxItems",), "At most {maxItems} items."),
    (("minItems",), "At least {minItems} items."),
    (("minimum", "maximum"), "{minimum} to {maximum}."),
    (("minimum",), "At least {minimum}."),
    (("maximum",), "At most {maximum}."),
)
