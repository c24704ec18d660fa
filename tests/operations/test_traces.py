"""Traces: one thread from the call to the delivery, and nothing in it that is not for everybody."""

import gzip
import json
import subprocess
import sys
import zlib
from collections.abc import Iterator
from pathlib import Path

import anyio
import pytest
from anyio.abc import ByteStream
from opentelemetry import trace
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.sdk.trace import ReadableSpan, TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from engine.clock import utc_now
from server.traces import wanted
from tests.desk import INSTAGRAM, KEY, agent, genviral
from tests.local.embedded import Embedded, order, until
from tests.local.receiver import Seen, answers, receiver
from tests.operations.commands import ROOT, logged, started, stop

pytestmark = pytest.mark.anyio

SECRET_CAPTION = "what nobody beside the network is to read"
_exporter = InMemorySpanExporter()


@pytest.fixture
def spans() -> Iterator[InMemorySpanExporter]:
    """What was traced in this process; the provider of a process can be set but once."""
    if not isinstance(trace.get_tracer_provider(), TracerProvider):
        provider = TracerProvider()
        provider.add_span_processor(SimpleSpanProcessor(_exporter))
        trace.set_tracer_provider(provider)
    _exporter.clear()
    yield _exporter
    _exporter.clear()


def named(exporter: InMemorySpanExporter, name: str) -> list[ReadableSpan]:
    return [span for span in exporter.get_finished_spans() if span.name == name]


def ids(span: ReadableSpan) -> tuple[int, int]:
    assert span.context is not None
    return span.context.trace_id, span.context.span_id


async def test_a_delivery_goes_on_in_the_trace_of_the_call_that_made_the_post(
    tmp_path: Path, spans: InMemorySpanExporter
) -> None:
    async with agent(tmp_path) as writer:
        made = await writer.call("create_post", caption=SECRET_CAPTION, accounts=["local:outbox"])
        await writer.call("check_status", post_id=made["data"]["id"], wait_seconds=50)

        async def traced() -> bool:
            return bool(named(spans, "deliver outbox"))

        await until(traced)
    [call], [delivery] = named(spans, "tools/call create_post"), named(spans, "deliver outbox")
    assert delivery.parent is not None
    assert (delivery.parent.trace_id, delivery.parent.span_id) == ids(call)
    assert (
        dict(delivery.attributes or {}).items()
        >= {
            "postwright.platform": "outbox",
            "postwright.outcome": "published",
        }.items()
    )
    assert (call.attributes or {})["postwright.outcome"] == "accepted"
    assert (call.attributes or {})["gen_ai.tool.name"] == "create_post"


async def test_requests_to_a_service_are_spans_within_the_call(tmp_path: Path, spans: InMemorySpanExporter) -> None:
    async with genviral(tmp_path) as (writer, service):
        await service.fault("html_500", times=1)
        await writer.create(caption=SECRET_CAPTION)
    [call] = named(spans, "tools/call create_post")
    posts = named(spans, "POST genviral")
    assert posts
    assert {ids(span)[0] for span in posts} == {ids(call)[0]}
    assert (posts[0].attributes or {})["http.response.status_code"] == 500
    assert posts[0].status.status_code is trace.StatusCode.ERROR


async def test_no_span_carries_content_accounts_or_keys(tmp_path: Path, spans: InMemorySpanExporter) -> None:
    async with genviral(tmp_path) as (writer, service):
        await writer.create(caption=SECRET_CAPTION)
        await writer.create(caption=SECRET_CAPTION * 100)
        await service.fault("accept_then_drop", times=1)
        await writer.create(caption=f"{SECRET_CAPTION}!")
        await writer.call("list_posts")
    told = "".join(span.to_json() for span in spans.get_finished_spans())
    assert "tools/call create_post" in told
    for secret in (SECRET_CAPTION, KEY, INSTAGRAM, "cdn.example.com"):
        assert secret not in told


async def test_without_a_trace_a_delivery_begins_its_own(tmp_path: Path, spans: InMemorySpanExporter) -> None:
    async with Embedded(tmp_path, utc_now) as engine:
        await engine.local.create(order())
        await engine.courier.step()
    [delivery] = named(spans, "deliver outbox")
    assert delivery.parent is None


async def test_a_worker_hands_its_spans_over_where_the_variables_say(tmp_path: Path) -> None:
    home = tmp_path / "home"
    async with receiver(answers()) as collector, Embedded(home, utc_now) as engine:
        given = {"OTEL_EXPORTER_OTLP_ENDPOINT": f"http://127.0.0.1:{collector.port}", "OTEL_BSP_SCHEDULE_DELAY": "100"}
        with started(home, "worker", beside=given) as worker:
            await engine.local.create(order(SECRET_CAPTION))

            async def traced() -> bool:
                return b"deliver outbox" in b"".join(map(_body, collector.seen))

            await until(traced)
            assert await anyio.to_thread.run_sync(stop, worker) == 0
    [seen, *_] = [seen for seen in collector.seen if b"deliver outbox" in _body(seen)]
    assert seen.target == "/v1/traces"
    sent = ExportTraceServiceRequest.FromString(_body(seen))
    resource = {entry.key: entry.value.string_value for entry in sent.resource_spans[0].resource.attributes}
    assert resource["service.name"] == "postwright"
    assert SECRET_CAPTION not in str(sent)


def _body(seen: Seen) -> bytes:
    encoding = seen.headers.get("content-encoding", "")
    return {"gzip": gzip.decompress, "deflate": zlib.decompress}.get(encoding, bytes)(seen.body)


async def test_a_collector_that_never_answers_does_not_keep_a_worker_from_ending(tmp_path: Path) -> None:
    home = tmp_path / "home"

    async def silent(_: Seen, stream: ByteStream) -> None:
        await anyio.sleep_forever()

    async with receiver(silent) as collector, Embedded(home, utc_now) as engine:
        given = {"OTEL_EXPORTER_OTLP_ENDPOINT": f"http://127.0.0.1:{collector.port}", "OTEL_BSP_SCHEDULE_DELAY": "100"}
        with started(home, "worker", beside=given) as worker:
            await engine.local.create(order())
            await until(lambda: engine.landed(1))
            assert await anyio.to_thread.run_sync(stop, worker) == 0


async def test_spans_for_the_console_go_to_stderr(tmp_path: Path) -> None:
    home = tmp_path / "home"
    async with Embedded(home, utc_now) as engine:
        with started(home, "worker", beside={"OTEL_TRACES_EXPORTER": "console"}):
            await engine.local.create(order(SECRET_CAPTION))

            async def traced() -> bool:
                return any('"deliver outbox"' in line and line.endswith("\n") for line in lines())

            def lines() -> list[str]:
                return [line for line in logged(home).splitlines(keepends=True) if '"deliver outbox"' in line]

            await until(traced)
    assert json.loads(lines()[0])["attributes"]["postwright.outcome"] == "published"


@pytest.mark.parametrize(
    ("environment", "asked"),
    [
        ({}, False),
        ({"OTEL_EXPORTER_OTLP_ENDPOINT": "http://localhost:4318"}, True),
        ({"OTEL_EXPORTER_OTLP_TRACES_ENDPOINT": "http://localhost:4318/v1/traces"}, True),
        ({"OTEL_TRACES_EXPORTER": "console"}, True),
        ({"OTEL_TRACES_EXPORTER": "none", "OTEL_EXPORTER_OTLP_ENDPOINT": "http://localhost:4318"}, False),
        ({"OTEL_SDK_DISABLED": "TRUE", "OTEL_EXPORTER_OTLP_ENDPOINT": "http://localhost:4318"}, False),
        ({"OTEL_EXPORTER_OTLP_ENDPOINT": " "}, False),
    ],
)
def test_traces_are_taken_only_where_the_standard_variables_ask_for_them(
    environment: dict[str, str], asked: bool
) -> None:
    assert wanted(environment) is asked


def test_a_session_loads_neither_what_takes_traces_nor_what_serves_metrics() -> None:
    words = "import sys, server.cli, server.stdio; print(*sys.modules)"
    shown = subprocess.run([sys.executable, "-c", words], cwd=ROOT, capture_output=True, text=True, check=True)
    loaded = shown.stdout.split()
    assert not [name for name in loaded if name.startswith(("opentelemetry.sdk", "prometheus_client", "requests"))]
