"""Batches and jobs for doors and flows: add work, look at it, pause it, stop it. What workers call is in work.py."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from psycopg.types.json import Jsonb
from sqlalchemy import ColumnElement
from sqlalchemy.ext.asyncio import AsyncSession

from cellhub_app.core.errors import Conflict, NotFound
from cellhub_app.core.events import Event, EventType
from cellhub_app.core.ids import new_id
from cellhub_app.core.queue import JobKind, JobStatus
from cellhub_app.core.runtime import emit, get_runtime, wake
from cellhub_app.domain.access import Permission, Principal, require
from cellhub_app.domain.jobs import headway, lining_up, moving, repository, subjects, work
from cellhub_app.domain.jobs.moving import Move, move
from cellhub_app.domain.jobs.news import batch_event
from cellhub_app.domain.jobs.outlook import views
from cellhub_app.domain.jobs.schemas import BatchView, JobLogView, JobView, NewJob
from cellhub_app.models.image import ImageStatus
from cellhub_app.models.job import Batch


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
    session: AsyncSession,
    *,
    project_id: UUID,
    user_id: UUID,
    model: str,
    parameters: dict[str, Any],
    card_pace: float | None = None,
    notify: bool = False,
) -> Batch:
    """A new batch without jobs; line_up() brings them in the same transaction. `notify`: its end is told by e-mail.

    `card_pace`: seconds a megapixel as the model's card has it, from which the time left is guessed until it is known.
    """
    batch = Batch(project_id=project_id, user_id=user_id, model=model, parameters=parameters, card_pace=card_pace, notify=notify)
    session.add(batch)
    await session.flush()
    return batch


async def line_up(session: AsyncSession, batch: Batch, chosen: Sequence[ColumnElement[bool]], priority: int = 0) -> int:
    """Queue the segmentation of the images that fit the conditions, however many, as one batch; answers how many.

    It becomes the latest of its image, and waits while the image is being read; images that can't be read are passed over.
    """
    assert batch.user_id is not None  # noqa: S101 - a new batch has its owner
    count = await lining_up.line_up(session, batch, chosen, priority)
    await repository.ensure_turns(session, JobKind.SEGMENT, [batch.user_id])
    wake(session, JobKind.SEGMENT)
    return count


async def add(session: AsyncSession, jobs: Sequence[NewJob]) -> list[UUID]:
    """Queue jobs of one kind that is not segmentation; answers their ids in order."""
    if not jobs:
        return []
    rows = [_row(job) for job in jobs]
    await repository.add_jobs(session, rows)
    await repository.ensure_turns(session, jobs[0].kind, {job.user_id for job in jobs})
    wake(session, jobs[0].kind)
    return [row["id"] for row in rows]


def _row(job: NewJob) -> dict[str, Any]:
    row = {name: getattr(job, name) for name in ("kind", "user_id", "project_id", "image_id", "export_id", "priority")}
    return row | {"id": new_id(), "parameters": Jsonb(job.parameters), "status": JobStatus.QUEUED}


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
    shares = await headway.shares(get_runtime().redis, [row])
    return JobView.model_validate(row).model_copy(update={"progress": shares.get(row.id)})


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
    await _move(session, found, work.UNFINISHED, JobStatus.CANCELLED, f"Cancelled by {principal.name}.")
    await work.settle_batches(session, [batch_id], cancelled=True)
    return (await views(session, await repository.lock_batches(session, [batch_id])))[0]


async def retry_failed(session: AsyncSession, principal: Principal, batch_id: UUID) -> BatchView:
    """Queue the failed images of a batch again, with fresh attempts, if they could be read and no newer batch has taken them.

    Raises BatchNotFound, NotAllowed, Conflict.
    """
    found = await _found(session, principal, batch_id, Permission.EDIT)
    again, message = Move((JobStatus.FAILED,), JobStatus.QUEUED, anew=True), f"Queued again by {principal.name}."
    if not (await move(session, again, message, batch_ids=[batch_id], image_status=ImageStatus.READY, is_latest=True)).jobs:
        raise Conflict("No image of this batch failed that could be tried again.")
    wake(session, JobKind.SEGMENT)
    return await _set(session, found, JobStatus.QUEUED)


async def cancel_export(session: AsyncSession, export_id: UUID) -> bool:
    """Stop the job of an export; False when it was finished already."""
    held = await repository.lock_jobs(session, work.UNFINISHED, export_id=export_id)
    await repository.cancel_jobs(session, held)
    await subjects.follow(session, JobKind.EXPORT, held)
    return bool(held)


async def withdraw(session: AsyncSession, kind: JobKind, ids: Sequence[UUID]) -> int:
    """Cancel those of the jobs that no worker has begun; answers how many."""
    held = await repository.lock_jobs(session, (JobStatus.QUEUED,), job_ids=list(ids)) if ids else []
    await repository.cancel_jobs(session, held)
    await subjects.follow(session, kind, held)
    return len(held)


async def cancel_images(session: AsyncSession, image_ids: Sequence[UUID]) -> int:
    """Stop the segmentation of images that were deleted; answers how many. Claims would notice too: this does it at once.

    Reading goes on, so that an image that is restored is whole.
    """
    return await _cancel(session, image_ids=list(image_ids))


async def hold_segmentations(session: AsyncSession, images: Sequence[ColumnElement[bool]]) -> None:
    """Hold what is unfinished of the images that fit the conditions, before they are put in the trash."""
    await moving.hold(session, images, work.UNFINISHED)


async def cancel_trashed(session: AsyncSession, project_id: UUID, moment: datetime) -> int:
    """Stop the segmentation of the images that went to the trash at this moment; answers how many."""
    return await _cancel(session, project_id=project_id, trashed_at=moment)


async def _cancel(session: AsyncSession, **chosen: Any) -> int:
    moved = await move(session, Move(work.UNFINISHED, JobStatus.CANCELLED), **chosen)
    await work.settle_batches(session, moved.batches)
    return moved.jobs


async def _found(session: AsyncSession, principal: Principal, batch_id: UUID, permission: Permission = Permission.VIEW) -> Batch:
    found = await repository.readable_batch(session, principal, batch_id)
    if found is None:
        raise BatchNotFound
    await require(session, principal, found.project_id, permission)
    return found


async def _move(session: AsyncSession, found: Batch, among: Sequence[JobStatus], status: JobStatus, message: str | None = None) -> None:
    await move(session, Move(among, status), message, batch_ids=[found.id])
    locked = await repository.lock_batches(session, [found.id])
    if not locked or locked[0].finished_at is not None:
        raise BatchFinished


async def _set(session: AsyncSession, found: Batch, status: JobStatus) -> BatchView:
    row = (await repository.lock_batches(session, [found.id]))[0]
    row.status, row.finished_at = status, None
    await session.flush()
    view = (await views(session, [row]))[0]
    emit(session, batch_event(view))
    emit(session, Event(EventType.PROJECT_CHANGED, row.project_id, data={"images": True}))
    return view
