"""Nothing that is documented is without a row, no row is without an answer that meets it, no field goes unsaid."""

import re
from collections.abc import Iterator
from typing import Any

from providers.errors import ErrorRow
from providers.postpost.errors import DELIVERY_FAILURES
from providers.postpost.errors import TABLE as POSTPOST
from providers.socialapi.errors import find
from schemas.instant import parse, wire
from schemas.jsonvalue import items, members
from server.error_reference import TABLES
from tests.desk import Body
from tests.errors.driving import Driven, Limited, Met

#: What a field that is true or false comes to.
PLAIN = {
    ("canExpand", True): "can be extended",
    ("canExpand", False): "no more accounts can be connected",
    ("blocked_locally", True): "without asking the platform",
}
#: What stands in provider_error as it is, or is true of every refusal.
BESIDE = {"code", "error", "message", "success"}


def test_every_documented_answer_has_a_row_of_its_own(driven: Driven) -> None:
    without = {met.name: met.row for met in driven.met if not _own(met)}
    assert without == {}


def _own(met: Met) -> bool:
    """A code's row names it, a text's its words, a family's the family, a status's nothing else; the rest has none."""
    code, words, listed = met.row.provider_code or "", met.row.words, _key(met.row) in _keys(met.told["provider"])
    if met.fact.source.startswith("RFC"):
        return not listed
    if met.fact.message is not None:
        return bool(words and re.match(words, met.fact.message))
    if met.fact.exact:
        return listed and bool(code) and not code.endswith("*")
    if met.fact.code not in (None, "*"):
        return code.endswith("*") and met.fact.code.startswith(code[:-1])
    return listed and not code and (bool(words) or met.row.status == met.fact.status)


def _keys(provider: str) -> set[tuple[object, ...]]:
    return {_key(row) for row in TABLES[provider].rows}


def test_no_row_stands_twice(driven: Driven) -> None:
    rows = TABLES[driven.provider].rows
    assert len(rows) == len(_keys(driven.provider))


def test_every_row_is_met(driven: Driven) -> None:
    met = {_key(met.row) for met in driven.met}
    met |= {_key(row) for row in _of_deliveries(driven)}
    met |= {_key(POSTPOST.find(403, limited.code)) for limited in driven.limited}
    assert [row for row in TABLES[driven.provider].rows if _key(row) not in met] == []


def _of_deliveries(driven: Driven) -> Iterator[ErrorRow]:
    """SocialAPI's failed deliveries are told from the same table; their codes stand in what was told of them."""
    for found in driven.delivered if driven.provider == "socialapi" else ():
        code = found.told["error"].partition(":")[0]
        assert code == found.fact.spoken
        yield find(0, code)


def _key(row: ErrorRow) -> tuple[object, ...]:
    return row.status, row.provider_code, row.words


def test_every_failed_delivery_that_is_documented_is_known_and_no_other(postpost: Driven) -> None:
    assert {found.fact.code for found in postpost.delivered if found.fact.exact} == set(DELIVERY_FAILURES)


def test_every_failed_delivery_that_is_documented_has_a_row_of_its_own(socialapi: Driven) -> None:
    rows = {found.fact.code: find(0, found.fact.spoken) for found in socialapi.delivered if found.fact.exact}
    assert {code for code, row in rows.items() if (row.provider_code or "*").endswith("*")} == set()


def test_every_field_of_a_failed_delivery_is_told(postpost: Driven) -> None:
    for found in postpost.delivered:
        assert set(postpost.facts.delivery_fields) == set(found.error)
        for name in postpost.facts.delivery_fields:
            value = found.error[name]
            assert name == "retryable" or _says(found.told["error"], value), (found.name, name, found.told)


def test_the_sandbox_sends_every_documented_field_of_a_limit(postpost: Driven) -> None:
    limits, limited = postpost.facts.limits, postpost.limited
    assert limits
    for limit in limits.codes:
        bodies = {found.form: found.body for found in limited if found.code == limit.code}
        own = {form.form: set(form.fields) for form in limits.channel if form.form in bodies}
        assert {form: set(bodies[form]) for form in own} == own
        usual = [body for form, body in bodies.items() if form not in own]
        assert all(set(limits.standard) <= set(body) for body in usual)
        context = {field.field for field in limits.context if limit.code in field.with_}
        assert {name for body in usual for name in body} - set(limits.standard) == context
        named = {(body["error"], body["metric"]) for body in usual}
        assert limit.label is None or named == {(limit.label, limit.metric)}


def test_every_field_of_a_limit_is_said(postpost: Driven) -> None:
    unsaid = [
        (found.code, found.form, name, value)
        for found in postpost.limited
        for name, value in found.body.items()
        if name not in BESIDE and not _says(_words(found.told), value, name)
    ]
    assert unsaid == []


def test_what_may_not_be_missing_of_a_limit_is_where_it_is_looked_for(postpost: Driven) -> None:
    for found in postpost.limited:
        said = found.told["provider_error"]
        assert said["code"] == found.code
        assert found.body["error"] in said["message"]
        assert found.told["problems"], (found.code, found.form)
        _placed(found)


def _placed(found: Limited) -> None:
    problem, retry = found.told["problems"][0], found.told["retry"]
    if "maxScheduledDate" in found.body:
        assert _written(found.body["maxScheduledDate"]) in problem["fix"]
    if "allowedPlatforms" in found.body:
        assert all(name in problem["fix"] for name in found.body["allowedPlatforms"])
    if retry["decision"] == "ask_user" and found.code == "POST_LIMIT_REACHED":
        assert retry["not_before"] == _written(found.body["periodEnd"])


def test_what_stands_beside_an_error_is_said(driven: Driven) -> None:
    """The other fields of single refusals: PostPost's by name, Genviral's issues."""
    for met in driven.met:
        for path in met.fact.fields:
            value = _at(met.body, path)
            assert value, (met.name, path)
            words = f"{_words(met.told)} | {met.told['provider_error']['message']}"
            assert _says(words, _wanted(value) if path == "validation" else value), (met.name, path, value)


def test_the_meta_of_an_error_is_said(socialapi: Driven) -> None:
    for field in socialapi.facts.meta:
        for code in field.with_:
            met = next(met for met in socialapi.met if met.fact.code == code and met.wrote)
            value = met.body["error"]["meta"][field.field]
            assert _says(_words(met.told), value, field.field), (code, field.field, value)


def test_no_meta_is_sent_that_is_not_documented(socialapi: Driven) -> None:
    known = {field.field for field in socialapi.facts.meta}
    for met in socialapi.met:
        assert set(members(members(members(met.body).get("error")).get("meta"))) <= known, met.name


def _wanted(report: Body) -> list[str]:
    """Of a validation report what is wrong and where; the rest counts it or says it in codes."""
    return [error[name] for error in report["errors"] for name in ("platform", "message")]


def _at(body: Any, path: str) -> Any:
    for part in path.split("."):
        body = body[part]
    return body


def _words(told: Body) -> str:
    """All that is told of what is wrong and what to do, in our own words."""
    return " | ".join(_scalars([told.get("problems", []), told["retry"]]))


def _scalars(value: Any) -> Iterator[str]:
    for one in _inside(value):
        yield from _scalars(one)
    if isinstance(value, str | int | float):
        yield f"{value:g}" if isinstance(value, float) else str(value)


def _inside(value: Any) -> list[Any]:
    return [*items(value), *members(value).values()]


def _says(words: str, value: Any, name: str = "") -> bool:
    """Whether words tell a value: each member of it, a number as a word of its own, a time as we write it."""
    if isinstance(value, bool):
        return PLAIN[name, value] in words
    if not isinstance(value, str | int | float):
        return all(_says(words, one) for one in _inside(value))
    said = _written(str(value))
    return re.search(rf"(?<![\w.-]){re.escape(said)}(?![\w-]|\.\d)", words) is not None


def _written(value: str) -> str:
    moment = parse(value)
    return wire(moment) if moment else value
