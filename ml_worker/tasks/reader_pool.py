"""A few reader processes, killed and replaced when they take too long, die, or have served long enough."""

import asyncio
import json
import os
import sys
from pathlib import Path
from typing import Any

import structlog

from cellhub_app.core.errors import ImageRefused
from cellhub_app.core.limits import INGEST_TIME_LIMIT_S

log = structlog.get_logger(__name__)

ROOT = Path(__file__).resolve().parents[2]
FILES_PER_PROCESS = 200
KEPT_NAMES = ("PATH", "LANG", "LC_ALL", "NUMBA_CACHE_DIR", "XDG_CACHE_HOME", "LD_LIBRARY_PATH", "TMPDIR")


class _Reader:
    """One child process and how much it has done."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self.process = process
        self.served = 0

    @classmethod
    async def start(cls) -> "_Reader":
        """Start a child that inherits no secret, no socket and one thread for each library."""
        environment = {name: os.environ[name] for name in KEPT_NAMES if name in os.environ}
        environment |= {"PYTHONPATH": str(ROOT), "OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1", "PYTHONUNBUFFERED": "1"}
        pipe = asyncio.subprocess.PIPE
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "ml_worker.tasks.reader", stdin=pipe, stdout=pipe, cwd=ROOT, env=environment, start_new_session=True
        )  # fmt: skip
        return cls(process)

    async def ask(self, task: dict[str, Any]) -> dict[str, Any] | None:
        """The child's answer, None when it died instead."""
        assert self.process.stdin is not None  # noqa: S101 - both pipes were asked for
        assert self.process.stdout is not None  # noqa: S101
        self.served += 1
        try:
            self.process.stdin.write(json.dumps(task).encode() + b"\n")
            await self.process.stdin.drain()
        except (BrokenPipeError, ConnectionResetError):
            return None
        line = await self.process.stdout.readline()
        answer: dict[str, Any] | None = json.loads(line) if line.endswith(b"\n") else None
        return answer

    async def end(self) -> None:
        """Kill the child and wait until it is gone."""
        if self.process.returncode is None:
            self.process.kill()
        await self.process.wait()


class ReaderPool:
    """At most `count` children, started when they are needed."""

    def __init__(self, count: int, time_limit_s: float = INGEST_TIME_LIMIT_S) -> None:
        self._gate = asyncio.Semaphore(count)
        self._time_limit_s = time_limit_s
        self._idle: list[_Reader] = []
        self._all: set[_Reader] = set()

    async def read(self, task: dict[str, str]) -> tuple[dict[str, Any], bool]:
        """The facts about a file, and whether its pictures are drawn: not those of one that is too large to be decoded whole.

        Raises ImageRefused, also when the child hangs or dies of it.
        """
        answer = await self.ask(task, self._time_limit_s)
        return answer["facts"], answer["is_drawn"]

    async def ask(self, task: dict[str, Any], time_limit_s: float) -> dict[str, Any]:
        """What a child answers to a task. Raises ImageRefused, also when it hangs or dies of it."""
        async with self._gate:
            reader = self._idle.pop() if self._idle else await self._start()
            keep = False
            try:
                answer = await asyncio.wait_for(reader.ask({**task, "seconds": time_limit_s}), time_limit_s)
                keep = answer is not None and reader.served < FILES_PER_PROCESS
            except TimeoutError:
                log.warning("a reader took too long and was killed", name=task["name"])
                detail = f"Couldn't read {task['name']}: it took longer than {time_limit_s:.0f} seconds. Save it smaller."
                raise ImageRefused("tookTooLong", detail) from None
            finally:
                if keep:
                    self._idle.append(reader)
                else:
                    await self._end(reader)
        if answer is None:
            log.warning("a reader died of a file", name=task["name"], exit_status=reader.process.returncode)
            detail = f"Couldn't read {task['name']}: it is damaged, or needs more memory than is allowed. Export it again, or smaller."
            raise ImageRefused("readerDied", detail)
        if refused := answer.get("refused"):
            raise ImageRefused(refused["reason"], refused["detail"])
        return answer

    async def close(self) -> None:
        """Kill every child."""
        await asyncio.gather(*(self._end(reader) for reader in list(self._all)))

    async def _start(self) -> _Reader:
        reader = await _Reader.start()
        self._all.add(reader)
        return reader

    async def _end(self, reader: _Reader) -> None:
        self._all.discard(reader)
        await reader.end()
