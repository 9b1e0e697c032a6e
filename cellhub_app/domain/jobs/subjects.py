"""What a job works on follows the job: the columns of image and export that repeat its status change in the same transaction.

Rows are always locked in one order, so that no two transactions wait for each other: jobs, then images, each by id, then batches. The
updates go one row each, in a pipeline, by primary key, which is best for the few that a worker holds; a whole batch moves by moving.py.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from psycopg.types.json import Jsonb
from sqlalchemy import TextClause, text
from sqlalchemy.ext.asyncio import AsyncSession

from cellhub_app.core.queue import JobKind

_JOBS = text("""
    select id, image_id, export_id, model, status, finished_at, case when status = 'failed' then error end as error
    from job where id = any(:jobs) and kind = :kind
""")
_SEGMENT = text("""
    update image set segmentation_status = :status, segmentation_error = :error where id = :image_id and segmentation_job_id = :id
""")
_INGEST = text("""
    update image set error = :error,
        status = case cast(:status as text) when 'running' then 'ingesting' when 'failed' then 'failed' when 'succeeded' then 'ready'
                                            when 'cancelled' then status else 'uploaded' end
    where id = :image_id
""")
_EXPORT = text("update export set status = :status, finished_at = :finished_at, error = :error where id = :export_id")
_TRIAL = text("update trial set status = :status, finished_at = :finished_at, error = :error where job_id = :id")
_IMPORT = text("update annotation_import set status = :status, finished_at = :finished_at, error = :error where job_id = :id")
_FOLLOW = {JobKind.SEGMENT: _SEGMENT, JobKind.INGEST: _INGEST, JobKind.EXPORT: _EXPORT, JobKind.TRIAL: _TRIAL, JobKind.IMPORT: _IMPORT}

_RESULT = text("""
    update image set object_count = :objects, doubt = :doubt, revision = coalesce(cast(:revision as integer), revision),
        outlines_revision = coalesce(cast(:revision as integer), outlines_revision),
        flaws = coalesce(cast(:flaws as text[]), flaws) where id = :image_id
""")
_FACTS = text("""
    update image set format = :format, width = :width, height = :height, channels = :channels, bit_depth = :bit_depth, frames = :frames,
        flaws = cast(:flaws as text[]), timepoints = :timepoints,
        pixel_size_um = coalesce(image.pixel_size_um, :pixel_size_um, project.pixel_size_um),
        pixel_size_origin = case when image.pixel_size_um is not null then image.pixel_size_origin
                                 when cast(:pixel_size_um as float) is not null then :pixel_size_origin
                                 when project.pixel_size_um is not null then 'project' end
    from project where image.id = :image_id and project.id = image.project_id
    returning image.pixel_size_um, image.pixel_size_origin
""")


@dataclass(frozen=True)
class ImageResult:
    """An image's figures with a result: `objects` in all its planes, `revision` that of its first plane, None where that was left alone.

    `flaws` are those of the picture, as the planes that were segmented show them; None where these were too few to tell.
    """

    image_id: UUID
    objects: int
    doubt: float | None
    revision: int | None
    flaws: list[str] | None


async def lock_images(session: AsyncSession, ids: Sequence[UUID]) -> dict[UUID, str]:
    """Hold the rows of images until the transaction ends, in a fixed order; image id -> status as it is now."""
    query = text("select id, status from image where id = any(:ids) order by id for no key update")
    return {row.id: row.status for row in await session.execute(query, {"ids": list(ids)})}


async def follow(session: AsyncSession, kind: JobKind, jobs: Sequence[UUID]) -> None:
    """Repeat the status of the jobs on their images or exports."""
    await _each(session, _FOLLOW[kind], await _states(session, kind, jobs))


async def _states(session: AsyncSession, kind: JobKind, jobs: Sequence[UUID]) -> list[dict[str, Any]]:
    if not jobs:
        return []
    rows = (await session.execute(_JOBS, {"jobs": list(jobs), "kind": kind})).mappings()
    found = [{**row, "error": Jsonb(row["error"]) if row["error"] else None} for row in rows]
    return sorted(found, key=lambda row: (row["image_id"] or row["export_id"] or row["id"], row["id"]))


async def _each(session: AsyncSession, statement: TextClause, rows: list[dict[str, Any]]) -> None:
    if rows:
        await session.execute(statement, rows)


async def write_results(session: AsyncSession, rows: Sequence[ImageResult]) -> None:
    """The figures of images that were just segmented."""
    await _each(session, _RESULT, [vars(row) for row in sorted(rows, key=lambda row: row.image_id)])


async def write_facts(session: AsyncSession, image_id: UUID, facts: dict[str, Any]) -> tuple[float | None, str | None]:
    """What was read from an image's file; answers its pixel size in µm and where that comes from (the project's, for want of another)."""
    row = (await session.execute(_FACTS, {"image_id": image_id, "flaws": [], **facts})).one()
    return row.pixel_size_um, row.pixel_size_origin
