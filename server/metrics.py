"""What is counted, in the form that Prometheus reads. Every label has few values: no ids, no accounts, no callers.

Counters and histograms tell what this process did since it started. Gauges are read from the shared database when they
are asked for, so every process of a home tells the same.
"""

from collections import Counter as Tally

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, Info, ProcessCollector, generate_latest

from engine.overview import Overview
from engine.workers import Kind
from server.version import own_version

_LATE = (0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300, 900, 3600)
_CALL = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60)
CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"


class Metrics:
    """The metrics of one process, and the meter that feeds them."""

    def __init__(self) -> None:
        self._registry = registry = CollectorRegistry()
        ProcessCollector(registry=registry)
        Info("postwright_build", "Which postwright this is.", registry=registry).info({"version": own_version()})
        self._deliveries = Counter(
            "postwright_deliveries_total",
            "Tries to deliver, by the state that they ended in.",
            ("platform", "outcome"),
            registry=registry,
        )
        self._lateness = Histogram(
            "postwright_delivery_lateness_seconds",
            "How long after its time a delivery was published.",
            buckets=_LATE,
            registry=registry,
        )
        self._calls = Counter(
            "postwright_tool_calls_total",
            "Calls of tools, by what came of them.",
            ("tool", "outcome"),
            registry=registry,
        )
        self._errors = Counter(
            "postwright_tool_errors_total", "Failed calls, by error code.", ("tool", "error_code"), registry=registry
        )
        self._call_seconds = Histogram(
            "postwright_tool_call_duration_seconds",
            "How long calls of tools took.",
            ("tool",),
            buckets=_CALL,
            registry=registry,
        )
        self._requests = Counter(
            "postwright_provider_requests_total",
            "Requests to hosted providers: ok, or what went wrong.",
            ("provider", "outcome"),
            registry=registry,
        )
        self._request_seconds = Histogram(
            "postwright_provider_request_duration_seconds",
            "How long requests to hosted providers took.",
            ("provider",),
            buckets=_CALL,
            registry=registry,
        )
        self._gauges = _Gauges(registry)

    def delivered(self, platform: str, outcome: str, late_seconds: float | None) -> None:
        """Count a try to deliver by the state it ended in, and, once published, how late after its time that was."""
        self._deliveries.labels(platform, outcome).inc()
        if late_seconds is not None:
            self._lateness.observe(late_seconds)

    def requested(self, provider: str, outcome: str, seconds: float) -> None:
        """Count one request to a hosted provider: ``ok``, or the code of its failure."""
        self._requests.labels(provider, outcome).inc()
        self._request_seconds.labels(provider).observe(seconds)

    def called(self, tool: str, outcome: str, error_code: str | None, seconds: float) -> None:
        """Count a call of a tool."""
        self._calls.labels(tool, outcome).inc()
        self._call_seconds.labels(tool).observe(seconds)
        if error_code:
            self._errors.labels(tool, error_code).inc()

    def text(self, found: Overview) -> bytes:
        """Tell everything, the gauges as they were found."""
        self._gauges.set(found)
        return generate_latest(self._registry)


class _Gauges:
    def __init__(self, registry: CollectorRegistry) -> None:
        def gauge(name: str, words: str, *labels: str) -> Gauge:
            return Gauge(f"postwright_{name}", words, labels, registry=registry)

        self._queue = gauge("queue_deliveries", "Deliveries that have not ended, by where they stand.", "state")
        self._late = gauge("queue_oldest_due_seconds", "How long the delivery that is due longest has been so.")
        self._workers = gauge("workers_alive", "Processes that are alive, by kind.", "kind")
        self._delivering = gauge("workers_delivering", "Processes that are alive and deliver.")
        self._breaker = gauge("breaker_open", "1 for a service that is left alone now.", "service")
        self._paused = gauge("accounts_paused", "Accounts on which nothing goes out now.")
        self._cases = gauge("journal_open_cases", "Outcomes that nobody knows, and that are being looked into.")
        self._held = gauge("held_actions", "Actions that wait for a person.")

    def set(self, found: Overview) -> None:
        queue = found.queue
        states = {"scheduled": queue.scheduled - queue.due, "due": queue.due, "in_hand": queue.in_hand}
        for state, count in {**states, "settling": queue.settling, "unknown": queue.unknown}.items():
            self._queue.labels(state).set(count)
        self._late.set(found.late_seconds)
        alive = Tally(worker.kind for worker in found.workers)
        for kind in Kind:
            self._workers.labels(kind.value).set(alive[kind])
        self._delivering.set(sum(worker.delivers for worker in found.workers))
        self._breaker.clear()
        for breaker in found.breakers:
            self._breaker.labels(breaker.name).set(1)
        self._paused.set(len(found.paused))
        self._cases.set(found.open_cases)
        self._held.set(found.held)
