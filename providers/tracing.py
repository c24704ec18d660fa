"""Traces: spans of what is sent, and the thread from the call that made a post to its deliveries.

They cost next to nothing until ``server/traces.py`` has something take them: what makes a span then is a no-op. No span
carries content, a secret, or a link with its query.
"""

from opentelemetry.context import Context
from opentelemetry.trace import get_tracer
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

tracer = get_tracer("postwright")
_propagator = TraceContextTextMapPropagator()


def here() -> str | None:
    """Write down which span we are in (W3C ``traceparent``); ``None`` in none."""
    carrier: dict[str, str] = {}
    _propagator.inject(carrier)
    return carrier.get("traceparent")


def back_in(traceparent: str | None) -> Context | None:
    """Go on where ``here`` was called, perhaps in another process; ``None``: nowhere."""
    return _propagator.extract({"traceparent": traceparent}) if traceparent else None
