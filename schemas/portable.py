"""The JSON schema that every client takes (design section 4.4), made from models and the providers' rules."""

from collections.abc import Callable, Sequence
from functools import cache, reduce

from pydantic import BaseModel

from schemas.jsonvalue import JsonObject
from schemas.rule import Check, Rule, RuleSet


def create_post_schema(rule_sets: Sequence[RuleSet]) -> JsonObject:
    """Publish create_post as exactly what one provider takes, or as the union of what several take."""
    return told(post_schema(rule_sets))


def post_schema(rule_sets: Sequence[RuleSet]) -> JsonObject:
    """Make that schema with its limits in the keywords alone: ``told`` says them in the descriptions too."""
    schemas = [_with_rules(rules) for rules in rule_sets]
    union = reduce(_union, schemas)
    for name, field in union["properties"].items():
        offering = [rules.provider for rules in rule_sets if name in rules.model.model_fields]
        if len(offering) < len(rule_sets):
            field["description"] = f"{field.get('description', '')} ({', '.join(offering)} only.)".strip()
    first = {name: union["properties"][name] for name in _FIRST if name in union["properties"]}
    return {**union, "properties": {**first, **union["properties"]}}


#: The fields that nearly every post has; the others follow as their models have them.
_FIRST = ("caption", "accounts", "media")


def tool_schema(model: type[BaseModel]) -> JsonObject:
    """Publish a model whose limits stand in its own fields."""
    return told(_portable(model))


def _with_rules(rules: RuleSet) -> JsonObject:
    schema = _portable(rules.model)
    for rule in rules.rules:
        if rule.scope is None:
            _apply(rule, schema)
    return schema


def _portable(model: type[BaseModel]) -> JsonObject:
    """Flatten pydantic's schema: no references, no combinators, no titles, no type arrays, closed objects."""
    raw = _raw(model)
    flat = _flat(raw, raw.get("$defs", {}))
    flat.pop("description", None)
    flat.setdefault("properties", {})
    return flat


@cache
def _raw(model: type[BaseModel]) -> JsonObject:
    """Make pydantic's schema, once: it takes milliseconds, several tools ask for the same, and nobody changes it."""
    return model.model_json_schema()


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


def _union(one: JsonObject, other: JsonObject) -> JsonObject:
    """Accept what either accepts, as far as that can be said without combinators.

    Raises:
        ValueError: two providers give one name two types.
    """
    if one["type"] != other["type"]:
        raise ValueError(f"one name, two types: {one['type']} and {other['type']}")
    merged: JsonObject = {"type": one["type"]}
    for keyword, join in _JOINS.items():
        if keyword in one and keyword in other:
            merged[keyword] = join(one[keyword], other[keyword])
    if one.get("pattern") == other.get("pattern") and "pattern" in one:
        merged["pattern"] = one["pattern"]
    words = dict.fromkeys(schema["description"] for schema in (one, other) if "description" in schema)
    return {**merged, **({"description": " Or: ".join(words)} if words else {})}


def _properties(one: JsonObject, other: JsonObject) -> JsonObject:
    both = {name: _union(one[name], other[name]) for name in one if name in other}
    return {**one, **other, **both}


def _shared(one: list[str], other: list[str]) -> list[str]:
    return [name for name in one if name in other]


def _either(one: list[str], other: list[str]) -> list[str]:
    return list(dict.fromkeys([*one, *other]))


def _both(one: bool, other: bool) -> bool:
    return one and other


_JOINS: dict[str, Callable[..., object]] = {
    "properties": _properties,
    "items": _union,
    "required": _shared,
    "enum": _either,
    "additionalProperties": _both,
    "uniqueItems": _both,
    **dict.fromkeys(("minLength", "minItems", "minimum"), min),
    **dict.fromkeys(("maxLength", "maxItems", "maximum"), max),
}


def told(schema: JsonObject) -> JsonObject:
    """Say every limit in the description too, since some clients drop the keywords."""
    said = dict(schema)
    if "properties" in said:
        said["properties"] = {name: told(child) for name, child in said["properties"].items()}
    if "items" in said:
        said["items"] = told(said["items"])
    limits = [words for keywords, words in _WORDS if all(keyword in said for keyword in keywords)]
    inner = said.get("items", {}).get("description")
    parts = [
        said.get("description"),
        limits[0].format_map(said) if limits else None,
        f"Each: {inner}" if inner and said.get("type") == "array" else None,
    ]
    description = " ".join(part for part in parts if part)
    return {**said, "description": description} if description else said


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
