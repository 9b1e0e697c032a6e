"""Queries about trials and face-offs; what a Principal may read is built in here."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import or_, select, text
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from cellhub_app.core.ids import now
from cellhub_app.core.queue import JobStatus
from cellhub_app.domain.access import Principal, readable_projects
from cellhub_app.domain.trials.schemas import NewTrial, Result
from cellhub_app.models.trial import FaceOff, Trial

LISTED = 20
ALIVE = (JobStatus.QUEUED, JobStatus.RUNNING, JobStatus.SUCCEEDED)
_SUPERSEDED = text("""
    select distinct t.job_id from trial t join job j on j.id = t.job_id
    where t.image_id = :image_id and t.user_id = :user_id and t.face_off_id is null and j.status = 'queued'
""")
_FORGET = text("""
    with old as (
        delete from trial where face_off_id in (select id from face_off where created_at < :face_offs)
            or (face_off_id is null and created_at < :previews) returning job_id
    ) delete from job where id in (select job_id from old)
""")
_FORGET_FACE_OFFS = text("delete from face_off where created_at < :face_offs returning id")


async def add(session: AsyncSession, project_id: UUID, user_id: UUID, trials: Iterable[NewTrial], face_off_id: UUID | None = None) -> None:
    """Write trials down; their jobs are there already."""
    common = {"project_id": project_id, "user_id": user_id, "face_off_id": face_off_id, "status": JobStatus.QUEUED, "created_at": now()}
    await session.execute(insert(Trial).values([vars(trial) | common for trial in trials]))


async def preview(
    session: AsyncSession, user_id: UUID, image_id: UUID, model: str, weights: str | None, parameters: dict[str, Any]
) -> Trial | None:
    """The newest preview that asks for exactly this and did not fail.

    One that still waits must be the person's own: others may withdraw theirs.
    """
    stays = or_(col(Trial.status).in_((JobStatus.RUNNING, JobStatus.SUCCEEDED)), col(Trial.user_id) == user_id)
    query = select(Trial).where(
        col(Trial.image_id) == image_id, col(Trial.model) == model, col(Trial.weights_sha256).is_not_distinct_from(weights),
        col(Trial.parameters) == parameters, col(Trial.face_off_id).is_(None), col(Trial.status).in_(ALIVE), stays,
    )  # fmt: skip
    return (await session.execute(query.order_by(col(Trial.created_at).desc()).limit(1))).scalar_one_or_none()


async def superseded(session: AsyncSession, image_id: UUID, user_id: UUID) -> list[UUID]:
    """The jobs of a person's previews of an image that no worker has begun."""
    return list((await session.execute(_SUPERSEDED, {"image_id": image_id, "user_id": user_id})).scalars())


async def readable(session: AsyncSession, principal: Principal, trial_id: UUID) -> Trial | None:
    """A trial that the caller may see."""
    query = select(Trial).where(col(Trial.id) == trial_id, col(Trial.project_id).in_(readable_projects(principal)))
    return (await session.execute(query.execution_options(populate_existing=True))).scalar_one_or_none()


async def readable_face_off(session: AsyncSession, principal: Principal, face_off_id: UUID) -> FaceOff | None:
    """A face-off that the caller may see."""
    query = select(FaceOff).where(col(FaceOff.id) == face_off_id, col(FaceOff.project_id).in_(readable_projects(principal)))
    return (await session.execute(query)).scalar_one_or_none()


async def face_offs(session: AsyncSession, project_id: UUID) -> Sequence[FaceOff]:
    """The newest face-offs of a project."""
    query = select(FaceOff).where(col(FaceOff.project_id) == project_id)
    return (await session.execute(query.order_by(col(FaceOff.created_at).desc(), col(FaceOff.id).desc()).limit(LISTED))).scalars().all()


async def trials(session: AsyncSession, *, face_off_id: UUID | None = None, job_id: UUID | None = None) -> Sequence[Trial]:
    """The trials of a face-off or of a job, in the order of their making."""
    chosen = col(Trial.face_off_id) == face_off_id if face_off_id else col(Trial.job_id) == job_id
    query = select(Trial).where(chosen).order_by(col(Trial.id))
    return (await session.execute(query.execution_options(populate_existing=True))).scalars().all()


async def save(session: AsyncSession, results: Sequence[Result]) -> None:
    """Write what a worker found."""
    for result in results:
        row = await session.get_one(Trial, result.trial_id)
        for name in ("object_count", "doubt", "seconds", "agreement", "truth"):
            setattr(row, name, getattr(result, name))
    await session.flush()


async def forget(session: AsyncSession, *, previews: datetime, face_offs: datetime) -> int:
    """Delete previews and face-offs that are older, with their jobs; answers how many face-offs."""
    await session.execute(_FORGET, {"previews": previews, "face_offs": face_offs})
    return len((await session.execute(_FORGET_FACE_OFFS, {"face_offs": face_offs})).all())
