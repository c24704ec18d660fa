"""OpenTelemetry traces, where the extra ``[otel]`` is installed and the standard ``OTEL_*`` variables say where.

mcp makes a span of every call, ``providers/`` one of every request to a service and ``engine/delivery.py`` one of every
delivery, which goes on in the trace of the call that made the post. Here is only what takes them.
"""

import os
import sys
from collections.abc import Mapping
from typing import TYPE_CHECKING

import structlog

from server.version import own_version

if TYPE_CHECKING:
    from opentelemetry.sdk.trace import SpanProcessor

log = structlog.get_logger(__name__)

#: Any of these asks for traces.
ASKING = ("OTEL_TRACES_EXPORTER", "OTEL_EXPORTER_OTLP_ENDPOINT", "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT")


def take(environment: Mapping[str, str] = os.environ) -> bool:
    """Take spans from now on, and hand them over until the process ends; false where nobody asked, or nothing can."""
    if not wanted(environment):
        return False
    exporter = environment.get("OTEL_TRACES_EXPORTER") or "otlp"
    if exporter not in _EXPORTERS:
        log.warning("traces_off", why=f"OTEL_TRACES_EXPORTER is none of {', '.join(_EXPORTERS)}")
        return False
    try:
        _EXPORTERS[exporter](environment)
    except ImportError:
        log.warning("traces_off", why="the extra is not installed", fix='Install "postwright[otel]".')
        return False
    return True


def wanted(environment: Mapping[str, str]) -> bool:
    """Tell whether traces are asked for."""
    off = environment.get("OTEL_SDK_DISABLED", "").strip().lower() == "true"
    none = environment.get("OTEL_TRACES_EXPORTER", "").strip() == "none"
    return not off and not none and any(environment.get(name, "").strip() for name in ASKING)


def _over_otlp(environment: Mapping[str, str]) -> None:
    from opentelemetry.exporter.otlp.proto.http.trace_exporter import (  # noqa: PLC0415  (an extra)
        OTLPSpanExporter,
    )
    from opentelemetry.sdk.trace.export import BatchSpanProcessor  # noqa: PLC0415  (an extra)

    _give_to(BatchSpanProcessor(OTLPSpanExporter()), environment)


def _on_stderr(environment: Mapping[str, str]) -> None:
    from opentelemetry.sdk.trace.export import (  # noqa: PLC0415  (an extra)
        ConsoleSpanExporter,
        SimpleSpanProcessor,
    )

    # Its own choice, stdout, belongs to the protocol.
    exporter = ConsoleSpanExporter(out=sys.stderr, formatter=lambda span: span.to_json(indent=None) + "\n")
    _give_to(SimpleSpanProcessor(exporter), environment)


def _give_to(processor: "SpanProcessor", environment: Mapping[str, str]) -> None:
    from opentelemetry.sdk.resources import Resource  # noqa: PLC0415  (an extra)
    from opentelemetry.sdk.trace import TracerProvider  # noqa: PLC0415  (an extra)
    from opentelemetry.trace import set_tracer_provider  # noqa: PLC0415  (beside the extra)

    named = {} if environment.get("OTEL_SERVICE_NAME") else {"service.name": "postwright"}
    provider = TracerProvider(resource=Resource.create({**named, "service.version": own_version()}))
    provider.add_span_processor(processor)
    set_tracer_provider(provider)


_EXPORTERS = {"otlp": _over_otlp, "console": _on_stderr}
