"""Whatever a service is documented to answer ends in a whole verdict: that of the tables, and that of the source."""

from typing import Any

from jsonschema import Draft202012Validator, validate

from engine.verdict import NEXT, NEXT_OF_CREATE
from providers.errors import FailedDelivery
from providers.genviral.errors import FAILED
from providers.postpost.errors import DELIVERY_FAILURES
from providers.socialapi.errors import find, on_delivery
from schemas.errors import ENTRIES, ErrorCode, Outcome
from schemas.jsonvalue import members
from tests.errors.driving import Delivered, Driven, Met
from tests.errors.facts import Failed

#: What ends a doubt; the advice of every verdict that leaves one.
LOOK = ("check_first", "agent", "unknown")


def doubted(met: Met) -> bool:
    """Whether a post may have been made: the row says so, or a draft that is to go out has changed its state."""
    return met.wrote and (met.row.doubt or (met.on == "update" and met.row.code is ErrorCode.STATE_CONFLICT))


def ours(met: Met) -> ErrorCode:
    return ErrorCode.OUTCOME_UNKNOWN if doubted(met) else met.row.code


def test_no_call_succeeds_and_each_says_what_became_of_it(driven: Driven) -> None:
    for met in driven.met:
        kept = Outcome.REJECTED if met.wrote else Outcome.NOTHING_SENT
        assert met.told["ok"] is False, met.name
        assert met.told["outcome"] == (Outcome.UNKNOWN if doubted(met) else kept), met.name


def test_what_is_told_as_refused_has_left_nothing_behind(driven: Driven) -> None:
    left = {met.name: met.left for met in driven.met if met.wrote and met.told["outcome"] == Outcome.REJECTED}
    assert left
    assert set(left.values()) == {0}, left


def test_the_verdict_is_that_of_the_tables(driven: Driven) -> None:
    for met in driven.met:
        entry, retry = ENTRIES[ours(met)], met.told["retry"]
        assert met.told["error_code"] == ours(met), met.name
        assert (retry["decision"], retry["who"]) == (entry.decision, entry.who), met.name
        assert retry["same_idempotency_key"] is entry.same_key, met.name
        known = None if doubted(met) else met.row.advice
        # Where the body says more than its words, so may the advice.
        assert retry["advice"] == (known or entry.advice) or met.fact.fields, met.name


def test_the_verdict_is_what_the_source_asks_for(driven: Driven) -> None:
    for met in driven.met:
        retry = met.told["retry"]
        told = (retry["decision"], retry["who"], met.told["outcome"])
        unsure = met.fact.decision == "check_first" and met.on == "update"
        kept = "rejected" if met.wrote else "nothing_sent"
        wanted = LOOK if met.wrote and (met.fact.doubt or unsure) else (met.fact.decision, met.fact.who, kept)
        assert told == wanted, (met.name, met.fact.source)


def test_the_services_own_words_stand_beside_it(driven: Driven) -> None:
    for met in driven.met:
        said = met.told["provider_error"]
        assert said["http_status"] in (met.fact.status, met.fact.later), met.name
        assert said.get("code") == _code_of(met.body), met.name
        assert met.fact.code is None or said["code"] in met.fact.spoken, met.name
        assert said["message"].startswith(_filled(met.fact.message or "")), met.name
        assert said["untrusted"] is True
        if met.fact.body is None:
            assert ("request_id" in said) is (driven.provider == "socialapi"), met.name
            assert said.get("request_id") == members(met.body).get("request_id"), met.name


def _code_of(body: Any) -> Any:
    """The code in an envelope of any service: Genviral's ``code`` is the status."""
    found = members(body)
    return found.get("error_code" if "ok" in found else "code") or members(found.get("error")).get("code")


def _filled(text: str) -> str:
    return text.replace("{platformId}", "twitter_123456").replace("{status}", "published")


def test_the_call_that_helps_is_offered_and_no_other(driven: Driven) -> None:
    for met in driven.met:
        offered = met.told.get("next", [])
        if doubted(met):
            [look] = offered
            assert look["tool"] == "check_status", met.name
            assert look["arguments"]["post_id"].startswith(("jrn_", f"{driven.provider}:")), met.name
            continue
        wanted = NEXT.get(ours(met)) or (NEXT_OF_CREATE.get(ours(met)) if met.wrote else None)
        assert offered == ([wanted.model_dump(mode="json")] if wanted else []), met.name


def test_what_is_offered_is_a_call_that_the_tool_takes(driven: Driven) -> None:
    offers = [(met, call) for met in driven.met for call in met.told.get("next", [])]
    assert offers
    for met, call in offers:
        # A create is offered as the same request, mended, and only checked.
        arguments = {**(met.arguments if call["tool"] == met.tool == "create_post" else {}), **call["arguments"]}
        validate(arguments, driven.schemas[call["tool"]], Draft202012Validator)


def test_a_failed_delivery_says_why_and_whether_a_repeat_may_help(driven: Driven) -> None:
    for found in driven.delivered:
        assert found.told["status"] == "failed", found.name
        assert found.told["error"].strip(), found.name
        assert found.told["retry"] is found.fact.retry, (found.name, found.fact.source)
        assert _by_the_table(driven.provider, found.fact) in (found.fact.retry, None), found.name


def test_a_failed_delivery_is_told_in_the_services_own_words_too(driven: Driven) -> None:
    for found in driven.delivered:
        for word in (found.fact.spoken, found.fact.message):
            assert word is None or word in found.told["error"], found.name
        assert found.fact.category in (None, _blamed(found)), found.name


def _by_the_table(provider: str, fact: Failed) -> bool | None:
    if provider == "socialapi":
        return on_delivery(find(0, fact.spoken)).retry
    return FAILED.retry if provider == "genviral" else _postpost(fact).retry


def _postpost(fact: Failed) -> FailedDelivery:
    return DELIVERY_FAILURES.get(fact.code or "", FailedDelivery(retry=None))


def _blamed(found: Delivered) -> Any:
    return members(found.error).get("category")


def test_seed_004_has_81_codes(socialapi: Driven) -> None:
    rows = [*socialapi.facts.answers, *socialapi.facts.deliveries]
    seed = [row.code for row in rows if row.source == "seed 004" and row.code and not row.code.endswith("*")]
    assert (len(seed), len(set(seed))) == (81, 81)
