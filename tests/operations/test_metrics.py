"""``/metrics`` and ``/healthz``, over real sockets of real processes."""

import json
import re
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import anyio
import httpx2
import pytest
from mcp.client import Client
from mcp.client.streamable_http import streamable_http_client
from prometheus_client.parser import text_string_to_metric_families

from engine.clock import utc_now
from sandbox.genviral import BASE_PATH, create_app
from sandbox.serve import running
from tests.desk import INSTAGRAM, KEY, SLIDES
from tests.local.embedded import Embedded, order, until
from tests.operations.commands import logged, started

pytestmark = pytest.mark.anyio

TOKEN = "a-long-random-token"


@asynccontextmanager
async def serving(home: Path, *command: str, **settings: str) -> AsyncGenerator[str]:
    """A process with a port; yields where it listens."""
    with started(home, *command, beside=None, LOG="json", **settings):

        async def listens() -> bool:
            return bool(_urls(home))

        await until(listens)
        [url] = _urls(home)
        yield url


def _urls(home: Path) -> list[str]:
    return re.findall(r'"url": ?"(http://[^/]+)/', logged(home))


async def get(url: str, path: str, **headers: str) -> httpx2.Response:
    async with httpx2.AsyncClient(timeout=60) as client:
        return await client.get(f"{url}{path}", headers=headers)


async def samples(url: str, **headers: str) -> dict[str, float]:
    """Everything that ``/metrics`` tells, read by Prometheus' own parser: ``name{label=value}`` to figure."""
    answer = await get(url, "/metrics", **headers)
    assert answer.status_code == 200
    return {
        f"{sample.name}{''.join(f'{{{key}={value}}}' for key, value in sorted(sample.labels.items()))}": sample.value
        for family in text_string_to_metric_families(answer.text)
        for sample in family.samples
    }


async def call(url: str, tool: str, token: str | None = None, **arguments: object) -> None:
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    async with (
        httpx2.AsyncClient(headers=headers, timeout=60) as http,
        Client(streamable_http_client(f"{url}/mcp", http_client=http)) as client,
    ):
        await client.call_tool(tool, arguments)


async def healthy(url: str) -> bool:
    return (await get(url, "/healthz")).status_code == 200


async def test_a_server_counts_calls_deliveries_and_what_waits(tmp_path: Path) -> None:
    home = tmp_path / "home"
    ahead = (datetime.now(UTC) + timedelta(hours=3)).isoformat()
    async with serving(home, "serve", "--port", "0") as url:
        await call(url, "create_post", caption="Hello", accounts=["local:outbox"])
        await call(url, "create_post", caption="Later", accounts=["local:outbox"], scheduled_at=ahead)
        await call(url, "create_post", caption=5, accounts=["local:outbox"])
        await call(url, "no_such_tool_of_ours")

        told: dict[str, float] = {}

        async def delivered() -> bool:
            nonlocal told
            told = await samples(url)
            published = told.get("postwright_deliveries_total{outcome=published}{platform=outbox}")
            # What waits is told as it was up to two seconds ago.
            return (published, told["postwright_queue_deliveries{state=due}"]) == (1, 0)

        await until(delivered)
    assert told["postwright_tool_calls_total{outcome=accepted}{tool=create_post}"] == 2
    assert told["postwright_tool_calls_total{outcome=nothing_sent}{tool=create_post}"] == 1
    assert told["postwright_tool_errors_total{error_code=invalid_payload}{tool=create_post}"] == 1
    assert told["postwright_tool_errors_total{error_code=unknown_tool}{tool=unknown}"] == 1
    assert told["postwright_tool_call_duration_seconds_count{tool=create_post}"] == 3
    assert told["postwright_delivery_lateness_seconds_count"] == 1
    assert told["postwright_queue_deliveries{state=scheduled}"] == 1
    assert told["postwright_workers_alive{kind=http}"] == 1
    assert told["postwright_workers_delivering"] == 1
    assert told["postwright_journal_open_cases"] == 0
    assert not any("no_such_tool_of_ours" in name or "local:outbox" in name for name in told)


async def test_metrics_follow_the_conventions_of_their_reader(tmp_path: Path) -> None:
    async with serving(tmp_path / "home", "serve", "--port", "0") as url:
        answer = await get(url, "/metrics")
    families = list(text_string_to_metric_families(answer.text))
    ours = [family for family in families if family.name.startswith("postwright_")]
    assert len(ours) >= 12
    for family in ours:
        assert family.documentation, family.name
        assert re.fullmatch(r"[a-z][a-z0-9_]*", family.name)
        if family.type == "histogram":
            assert family.name.endswith("_seconds")
        if family.type == "counter":
            assert all(sample.name.endswith(("_total", "_created")) for sample in family.samples)


async def test_a_worker_tells_its_figures_and_its_health_to_this_machine(tmp_path: Path) -> None:
    home = tmp_path / "home"
    async with Embedded(home, utc_now) as engine, serving(home, "worker", "--metrics-port", "0") as url:
        assert url.startswith("http://127.0.0.1:")
        await engine.local.create(order())

        async def delivered() -> bool:
            return (await samples(url)).get("postwright_deliveries_total{outcome=published}{platform=outbox}") == 1

        await until(delivered)
        assert (await get(url, "/healthz")).json() == {"status": "ok", "database": "ok", "delivery": "ok"}
        assert (await get(url, "/mcp")).status_code == 404


async def test_requests_to_a_hosted_provider_are_counted_by_what_came_of_them(tmp_path: Path) -> None:
    async with running(create_app(worker_delay=0.0)) as service:
        given = {"GENVIRAL_API_KEY": KEY, "GENVIRAL_BASE_URL": f"{service}{BASE_PATH}"}
        async with serving(tmp_path / "home", "serve", "--port", "0", **given) as url:
            await call(url, "create_post", caption="Hello", accounts=[INSTAGRAM], media=SLIDES)
            async with httpx2.AsyncClient(timeout=60) as http:
                fault = {"method": "POST", "path": "/posts", "fault": "html_500", "times": 1}
                (await http.post(f"{service}/_sandbox/faults", json=fault)).raise_for_status()
            await call(url, "create_post", caption="Another", accounts=[INSTAGRAM], media=SLIDES)
            told = await samples(url)
            text = (await get(url, "/metrics")).text
    assert told["postwright_provider_requests_total{outcome=ok}{provider=genviral}"] >= 2
    assert told["postwright_provider_requests_total{outcome=http_5xx}{provider=genviral}"] == 1
    assert KEY not in text
    assert INSTAGRAM not in text


async def test_metrics_need_the_token_and_health_does_not(tmp_path: Path) -> None:
    async with serving(tmp_path / "home", "serve", "--port", "0", HTTP_TOKEN=TOKEN) as url:
        assert (await get(url, "/metrics")).status_code == 401
        assert (await get(url, "/metrics", Authorization="Bearer another-one")).status_code == 401
        assert await samples(url, Authorization=f"Bearer {TOKEN}")
        with anyio.fail_after(100):
            await until(lambda: healthy(url))
        answer = await get(url, "/healthz")
    assert set(answer.json()) == {"status", "database", "delivery"}
    assert all(re.fullmatch("[a-z]+", word) for word in answer.json().values())


async def test_a_page_elsewhere_cannot_read_metrics_under_another_name(tmp_path: Path) -> None:
    async with serving(tmp_path / "home", "serve", "--port", "0") as url:
        assert (await get(url, "/metrics", Host="attacker.example")).status_code == 421


async def test_health_fails_while_posts_wait_for_nobody(tmp_path: Path) -> None:
    home = tmp_path / "home"
    async with Embedded(home, utc_now) as engine, serving(home, "serve", "--port", "0", MODE="read") as url:
        with anyio.fail_after(100):
            await until(lambda: healthy(url))
        await engine.local.create(order(scheduled_at=utc_now() + timedelta(hours=1)))

        async def failing() -> bool:
            return (await get(url, "/healthz")).status_code == 503

        await until(failing)
        assert (await get(url, "/healthz")).json() == {"status": "failing", "database": "ok", "delivery": "nobody"}


async def test_health_fails_while_the_database_cannot_be_used(tmp_path: Path) -> None:
    home = tmp_path / "home"
    async with serving(home, "serve", "--port", "0", PROVIDERS="local") as url:
        with anyio.fail_after(100):
            await until(lambda: healthy(url))
        (home / "postwright.db").write_bytes(b"no database any more" * 1000)

        async def failing() -> bool:
            return (await get(url, "/healthz")).status_code == 503

        await until(failing)
        body = (await get(url, "/healthz")).json()
        assert body["database"] == "failing"
        assert str(home) not in json.dumps(body)
        assert (await get(url, "/metrics")).status_code == 503
