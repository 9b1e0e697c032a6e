"""Telling how far a job is whose planes are so large that each takes minutes. Threads count, and a task tells every two seconds.

Counting is a number that is set; telling never fails the job, and nobody waits for it.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import structlog
from redis.asyncio import Redis
from redis.exceptions import RedisError

from cellhub_app.domain.jobs import headway
from cellhub_app.domain.jobs.claiming import Claimed
from ml_worker.inference.room import is_large

log = structlog.get_logger(__name__)

EVERY_S = 2.0
LOOKING = 0.7
LEAST = 0.05


@dataclass
class Parts:
    """Which part of the time the network takes, by model: the rest goes into the outlines. What took how long is learnt from each plane."""

    known: dict[str, float] = field(default_factory=dict)

    def of(self, model: str) -> float:
        """That part, 0 to 1."""
        return self.known.get(model, LOOKING)

    def note(self, model: str, network_s: float, outlines_s: float) -> None:
        """Learn from a plane that is done."""
        part = network_s / max(network_s + outlines_s, 1e-6)
        self.known[model] = min(1 - LEAST, max(LEAST, part))


class Headway:
    """The share done of a job of so many planes, each of which the network looks at in tiles and which is then outlined in pieces."""

    def __init__(self, planes: int, looking: float = LOOKING) -> None:
        self.share = 0.0
        self._planes, self._looking, self._before = max(1, planes), looking, 0

    def next_plane(self) -> None:
        """A plane is done."""
        self._before += 1

    def looked(self, part: float) -> None:
        """The network has seen this part of the plane."""
        self._count(self._looking * part)

    def outlined(self, part: float) -> None:
        """This part of the plane is outlined."""
        self._count(self._looking + (1 - self._looking) * part)

    def _count(self, part: float) -> None:
        self.share = min(1.0, max(self.share, (self._before + part) / self._planes))


@asynccontextmanager
async def telling(redis: Redis, job: Claimed, counted: Headway) -> AsyncIterator[None]:
    """While the block lasts everybody who may see the job is told how far it is, if its planes are large; of others nothing is told."""
    if not is_large(job.height or 0, job.width or 0):
        yield
        return
    task = asyncio.create_task(_tell(redis, job, counted), name=f"tell how far {job.id} is")
    try:
        yield
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


async def _tell(redis: Redis, job: Claimed, counted: Headway) -> None:
    """It is told again where nothing was done meanwhile: for pages that were opened since, and so that the note does not fade."""
    while True:
        try:
            async with asyncio.timeout(EVERY_S):
                await headway.tell(redis, job, counted.share)
        except (RedisError, OSError) as error:
            log.debug("how far a large image is could not be told", job_id=str(job.id), error=str(error))
        await asyncio.sleep(EVERY_S)
