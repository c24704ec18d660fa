"""Logging: structlog to stderr, never stdout, and no secret in any line."""

import logging
import sys
from collections.abc import Sequence
from typing import Literal

import structlog
from structlog.typing import EventDict, Processor, WrappedLogger


def configure(style: Literal["console", "json"], level: str, secrets: Sequence[str]) -> None:
    """Send structlog's and the libraries' lines to stderr in one form; ``secrets`` are cut out of each."""
    threshold = logging.getLevelNamesMapping()[level.upper()]
    first: list[Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]
    last: list[Processor] = [_Redactor(secrets), *_RENDERERS[style]()]
    structlog.configure(
        processors=[*first, *last],
        wrapper_class=structlog.make_filtering_bound_logger(threshold),
        logger_factory=structlog.WriteLoggerFactory(file=sys.stderr),
        cache_logger_on_first_use=True,
    )
    handler = logging.StreamHandler(sys.stderr)
    strip = structlog.stdlib.ProcessorFormatter.remove_processors_meta
    handler.setFormatter(structlog.stdlib.ProcessorFormatter(foreign_pre_chain=first, processors=[strip, *last]))
    root = logging.getLogger()
    root.handlers = [handler]
    root.setLevel(threshold)
    for noisy in _NOISY:
        logging.getLogger(noisy).setLevel(max(threshold, logging.WARNING))


class _Redactor:
    """Replaces secrets in every text of an event, tracebacks included, so it must stand last."""

    def __init__(self, secrets: Sequence[str]) -> None:
        self._secrets = secrets

    def __call__(self, logger: WrappedLogger, name: str, event: EventDict) -> EventDict:
        if event.get("exc_info"):
            event = structlog.processors.format_exc_info(logger, name, event)
        return {key: self._clean(value) for key, value in event.items()}

    def _clean(self, value: object) -> object:
        if isinstance(value, str):
            return redact(value, self._secrets)
        return value if isinstance(value, int | float | bool | None) else redact(repr(value), self._secrets)


def redact(text: str, secrets: Sequence[str]) -> str:
    """Cut every secret out of a text."""
    for secret in secrets:
        text = text.replace(secret, "[secret]")
    return text


_RENDERERS = {
    "console": lambda: [structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty())],
    "json": lambda: [structlog.processors.JSONRenderer()],
}
# Libraries whose info lines repeat ours, or carry URLs with queries.
_NOISY = ("httpx2", "httpcore2", "mcp", "uvicorn", "sse_starlette", "asyncio")
