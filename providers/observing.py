"""One request to a hosted provider, as it is counted and traced."""

from collections.abc import Callable, Generator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from time import perf_counter

import httpx2
from opentelemetry.trace import SpanKind, StatusCode

from providers.meter import Meter
from providers.protocol import Failure
from providers.tracing import tracer


@dataclass(slots=True)
class Exchange:
    """What came of a request; ``status`` is that of its answer."""

    status: int | None = None


#: Watches one request for as long as the block lasts.
Observe = Callable[[httpx2.Request], AbstractContextManager[Exchange]]


@contextmanager
def observed(request: httpx2.Request, *, meter: Meter, provider: str) -> Generator[Exchange]:
    """Count and trace a request; what it carries, its path and its query are told to nobody."""
    exchange, began, outcome = Exchange(), perf_counter(), "cancelled"
    attributes = {
        "http.request.method": request.method,
        "server.address": request.url.host,
        "postwright.provider": provider,
    }
    with tracer.start_as_current_span(
        f"{request.method} {provider}",
        kind=SpanKind.CLIENT,
        attributes=attributes,
        record_exception=False,
        set_status_on_exception=False,
    ) as span:
        try:
            yield exchange
            outcome = (
                "ok" if exchange.status is None or exchange.status < _ERROR else f"http_{exchange.status // 100}xx"
            )
        except Failure as failure:
            outcome = failure.code.value
            raise
        finally:
            if exchange.status is not None:
                span.set_attribute("http.response.status_code", exchange.status)
            if outcome != "ok":
                span.set_attribute("error.type", outcome)
                span.set_status(StatusCode.ERROR)
            meter.requested(provider, outcome, perf_counter() - began)


@contextmanager
def unobserved(request: httpx2.Request) -> Generator[Exchange]:
    """Let a request be made unseen."""
    yield Exchange()


_ERROR = 400
