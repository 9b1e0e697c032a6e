"""Pausing, resuming, stopping and trying again what stands in line: one image, a project's batches, all of a person's."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from cellhub_app.core.errors import Conflict
from cellhub_app.core.events import Event, EventType
from cellhub_app.core.queue import JobKind, JobStatus
from cellhub_app.core.runtime import emit, wake
from cellhub_app.domain.access import Permission, Principal, allows, project_role, require
from cellhub_app.domain.jobs import repository, service, subjects, work
from cellhub_app.domain.jobs.moving import Move, Moved, move
from cellhub_app.domain.jobs.news import Subject, batch_event, job_event
from cellhub_app.domain.jobs.outlook import views
from cellhub_app.domain.jobs.schemas import BatchView, JobView, Steered
from cellhub_app.models.image import ImageStatus
from cellhub_app.models.job import Batch, Job


class Act(StrEnum):
    """What can be done with work that stands in line."""

    PAUSE = "pause"
    RESUME = "resume"
    CANCEL = "cancel"
    RETRY = "retry-failed"


@dataclass(frozen=True)
class _Step:
    move: Move
    word: str


_STEPS = {
    Act.PAUSE: _Step(Move((JobStatus.QUEUED,), JobStatus.PAUSED), "Paused"),
    Act.RESUME: _Step(Move((JobStatus.PAUSED,), JobStatus.QUEUED), "Resumed"),
    Act.CANCEL: _Step(Move(work.UNFINISHED, JobStatus.CANCELLED), "Cancelled"),
    Act.RETRY: _Step(Move((JobStatus.FAILED,), JobStatus.QUEUED, anew=True), "Queued again"),
}


async def steer_image(session: AsyncSession, principal: Principal, image_id: UUID, act: Act) -> JobView:
    """Do this with the latest segmentation of an image. Raises JobNotFound, NotAllowed, Conflict when it does not stand so."""
    job = await repository.latest_job(session, principal, image_id)
    if job is None:
        raise service.JobNotFound
    await require(session, principal, job.project_id, Permission.EDIT)
    moved = await _move(session, principal, act, job_ids=[job.id])
    await session.refresh(job)
    if not moved.jobs:
        raise Conflict(f"The segmentation of this image is {job.status}, so this can't be done with it.")
    await _follow_batches(session, act, [job.batch_id] if job.batch_id else [])
    _tell(session, job)
    return JobView.model_validate(job)


async def steer_project(session: AsyncSession, principal: Principal, project_id: UUID, act: Act) -> Steered:
    """Do this with every batch of a project. Raises ProjectNotFound, NotAllowed."""
    await require(session, principal, project_id, Permission.EDIT)
    return await _steer(session, principal, await repository.steerable(session, project_id=project_id), act)


async def steer_mine(session: AsyncSession, principal: Principal, act: Act) -> Steered:
    """Do this with every batch that the caller started, where they may still edit."""
    started = await repository.steerable(session, user_id=principal.user_id, readable_by=principal)
    editable = {
        project_id for project_id in {batch.project_id for batch in started}
        if allows(await project_role(session, principal, project_id), Permission.EDIT)
    }  # fmt: skip
    return await _steer(session, principal, [batch for batch in started if batch.project_id in editable], act)


async def stop_all_of(session: AsyncSession, principal: Principal, user_id: UUID) -> None:
    """Cancel whatever somebody started, in any project: they lost their account, and nobody waits for it.

    Reading goes on: files that were uploaded belong to their project.
    """
    await _steer(session, principal, await repository.steerable(session, user_id=user_id), Act.CANCEL)
    for kind in (JobKind.EXPORT, JobKind.TRIAL):
        held = await repository.lock_jobs(session, work.UNFINISHED, user_id=user_id, kind=kind)
        await repository.cancel_jobs(session, held)
        await subjects.follow(session, kind, held)
        for row in await repository.subjects_of(session, held):
            emit(session, job_event(Subject.of(dict(row)), JobStatus.CANCELLED))


async def _steer(session: AsyncSession, principal: Principal, batches: Sequence[Batch], act: Act) -> Steered:
    moved = await _move(session, principal, act, batch_ids=[batch.id for batch in batches])
    seen = await _follow_batches(session, act, sorted(moved.batches))
    for project_id in {view.project_id for view in seen}:
        emit(session, Event(EventType.PROJECT_CHANGED, project_id, data={"images": True}))
    return Steered(images=moved.jobs, batches=seen)


async def _move(session: AsyncSession, principal: Principal, act: Act, **chosen: list[UUID]) -> Moved:
    step = _STEPS[act]
    ready = {"image_status": ImageStatus.READY, "is_latest": True} if step.move.anew else {}
    moved = await move(session, step.move, f"{step.word} by {principal.name}.", **chosen, **ready)
    if step.move.to is JobStatus.QUEUED and moved.jobs:
        wake(session, JobKind.SEGMENT)
    return moved


async def _follow_batches(session: AsyncSession, act: Act, ids: Sequence[UUID]) -> list[BatchView]:
    """Let batches stand as their jobs now do."""
    if act is Act.CANCEL:
        await work.settle_batches(session, ids, cancelled=True)
    rows = await repository.lock_batches(session, ids)
    waiting = await repository.without_motion(session, ids)
    for row in rows:
        if act is Act.PAUSE and row.id in waiting:
            row.status = JobStatus.PAUSED
        elif act in {Act.RESUME, Act.RETRY}:
            row.status, row.finished_at = JobStatus.RUNNING if row.started_at else JobStatus.QUEUED, None
    await session.flush()
    seen = await views(session, rows)
    for view in seen:
        emit(session, batch_event(view))
    return seen


def _tell(session: AsyncSession, job: Job) -> None:
    subject = Subject(JobKind.SEGMENT, job.id, job.project_id, job.batch_id, job.image_id, model=job.model)
    emit(session, job_event(subject, JobStatus(job.status)))
