"""Holding jobs and letting go of them. Whatever ends a job asks for its lease: who lost it changes nothing."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from psycopg import Connection
from psycopg.types.json import Jsonb
from sqlalchemy import RowMapping, text
from sqlalchemy.ext.asyncio import AsyncSession

from cellhub_app.core.limits import ATTEMPTS_MAX
from cellhub_app.core.settings import get_settings
from cellhub_app.domain.jobs.claiming import LOST, Claimed

LOST_DETAIL = "The worker stopped answering while it worked on this image."

_MINE = "id = any(:ids) and status = 'running' and (id, lease_id) in (select * from unnest(cast(:ids as uuid[]), cast(:leases as uuid[])))"
_HOLD = text(f"select id from job where {_MINE} order by id for update")  # noqa: S608 - the parts are constants
_FINISH = text("""
    update job set status = 'succeeded', finished_at = clock_timestamp(), timings = v.timings,
        lease_id = null, lease_until = null, error = null
    from unnest(cast(:ids as uuid[]), cast(:leases as uuid[]), cast(:timings as jsonb[])) as v(id, lease_id, timings)
    where job.id = any(:ids) and job.id = v.id and job.lease_id = v.lease_id and job.status = 'running' returning job.id
""")
_FAIL = text("""
    update job set status = case when :again then 'queued' else 'failed' end, finished_at = case when not :again then clock_timestamp() end,
        run_after = case when :again then clock_timestamp() + make_interval(secs => :delay_s) else run_after end,
        lease_id = null, lease_until = null, error = :error
    where id = :id and lease_id = :lease and status = 'running' returning id
""")
_RELEASE = text(f"""
    update job set status = 'queued', lease_id = null, lease_until = null, attempt = greatest(0, attempt - 1), started_at = null
    where {_MINE} returning id
""")  # noqa: S608
_RECLAIM = text("""
    update job set status = case when attempt < :attempts_max then 'queued' else 'failed' end, lease_id = null, lease_until = null,
        finished_at = case when attempt < :attempts_max then null else clock_timestamp() end, error = :error
    where id = any(array(
        select id from job where status = 'running' and lease_until < clock_timestamp() order by id for update skip locked))
    returning id, kind, status, project_id, batch_id, image_id, export_id, model, error
""")
_STILL_HELD = "select lease_id from job where id = any(%s) and lease_id = any(%s) and status = 'running'"
_RENEW = """
    update job set lease_until = clock_timestamp() + make_interval(secs => %s)
    where id = any(%s) and lease_id = any(%s) and status = 'running' returning lease_id
"""


@dataclass(frozen=True)
class Finished:
    """A job done, with the seconds that its stages took."""

    job: Claimed
    timings: dict[str, float]


def renew(connection: Connection[tuple[UUID]], leases: Mapping[UUID, UUID]) -> set[UUID]:
    """Prolong the leases (lease -> job) and say which of them are still held. Meant for a thread with a connection of its own."""
    rows = connection.execute(_RENEW, (get_settings().lease_s, list(leases.values()), list(leases))).fetchall()
    connection.commit()
    return {row[0] for row in rows}


def still_held(connection: Connection[tuple[UUID]], leases: Mapping[UUID, UUID]) -> set[UUID]:
    """Which of the leases (lease -> job) are still held; writes nothing, so it can be asked often."""
    rows = connection.execute(_STILL_HELD, (list(leases.values()), list(leases))).fetchall()
    connection.commit()
    return {row[0] for row in rows}


def _mine(jobs: Sequence[Claimed]) -> dict[str, list[UUID]]:
    return {"ids": [job.id for job in jobs], "leases": [job.lease_id for job in jobs]}


async def hold(session: AsyncSession, jobs: Sequence[Claimed]) -> set[UUID]:
    """Those of the jobs whose lease is still ours, locked until the transaction ends."""
    return set((await session.execute(_HOLD, _mine(jobs))).scalars())


async def finish(session: AsyncSession, done: Sequence[Finished]) -> set[UUID]:
    """Mark jobs as succeeded; answers those that were still ours."""
    values = _mine([one.job for one in done]) | {"timings": [Jsonb(one.timings) for one in done]}
    return set((await session.execute(_FINISH, values)).scalars())


async def fail(session: AsyncSession, job: Claimed, error: dict[str, str], delay_s: float | None) -> bool:
    """Fail a job, or queue it again after the delay; False when it was not ours any more."""
    values = {"id": job.id, "lease": job.lease_id, "error": Jsonb(error), "again": delay_s is not None, "delay_s": delay_s or 0.0}
    return (await session.execute(_FAIL, values)).first() is not None


async def release(session: AsyncSession, jobs: Sequence[Claimed]) -> list[UUID]:
    """Give jobs back without counting the attempt; answers those that were still ours."""
    return list((await session.execute(_RELEASE, _mine(jobs))).scalars())


async def reclaim(session: AsyncSession) -> Sequence[RowMapping]:
    """Queue again what dead workers held, or fail it after the last attempt; answers the jobs as they are now."""
    values = {"attempts_max": ATTEMPTS_MAX, "error": Jsonb({"code": LOST, "detail": LOST_DETAIL})}
    return (await session.execute(_RECLAIM, values)).mappings().all()
