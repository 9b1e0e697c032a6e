"""Job kinds, and the ARQ tickets that say "there is work". A ticket carries nothing: the rows of `job` are the truth.

Tiles and pictures of outlines are asked for without a row: they can be made again from what there is, and who misses them asks again.
"""

from enum import StrEnum
from typing import Any
from uuid import UUID

from arq.connections import ArqRedis, RedisSettings, create_pool
from redis.exceptions import RedisError

GPU_QUEUE = "cellhub:gpu"
IO_QUEUE = "cellhub:io"


class JobKind(StrEnum):
    """What a job does."""

    INGEST = "ingest"
    SEGMENT = "segment"
    EXPORT = "export"
    TRIAL = "trial"
    IMPORT = "import"

    @property
    def ticket(self) -> str:
        """Name of the ARQ function that wakes this kind's work loop."""
        return "segmentation.run" if self is JobKind.SEGMENT else f"{self.value}.run"

    @property
    def queue(self) -> str:
        """Name of the ARQ queue whose workers do this kind."""
        return GPU_QUEUE if self in {JobKind.SEGMENT, JobKind.TRIAL} else IO_QUEUE


class JobStatus(StrEnum):
    """Where a job, batch or export stands."""

    QUEUED = "queued"
    RUNNING = "running"
    PAUSED = "paused"
    SUCCEEDED = "succeeded"
    FAILED = "failed"
    CANCELLED = "cancelled"

    @property
    def is_final(self) -> bool:
        """Whether nothing more will happen by itself."""
        return self in {JobStatus.SUCCEEDED, JobStatus.FAILED, JobStatus.CANCELLED}


async def open_queue(redis_url: str) -> ArqRedis:
    """A connection pool for tickets."""
    return await create_pool(RedisSettings.from_dsn(redis_url))


async def send_ticket(queue: ArqRedis, kind: JobKind) -> bool:
    """Wake the workers of this kind; False when Redis does not answer (a cron wakes them every few seconds anyway)."""
    try:
        await queue.enqueue_job(kind.ticket, _queue_name=kind.queue, _expires=10)
    except (RedisError, OSError):
        return False
    return True


TILES_TICKET = "tiles.make"
TILES_TICKET_S = 30


async def ask_for_tiles(queue: ArqRedis, image_id: UUID, frame: int, timepoint: int) -> bool:
    """Have a worker cut a plane of an image into tiles, once however often it is asked; False when Redis does not answer."""
    name = f"tiles:{image_id}:{frame}:{timepoint}"
    try:
        await queue.enqueue_job(TILES_TICKET, str(image_id), frame, timepoint, _job_id=name, _queue_name=IO_QUEUE, _expires=TILES_TICKET_S)
    except (RedisError, OSError):
        return False
    return True


OUTLINES_TICKET = "outlines.draw"
OUTLINES_TICKET_S = 60
OUTLINES_REST_S = 3


async def ask_for_outlines(queue: ArqRedis, image_id: UUID, revision: int) -> bool:
    """Have a worker draw the outlines of an image in a moment; False when Redis does not answer.

    The worker draws what there is by then, so that of many edits in a row one in OUTLINES_REST_S is drawn, and the last one always.
    """
    name = f"outlines:{image_id}:{revision}"
    how: dict[str, Any] = {"_job_id": name, "_queue_name": IO_QUEUE, "_defer_by": OUTLINES_REST_S, "_expires": OUTLINES_TICKET_S}
    try:
        await queue.enqueue_job(OUTLINES_TICKET, str(image_id), **how)
    except (RedisError, OSError):
        return False
    return True
