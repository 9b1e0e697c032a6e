"""Moving segmentations from one status to another, fifty thousand like one: a single statement holds them, moves them, lets their images
follow and writes their log, and no id passes through Python.

Rows are held in the order of subjects.py: jobs, then images, each by id; batches come after, by whoever calls.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, func, select, text
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from cellhub_app.core.queue import JobKind, JobStatus
from cellhub_app.models.image import Image
from cellhub_app.models.job import Job

_CHOSEN = {
    "batch_ids": "batch_id = any(:batch_ids)",
    "job_ids": "id = any(:job_ids)",
    "image_ids": "image_id = any(:image_ids)",
    "trashed_at": "image_id in (select id from image where project_id = :project_id and deleted_at = :trashed_at)",
    "project_id": "project_id = :project_id",
    "is_latest": ":is_latest = exists (select from image where image.id = job.image_id and image.segmentation_job_id = job.id)",
    "image_status": """exists (
        select from image where image.id = job.image_id and image.status = :image_status and image.deleted_at is null)""",
}
_MOVE = """
    with held as materialized (
        select id from job where {chosen} and kind = 'segment' and status = any(:among) order by id for update
    ), moved as (
        update job set status = :status, lease_id = null, lease_until = null,
            finished_at = case when cast(:status as varchar) = 'cancelled' then clock_timestamp() end,
            attempt = case when :anew then 0 else attempt end, error = case when :anew then null else error end,
            run_after = case when :anew then clock_timestamp() else run_after end
        where id in (select id from held) returning id, image_id, batch_id, model
    ), subjects as materialized (
        select image.id, moved.id as job_id, moved.model from moved join image on image.id = moved.image_id
        where image.segmentation_job_id = moved.id order by image.id for no key update of image
    ), followed as (
        update image set segmentation_job_id = subjects.job_id, segmentation_model = subjects.model, segmentation_status = :status,
                         segmentation_error = null
        from subjects where image.id = subjects.id
    ), logged as (
        insert into job_log (id, job_id, level, message, created_at)
        select gen_random_uuid(), id, 'info', :message, clock_timestamp() from moved where cast(:message as varchar) is not null
    )
    select count(*) as jobs, coalesce(array_agg(distinct batch_id) filter (where batch_id is not null), '{{}}') as batches from moved
"""


@dataclass(frozen=True)
class Move:
    """From any of some statuses to another. `anew` forgets earlier attempts."""

    among: Sequence[JobStatus]
    to: JobStatus
    anew: bool = False


@dataclass(frozen=True)
class Moved:
    """How many jobs moved, and the batches that they belong to."""

    jobs: int
    batches: Sequence[UUID]


async def move(session: AsyncSession, move: Move, message: str | None = None, **chosen: Any) -> Moved:
    """Move the chosen segmentations that stand at one of the statuses; whoever works on one loses its lease.

    They are chosen by `batch_ids`, `job_ids`, `image_ids`, or `project_id` and `trashed_at`; `is_latest`, `image_status` narrow that.
    """
    query = text(_MOVE.format(chosen=" and ".join(_CHOSEN[name] for name in chosen)))
    values = {"among": list(move.among), "status": move.to, "anew": move.anew, "message": message and message[:2000]}
    row = (await session.execute(query, values | chosen)).one()
    return Moved(row.jobs, row.batches)


async def hold(session: AsyncSession, images: Sequence[ColumnElement[bool]], among: Sequence[JobStatus]) -> None:
    """Hold the segmentations of the images that fit the conditions, before the images themselves are changed."""
    of_images = select(col(Job.id)).join(Image, col(Image.id) == col(Job.image_id)).where(*images)
    held = of_images.where(col(Job.kind) == JobKind.SEGMENT, col(Job.status).in_(among)).order_by(col(Job.id)).with_for_update(of=Job)
    await session.execute(select(func.count()).select_from(held.cte("held")))
