"""Who is next. Users take turns, then priority, then age; a claim is one model and about two seconds of work.

A segmentation job whose image is still being read is *parked*: its priority is lowered by PARKED, and a claim only looks at
priorities above half of that. The limit is a range of the claim's index, so that a hundred thousand waiting jobs cost a claim
nothing, which a condition on the image or on `run_after` could not give; the job stays `queued` for everybody else. When the
image is read its jobs get their priority back in the same transaction (service.image_read).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import RowMapping, text
from sqlalchemy.ext.asyncio import AsyncSession

from cellhub_app.core.imaging import planes
from cellhub_app.core.limits import IMAGE_S_PER_MEGAPIXEL, IMAGE_TIME_LIMIT_S
from cellhub_app.core.queue import JobKind
from cellhub_app.core.settings import get_settings
from cellhub_app.domain.jobs.schemas import FRAMES

PARKED = -20_000
CLAIMABLE_ABOVE = PARKED // 2
LOST = "workerLost"
SUSPECT = (LOST, "internal", "outOfMemory")
UNKNOWN_MEGAPIXELS = 1.0
UNKNOWN_SECONDS = 1.0

_LOCK_NUMBERS = {JobKind.INGEST: 7101, JobKind.SEGMENT: 7102, JobKind.EXPORT: 7103, JobKind.TRIAL: 7104, JobKind.IMPORT: 7105}
_READY = "kind = :kind and user_id = {user} and status = 'queued' and priority > :above and run_after <= clock_timestamp()"

_CANDIDATES = text(f"""
    with users as (
        select t.user_id, t.served_at from turn t
        cross join lateral (select from job where {_READY.format(user="t.user_id")} order by priority desc, id limit 1) as any_job
        where t.kind = :kind order by t.served_at, t.user_id limit :limit
    ), ranked as (
        select j.*, u.served_at, row_number() over (partition by u.user_id order by j.priority desc, j.id) as rank
        from users u cross join lateral (
            select id, user_id, priority, model, image_id, project_id, megapixels, error from job
            where {_READY.format(user="u.user_id")} order by priority desc, id limit :limit) as j
        order by rank, u.served_at, u.user_id limit :limit
    )
    select r.id, r.user_id, r.model, r.error ->> 'code' = any(:suspect) as is_suspect,
           coalesce(r.megapixels, i.width::float8 * i.height / 1e6) as megapixels,
           p.deleted_at is not null or (i.deleted_at is not null and :kind <> 'ingest') as is_gone
    from ranked r join project p on p.id = r.project_id left join image i on i.id = r.image_id
    order by r.rank, r.served_at, r.user_id
""")  # noqa: S608 - the parts are constants
_TAKE = text("""
    with taken as (
        update job set status = 'running', lease_id = gen_random_uuid(), lease_until = clock_timestamp() + make_interval(secs => :lease_s),
            attempt = attempt + 1, started_at = clock_timestamp(), finished_at = null, worker = :worker
        where id = any(array(select id from job where id = any(:ids) and status = 'queued' order by id for update skip locked))
        returning *
    )
    select t.id, t.kind, t.lease_id, t.attempt, t.user_id, t.project_id, t.batch_id, t.image_id, t.export_id, t.model, t.parameters,
           i.name as image_name, i.width, i.height, i.pixel_size_um, i.frames, i.timepoints
    from taken t left join image i on i.id = t.image_id
""")
_SERVED = text("update turn set served_at = clock_timestamp() where kind = :kind and user_id = any(:users)")
_STARTED = text("""
    update batch set status = case when status = 'queued' then 'running' else status end, started_at = coalesce(started_at, now())
    where id = any(:batches) and (status = 'queued' or started_at is null)
""")


@dataclass(frozen=True)
class Claimed:
    """A job that this worker holds while `lease_id` is on its row."""

    id: UUID
    kind: JobKind
    lease_id: UUID
    attempt: int
    user_id: UUID
    project_id: UUID
    batch_id: UUID | None
    image_id: UUID | None
    export_id: UUID | None
    model: str | None
    parameters: dict[str, Any]
    image_name: str | None = None
    width: int | None = None
    height: int | None = None
    pixel_size_um: float | None = None
    frames: int | None = None
    timepoints: int | None = None

    @property
    def megapixels(self) -> float:
        """Size of the image's plane, 1 when it is not known."""
        return self.width * self.height / 1e6 if self.width and self.height else UNKNOWN_MEGAPIXELS

    @property
    def planes(self) -> Sequence[int]:
        """The planes of its image that it is for (core/imaging/planes.py)."""
        return planes.chosen(self.parameters.get(FRAMES, "first"), planes.count(self.frames, self.timepoints))

    @property
    def workload(self) -> float:
        """Megapixels of all its planes."""
        return self.megapixels * len(self.planes)

    @property
    def patience(self) -> float:
        """How many times longer than others a plane of its image may take, at least 1: those above 100 megapixels by their size."""
        return max(1.0, self.megapixels * IMAGE_S_PER_MEGAPIXEL / IMAGE_TIME_LIMIT_S)


@dataclass(frozen=True)
class Appetite:
    """How much a worker takes at once: at most `limit` jobs and about `seconds` of work by its `speeds` (seconds per megapixel).

    `is_idle` says that it holds nothing: only then does it take a job that a worker died of or stumbled over, and that job alone.
    It takes only jobs of a priority `above` this.
    """

    limit: int
    seconds: float
    speeds: Mapping[str, float]
    is_idle: bool = True
    above: int = CLAIMABLE_ABOVE


@dataclass(frozen=True)
class Choice:
    """The jobs to take, and those whose image or project was deleted meanwhile."""

    take: list[UUID]
    gone: list[UUID]


async def lock_line(session: AsyncSession, kind: JobKind) -> None:
    """Let one claim of this kind at a time look at the line; held until the transaction ends."""
    await session.execute(text("select pg_advisory_xact_lock(:number)"), {"number": _LOCK_NUMBERS[kind]})


async def candidates(session: AsyncSession, kind: JobKind, appetite: Appetite) -> Sequence[RowMapping]:
    """The next jobs in the order of serving: every waiting user's first, then every user's second, and so on."""
    values = {"kind": kind, "limit": appetite.limit, "above": appetite.above, "suspect": list(SUSPECT)}
    return (await session.execute(_CANDIDATES, values)).mappings().all()


def choose(rows: Sequence[RowMapping], appetite: Appetite) -> Choice:
    """The jobs of the head's model that fit; a user whose next job needs another model waits, so that their order is kept."""
    gone = [row["id"] for row in rows if row["is_gone"]]
    present = [row for row in rows if not row["is_gone"]]
    if not present:
        return Choice([], gone)
    head = present[0]
    if head["is_suspect"]:
        return Choice([head["id"]] if appetite.is_idle else [], gone)
    take: list[UUID] = []
    waiting: set[UUID] = set()
    seconds = 0.0
    pace = appetite.speeds.get(head["model"] or "", UNKNOWN_SECONDS)
    for row in present[: appetite.limit]:
        if row["user_id"] in waiting or row["model"] != head["model"] or row["is_suspect"]:
            waiting.add(row["user_id"])
            continue
        seconds += pace * (row["megapixels"] or UNKNOWN_MEGAPIXELS)
        if take and seconds > appetite.seconds:
            break
        take.append(row["id"])
    return Choice(take, gone)


async def take(session: AsyncSession, kind: JobKind, ids: Sequence[UUID], worker: str) -> list[Claimed]:
    """Make the jobs this worker's own, in the order given, and move their users to the end of the line."""
    values = {"ids": list(ids), "worker": worker[:100], "lease_s": get_settings().lease_s}
    rows = (await session.execute(_TAKE, values)).mappings().all()
    order = {job_id: place for place, job_id in enumerate(ids)}
    claimed = sorted((Claimed(**{**row, "kind": kind}) for row in rows), key=lambda job: order[job.id])
    if claimed:
        await session.execute(_SERVED, {"kind": kind, "users": list({job.user_id for job in claimed})})
        if batches := list({job.batch_id for job in claimed if job.batch_id}):
            await session.execute(_STARTED, {"batches": batches})
    return claimed
