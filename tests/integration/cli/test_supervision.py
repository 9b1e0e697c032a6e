"""What a supervisor starts ends with it, however it ends. The supervisors here are real processes that get real signals."""

import asyncio
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from cellhub_app.cli import stack_process
from cellhub_app.cli.stack_process import Program, StackError, Supervisor
from cellhub_app.core.settings import ROOT
from tests.fixtures.processes import children, descendants, is_alive, none_alive, until

# A service with a grandchild in its group that ignores the polite signal.
STUBBORN = """
import subprocess, time
subprocess.Popen(["sh", "-c", "trap '' TERM; while :; do sleep 1; done"])
time.sleep(600)
"""
# One that notes the polite signal and ends.
POLITE = """
import signal, sys, time
signal.signal(signal.SIGTERM, lambda *_: (print("asked to end", flush=True), sys.exit()))
print("listening", flush=True)
time.sleep(600)
"""
SUPERVISE = f"""
import asyncio, os, pathlib, sys
from cellhub_app.cli.stack_process import Program, Supervisor

async def main():
    supervisor = Supervisor(pathlib.Path(sys.argv[1]))
    for name, code in (("stubborn", {STUBBORN!r}), ("polite", {POLITE!r})):
        await supervisor.start(Program(name, (sys.executable, "-c", code), dict(os.environ), pathlib.Path("/")))
    print("started", flush=True)
    await asyncio.sleep(600)

asyncio.run(main())
"""


def program(code: str, name: str = "service", **more: float) -> Program:
    return Program(name, (sys.executable, "-c", code), dict(os.environ), Path("/"), **more)  # type: ignore[arg-type]


@pytest.fixture
def supervisor_process(tmp_path: Path) -> Iterator[subprocess.Popen[str]]:
    process = subprocess.Popen([sys.executable, "-c", SUPERVISE, tmp_path], stdout=subprocess.PIPE, text=True, cwd=ROOT)
    assert process.stdout is not None
    assert process.stdout.readline() == "started\n"
    yield process
    process.kill()
    process.communicate()


def test_kill_9_of_the_supervisor_leaves_no_child_and_no_grandchild(supervisor_process: subprocess.Popen[str], tmp_path: Path) -> None:
    polite_log = tmp_path / "polite.log"
    until(lambda: "listening" in polite_log.read_text())
    until(lambda: len(descendants(supervisor_process.pid)) >= 5)  # guard, two services, a shell and its sleep
    started = descendants(supervisor_process.pid)
    supervisor_process.kill()
    supervisor_process.wait()
    until(lambda: none_alive(started))
    assert "asked to end" in polite_log.read_text()


def test_kill_9_of_the_supervisor_and_its_guard_still_ends_the_services(supervisor_process: subprocess.Popen[str]) -> None:
    until(lambda: len(descendants(supervisor_process.pid)) >= 5)
    guard, *services = children(supervisor_process.pid)
    os.kill(guard, signal.SIGKILL)
    supervisor_process.kill()
    supervisor_process.wait()
    try:
        until(lambda: none_alive(services))
    finally:
        for group in services:  # nobody is left to end the stubborn grandchild
            with suppress(ProcessLookupError):
                os.killpg(group, signal.SIGKILL)


async def test_stopping_ends_whole_process_groups(tmp_path: Path) -> None:
    supervisor = Supervisor(tmp_path)
    child = await supervisor.start(program(STUBBORN))
    await asyncio.to_thread(until, lambda: len(descendants(child.pid)) >= 2)
    group = descendants(child.pid) | {child.pid}
    await supervisor.stop_all()
    until(lambda: none_alive(group))


async def test_a_service_that_ignores_the_signal_is_killed_in_the_end(tmp_path: Path) -> None:
    supervisor = Supervisor(tmp_path)
    ignoring = "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); print('deaf', flush=True); time.sleep(600)"
    child = await supervisor.start(program(ignoring, stop_within_s=0.2))
    await asyncio.to_thread(until, lambda: "deaf" in child.log_path.read_text())
    await supervisor.stop_all()
    assert child.exit_code == -signal.SIGKILL


async def test_a_killed_service_is_started_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stack_process, "BACKOFF_S", (0.05, 0.1))
    supervisor = Supervisor(tmp_path)
    child = await supervisor.start(program("import time; time.sleep(600)"))
    keeping = asyncio.create_task(supervisor.keep_running())
    first = child.pid
    os.kill(first, signal.SIGKILL)
    await asyncio.to_thread(until, lambda: child.pid != first and is_alive(child.pid))
    keeping.cancel()
    await asyncio.gather(keeping, return_exceptions=True)
    await supervisor.stop_all()
    assert not is_alive(child.pid)


async def test_pauses_between_restarts_grow_to_a_limit(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stack_process, "BACKOFF_S", (0.01, 0.02, 0.03))
    supervisor = Supervisor(tmp_path)
    with capture_logs() as told:
        await supervisor.start(program("import sys; sys.exit(3)", name="failing"))
        keeping = asyncio.create_task(supervisor.keep_running())
        await asyncio.to_thread(until, lambda: len(told) >= 4)
        keeping.cancel()
        await asyncio.gather(keeping, return_exceptions=True)
    await supervisor.stop_all()
    assert [(line["name"], line["exit_code"], line["in_s"]) for line in told[:4]] == [("failing", 3, s) for s in (0.01, 0.02, 0.03, 0.03)]


async def test_a_program_that_fails_shows_the_end_of_its_log(tmp_path: Path) -> None:
    supervisor = Supervisor(tmp_path)
    with pytest.raises(StackError, match=r"(?s)migrate ended with exit status 4.*the table is in the way"):
        await supervisor.run_once(program("print('the table is in the way'); raise SystemExit(4)", name="migrate"), timeout_s=30)
    await supervisor.stop_all()


async def test_waiting_for_a_service_that_ends_fails_at_once(tmp_path: Path) -> None:
    async def never() -> bool:
        return False

    supervisor = Supervisor(tmp_path)
    child = await supervisor.start(program("print('no license for the moon')", name="web"))
    with pytest.raises(StackError, match="no license for the moon"):
        await supervisor.wait_until(never, child, timeout_s=60)
    await supervisor.stop_all()


async def test_a_program_that_takes_too_long_is_ended(tmp_path: Path) -> None:
    supervisor = Supervisor(tmp_path)
    with pytest.raises(StackError, match="frontend took longer"):
        await supervisor.run_once(program("import time; time.sleep(600)", name="frontend"), timeout_s=0.3)
    assert supervisor.children == []
    await supervisor.stop_all()


def test_a_log_that_grew_too_big_keeps_one_older_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stack_process, "MAX_LOG_BYTES", 10)
    log = tmp_path / "web.log"
    with log.open("ab", buffering=0) as writer:
        writer.write(b"0123456789abc")
        stack_process.rotate(log)
        writer.write(b"later")
    assert (log.read_bytes(), (tmp_path / "web.log.1").read_bytes()) == (b"later", b"0123456789abc")
