"""Batches and jobs for doors and flows: add work, look at it, pause it, stop it. What workers call is in work.py."""

from collections import Counter
from collections.abc import Sequence
from datetime import timedelta
from typing import Any
from uuid import UUID

from psycopg.types.json import Jsonb
from sqlalchemy.ext.asyncio import AsyncSession

from cellhub_app.core.errors import Conflict, NotFound
from cellhub_app.core.events import Event, EventType
from cellhub_app.core.ids import new_id, now
from cellhub_app.core.queue import JobKind, JobStatus
from cellhub_app.core.runtime import emit, wake
from cellhub_app.domain.access import Permission, Principal, require
from cellhub_app.domain.jobs import repository, subjects, work
from cellhub_app.domain.jobs.claiming import PARKED
from cellhub_app.domain.jobs.forecast import Finish, eta_range, paces, places
from cellhub_app.domain.jobs.news import batch_event
from cellhub_app.domain.jobs.schemas import BatchCounts, BatchView, Eta, JobLogView, JobView, NewJob
from cellhub_app.models.image import ImageStatus
from cellhub_app.models.job import Batch

STALLED_AFTER = timedelta(seconds=60)
NOT_READ = {"code": "imageNotRead", "detail": "This image couldn't be read, so there is nothing to segment."}


class BatchNotFound(NotFound):
    """There is no such batch for this caller."""

    code, title = "batchNotFound", "There is no such batch, or it is not shared with you"


class JobNotFound(NotFound):
    """There is no such job for this caller."""

    code, title = "jobNotFound", "There is no such job, or it is not shared with you"


class BatchFinished(Conflict):
    """The batch is done, so there is nothing to pause or stop."""

    code, title = "batchFinished", "This batch is finished already"


async def add_batch(
    session: AsyncSession, *, project_id: UUID, user_id: UUID, model: str, parameters: dict[str, Any], notify: bool = False
) -> Batch:
    """A new batch without jobs; add() brings them in the same transaction. `notify`: its end is told by e-mail."""
    batch = Batch(project_id=project_id, user_id=user_id, model=model, parameters=parameters, notify=notify)
    session.add(batch)
    await session.flush()
    return batch


async def add(session: AsyncSession, jobs: Sequence[NewJob]) -> list[UUID]:
    """Queue jobs of one kind, thousands at once; answers their ids in order.

    A segmentation becomes the latest of its image; it waits while the image is being read and fails at once when that failed.
    """
    if not jobs:
        return []
    kind = jobs[0].kind
    segment = kind is JobKind.SEGMENT
    status = await subjects.lock_images(session, [job.image_id for job in jobs if job.image_id]) if segment else {}
    rows = [_row(job, status.get(job.image_id) if segment and job.image_id else None) for job in jobs]
    ids = [row["id"] for row in rows]
    await repository.add_jobs(session, rows)
    await repository.ensure_turns(session, kind, {job.user_id for job in jobs})
    if segment:
        await subjects.adopt(session, ids)
        if any(row["status"] == JobStatus.FAILED for row in rows):
            await work.settle_batches(session, {job.batch_id for job in jobs})
    wake(session, kind)
    return ids


def _row(job: NewJob, image_status: str | None) -> dict[str, Any]:
    failed = image_status == ImageStatus.FAILED
    waits = image_status in {ImageStatus.UPLOADED, ImageStatus.INGESTING}
    row = {name: getattr(job, name) for name in ("kind", "user_id", "project_id", "batch_id", "image_id", "export_id", "model")}
    row |= {"id": new_id(), "parameters": Jsonb(job.parameters), "priority": job.priority + (PARKED if waits else 0)}
    row["status"] = JobStatus.FAILED if failed else JobStatus.QUEUED
    return row | ({"error": Jsonb(NOT_READ), "finished_at": now()} if failed else {})


async def batch(session: AsyncSession, principal: Principal, batch_id: UUID) -> BatchView:
    """One batch. Raises BatchNotFound."""
    return (await views(session, [await _found(session, principal, batch_id)]))[0]


async def project_batches(session: AsyncSession, principal: Principal, project_id: UUID) -> list[BatchView]:
    """The unfinished and the latest finished batches of a project, newest first. Raises ProjectNotFound."""
    await require(session, principal, project_id, Permission.VIEW)
    return await views(session, await repository.project_batches(session, principal, project_id))


async def unfinished(session: AsyncSession, principal: Principal) -> list[BatchView]:
    """What runs in the caller's projects, oldest first; overview.running() tells more of each."""
    return await views(session, await repository.unfinished(session, principal))


async def depths(session: AsyncSession) -> dict[JobKind, tuple[int, float]]:
    """How many jobs of each kind wait, and for how many seconds the oldest of them has; for the metrics."""
    found = {JobKind(row["kind"]): (int(row["jobs"]), float(row["oldest_s"])) for row in await repository.depths(session)}
    return {kind: found.get(kind, (0, 0.0)) for kind in JobKind}


async def progress(session: AsyncSession) -> list[BatchView]:
    """Every unfinished batch, for the worker that publishes how far they are."""
    return await views(session, await repository.unfinished(session))


async def job(session: AsyncSession, principal: Principal, job_id: UUID) -> JobView:
    """One job. Raises JobNotFound."""
    row = await repository.readable_job(session, principal, job_id)
    if row is None:
        raise JobNotFound
    return JobView.model_validate(row)


async def job_log(session: AsyncSession, principal: Principal, job_id: UUID) -> list[JobLogView]:
    """What happened to a job, oldest first. Raises JobNotFound."""
    await job(session, principal, job_id)
    return [JobLogView.model_validate(line) for line in await repository.log_of(session, job_id)]


async def pause(session: AsyncSession, principal: Principal, batch_id: UUID) -> BatchView:
    """Take the rest of a batch out of the line; what runs is finished. Raises BatchNotFound, BatchFinished, NotAllowed."""
    found = await _found(session, principal, batch_id, Permission.EDIT)
    await _move(session, found, (JobStatus.QUEUED,), JobStatus.PAUSED)
    return await _set(session, found, JobStatus.PAUSED)


async def resume(session: AsyncSession, principal: Principal, batch_id: UUID) -> BatchView:
    """Put a paused batch back in line. Raises BatchNotFound, BatchFinished, NotAllowed."""
    found = await _found(session, principal, batch_id, Permission.EDIT)
    await _move(session, found, (JobStatus.PAUSED,), JobStatus.QUEUED)
    wake(session, JobKind.SEGMENT)
    return await _set(session, found, JobStatus.RUNNING if found.started_at else JobStatus.QUEUED)


async def cancel(session: AsyncSession, principal: Principal, batch_id: UUID) -> BatchView:
    """Stop a batch; the result of what runs is discarded. Raises BatchNotFound, BatchFinished, NotAllowed."""
    found = await _found(session, principal, batch_id, Permission.EDIT)
    moved = await _move(session, found, work.UNFINISHED, JobStatus.CANCELLED)
    await repository.write_log(session, moved, f"Cancelled by {principal.name}.")
    await work.settle_batches(session, [batch_id], cancelled=True)
    return (await views(session, await repository.lock_batches(session, [batch_id])))[0]


async def retry_failed(session: AsyncSession, principal: Principal, batch_id: UUID) -> BatchView:
    """Queue the failed images of a batch again, with fresh attempts, if they could be read and no newer batch has taken them.

    Raises BatchNotFound, NotAllowed, Conflict.
    """
    found = await _found(session, principal, batch_id, Permission.EDIT)
    failed = await repository.lock_jobs(session, (JobStatus.FAILED,), batch_id=batch_id, image_status=ImageStatus.READY, is_latest=True)
    if not failed:
        raise Conflict("No image of this batch failed that could be tried again.")
    await repository.move_jobs(session, failed, JobStatus.QUEUED, anew=True)
    await subjects.adopt(session, failed)
    await repository.write_log(session, failed, f"Queued again by {principal.name}.")
    wake(session, JobKind.SEGMENT)
    return await _set(session, found, JobStatus.QUEUED)


async def cancel_export(session: AsyncSession, export_id: UUID) -> bool:
    """Stop the job of an export; False when it was finished already."""
    held = await repository.lock_jobs(session, work.UNFINISHED, export_id=export_id)
    await repository.move_jobs(session, held, JobStatus.CANCELLED)
    await subjects.follow(session, JobKind.EXPORT, held)
    return bool(held)


async def cancel_images(session: AsyncSession, image_ids: Sequence[UUID]) -> int:
    """Stop the segmentation of images that were deleted; answers how many. Claims would notice too: this does it at once.

    Reading goes on, so that an image that is restored is whole.
    """
    held = await repository.lock_jobs(session, work.UNFINISHED, image_ids=list(image_ids), kind=JobKind.SEGMENT)
    await repository.move_jobs(session, held, JobStatus.CANCELLED)
    await subjects.follow(session, JobKind.SEGMENT, held)
    await work.settle_batches(session, await repository.batches_of(session, held))
    return len(held)


async def _found(session: AsyncSession, principal: Principal, batch_id: UUID, permission: Permission = Permission.VIEW) -> Batch:
    found = await repository.readable_batch(session, principal, batch_id)
    if found is None:
        raise BatchNotFound
    await require(session, principal, found.project_id, permission)
    return found


async def _move(session: AsyncSession, found: Batch, among: Sequence[JobStatus], status: JobStatus) -> list[UUID]:
    held = await repository.lock_jobs(session, among, batch_id=found.id)
    await repository.move_jobs(session, held, status)
    await subjects.follow(session, JobKind.SEGMENT, held)
    locked = await repository.lock_batches(session, [found.id])
    if not locked or locked[0].finished_at is not None:
        raise BatchFinished
    return held


async def _set(session: AsyncSession, found: Batch, status: JobStatus) -> BatchView:
    row = (await repository.lock_batches(session, [found.id]))[0]
    row.status, row.finished_at = status, None
    await session.flush()
    view = (await views(session, [row]))[0]
    emit(session, batch_event(view))
    emit(session, Event(EventType.PROJECT_CHANGED, row.project_id, data={"images": True}))
    return view


async def views(session: AsyncSession, batches: Sequence[Batch]) -> list[BatchView]:
    """Batches with what is counted, their place in the line and their time left."""
    if not batches:
        return []
    counts = await repository.counts(session, [row.id for row in batches])
    if all(row.finished_at for row in batches):
        return [BatchView.of(row, counts[row.id]) for row in batches]
    line = places(await repository.stretches(session))
    recent = await repository.finishes(session)
    pace = paces(recent)
    found = []
    for row in batches:
        place = line.get(row.id)
        ahead = Counter(place.work if place else {}) + Counter({row.model: counts[row.id].running})
        known = None if _has_stalled(row, counts[row.id], recent) else eta_range(ahead, pace)
        eta = Eta(low_seconds=known[0], high_seconds=known[1]) if known and ahead and row.status != JobStatus.PAUSED else None
        found.append(BatchView.of(row, counts[row.id], place.first if place else None, eta))
    return found


def _has_stalled(row: Batch, counts: BatchCounts, recent: Sequence[Finish]) -> bool:
    """Whether nothing has come out for so long that no honest estimate exists."""
    begun = row.started_at or row.created_at
    latest = max([begun, *(finish.finished_at for finish in recent[-1:])])
    return counts.open > 0 and now() - latest > STALLED_AFTER
