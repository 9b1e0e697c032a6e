"""Queries about batches, jobs and their log."""

from collections.abc import Iterable, Sequence
from datetime import timedelta
from typing import Any
from uuid import UUID

from psycopg.types.json import Jsonb
from sqlalchemy import Row, RowMapping, Select, and_, or_, select, text
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from cellhub_app.core.db import copy_rows
from cellhub_app.core.ids import new_id, now
from cellhub_app.core.queue import JobKind, JobStatus
from cellhub_app.domain.access import Principal, readable_projects
from cellhub_app.domain.jobs.claiming import CLAIMABLE_ABOVE, PARKED, UNKNOWN_MEGAPIXELS
from cellhub_app.domain.jobs.forecast import Finish
from cellhub_app.domain.jobs.line import InHand, Stretch
from cellhub_app.domain.jobs.schemas import BatchCounts
from cellhub_app.models.image import Image
from cellhub_app.models.job import Batch, Job, JobLog

RECENT_FINISHES = 400
RECENT_BATCHES = 20
RECENT_DAYS = 7

_COLUMNS = (
    "id", "kind", "user_id", "project_id", "image_id", "export_id", "parameters", "status",
    "priority", "attempt", "run_after", "timings", "created_at",
)  # fmt: skip
_TURNS = text("""
    insert into turn (kind, user_id, served_at) select cast(:kind as varchar), unnest(cast(:users as uuid[])), clock_timestamp()
    on conflict do nothing
""")
_UNPARK = text("""
    update job set priority = job.priority - :parked, run_after = clock_timestamp(), megapixels = i.width::float8 * i.height / 1e6
        * case jsonb_typeof(job.parameters -> 'frames')
              when 'array' then jsonb_array_length(job.parameters -> 'frames')
              when 'string' then coalesce(i.frames, 1)::float8 * coalesce(i.timepoints, 1) else 1 end
    from image i where i.id = :image_id and job.image_id = :image_id and job.kind = 'segment' and job.status in ('queued', 'paused')
                       and job.priority <= :above returning job.id, job.status
""")
_REFUSE = text("""
    update job set status = 'failed', finished_at = clock_timestamp(), error = :error
    where image_id = :image_id and kind = 'segment' and status in ('queued', 'paused') returning id, batch_id, model
""")
_COUNTS = text("""
    select b.id as batch_id, s.status, (select count(*) from job where batch_id = b.id and status = s.status) as jobs
    from unnest(cast(:batches as uuid[])) as b(id) cross join unnest(cast(:statuses as text[])) as s(status)
""")
_STRETCHES = text("""
    select b.user_id, b.id, b.model, b.card_pace, found.queued, found.megapixels, found.known
    from batch b cross join lateral (select count(*) as queued, sum(megapixels)::float8 as megapixels, count(megapixels) as known
                                     from job where batch_id = b.id and status = 'queued') as found
    where b.finished_at is null and b.user_id is not null order by b.created_at, b.id
""")
_IN_HAND = text("select batch_id, model, started_at, megapixels from job where status = 'running' and kind = 'segment'")
_FINISHES = text("""
    select j.model, j.started_at, j.finished_at, j.megapixels, b.card_pace from job j left join batch b on b.id = j.batch_id
    where j.kind = 'segment' and j.status = 'succeeded' and j.started_at is not null order by j.finished_at desc limit :limit
""")
_TOTALS = text("""
    select (select count(*) from job where kind = 'segment' and status = 'queued') as queued,
           (select count(*) from job where kind = 'segment' and status = 'running') as running
""")
_DEPTHS = text("""
    select kind, count(*) as jobs, coalesce(extract(epoch from now() - min(created_at)), 0)::float8 as oldest_s
    from job where status = 'queued' group by kind
""")
_LOCK_JOBS = "select id from job where {chosen} and status = any(:statuses) order by id for update"
_BATCHES = text("select distinct batch_id from job where id = any(:jobs) and batch_id is not null")
_WITHOUT_MOTION = text("""
    select b.id from unnest(cast(:batches as uuid[])) as b(id)
    where not exists (select from job where batch_id = b.id and status = 'queued')
      and not exists (select from job where batch_id = b.id and status = 'running')
""")
_STEERABLE = """
    finished_at is null or exists (select from job where batch_id = batch.id and status = 'failed')
"""
_WAITING = text("""
    select distinct t.kind from turn t cross join lateral (
        select from job where kind = t.kind and user_id = t.user_id and status = 'queued' and priority > :above
                              and run_after <= clock_timestamp() order by priority desc, id limit 1) as any_job
""")
_CHOSEN = {"export_id": "export_id = :export_id", "image_ids": "image_id = any(:image_ids)", "job_ids": "id = any(:job_ids)",
           "user_id": "user_id = :user_id", "kind": "kind = :kind"}  # fmt: skip
_SUBJECTS = text("select id, kind, project_id, batch_id, image_id, export_id, model from job where id = any(:ids) order by id")
_CANCEL = text("""
    update job set status = 'cancelled', lease_id = null, lease_until = null, finished_at = clock_timestamp() where id = any(:ids)
""")
# Ordered, so that the index is used: a sequential scan that hopes to meet a row early was chosen at times, and took 20 ms a batch.
_ANY_OPEN = "(select status from job where batch_id = b.id and status in ('queued', 'running', 'paused') order by status limit 1)"
_COUNT = "(select count(*) from job where batch_id = b.id and status = '{}')"
_SETTLE = text(f"""
    update batch b set finished_at = clock_timestamp(), status = case
        when :cancelled and {_COUNT.format("cancelled")} > 0 then 'cancelled'
        when {_COUNT.format("succeeded")} > 0 then 'succeeded'
        when {_COUNT.format("failed")} > 0 then 'failed' else 'cancelled' end
    where b.id = any(:batches) and b.finished_at is null and {_ANY_OPEN} is null returning b.id
""")  # noqa: S608 - the parts are constants


async def add_jobs(session: AsyncSession, rows: Iterable[dict[str, Any]]) -> None:
    """Write jobs with COPY; each row names its columns."""
    moment = now()
    fixed = {"attempt": 0, "run_after": moment, "timings": Jsonb({}), "created_at": moment}
    await copy_rows(session, "job", _COLUMNS, ([{**fixed, **row}[name] for name in _COLUMNS] for row in rows))


async def ensure_turns(session: AsyncSession, kind: JobKind, users: Iterable[UUID]) -> None:
    """Let users take part in the turns."""
    await session.execute(_TURNS, {"kind": kind, "users": sorted(users)})


async def unpark(session: AsyncSession, image_id: UUID) -> list[UUID]:
    """Let the jobs that waited for this image be claimed; answers those that are queued now."""
    rows = await session.execute(_UNPARK, {"image_id": image_id, "parked": PARKED, "above": CLAIMABLE_ABOVE})
    return [row.id for row in rows if row.status == JobStatus.QUEUED]


async def refuse(session: AsyncSession, image_id: UUID, error: dict[str, str]) -> Sequence[Row[UUID, UUID | None, str | None]]:
    """Fail the jobs that waited for an image that can't be read; answers (id, batch_id, model)."""
    return (await session.execute(_REFUSE, {"image_id": image_id, "error": Jsonb(error)})).all()


async def lock_jobs(session: AsyncSession, statuses: Sequence[JobStatus], **chosen: Any) -> list[UUID]:
    """Hold the jobs of an export or of a few images that stand at one of the statuses, in a fixed order."""
    where = " and ".join(_CHOSEN[name] for name in chosen)
    query = text(_LOCK_JOBS.format(chosen=where))
    return list((await session.execute(query, {"statuses": list(statuses), **chosen})).scalars())


async def subjects_of(session: AsyncSession, ids: Sequence[UUID]) -> Sequence[RowMapping]:
    """What jobs are about, for the events that tell of them."""
    return (await session.execute(_SUBJECTS, {"ids": list(ids)})).mappings().all()


async def cancel_jobs(session: AsyncSession, ids: Sequence[UUID]) -> None:
    """Cancel jobs that are held; whoever works on one loses its lease."""
    await session.execute(_CANCEL, {"ids": list(ids)})


async def lock_batches(session: AsyncSession, ids: Sequence[UUID]) -> list[Batch]:
    """Hold batches until the transaction ends, in a fixed order, read anew. Always after their jobs."""
    query = select(Batch).where(col(Batch.id).in_(ids)).order_by(col(Batch.id)).with_for_update(key_share=True)
    return list((await session.execute(query.execution_options(populate_existing=True))).scalars())


async def batches_of(session: AsyncSession, jobs: Sequence[UUID]) -> set[UUID]:
    """The batches that jobs belong to."""
    return set((await session.execute(_BATCHES, {"jobs": list(jobs)})).scalars())


async def settle(session: AsyncSession, ids: Sequence[UUID], *, cancelled: bool = False) -> list[UUID]:
    """Close those of the held batches that have no unfinished job left; answers them.

    A batch succeeds when any of its images did: one bad image never fails its batch.
    """
    return list((await session.execute(_SETTLE, {"batches": list(ids), "cancelled": cancelled})).scalars())


async def counts(session: AsyncSession, ids: Sequence[UUID]) -> dict[UUID, BatchCounts]:
    """Counts of several batches in one query."""
    found = {batch_id: BatchCounts() for batch_id in ids}
    for row in await session.execute(_COUNTS, {"batches": list(ids), "statuses": list(JobStatus)}):
        name = "queued" if row.status == JobStatus.PAUSED else row.status
        setattr(found[row.batch_id], name, getattr(found[row.batch_id], name) + row.jobs)
    return found


async def stretches(session: AsyncSession) -> list[Stretch]:
    """Every batch that stands in line, oldest first: the order in which a user's jobs of one priority are served.

    Images that are still being read are taken to be as large as the others of their batch.
    """
    return [
        Stretch(row.user_id, row.id, row.model, row.queued, row.queued * _each(row.megapixels, row.known), row.card_pace)
        for row in await session.execute(_STRETCHES)
    ]


def _each(megapixels: float | None, known: int) -> float:
    return megapixels / known if megapixels and known else UNKNOWN_MEGAPIXELS


async def in_hand(session: AsyncSession) -> list[InHand]:
    """The segmentations that workers hold now."""
    rows = await session.execute(_IN_HAND)
    return [InHand(row.batch_id, row.model or "", row.started_at, row.megapixels or UNKNOWN_MEGAPIXELS) for row in rows]


async def large_in_hand(session: AsyncSession, batches: Sequence[UUID], above: float) -> Sequence[Row[Job, str]]:
    """The jobs of these batches that workers hold now and that are of more megapixels, each with the name of its image."""
    query = select(Job, col(Image.name)).join(Image, col(Image.id) == col(Job.image_id))
    query = query.where(col(Job.batch_id).in_(batches), col(Job.status) == JobStatus.RUNNING, col(Job.megapixels) > above)
    return (await session.execute(query.order_by(col(Job.started_at), col(Job.id)))).all()


async def finishes(session: AsyncSession) -> list[Finish]:
    """The latest segmentations that succeeded, oldest first."""
    rows = (await session.execute(_FINISHES, {"limit": RECENT_FINISHES})).all()
    return [
        Finish(row.model or "", row.started_at, row.finished_at, row.megapixels or UNKNOWN_MEGAPIXELS, row.card_pace)
        for row in reversed(rows)
    ]


async def totals(session: AsyncSession) -> tuple[int, int]:
    """(queued, running) segmentations of everybody."""
    row = (await session.execute(_TOTALS)).one()
    return row.queued, row.running


async def depths(session: AsyncSession) -> Sequence[RowMapping]:
    """(kind, jobs, oldest_s) of what waits: how many and the age of the oldest in seconds."""
    return (await session.execute(_DEPTHS)).mappings().all()


async def waiting_kinds(session: AsyncSession) -> list[str]:
    """The kinds of jobs of which one could be claimed now."""
    return list((await session.execute(_WAITING, {"above": CLAIMABLE_ABOVE})).scalars())


def _readable_batches(principal: Principal) -> Select[Batch]:
    return select(Batch).where(col(Batch.project_id).in_(readable_projects(principal)))


async def readable_batch(session: AsyncSession, principal: Principal, batch_id: UUID) -> Batch | None:
    """A batch that the caller may see."""
    return (await session.execute(_readable_batches(principal).where(col(Batch.id) == batch_id))).scalar_one_or_none()


async def project_batches(session: AsyncSession, principal: Principal, project_id: UUID) -> list[Batch]:
    """The unfinished and the latest finished batches of a project, newest first."""
    recent = or_(col(Batch.finished_at).is_(None), col(Batch.finished_at) > now() - timedelta(days=RECENT_DAYS))
    query = _readable_batches(principal).where(and_(col(Batch.project_id) == project_id, recent))
    newest = query.order_by(col(Batch.created_at).desc(), col(Batch.id).desc()).limit(RECENT_BATCHES)
    return list((await session.execute(newest)).scalars())


async def unfinished(session: AsyncSession, principal: Principal | None = None) -> list[Batch]:
    """Batches that are not finished, of everybody or of the caller's projects, oldest first."""
    query = select(Batch) if principal is None else _readable_batches(principal)
    query = query.where(col(Batch.finished_at).is_(None)).order_by(col(Batch.created_at), col(Batch.id))
    return list((await session.execute(query)).scalars())


async def steerable(
    session: AsyncSession, *, project_id: UUID | None = None, user_id: UUID | None = None, readable_by: Principal | None = None
) -> list[Batch]:
    """Batches in which something waits or failed: of a project, or those that a person started and may see."""
    query = select(Batch) if readable_by is None else _readable_batches(readable_by)
    query = query.where(text(f"({_STEERABLE})"))
    if project_id is not None:
        query = query.where(col(Batch.project_id) == project_id)
    if user_id is not None:
        query = query.where(col(Batch.user_id) == user_id)
    return list((await session.execute(query.order_by(col(Batch.id)))).scalars())


async def without_motion(session: AsyncSession, ids: Sequence[UUID]) -> set[UUID]:
    """Those of the batches of which nothing is queued or running."""
    return set((await session.execute(_WITHOUT_MOTION, {"batches": list(ids)})).scalars())


async def latest_job(session: AsyncSession, principal: Principal, image_id: UUID) -> Job | None:
    """The latest segmentation of an image that the caller may see."""
    query = select(Job).join(Image, and_(col(Image.segmentation_job_id) == col(Job.id), col(Image.deleted_at).is_(None)))
    return (await session.execute(query.where(col(Image.id) == image_id, col(Job.project_id).in_(readable_projects(principal))))).scalar()


async def readable_job(session: AsyncSession, principal: Principal, job_id: UUID) -> Job | None:
    """A job that the caller may see."""
    query = select(Job).where(col(Job.id) == job_id, col(Job.project_id).in_(readable_projects(principal)))
    return (await session.execute(query)).scalar_one_or_none()


async def log_of(session: AsyncSession, job_id: UUID) -> list[JobLog]:
    """What happened to a job, oldest first."""
    query = select(JobLog).where(col(JobLog.job_id) == job_id).order_by(col(JobLog.created_at), col(JobLog.id))
    return list((await session.execute(query)).scalars())


async def write_log(session: AsyncSession, jobs: Sequence[UUID], message: str, *, level: str = "info") -> None:
    """Add the same line to the log of each job."""
    moment = now()
    rows = ((new_id(), job_id, level, message[:2000], moment) for job_id in jobs)
    if jobs:
        await copy_rows(session, "job_log", ("id", "job_id", "level", "message", "created_at"), rows)
