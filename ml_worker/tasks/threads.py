"""A few threads for one stage of work, with a limit of time for each call."""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import ParamSpec, TypeVar

import structlog

log = structlog.get_logger(__name__)

P = ParamSpec("P")
Result = TypeVar("Result")


class TookTooLong(Exception):
    """A call did not come back in time; its thread was left behind."""

    def __init__(self, limit_s: float) -> None:
        self.limit_s = limit_s
        super().__init__(f"took longer than {limit_s:.0f} s")


def _noticed(future: "asyncio.Future[Result]") -> None:
    """What fails after its caller went away is no news."""
    if not future.cancelled():
        future.exception()


class Threads:
    """`count` threads. A thread can't be stopped, so one that hangs is left behind and its place is filled."""

    def __init__(self, name: str, count: int) -> None:
        self.name, self.count = name, count
        self.left_behind = 0
        self._gate = asyncio.Semaphore(count)
        self._executor = self._fresh()

    def _fresh(self) -> ThreadPoolExecutor:
        return ThreadPoolExecutor(self.count, thread_name_prefix=self.name)

    async def run(self, limit_s: float, call: Callable[P, Result], *args: P.args, **kwargs: P.kwargs) -> Result:
        """The call's result. Raises TookTooLong; waiting for a free thread does not count."""
        async with self._gate:
            future = asyncio.get_running_loop().run_in_executor(self._executor, lambda: call(*args, **kwargs))
            future.add_done_callback(_noticed)
            try:
                await asyncio.wait([future], timeout=limit_s)
                if future.done():
                    return future.result()
            finally:
                del future  # an error in it holds this frame, and so what it was called with, until the next full garbage collection
            self._leave_behind()
            raise TookTooLong(limit_s)

    def _leave_behind(self) -> None:
        self.left_behind += 1
        log.error("a thread hangs and was left behind", stage=self.name, left_behind=self.left_behind)
        self._executor.shutdown(wait=False)
        self._executor = self._fresh()

    def close(self) -> None:
        """Let idle threads end; does not wait for busy ones."""
        self._executor.shutdown(wait=False, cancel_futures=True)
