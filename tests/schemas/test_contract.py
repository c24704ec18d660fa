"""The published schema and the validator say the same (design section 4.4)."""

import json
from collections.abc import Callable
from datetime import UTC, datetime
from random import Random
from typing import Any, TypeAlias

import jsonschema
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from providers.genviral.rules import RULES as GENVIRAL
from providers.genviral.rules_v2 import RULES_V2 as GENVIRAL_V2
from providers.local.rules import RULES as LOCAL
from providers.postpost.rules import RULES as POSTPOST
from providers.socialapi.rules import RULES as SOCIALAPI
from schemas.checker import check_shape
from schemas.intake import Intake
from schemas.jsonvalue import items, members
from schemas.portable import create_post_schema
from schemas.rule import RuleSet, Situation
from tools.catalogue import TOOLS

Schema: TypeAlias = dict[str, Any]

NOW = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)
VALID = {"caption": "Launch day", "accounts": ["genviral:a"], "media": {"type": "video", "url": "https://x.test/a.mp4"}}

LINKS = st.sampled_from(["https://x.test/a.mp4", "http://x", "https://www.tiktok.com/@a/video/1"])
NOT_LINKS = st.sampled_from(["ftp://x", "x.test/a", "https://", "https://a b", "http:// "])
LETTERS = st.sampled_from(["x", "é", "日", "\U0001f600", "e\u0301"])
ODD = st.one_of(
    st.none(), st.booleans(), st.integers(-5, 5), st.floats(allow_nan=False), st.text(max_size=12), NOT_LINKS,
    st.lists(st.text(max_size=3), max_size=3), st.dictionaries(st.text(max_size=5), st.integers(), max_size=2),
)  # fmt: skip


#: Fields whose cross-field rules random text would always break.
SENSIBLE: dict[str, st.SearchStrategy[Any]] = {
    "scheduled_at": st.sampled_from(["2026-12-01T15:00:00Z", "2026-12-01T15:00", "soon"]),
    "timezone": st.sampled_from(["Europe/Berlin", "Asia/Tokyo", "Mars/Olympus"]),
    "media": st.one_of(
        LINKS.map(lambda url: {"type": "video", "url": url}),
        st.lists(LINKS, min_size=1, max_size=2).map(lambda urls: {"type": "slideshow", "urls": urls}),
        st.sampled_from([1, 35]).map(lambda n: {"type": "slideshow", "urls": ["https://x.test/1.jpg"] * n}),
        st.just({"type": "video"}),
    ),
    "music_url": st.just("https://www.tiktok.com/@a/video/1"),
}


def fitting(schema: Schema) -> st.SearchStrategy[Any]:
    """Values that the schema accepts, close to its limits as often as not."""
    if "enum" in schema:
        return st.sampled_from(schema["enum"])
    return KINDS[schema["type"]](schema)


def objects(schema: Schema) -> st.SearchStrategy[Any]:
    fields = {name: SENSIBLE.get(name, fitting(child)) for name, child in schema["properties"].items()}
    required = {name: fields.pop(name) for name in schema.get("required", [])}
    whole = st.fixed_dictionaries(required, optional=fields)
    return st.one_of(whole, st.builds(without, whole, st.sampled_from(["tiktok", "pinterest"])))


def arrays(schema: Schema) -> st.SearchStrategy[Any]:
    low, high = schema.get("minItems", 0), schema.get("maxItems", 3)
    sizes = st.sampled_from([low, min(low + 1, high), high])
    return sizes.flatmap(lambda n: st.lists(fitting(schema["items"]), min_size=n, max_size=n, unique=True))


def strings(schema: Schema) -> st.SearchStrategy[str]:
    """Links where a pattern asks for them; else texts whose length is often exactly a limit."""
    if "pattern" in schema:
        return st.builds("{}{}".format, LINKS, st.integers(0, 10_000))
    low, high = schema.get("minLength", 0), min(schema.get("maxLength", 40), 5_000)
    sizes = st.one_of(st.sampled_from([low, high]), st.integers(low, min(high, low + 30)))
    return st.builds(text, sizes, LETTERS, st.integers(10, 99))


def text(length: int, letter: str, serial: int) -> str:
    return (str(serial) + letter * length)[:length]


KINDS: dict[str, Callable[[Schema], st.SearchStrategy[Any]]] = {
    "object": objects,
    "array": arrays,
    "string": strings,
    "boolean": lambda _: st.booleans(),
    "number": lambda schema: st.floats(schema.get("minimum", -9), 1e6) | st.integers(0, 9),
    "integer": lambda schema: st.integers(schema.get("minimum", -9), 100_000),
}


def without(value: Schema, name: str) -> Schema:
    return {key: item for key, item in value.items() if key != name}


def spoilt(schema: Schema) -> st.SearchStrategy[Any]:
    """Requests of which one place, somewhere, was replaced, lengthened, repeated or made up."""
    return st.tuples(fitting(schema), st.randoms(use_true_random=False), ODD).map(lambda drawn: spoil(*drawn))


def spoil(value: object, random: Random, odd: object) -> object:
    held, listed = members(value), items(value)
    if held and random.random() < 0.9:
        name = random.choice(sorted(held))
        return {**held, name: spoil(held[name], random, odd)}
    if held:
        return {**held, "caption_": odd}
    if listed and random.random() < 0.5:
        return [*listed, listed[0]] if random.random() < 0.5 else [spoil(listed[0], random, odd), *listed[1:]]
    if isinstance(value, str) and random.random() < 0.5:
        return value + random.choice(["x", "xx", "\U0001f600"])
    return odd


def conforms(schema: Schema, arguments: object) -> bool:
    validator: Any = jsonschema.Draft202012Validator(schema)
    return validator.is_valid(arguments)


def accepted(rules: RuleSet, schema: Schema, arguments: Schema) -> tuple[bool, set[str | None]]:
    """What the validator says: accepted or not, and the cross-field rules that were broken."""
    reading = Intake(rules.model, schema, rules.refused).read(arguments)
    problems = [*reading.problems, *check_shape(rules, Situation(reading.arguments, (), NOW))]
    return not problems, {problem.rule for problem in problems}


SCHEMAS = {
    name: (rules, create_post_schema([rules]))
    for name, rules in {
        "genviral": GENVIRAL,
        "genviral_v2": GENVIRAL_V2,
        "postpost": POSTPOST,
        "socialapi": SOCIALAPI,
        "local": LOCAL,
    }.items()
}

# Built once: putting a strategy together costs more than drawing from it.
REQUESTS = {name: fitting(schema) | spoilt(schema) for name, (_, schema) in SCHEMAS.items()}


@pytest.mark.parametrize("provider", SCHEMAS)
@given(data=st.data())
def test_what_the_schema_accepts_the_validator_accepts_but_for_named_cross_field_rules(
    provider: str, data: st.DataObject
) -> None:
    rules, schema = SCHEMAS[provider]
    arguments = data.draw(REQUESTS[provider])
    valid, broken = accepted(rules, schema, arguments)
    if conforms(schema, arguments) and not valid:
        assert broken <= {rule.name for rule in rules.cross}


@pytest.mark.parametrize("provider", SCHEMAS)
@given(data=st.data())
@example(data=None)
def test_what_the_validator_accepts_the_schema_accepts(provider: str, data: st.DataObject | None) -> None:
    rules, schema = SCHEMAS[provider]
    arguments = data.draw(REQUESTS[provider]) if data else VALID
    valid, _ = accepted(rules, schema, arguments)
    # As text, since Python holds 0 and False for equal and JSON does not.
    understood = Intake(rules.model, schema).read(arguments).arguments
    liberal = json.dumps(understood, sort_keys=True) != json.dumps(arguments, sort_keys=True)
    if valid and not liberal:
        assert conforms(schema, arguments)


SETS = {
    "genviral": [GENVIRAL],
    "genviral_v2": [GENVIRAL_V2],
    "postpost": [POSTPOST],
    "socialapi": [SOCIALAPI],
    "local": [LOCAL],
    "v1_and_others": [GENVIRAL, POSTPOST, SOCIALAPI, LOCAL],
    "v2_and_others": [LOCAL, SOCIALAPI, POSTPOST, GENVIRAL_V2],
}


@pytest.mark.parametrize("rule_sets", SETS.values(), ids=SETS)
@pytest.mark.parametrize("tool", TOOLS, ids=lambda tool: tool.name)
def test_schemas_are_portable(tool: Any, rule_sets: list[RuleSet]) -> None:
    schema = tool.reader(rule_sets).schema
    jsonschema.Draft202012Validator.check_schema(schema)
    assert schema["type"] == "object"
    for part in parts(schema):
        assert not {"$ref", "$defs", "anyOf", "oneOf", "allOf", "not", "if", "const", "title", "default"} & set(part)
        assert isinstance(part["type"], str)
        assert part["type"] != "array" or isinstance(part["items"], dict)
        # A settings object of update_post is told without its members, which create_post tells.
        assert part["type"] != "object" or part["additionalProperties"] is ("properties" not in part)
        for keyword in ("minLength", "maxLength", "minItems", "maxItems", "minimum", "maximum"):
            if keyword in part and part.get("description") is not None:
                assert str(part[keyword]) in part["description"]


def parts(schema: Schema) -> list[Schema]:
    children = [*schema.get("properties", {}).values(), *([schema["items"]] if "items" in schema else [])]
    return [schema, *(part for child in children for part in parts(child))]


def test_two_providers_publish_the_union_with_the_looser_limits() -> None:
    both = create_post_schema([GENVIRAL, LOCAL])["properties"]
    assert both["caption"]["maxLength"] == SCHEMAS["local"][1]["properties"]["caption"]["maxLength"]
    assert {"tiktok", "pinterest", "music_url", "mode"} <= set(both)
    assert "media" not in create_post_schema([GENVIRAL, LOCAL])["required"]
    assert "media" in create_post_schema([GENVIRAL])["required"]
