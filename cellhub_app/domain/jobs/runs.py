"""What a run did: a batch, each of its images with how it went, and the log of one of them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import Row, case, func, literal, select, tuple_
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.types import Uuid
from sqlmodel import col

from cellhub_app.core.queue import JobStatus
from cellhub_app.core.runtime import get_runtime
from cellhub_app.domain.access import Principal
from cellhub_app.domain.jobs import headway, overview, repository
from cellhub_app.domain.jobs.schemas import BatchLine, Cause, EndedBatch
from cellhub_app.domain.jobs.service import BatchNotFound, JobNotFound
from cellhub_app.models.annotation import Revision, Segmentation
from cellhub_app.models.image import Image
from cellhub_app.models.job import Job

# Failures are what people come to see; then what is on its way, then what is done.
_FIRST = case({JobStatus.FAILED.value: 0, JobStatus.RUNNING.value: 1, JobStatus.QUEUED.value: 2}, value=col(Job.status), else_=3)


@dataclass(frozen=True)
class RunImage:
    """One image of a run: the revision it made of the first plane, the objects it found in all of them, seconds in line and in work, why it
    failed. `is_gone`: it was deleted since. `progress`: the share done while a large one is worked on."""

    job_id: UUID
    image_id: UUID
    name: str
    status: JobStatus
    is_gone: bool
    revision: int | None
    objects: int | None
    waited_s: float | None
    took_s: float | None
    timings: dict[str, float]
    worker: str
    attempt: int
    problem: str
    queued_at: datetime
    finished_at: datetime | None
    progress: float | None = None


@dataclass(frozen=True)
class Pace:
    """How long the images of a run waited and took, in seconds: the median, and what 95 of 100 stayed below. None before the first."""

    waited_p50: float | None
    waited_p95: float | None
    took_p50: float | None
    took_p95: float | None


@dataclass(frozen=True)
class Run:
    """A batch with its figures; `weights_sha256` is empty for a model without weights, or before the first result.

    `objects` were found in all its images; `retryable` of those that failed, for the `causes`, can be tried again.
    """

    batch: BatchLine
    pace: Pace
    weights_sha256: str
    objects: int
    causes: list[Cause]
    retryable: int


_Shown = Row[Job, str, bool, int | None, int | None]


async def run_of(session: AsyncSession, principal: Principal, run_id: UUID) -> tuple[Run, UUID | None]:
    """The run with that id, or the one of the job with that id, which is answered too. Raises BatchNotFound."""
    job = await repository.readable_job(session, principal, run_id)
    batch_id = job.batch_id if job else run_id
    batch = await _line(session, principal, batch_id) if batch_id else None
    if batch is None:
        raise BatchNotFound
    made = select(func.max(col(Revision.weights_sha256)), func.sum(col(Revision.object_count)))
    made = made.join(Job, col(Job.id) == col(Revision.job_id)).where(col(Job.batch_id) == batch.id)
    sha256, objects = (await session.execute(made)).one()
    causes, retryable = await _causes(session, principal, batch)
    pace = await _pace(session, batch.id)
    return Run(batch, pace, sha256 or "", int(objects or 0), causes, retryable), job.id if job else None


async def _causes(session: AsyncSession, principal: Principal, batch: BatchLine) -> tuple[list[Cause], int]:
    if isinstance(batch, EndedBatch):
        return batch.causes, batch.retryable
    causes = await overview.causes(session, principal, batch.id) if batch.counts.failed else []
    return causes, sum(cause.retryable for cause in causes)


async def _line(session: AsyncSession, principal: Principal, batch_id: UUID) -> BatchLine | EndedBatch | None:
    found: Sequence[BatchLine] = await overview.these(session, principal, [batch_id])
    found = found or [line for line in await overview.running(session, principal) if line.id == batch_id]
    return found[0] if found else None


async def _pace(session: AsyncSession, batch_id: UUID) -> Pace:
    waited = func.extract("epoch", col(Job.started_at) - col(Job.created_at))
    took = func.extract("epoch", col(Job.finished_at) - col(Job.started_at))
    columns = [func.percentile_cont(share).within_group(seconds) for seconds in (waited, took) for share in (0.5, 0.95)]
    query = select(*columns).where(col(Job.batch_id) == batch_id, col(Job.status) == JobStatus.SUCCEEDED)
    return Pace(*(None if value is None else float(value) for value in (await session.execute(query)).one()))


async def images(
    session: AsyncSession, batch_id: UUID, limit: int, after: RunImage | None = None, job_id: UUID | None = None
) -> list[RunImage]:
    """Images of a run that the caller was let see, failures first: so many after one of them, or the one of a job."""
    made = col(Revision.job_id) == col(Job.id)
    objects = select(func.sum(col(Revision.object_count))).where(made).correlate(Job).scalar_subquery()
    first = select(col(Revision.number)).join(Segmentation, col(Segmentation.id) == col(Revision.segmentation_id))
    first = first.where(made, col(Segmentation.frame) == 0).correlate(Job)
    columns = (col(Image.name), col(Image.deleted_at).is_not(None), first.scalar_subquery(), objects)
    query = select(Job, *columns).join(Image, col(Image.id) == col(Job.image_id)).where(col(Job.batch_id) == batch_id)
    if job_id is not None:
        query = query.where(col(Job.id) == job_id)
    if after is not None:
        rank = select(_FIRST).where(col(Job.id) == after.job_id).scalar_subquery()
        query = query.where(tuple_(_FIRST, col(Job.id)) > tuple_(rank, literal(after.job_id, Uuid)))
    rows = (await session.execute(query.order_by(_FIRST, col(Job.id)).limit(limit))).all()
    shares = await headway.shares(get_runtime().redis, [row[0] for row in rows])
    return [_image(row, shares.get(row[0].id)) for row in rows]


async def image_of(session: AsyncSession, principal: Principal, job_id: UUID) -> RunImage:
    """The image of a job that belongs to a run. Raises JobNotFound."""
    job = await repository.readable_job(session, principal, job_id)
    found = await images(session, job.batch_id, 1, job_id=job_id) if job and job.batch_id else []
    if not found:
        raise JobNotFound
    return found[0]


def _image(row: _Shown, progress: float | None) -> RunImage:
    job, name, is_gone, revision, objects = row
    assert job.image_id is not None  # noqa: S101 - joined by it
    return RunImage(
        job_id=job.id,
        image_id=job.image_id,
        name=name,
        status=JobStatus(job.status),
        is_gone=is_gone,
        revision=revision,
        objects=objects,
        waited_s=_seconds(job.created_at, job.started_at),
        took_s=_seconds(job.started_at, job.finished_at),
        timings=job.timings,
        worker=job.worker or "",
        attempt=job.attempt,
        problem=(job.error or {}).get("detail", ""),
        queued_at=job.created_at,
        finished_at=job.finished_at,
        progress=progress,
    )


def _seconds(start: datetime | None, end: datetime | None) -> float | None:
    return max(0.0, (end - start).total_seconds()) if start and end else None
