"""One retry helper and one circuit breaker for everything outside this process."""

import asyncio
import random
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import TypeVar

from cellhub_app.core.errors import CircuitOpen

Result = TypeVar("Result")


@dataclass(frozen=True)
class Backoff:
    """How often and how long to wait: `attempts` calls, `first_s` doubling up to `max_s`, jittered by a quarter."""

    attempts: int = 3
    first_s: float = 0.2
    max_s: float = 10.0

    def delay_s(self, attempt: int) -> float:
        """Seconds to wait after the given failed attempt (1 is the first)."""
        return min(self.max_s, self.first_s * 2.0 ** (attempt - 1)) * random.uniform(0.75, 1.25)


async def retry(
    call: Callable[[], Awaitable[Result]], *, on: type[BaseException] | tuple[type[BaseException], ...], backoff: Backoff | None = None
) -> Result:
    """Call until it succeeds or the attempts are spent; only errors named by `on` are tried again."""
    plan = backoff or Backoff()
    for attempt in range(1, plan.attempts):
        try:
            return await call()
        except on:
            await asyncio.sleep(plan.delay_s(attempt))
    return await call()


@dataclass
class CircuitBreaker:
    """Leaves a failing service alone: after `threshold` failures in a row, calls fail at once for `rest_s` seconds, then one is tried."""

    name: str
    threshold: int = 5
    rest_s: float = 30.0
    clock: Callable[[], float] = time.monotonic
    _failures: int = field(default=0, init=False)
    _open_until: float = field(default=0.0, init=False)

    @property
    def is_open(self) -> bool:
        """Whether calls are refused now."""
        return self._failures >= self.threshold and self.clock() < self._open_until

    async def call(self, call: Callable[[], Awaitable[Result]], *, on: type[BaseException] | tuple[type[BaseException], ...]) -> Result:
        """Make the call unless the circuit is open. Raises CircuitOpen, or what the call raises."""
        if self.is_open:
            raise CircuitOpen(f"{self.name} does not answer; trying again in a moment.")
        try:
            result = await call()
        except on:
            self._failures += 1
            self._open_until = self.clock() + self.rest_s
            raise
        self._failures = 0
        return result

    def reset(self) -> None:
        """Forget the failures: the service did answer."""
        self._failures = 0
