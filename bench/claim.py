"""How long does a claim take with a hundred thousand jobs in line, and how long to pause, resume or cancel a batch of ten thousand?

Runs on the database of CELLHUB_DATABASE_URL and removes what it made.

Usage: python -m bench.claim [--jobs 100000] [--users 50] [--parked 0] [--rounds 100]
"""

import argparse
import asyncio
import statistics
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from uuid import uuid4

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from bench.server import percentile
from cellhub_app.core.ids import new_id
from cellhub_app.core.queue import JobKind
from cellhub_app.core.runtime import Runtime, close_runtime, open_runtime
from cellhub_app.domain.access import Principal
from cellhub_app.domain.jobs import service, work
from cellhub_app.domain.jobs.claiming import PARKED, Appetite
from cellhub_app.domain.jobs.leases import Finished
from cellhub_app.models.user import Role

SEED = """
with users as (insert into app_user (id, email, name, password_hash, role, status, created_at)
    select gen_random_uuid(), :tag || n, :tag, '', 'user', 'active', now() from generate_series(1, :users) n returning id),
projects as (insert into project (id, name, description, sample_kind, status, created_by, created_at, updated_at)
    select gen_random_uuid(), :tag, '', 'nuclei', 'active', id, now(), now() from users returning id, created_by),
members as (insert into membership (project_id, user_id, role, created_at) select id, created_by, 'owner', now() from projects),
batches as (insert into batch (id, project_id, user_id, status, model, parameters, created_at)
    select gen_random_uuid(), id, created_by, 'queued', 'unet', '{}', now() from projects returning id, project_id, user_id),
images as (insert into image (id, project_id, name, status, bytes, sha256, revision, tags, created_at, width, height,
        segmentation_job_id, segmentation_status)
    select gen_random_uuid(), b.project_id, 'image.png', 'ready', 1, '', 0, '{}', now(), 512, 512, gen_random_uuid(), 'queued'
    from batches b, generate_series(1, :each) returning id, project_id, segmentation_job_id),
jobs as (insert into job (id, kind, user_id, project_id, batch_id, image_id, model, parameters, status, priority, attempt, run_after,
        timings, created_at)
    select i.segmentation_job_id, 'segment', b.user_id, b.project_id, b.id, i.id, 'unet', '{}', 'queued',
           case when row_number() over () <= :parked then cast(:low as int) else 0 end, 0, now(), '{}', now()
    from batches b join images i on i.project_id = b.project_id returning user_id)
insert into turn (kind, user_id, served_at) select distinct 'segment', user_id, now() from jobs
"""
FIRST = "select b.id, b.user_id from batch b join project p on p.id = b.project_id where p.name = :tag limit 1"


class Clock:
    """Milliseconds of transactions by name."""

    def __init__(self, runtime: Runtime) -> None:
        self._runtime = runtime
        self.times: dict[str, list[float]] = {}

    @asynccontextmanager
    async def time(self, name: str) -> AsyncIterator[AsyncSession]:
        """One transaction, timed with its commit."""
        began = time.perf_counter()
        async with self._runtime.work() as session:
            yield session
        self.times.setdefault(name, []).append((time.perf_counter() - began) * 1000)

    def report(self) -> None:
        """Print the medians, the 95th percentiles and the worst."""
        for name, times in self.times.items():
            print(f"{name}: median {statistics.median(times):.1f} ms, p95 {percentile(times, 0.95):.1f} ms, worst {max(times):.1f} ms")


async def seed(runtime: Runtime, tag: str, jobs: int, users: int, parked: int) -> None:
    """People with a project, a batch and as many jobs each."""
    async with runtime.work() as session:
        values = {"tag": tag, "users": users, "each": jobs // users, "parked": parked, "low": PARKED}
        await session.execute(text(SEED), values)


async def clear(runtime: Runtime, tag: str) -> None:
    """Remove what was seeded."""
    async with runtime.work() as session:
        await session.execute(text("delete from project where name = :tag"), {"tag": tag})
        await session.execute(text("delete from app_user where name = :tag"), {"tag": tag})


async def measure_claims(runtime: Runtime, args: argparse.Namespace) -> None:
    """Claim and finish in rounds."""
    tag, clock, taken = f"bench-{uuid4()}-", Clock(runtime), []
    try:
        await seed(runtime, tag, args.jobs, args.users, args.parked)
        for _ in range(args.rounds):
            async with clock.time("claim") as session:
                taken = await work.claim(session, JobKind.SEGMENT, "bench", Appetite(20, 2.0, {"unet": 0.4}))
            async with clock.time("finish") as session:
                await work.finish(session, [Finished(job, {}) for job in taken])
        for _ in range(10):
            async with clock.time("progress of all batches") as session:
                await service.progress(session)
    finally:
        await clear(runtime, tag)
    print(f"{args.jobs:,} jobs ({args.parked:,} waiting for their image), {args.users} users, {len(taken)} jobs a claim")
    clock.report()


async def measure_batch(runtime: Runtime) -> None:
    """Pause, resume and cancel ten thousand images."""
    tag, clock = f"bench-{uuid4()}-", Clock(runtime)
    try:
        await seed(runtime, tag, 10_000, 1, 0)
        async with runtime.work() as session:
            batch_id, user_id = (await session.execute(text(FIRST), {"tag": tag})).one()
        who = Principal(user_id, new_id(), Role.USER, "Benchmark", "")
        for change in (service.pause, service.resume, service.cancel):
            async with clock.time(f"{change.__name__} a batch of 10,000") as session:
                await change(session, who, batch_id)
    finally:
        await clear(runtime, tag)
    clock.report()


async def main(args: argparse.Namespace) -> None:
    """Measure and print."""
    runtime = await open_runtime()
    try:
        await measure_claims(runtime, args)
        await measure_batch(runtime)
    finally:
        await close_runtime()


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    for name, default in (("jobs", 100_000), ("users", 50), ("parked", 0), ("rounds", 100)):
        parser.add_argument(f"--{name}", type=int, default=default)
    asyncio.run(main(parser.parse_args()))
