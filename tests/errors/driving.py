"""Drive every fact of a service through its sandbox and the front door once, and keep what was met."""

from dataclasses import dataclass
from itertools import product
from pathlib import Path
from typing import Any

from providers.errors import ErrorRow
from sandbox.postpost.limits import SAMPLES
from schemas.jsonvalue import items, members
from tests.desk import Body
from tests.errors.facts import Answer, Facts, Failed, read
from tests.errors.houses import HOUSES, House
from tests.postpost.desk import LINKEDIN, X

SERVER_ERROR = 500


@dataclass(frozen=True, slots=True)
class Met:
    """One answer: the fact that it is of, where and how it was given, what was asked for, and what the agent was told.

    ``row`` is that of the provider's table which the answer fits, ``body`` what went over the wire, ``left`` how many
    posts are there after a create.
    """

    fact: Answer
    on: str
    fault: str
    tool: str
    arguments: Body
    told: Body
    row: ErrorRow
    body: Any
    left: int

    @property
    def name(self) -> str:
        return f"{self.fault} on {self.on}"

    @property
    def wrote(self) -> bool:
        return self.tool == "create_post"


@dataclass(frozen=True, slots=True)
class Delivered:
    """One failed delivery as check_status tells it; ``error`` is the service's own."""

    fact: Failed
    told: Body
    error: Any

    @property
    def name(self) -> str:
        return f"{self.fact.spoken} {self.fact.message or ''} {self.fact.retryable}"


@dataclass(frozen=True, slots=True)
class Limited:
    """One limit in one of its forms."""

    code: str
    form: str
    told: Body
    body: Body


@dataclass(frozen=True, slots=True)
class Driven:
    """All that was met of one service, and the schemas of the tools that the agent had."""

    provider: str
    facts: Facts
    met: list[Met]
    delivered: list[Delivered]
    limited: list[Limited]
    schemas: dict[str, Body]


async def drive(provider: str, home: Path) -> Driven:
    facts = read(provider)
    async with HOUSES[provider](home) as house:
        listed = (await house.agent.client.list_tools()).tools
        return Driven(
            provider,
            facts,
            [met for fact in facts.answers for met in await _met(house, fact)],
            [await _delivered(house, fact) for fact in facts.deliveries],
            await _limited(house, facts),
            {tool.name: tool.input_schema for tool in listed},
        )


async def _met(house: House, fact: Answer) -> list[Met]:
    """Let one fact be met wherever it is documented, in every spelling of it."""
    found: list[Met] = []
    for on, status in product(fact.on, filter(None, (fact.status, fact.later))):
        way = house.trade.way(on)
        for fault in house.trade.spell(fact, status):
            own: Body = {"caption": f"{fault} on {on}"} if way.tool == "create_post" else {}
            arguments: Body = {**way.arguments, **own}
            told = await house.struck(way, fault, arguments)
            row = house.trade.row(fact, told["provider_error"])
            body, left = house.tap.refusal(), await house.count(own["caption"]) if own else 0
            found.append(Met(fact, on, fault, way.tool, arguments, told, row, body, left))
            # A service that seems to be down is left alone after a while: let it answer in between.
            assert status < SERVER_ERROR or (await house.agent.call("list_posts"))["ok"]
    return found


async def _delivered(house: House, fact: Failed) -> Delivered:
    await house.steer(fact)
    way = house.trade.way("create")
    arguments: Body = {**way.arguments, "caption": f"{fact.spoken} {fact.message} {fact.retryable}"}
    made = await house.agent.call(way.tool, **arguments)
    assert made["ok"], made
    seen = await house.agent.call("check_status", post_id=made["data"]["id"])
    await house.steer(None)
    [told] = [sent for sent in seen["data"]["deliveries"] if sent["account"] == house.trade.account]
    return Delivered(fact, told, _error(house.tap.answers))


def _error(answers: list[tuple[int, Any]]) -> Any:
    """The error of the last delivery that failed on the wire."""
    for _, body in reversed(answers):
        for post in (members(one) for name in ("posts", "targets") for one in items(members(body).get(name))):
            if post.get("error"):
                return post["error"]
    return None


async def _limited(house: House, facts: Facts) -> list[Limited]:
    """Let a post on two accounts meet every form of every limit."""
    found: list[Limited] = []
    for limit in facts.limits.codes if facts.limits else ():
        for form in SAMPLES[limit.code]:
            fault = f"status:{limit.status}:{limit.code}:{form}"
            arguments: Body = {"caption": fault, "accounts": [X, LINKEDIN]}
            told = await house.struck(house.trade.way("create"), fault, arguments)
            found.append(Limited(limit.code, form, told, house.tap.refusal()))
    return found
