"""Programs that live and die with one supervisor: own process groups, ordered stops, restarts with backoff, nothing left after kill -9."""

import asyncio
import os
import signal
import subprocess
import sys
import time
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

import structlog

HERE = Path(__file__).parent
PYTHON = (sys.executable, "-I", "-S")
POLL_S = 0.03
BACKOFF_S = (1.0, 2.0, 4.0, 8.0, 15.0, 30.0)
STEADY_AFTER_S = 60.0
MAX_LOG_BYTES = 20 * 1024 * 1024

log = structlog.get_logger(__name__)


class StackError(Exception):
    """The stack cannot start or go on; the message is one plain sentence for the person at the terminal."""


@dataclass(frozen=True)
class Account:
    """A user of the operating system that a program runs as instead of root."""

    name: str
    uid: int
    gid: int


@dataclass(frozen=True)
class Program:
    """What to run. Programs of a lower tier (databases) start before and stop after those of a higher one (web, workers)."""

    name: str
    command: tuple[str | Path, ...]
    environment: Mapping[str, str] = field(repr=False)
    cwd: Path
    tier: int = 1
    stop_signal: signal.Signals = signal.SIGTERM
    stop_within_s: float = 20.0
    account: Account | None = None


class Child:
    """One program while it runs."""

    def __init__(self, program: Program, log_path: Path) -> None:
        self.program = program
        self.log_path = log_path
        self.process: asyncio.subprocess.Process | None = None
        self.started_at = 0.0

    @property
    def exit_code(self) -> int | None:
        """How it ended; None while it runs."""
        return self.process.returncode if self.process else None

    @property
    def pid(self) -> int:
        """Process id, which is also the id of its process group."""
        if self.process is None:
            raise StackError(f"{self.program.name} was not started.")
        return self.process.pid

    async def start(self) -> None:
        """Run the program, its output appended to its log file."""
        rotate(self.log_path)
        account = self.program.account
        identity = (account.uid, account.gid) if account else (-1, -1)
        launcher = (*PYTHON, HERE / "stack_launch.py", int(self.program.stop_signal), os.getpid(), *identity)
        with self.log_path.open("ab") as output:
            self.process = await asyncio.create_subprocess_exec(
                *map(str, (*launcher, *self.program.command)),
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                env=dict(self.program.environment),
                cwd=self.program.cwd,
                start_new_session=True,  # a group of its own to be ended as a whole, and a share of the processors of its own
            )
        self.started_at = time.monotonic()

    async def stop(self) -> None:
        """Ask it to end, insist after `stop_within_s`, and leave nothing of its process group."""
        if self.process is None:
            return
        if self.process.returncode is None:
            with suppress(ProcessLookupError):
                self.process.send_signal(self.program.stop_signal)
            try:
                await asyncio.wait_for(self.process.wait(), self.program.stop_within_s)
            except TimeoutError:
                log.warning("a process did not end by itself", name=self.program.name, after_s=self.program.stop_within_s)
        await self.kill()

    async def kill(self) -> None:
        """End the whole process group now."""
        if self.process is not None:
            with suppress(ProcessLookupError):
                os.killpg(self.process.pid, signal.SIGKILL)
            await self.process.wait()

    def last_words(self, lines: int = 15) -> str:
        """The end of its log, for an error message."""
        with self.log_path.open("rb") as file:
            file.seek(max(0, file.seek(0, os.SEEK_END) - 8192))
            text = file.read().decode(errors="replace")
        return "\n".join(text.splitlines()[-lines:])


class Supervisor:
    """Starts children, notices when they end, and stops them all, highest tier first."""

    def __init__(self, logs: Path, lock_fd: int | None = None) -> None:
        self.logs = logs
        self.children: list[Child] = []
        self.restarts: dict[str, int] = {}
        self._guard = subprocess.Popen(  # noqa: S603 - this interpreter and a file beside this one
            [*PYTHON, str(HERE / "stack_guard.py")],
            stdin=subprocess.PIPE,
            cwd="/",
            process_group=0,
            pass_fds=() if lock_fd is None else (lock_fd,),
        )

    async def start(self, program: Program) -> Child:
        """Run a program and keep it until stop_all()."""
        child = Child(program, self.logs / f"{program.name}.log")
        self.children.append(child)
        await self._run(child)
        return child

    async def run_once(self, program: Program, *, timeout_s: float) -> None:
        """Run a program to its end. Raises StackError with the end of its log when it fails or takes too long."""
        child = await self.start(program)
        try:
            code = await asyncio.wait_for(child.process.wait(), timeout_s) if child.process else 1
        except TimeoutError:
            raise StackError(f"{program.name} took longer than {timeout_s:.0f} s (log: {child.log_path}).") from None
        finally:
            await child.kill()
            self.children.remove(child)
            self._tell_guard(f"-{child.pid}")
        if code:
            raise StackError(failure(child))

    async def wait_until(self, ready: Callable[[], Awaitable[bool]], *children: Child, timeout_s: float) -> None:
        """Wait for a condition that the first child brings about. Raises StackError when one ends or the time is over."""
        deadline = time.monotonic() + timeout_s
        while True:
            is_ready = await ready()
            for child in children:
                if child.exit_code is not None:
                    raise StackError(failure(child))
            if is_ready:
                return
            if time.monotonic() > deadline:
                late = children[0]
                raise StackError(f"{late.program.name} was not ready after {timeout_s:.0f} s. Its log ends with:\n{late.last_words()}")
            await asyncio.sleep(POLL_S)

    async def keep_running(self) -> None:
        """Start children that end again, after a growing pause; runs until it is cancelled."""
        async with asyncio.TaskGroup() as group:
            for child in self.children:
                group.create_task(self._keep(child))
            group.create_task(self._keep_logs_small())

    async def stop_all(self) -> None:
        """Stop everything, highest tier first, each tier at once."""
        for tier in sorted({child.program.tier for child in self.children}, reverse=True):
            leaving = [child for child in self.children if child.program.tier == tier]
            await asyncio.gather(*(child.stop() for child in leaving))
        self.close_guard()

    def kill_all(self) -> None:
        """End everything at once; for a second Ctrl-C."""
        for child in self.children:
            if child.process is not None:
                with suppress(ProcessLookupError):
                    os.killpg(child.process.pid, signal.SIGKILL)

    def close_guard(self) -> None:
        """Let the guard go; it ends whatever was not stopped."""
        for child in self.children:
            if child.process is not None and child.exit_code is not None:
                self._tell_guard(f"-{child.pid}")
        if self._guard.stdin is not None:
            self._guard.stdin.close()
        self._guard.wait()

    async def _run(self, child: Child) -> None:
        await child.start()
        self._tell_guard(f"+{child.pid} {int(child.program.stop_signal)}")

    def _tell_guard(self, line: str) -> None:
        if self._guard.stdin is not None and not self._guard.stdin.closed:
            with suppress(BrokenPipeError):
                self._guard.stdin.write(f"{line}\n".encode())
                self._guard.stdin.flush()

    async def _keep(self, child: Child) -> None:
        while child.process is not None:
            code = await child.process.wait()
            await child.kill()
            self._tell_guard(f"-{child.pid}")
            name = child.program.name
            steady = time.monotonic() - child.started_at > STEADY_AFTER_S
            attempt = self.restarts[name] = 1 if steady else self.restarts.get(name, 0) + 1
            pause = BACKOFF_S[min(attempt, len(BACKOFF_S)) - 1]
            log.warning("a process ended and is started again", name=name, exit_code=code, in_s=pause, log=str(child.log_path))
            await asyncio.sleep(pause)
            await self._run(child)

    async def _keep_logs_small(self) -> None:
        while True:
            await asyncio.sleep(60)
            for child in self.children:
                rotate(child.log_path)


def failure(child: Child) -> str:
    """What to tell about a child that ended when it should not have."""
    return f"{child.program.name} ended with exit status {child.exit_code}. Its log ({child.log_path}) ends with:\n{child.last_words()}"


def rotate(path: Path) -> None:
    """Keep one older file of a log that grew too big; writers append, so the file itself can be emptied under them."""
    if path.exists() and path.stat().st_size > MAX_LOG_BYTES:
        path.with_suffix(".log.1").write_bytes(path.read_bytes())
        os.truncate(path, 0)
