"""One generation of postwright's rules at the other generation of Genviral: every call still ends in a verdict."""

from pathlib import Path

import pytest

from tests.desk import PINTEREST, TIKTOK, YOUTUBE, Body, genviral
from tests.genviral.newer import BLUESKY, BOARD, CLIP, ON_X, VIDEO, later, newer

pytestmark = pytest.mark.anyio

#: What an agent asks of postwright with the older rules, and how it ends at the newer service.
OLD_AT_NEW: list[tuple[Body, str, str]] = [
    ({}, "", "accepted"),
    ({"accounts": [TIKTOK], "tiktok": {"post_mode": "MEDIA_UPLOAD"}}, "", "accepted"),
    ({"accounts": [PINTEREST], "pinterest": BOARD}, "", "accepted"),
    ({"accounts": [ON_X, BLUESKY]}, "", "accepted"),
    ({"media": None, "accounts": [ON_X]}, "invalid_payload", "nothing_sent"),
    ({"accounts": [PINTEREST]}, "validation_failed", "rejected"),
    ({"accounts": [PINTEREST], "pinterest": {"title": "A"}}, "invalid_payload", "rejected"),
    ({"accounts": [YOUTUBE]}, "validation_failed", "rejected"),
    ({"accounts": [ON_X], "media": VIDEO}, "validation_failed", "rejected"),
    ({"accounts": [TIKTOK], "tiktok": {"title": "x" * 91}}, "invalid_payload", "rejected"),
]


@pytest.mark.parametrize(("changes", "code", "outcome"), OLD_AT_NEW, ids=str)
async def test_the_older_rules_at_the_newer_service_end_in_a_verdict(
    tmp_path: Path, changes: Body, code: str, outcome: str
) -> None:
    async with newer(tmp_path, rules="v1") as (agent, service):
        body = await agent.create(**changes)
        assert (body.get("error_code", ""), body["outcome"]) == (code, outcome)
        assert body["ok"] or body["retry"]["decision"] == "fix_and_retry"
        assert len(await service.posts()) == body["ok"]


async def test_a_lead_that_the_older_rules_only_warn_of_is_rejected_by_the_newer_service(tmp_path: Path) -> None:
    async with newer(tmp_path, rules="v1") as (agent, service):
        body = await agent.create(scheduled_at=later(seconds=90))
        assert (body["error_code"], body["outcome"]) == ("validation_failed", "rejected")
        assert "2 minutes" in body["message"]
        assert (await agent.create())["outcome"] == "accepted"
        assert len(await service.posts()) == 1


#: What an agent asks of postwright with the newer rules, how it ends at the older service, and a hint in the words.
NEW_AT_OLD: list[tuple[Body, str, str, str]] = [
    ({}, "", "accepted", ""),
    ({"accounts": [TIKTOK], "tiktok": {"title": "x" * 90}, "scheduled_at": "2031-01-01T00:00:00Z"}, "", "accepted", ""),
    ({"media": None}, "validation_failed", "nothing_sent", "text alone"),
    ({"caption": "x" * 501}, "invalid_payload", "rejected", "at most 500"),
    ({"media": CLIP}, "invalid_payload", "rejected", "duration_sec"),
    ({"instagram": {"share_to_feed": True}}, "invalid_payload", "rejected", "older generation"),
]


@pytest.mark.parametrize(("changes", "code", "outcome", "hint"), NEW_AT_OLD, ids=str)
async def test_the_newer_rules_at_the_older_service_end_in_a_verdict(
    tmp_path: Path, changes: Body, code: str, outcome: str, hint: str
) -> None:
    async with genviral(tmp_path, GENVIRAL_RULES="v2") as (agent, service):
        body = await agent.create(**changes)
        assert (body.get("error_code", ""), body["outcome"]) == (code, outcome)
        assert body["ok"] or body["retry"]["decision"] == "fix_and_retry"
        assert hint in "".join(f"{problem['message']} {problem['fix']}" for problem in body.get("problems", []))
        assert len(await service.posts()) == body["ok"]
