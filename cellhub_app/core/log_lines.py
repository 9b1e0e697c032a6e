"""JSON lines for the programs that run our code (granian's parent, arq's command) before it has configured logging.

It imports nothing but the standard library, so that the web server's parent process stays small.
"""

import json
import logging
from datetime import UTC, datetime
from typing import Any


class JsonLines(logging.Formatter):
    """One log record as one JSON object, with the keys of cellhub_app.core.log."""

    def format(self, record: logging.LogRecord) -> str:
        """The record as a line; a traceback goes into `exception`."""
        line = {
            "event": record.getMessage(),
            "level": record.levelname.lower(),
            "logger": record.name,
            "time": datetime.fromtimestamp(record.created, UTC).isoformat().replace("+00:00", "Z"),
        }
        if record.exc_info:
            line["exception"] = self.formatException(record.exc_info)
        return json.dumps(line, ensure_ascii=False)


JSON_LINES: dict[str, Any] = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"json": {"()": f"{__name__}.JsonLines"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "json", "stream": "ext://sys.stdout"}},
    "root": {"handlers": ["console"], "level": "INFO"},
    "loggers": {name: {"handlers": ["console"], "level": "INFO", "propagate": False} for name in ("_granian", "granian.access", "arq")},
}
