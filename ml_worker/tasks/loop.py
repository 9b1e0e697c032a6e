"""The work loop: claim, work, claim again. The rows of `job` are the truth; a ticket only says "look now".

A loop looks at the line when a ticket wakes it, when it has room again, and every few seconds in any case, so that lost tickets cost
seconds. Outages of the database or Redis are waited out.
"""

import asyncio
import math
import time
from collections import deque
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field

import structlog

from cellhub_app.core.errors import CellHubError, Invalid
from cellhub_app.core.limits import WAKE_EVERY_S
from cellhub_app.core.queue import JobKind
from cellhub_app.core.runtime import Runtime
from cellhub_app.domain.jobs import work
from cellhub_app.domain.jobs.claiming import CLAIMABLE_ABOVE, UNKNOWN_SECONDS, Appetite, Claimed
from ml_worker.tasks.lease_keeper import LeaseKeeper
from ml_worker.tasks.outage import insist
from ml_worker.tasks.threads import TookTooLong

log = structlog.get_logger(__name__)

Work = Callable[[Claimed], Awaitable[None]]

RATE_WINDOW_S = 60.0
LEARNING = 0.1
HOLD_LIMIT_S = 3600.0


@dataclass(frozen=True)
class Capacity:
    """How much a loop holds at once: `jobs`, and `seconds` of work; only jobs of a priority `above` this.

    A job is held for at most `hold_limit_s`; stacks, images so large that they may take longer (Claimed.patience) and whatever is in hand
    with them for as much more as those may take beyond a usual job.
    """

    jobs: int
    seconds: float = math.inf
    hold_limit_s: float = HOLD_LIMIT_S
    above: int = CLAIMABLE_ABOVE


class Speeds(dict[str, float]):
    """Seconds a megapixel by model: at first what the model cards say, then what this worker measures."""

    _last_end = 0.0

    def note(self, model: str, megapixels: float, began: float, ended: float) -> None:
        """Learn from a finished image; only the time since the one before counts, because images overlap."""
        gap = ended - max(self._last_end, began)
        self._last_end = ended
        measured = max(0.0, gap) / max(megapixels, 0.01)
        self[model] = measured if model not in self else (1 - LEARNING) * self[model] + LEARNING * measured


@dataclass
class _Held:
    job: Claimed
    task: "asyncio.Task[None]"
    seconds: float
    began: float = field(default_factory=time.monotonic)


class WorkLoop:
    """Claims jobs of one kind and gives each to `work`, which also writes its result; what `work` raises fails the job."""

    def __init__(
        self,
        runtime: Runtime,
        kind: JobKind,
        name: str,
        keeper: LeaseKeeper,
        work: Work,
        capacity: Capacity,
        speeds: Mapping[str, float] | None = None,
    ) -> None:
        self.kind = kind
        self.speeds = Speeds(speeds or {})
        self.model: str | None = None
        self._runtime, self._name, self._keeper, self._do, self._capacity = runtime, name, keeper, work, capacity
        self._held: dict[object, _Held] = {}
        self._look = asyncio.Event()
        self._claiming = asyncio.Lock()
        self._line_is_empty = False
        self._stopping = False
        self._ends: deque[float] = deque(maxlen=1000)

    @property
    def holds(self) -> int:
        """Jobs in hand."""
        return len(self._held)

    @property
    def rate(self) -> float:
        """Jobs finished a second, over the last minute."""
        since = time.monotonic() - RATE_WINDOW_S
        return sum(end > since for end in self._ends) / RATE_WINDOW_S

    def wake(self) -> None:
        """Look at the line now."""
        self._line_is_empty = False
        self._look.set()

    async def run(self) -> None:
        """Work until stop() is called."""
        while not self._stopping:
            self._look.clear()
            if self._has_room():
                self._line_is_empty = True  # until somebody says otherwise, be it while the line is looked at
                async with self._claiming:
                    claimed = await insist(self._claim, f"claim {self.kind}", is_wanted=lambda: not self._stopping)
                if claimed:
                    self._line_is_empty = False
                    continue
            with suppress(TimeoutError):
                await asyncio.wait_for(self._look.wait(), WAKE_EVERY_S)
                continue
            self._line_is_empty = False

    async def stop(self, grace_s: float) -> None:
        """Claim no more, wait for what is in hand, give the rest back uncounted."""
        self._stopping = True
        self.wake()
        async with self._claiming:
            pass
        if tasks := [held.task for held in self._held.values()]:
            await asyncio.wait(tasks, timeout=grace_s)
        left = [held for held in self._held.values() if not held.task.done()]
        for held in left:
            held.task.cancel()
        await asyncio.gather(*(held.task for held in left), return_exceptions=True)
        if left:
            deadline = time.monotonic() + grace_s
            jobs = [held.job for held in left]
            await insist(lambda: self._release(jobs), "give jobs back", is_wanted=lambda: time.monotonic() < deadline)

    def _has_room(self) -> bool:
        if self._line_is_empty and self._held:
            return False
        load = sum(held.seconds for held in self._held.values())
        return len(self._held) < 2 or (len(self._held) <= self._capacity.jobs // 2 and load <= self._capacity.seconds / 2)

    async def _claim(self) -> int:
        load = sum(held.seconds for held in self._held.values())
        appetite = Appetite(
            limit=max(1, self._capacity.jobs - len(self._held)),
            seconds=max(0.0, self._capacity.seconds - load),
            speeds=self.speeds,
            is_idle=not self._held,
            above=self._capacity.above,
        )
        async with self._runtime.work() as session:
            jobs = await work.claim(session, self.kind, self._name, appetite)
        for job in jobs:
            self._begin(job)
        return len(jobs)

    def _begin(self, job: Claimed) -> None:
        loop = asyncio.get_running_loop()
        task = loop.create_task(self._attempt(job), name=f"{self.kind} {job.id}")
        self.model = job.model
        self._held[job.lease_id] = _Held(job, task, self.speeds.get(job.model or "", UNKNOWN_SECONDS) * job.workload)

        def on_lost() -> None:
            loop.call_soon_threadsafe(self._lost, job)

        self._keeper.keep(job.lease_id, job.id, self._hold_limit_s(), on_lost)
        task.add_done_callback(lambda _: self._end(job))

    def _hold_limit_s(self) -> float:
        """For how long a job that comes now may be held: as any, and as long as the long ones in hand may make it wait."""
        beyond = sum(held.job.patience * max(1, len(held.job.planes)) - 1 for held in self._held.values())
        return self._capacity.hold_limit_s * (1 + beyond)

    def _lost(self, job: Claimed) -> None:
        if held := self._held.get(job.lease_id):
            log.debug("a job is not ours any more", job_id=str(job.id), kind=self.kind)
            held.task.cancel()

    def _end(self, job: Claimed) -> None:
        held = self._held.pop(job.lease_id)
        self._keeper.drop(job.lease_id)
        if not held.task.cancelled() and (error := held.task.exception()):
            log.error("a job could not be ended; its lease will run out", job_id=str(job.id), kind=self.kind, exc_info=error)
        ended = time.monotonic()
        self._ends.append(ended)
        self.speeds.note(job.model or "", job.workload, held.began, ended)
        if not self._held:
            self._line_is_empty = False
        if not self._line_is_empty:
            self._look.set()

    async def _attempt(self, job: Claimed) -> None:
        try:
            await self._do(job)
        except CellHubError as error:
            await self._fail(job, error.code, error.detail, retry=not isinstance(error, Invalid))
        except TookTooLong as error:
            await self._fail(job, "tookTooLong", f"Couldn't finish {_subject(job)}: it took longer than {error.limit_s:.0f} seconds.")
        except MemoryError:
            await self._fail(job, "outOfMemory", f"Couldn't finish {_subject(job)}: it needs more memory than there is.", retry=True)
        except Exception as error:  # one bad image must never end the loop
            log.exception("a job failed unexpectedly", job_id=str(job.id), kind=self.kind, attempt=job.attempt)
            detail = f"Couldn't finish {_subject(job)}: something went wrong inside CellHub ({type(error).__name__})."
            await self._fail(job, "internal", detail, retry=True)

    async def _fail(self, job: Claimed, code: str, detail: str, *, retry: bool = False) -> None:
        async def fail() -> None:
            async with self._runtime.work() as session:
                await work.fail(session, job, code, detail, retry=retry)

        await insist(fail, "note a failure")

    async def _release(self, jobs: list[Claimed]) -> None:
        async with self._runtime.work() as session:
            await work.release(session, jobs)


def _subject(job: Claimed) -> str:
    return job.image_name or f"this {job.kind}"
