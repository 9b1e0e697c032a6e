import io
import json
import logging
import sys
import threading
from collections.abc import Iterator
from typing import Any

import pytest
import structlog

from cellhub_app.core.log import bind_user, configure_logging, request_context
from cellhub_app.core.log_lines import JsonLines
from cellhub_app.core.settings import Environment, Settings

SECRET = "9f3c1e70b5d84a26c0e7f1a94b6d2835"
PRODUCTION = Settings(environment=Environment.PRODUCTION, public_url="https://cellhub.example.org", secret_key=SECRET)  # type: ignore[arg-type]


@pytest.fixture
def stream() -> Iterator[io.StringIO]:
    root = logging.getLogger()
    handlers, level, hooks = list(root.handlers), root.level, (sys.excepthook, threading.excepthook, sys.unraisablehook)
    stream = io.StringIO()
    configure_logging("web", PRODUCTION, stream)
    yield stream
    root.handlers[:], (sys.excepthook, threading.excepthook, sys.unraisablehook) = handlers, hooks
    root.setLevel(level)
    logging.captureWarnings(capture=False)
    structlog.reset_defaults()


def lines(stream: io.StringIO) -> list[dict[str, Any]]:
    return [json.loads(line) for line in stream.getvalue().splitlines()]


def test_a_line_is_one_json_object_with_time_level_logger_and_process(stream: io.StringIO) -> None:
    structlog.get_logger("cellhub.test").info("image ingested", bytes=12)
    (line,) = lines(stream)
    assert {key: line[key] for key in ("event", "level", "logger", "process", "bytes")} == {
        "event": "image ingested",
        "level": "info",
        "logger": "cellhub.test",
        "process": "web",
        "bytes": 12,
    }
    assert line["time"].endswith("Z")


def test_what_libraries_log_leaves_by_the_same_door(stream: io.StringIO) -> None:
    logging.getLogger("library").warning("%d of %d", 1, 2)
    (line,) = lines(stream)
    assert (line["event"], line["level"], line["logger"]) == ("1 of 2", "warning", "library")


def test_request_and_user_stand_in_every_line_of_the_request_and_in_no_later_one(stream: io.StringIO) -> None:
    log = structlog.get_logger("cellhub.test")
    with request_context("r-1"):
        log.info("before sign-in")
        bind_user(7)
        logging.getLogger("library").info("inside")
    log.info("after")
    before, inside, after = lines(stream)
    assert before["request_id"] == inside["request_id"] == "r-1"
    assert inside["user_id"] == "7"
    assert "user_id" not in before
    assert not {"request_id", "user_id"} & set(after)


def test_an_uncaught_exception_is_one_line_with_its_traceback(stream: io.StringIO) -> None:
    try:
        raise ValueError("boom")
    except ValueError as error:
        sys.excepthook(ValueError, error, error.__traceback__)
    (line,) = lines(stream)
    assert line["level"] == "critical"
    assert "ValueError: boom" in line["exception"]


def test_an_exception_that_ends_a_thread_is_told_too(stream: io.StringIO) -> None:
    def fail() -> None:
        raise KeyError("lost")

    thread = threading.Thread(target=fail)
    thread.start()
    thread.join()
    (line,) = lines(stream)
    assert "KeyError: 'lost'" in line["exception"]


def test_programs_that_start_ours_write_the_same_keys() -> None:
    record = logging.LogRecord("_granian", logging.INFO, __file__, 1, 'Listening at "%s"', ("x",), None)
    line = json.loads(JsonLines().format(record))
    assert (line["event"], line["level"], line["logger"]) == ('Listening at "x"', "info", "_granian")
