"""What a job works on follows the job: the columns of image and export that repeat its status change in the same transaction.

Rows are always locked in one order, so that no two transactions wait for each other: jobs, then images, each by id, then batches.
Tables that fill and empty have statistics that lie for a minute, so every update also names its ids as an array: the planner then
starts from the primary key whatever it believes.
"""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from cellhub_app.core.queue import JobKind

_JOBS_AND_IMAGES = """
    from (select i.id, j.id as job_id, j.model, j.status, case when j.status = 'failed' then j.error end as error
          from job j join image i on i.id = j.image_id
          where j.id = any(:jobs) and i.id = any(array(select image_id from job where id = any(:jobs))) and {which}
          order by i.id for no key update of i) v
    where image.id = v.id and image.id = any(array(select image_id from job where id = any(:jobs)))
"""
_ADOPT = text(f"""
    update image set segmentation_job_id = v.job_id, segmentation_model = v.model,
                     segmentation_status = v.status, segmentation_error = v.error
    {_JOBS_AND_IMAGES.format(which="j.kind = 'segment'")}
""")  # noqa: S608 - the parts are constants
_SEGMENT = text(f"""
    update image set segmentation_status = v.status, segmentation_error = v.error
    {_JOBS_AND_IMAGES.format(which="i.segmentation_job_id = j.id")}
""")  # noqa: S608
_INGEST = text(f"""
    update image set error = v.error,
        status = case v.status when 'running' then 'ingesting' when 'failed' then 'failed' when 'succeeded' then 'ready'
                               when 'cancelled' then image.status else 'uploaded' end
    {_JOBS_AND_IMAGES.format(which="j.kind = 'ingest'")}
""")  # noqa: S608
_EXPORT = text("""
    update export set status = job.status, finished_at = job.finished_at, error = case when job.status = 'failed' then job.error end
    from job where job.id = any(:jobs) and job.kind = 'export' and export.id = job.export_id
""")
_FOLLOW = {JobKind.SEGMENT: _SEGMENT, JobKind.INGEST: _INGEST, JobKind.EXPORT: _EXPORT}

_RESULT = text("""
    update image set object_count = v.objects, doubt = v.doubt, revision = v.revision
    from unnest(cast(:images as uuid[]), cast(:objects as int[]), cast(:doubts as real[]), cast(:revisions as int[]))
         as v(image_id, objects, doubt, revision)
    where image.id = any(:images) and image.id = v.image_id
""")
_FACTS = text("""
    update image set format = :format, width = :width, height = :height, channels = :channels, bit_depth = :bit_depth, frames = :frames,
        timepoints = :timepoints, pixel_size_um = coalesce(image.pixel_size_um, :pixel_size_um, project.pixel_size_um),
        pixel_size_origin = case when image.pixel_size_um is not null then image.pixel_size_origin
                                 when cast(:pixel_size_um as float) is not null then :pixel_size_origin
                                 when project.pixel_size_um is not null then 'project' end
    from project where image.id = :image_id and project.id = image.project_id
    returning image.pixel_size_um, image.pixel_size_origin
""")


async def lock_images(session: AsyncSession, ids: Sequence[UUID]) -> dict[UUID, str]:
    """Hold the rows of images until the transaction ends, in a fixed order; image id -> status as it is now."""
    query = text("select id, status from image where id = any(:ids) order by id for no key update")
    return {row.id: row.status for row in await session.execute(query, {"ids": list(ids)})}


async def adopt(session: AsyncSession, jobs: Sequence[UUID]) -> None:
    """Make these segmentation jobs the latest of their images."""
    await session.execute(_ADOPT, {"jobs": list(jobs)})


async def follow(session: AsyncSession, kind: JobKind, jobs: Sequence[UUID]) -> None:
    """Repeat the status of the jobs on their images or exports."""
    if jobs:
        await session.execute(_FOLLOW[kind], {"jobs": list(jobs)})


async def write_results(session: AsyncSession, rows: Sequence[tuple[UUID, int, float | None, int]]) -> None:
    """(image, objects, doubt, revision) of images that were just segmented."""
    if rows:
        images, objects, doubts, revisions = (list(column) for column in zip(*rows, strict=True))
        await session.execute(_RESULT, {"images": images, "objects": objects, "doubts": doubts, "revisions": revisions})


async def write_facts(session: AsyncSession, image_id: UUID, facts: dict[str, Any]) -> tuple[float | None, str | None]:
    """What was read from an image's file; answers its pixel size in µm and where that comes from (the project's, for want of another)."""
    row = (await session.execute(_FACTS, {"image_id": image_id, **facts})).one()
    return row.pixel_size_um, row.pixel_size_origin
