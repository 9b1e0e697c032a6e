"""Logs of every process: one JSON object a line in production, a readable console in development.

`structlog.get_logger(__name__)` is the way in; whatever libraries say through `logging` leaves by the same door.
Keys: `time` (RFC 3339, UTC), `level`, `logger`, `event`, `process`, and where known `request_id` and `user_id`.
"""

import logging
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import TracebackType
from typing import Any, TextIO

import structlog
from structlog.contextvars import bind_contextvars, bound_contextvars, merge_contextvars, unbind_contextvars
from structlog.typing import EventDict, Processor, WrappedLogger

from cellhub_app.core.settings import Environment, Settings, get_settings

# Their INFO lines tell of every request, job and statement: metrics count those already.
QUIET_LOGGERS = ("httpx", "httpcore", "sqlalchemy.engine", "asyncio", "PIL", "numba", "multipart", "granian.access", "arq")


def configure_logging(process: str, settings: Settings | None = None, stream: TextIO | None = None) -> None:
    """Send structlog and stdlib logs of this process to the stream (stdout), and uncaught exceptions with them.

    Call it once when the process starts, after any framework that configures logging by itself; `process` names it in every line.
    """
    settings = settings or get_settings()
    is_json = settings.environment is Environment.PRODUCTION
    stream = stream or sys.stdout
    structlog.configure(
        processors=[structlog.stdlib.filter_by_level, *_shared_processors(process), structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        wrapper_class=structlog.stdlib.BoundLogger,
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=True,
    )
    handler = logging.StreamHandler(stream)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=_shared_processors(process),
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, *_renderers(is_json, colors=stream.isatty())],
        )
    )
    _take_over_stdlib(handler, settings.log_level)
    _report_uncaught()


def _shared_processors(process: str) -> list[Processor]:
    return [
        merge_contextvars,
        structlog.stdlib.add_logger_name,
        structlog.stdlib.add_log_level,
        structlog.stdlib.PositionalArgumentsFormatter(),
        structlog.processors.TimeStamper(fmt="iso", utc=True, key="time"),
        structlog.processors.StackInfoRenderer(),
        _add_process(process),
    ]


def _add_process(process: str) -> Processor:
    def add(_logger: WrappedLogger, _method: str, event_dict: EventDict) -> EventDict:
        event_dict["process"] = process
        return event_dict

    return add


def _renderers(is_json: bool, *, colors: bool) -> list[Processor]:
    if is_json:
        return [structlog.processors.format_exc_info, structlog.processors.JSONRenderer()]
    return [structlog.dev.ConsoleRenderer(colors=colors, timestamp_key="time", exception_formatter=structlog.dev.plain_traceback)]


def _take_over_stdlib(handler: logging.Handler, level: str) -> None:
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level.upper())
    for name in [*logging.root.manager.loggerDict]:
        logger = logging.getLogger(name)
        logger.handlers.clear()
        logger.propagate = True
    for name in QUIET_LOGGERS:
        logging.getLogger(name).setLevel(max(logging.WARNING, root.level))
    logging.captureWarnings(capture=True)


def _report_uncaught() -> None:
    log = structlog.get_logger("cellhub.uncaught")

    def report(kind: type[BaseException], error: BaseException | None, trace: TracebackType | None) -> None:
        if issubclass(kind, KeyboardInterrupt | SystemExit):
            sys.__excepthook__(kind, error or kind(), trace)
            return
        log.critical("uncaught exception", exc_info=(kind, error or kind(), trace))

    sys.excepthook = report
    threading.excepthook = lambda args: report(args.exc_type, args.exc_value, args.exc_traceback)
    sys.unraisablehook = lambda args: report(args.exc_type, args.exc_value, args.exc_traceback)


@contextmanager
def request_context(request_id: str, **more: Any) -> Iterator[None]:
    """Every line logged inside carries the request's id (and whatever else is given), also across awaits and tasks."""
    with bound_contextvars(request_id=request_id, **more):
        try:
            yield
        finally:
            unbind_contextvars("user_id")


def bind_user(user_id: object) -> None:
    """Name the signed-in person in every further line of this request (see request_context)."""
    bind_contextvars(user_id=str(user_id))
