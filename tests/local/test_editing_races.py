"""Editing while couriers work: a model in any order, and real couriers at the same moment."""

import os
from pathlib import Path

import anyio
import pytest
from anyio.abc import ByteStream
from hypothesis import HealthCheck, settings

from providers.networks.webhook.network import Webhook
from providers.protocol import Failure
from schemas.errors import ErrorCode
from schemas.post import Change
from schemas.status import Status
from tests.local.editing_machine import EditingMachine
from tests.local.embedded import WEBHOOK, Embedded, Watch, order
from tests.local.receiver import Seen, answers, receiver

EXAMPLES = int(os.environ.get("POSTWRIGHT_TEST_EXAMPLES", "60"))
EditingMachine.TestCase.settings = settings(
    max_examples=EXAMPLES, stateful_step_count=40, deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
TestEditing = pytest.mark.timeout(max(120, EXAMPLES))(EditingMachine.TestCase)


class Meanwhile:
    """A receiver's answers, the first of which waits until somebody has done something to a post meanwhile."""

    def __init__(self) -> None:
        self.arrived, self.done = anyio.Event(), anyio.Event()

    async def __call__(self, seen: Seen, stream: ByteStream) -> None:
        self.arrived.set()
        await self.done.wait()
        await answers()(seen, stream)


@pytest.mark.anyio
async def test_posts_deleted_while_a_courier_carries_them_are_either_gone_or_out(tmp_path: Path, watch: Watch) -> None:
    meanwhile = Meanwhile()
    async with receiver(meanwhile) as server:
        hooks = [Webhook(server.url, None, watch) for _ in range(2)]
        async with Embedded(tmp_path, watch, hooks[0]) as carrying, Embedded(tmp_path, watch, hooks[1]) as editing:
            ids = [(await editing.local.create(order(f"Post {number}", WEBHOOK))).id for number in range(30)]
            refusals: list[Failure] = []

            async def delete(post_id: str) -> None:
                try:
                    await editing.local.delete(await editing.local.post(post_id))
                except Failure as refused:
                    refusals.append(refused)

            async def delete_from_the_end() -> None:
                await meanwhile.arrived.wait()
                for post_id in reversed(ids):
                    await delete(post_id)
                    meanwhile.done.set()

            async with anyio.create_task_group() as group:
                group.start_soon(carrying.courier.step)
                group.start_soon(delete_from_the_end)
            stand = {post_id: (await editing.local.post(post_id)).status for post_id in ids}
        out = set(stand.values())
        sent = sum(status is Status.PUBLISHED for status in stand.values())
    assert out == {Status.PUBLISHED, Status.CANCELLED}
    assert sent == len(server.seen) == len({seen.headers["webhook-id"] for seen in server.seen})
    assert {refused.code for refused in refusals} <= {ErrorCode.STATE_CONFLICT}


@pytest.mark.anyio
async def test_posts_changed_while_a_courier_carries_them_go_out_as_they_are_told(tmp_path: Path, watch: Watch) -> None:
    meanwhile = Meanwhile()
    async with receiver(meanwhile) as server:
        hooks = [Webhook(server.url, None, watch) for _ in range(2)]
        async with Embedded(tmp_path, watch, hooks[0]) as carrying, Embedded(tmp_path, watch, hooks[1]) as editing:
            ids = [(await editing.local.create(order(f"Post {number}", WEBHOOK))).id for number in range(20)]

            async def change_from_the_end() -> None:
                await meanwhile.arrived.wait()
                for post_id in reversed(ids):
                    post = await editing.local.post(post_id)
                    try:
                        await editing.local.update(post, Change(caption=f"New {post.caption}"))
                    except Failure as refused:
                        assert refused.code is ErrorCode.STATE_CONFLICT  # noqa: PT017  (a refusal is one of two ends)
                    meanwhile.done.set()

            async with anyio.create_task_group() as group:
                group.start_soon(carrying.courier.step)
                group.start_soon(change_from_the_end)
            told = [(await editing.local.post(post_id)).caption for post_id in ids]
    bodies = [seen.body.decode() for seen in server.seen]
    assert len(bodies) == 20
    assert told[-1] == "New Post 19"
    assert all(sum(f'"{caption}"' in body for body in bodies) == 1 for caption in told)
