"""How far a worker is with an image so large that it takes minutes: a note in Redis that fades, and an event for open pages.

The note stands under the lease of the job, and whoever reads it takes the lease from the job's row: once a job ended or is somebody
else's, nothing is left of what was said before.
"""

from collections.abc import Iterable
from uuid import UUID

import structlog
from redis.asyncio import Redis
from redis.exceptions import RedisError

from cellhub_app.core import limits
from cellhub_app.core.events import CHANNEL
from cellhub_app.core.queue import JobStatus
from cellhub_app.domain.jobs.claiming import Claimed
from cellhub_app.domain.jobs.news import headway_event
from cellhub_app.models.job import Job

FADES_AFTER_S = 30
_PREFIX = "cellhub:headway:"
log = structlog.get_logger(__name__)


async def tell(redis: Redis, job: Claimed, share: float) -> None:
    """Say which share of a job is done, 0 to 1. Raises RedisError when Redis does not answer."""
    pipe = redis.pipeline(transaction=False)
    pipe.set(f"{_PREFIX}{job.lease_id}", f"{share:.3f}", ex=FADES_AFTER_S)
    pipe.publish(CHANNEL, headway_event(job, share).encode())
    await pipe.execute()


def large_megapixels() -> float:
    """Above which size a job may be one that is told of; nobody asks after smaller ones."""
    return limits.IN_PIECES_ABOVE_PX / 1e6


async def shares(redis: Redis, jobs: Iterable[Job]) -> dict[UUID, float]:
    """Job -> share done, of the large jobs among these of which somebody said so lately; nothing when Redis does not answer."""
    leases = {job.id: job.lease_id for job in jobs if job.status == JobStatus.RUNNING and (job.megapixels or 0) > large_megapixels()}
    try:
        notes = await redis.mget([f"{_PREFIX}{lease}" for lease in leases.values()]) if leases else []
    except (RedisError, OSError) as error:
        log.warning("how far large images are could not be read", error=str(error))
        return {}
    return {job_id: float(note) for job_id, note in zip(leases, notes, strict=True) if note}
