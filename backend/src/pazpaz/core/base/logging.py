"""Logs: one JSON object a line with the request's id, and nothing a client sent."""

import logging
import os
import sys
import traceback
from collections.abc import MutableMapping
from datetime import UTC, datetime
from types import TracebackType
from typing import Any

import orjson
import structlog

Event = MutableMapping[str, Any]


def frames_only(exc: BaseException) -> str:
    """Where an error came from. Its message is left out: it may quote what a client sent."""
    return " < ".join(f"{type(error).__name__} {_frames(error.__traceback__)}" for error in _chain(exc))


def _chain(exc: BaseException | None) -> list[BaseException]:
    errors: list[BaseException] = []
    while exc is not None and exc not in errors:
        errors.append(exc)
        exc = exc.__cause__ or (None if exc.__suppress_context__ else exc.__context__)
    return errors


def _frames(trace: TracebackType | None) -> str:
    frames = traceback.extract_tb(trace)[-8:]
    return " ".join(f"{f.filename.rpartition('/site-packages/')[2]}:{f.lineno}" for f in frames)


def _render_exception(_logger: object, _method: str, event: Event) -> Event:
    info = event.pop("exc_info", None)
    if info:
        error = (
            info
            if isinstance(info, BaseException)
            else (info[1] if isinstance(info, tuple) else sys.exc_info()[1])
        )
        if error is not None:
            event["error"] = frames_only(error)
    return event


def _stamp(_logger: object, _method: str, event: Event) -> Event:
    event["at"] = datetime.now(UTC)
    return event


def _as_json(_logger: object, _method: str, event: Event) -> str:
    return orjson.dumps(event, default=str, option=orjson.OPT_UTC_Z).decode()


_SHARED: list[Any] = [
    structlog.contextvars.merge_contextvars,
    structlog.stdlib.add_log_level,
    structlog.stdlib.add_logger_name,
    _stamp,
    _render_exception,
]


def configure(level: str = "INFO") -> None:
    """Send structlog's and the standard library's records to standard error as JSON lines."""
    structlog.configure(
        processors=[*_SHARED, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=True,
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=_SHARED,
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, _as_json],
        )
    )
    root = logging.getLogger()
    root.handlers = [handler]
    root.setLevel(level)
    for name in ("uvicorn", "uvicorn.error", "uvicorn.access", "arq", "arq.worker"):
        logger = logging.getLogger(name)
        logger.handlers, logger.propagate = [], name != "uvicorn.access"
    logging.getLogger("httpx").setLevel("WARNING")


def access_line(**members: object) -> None:
    """One request, written straight to standard error: this runs for every request."""
    line = orjson.dumps({"event": "request", "at": datetime.now(UTC), **members}, option=orjson.OPT_UTC_Z)
    os.write(sys.stderr.fileno(), line + b"\n")
