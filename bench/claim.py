"""How long does a claim take with a hundred thousand jobs in line? Runs on the database of CELLHUB_DATABASE_URL and removes what it made.

Usage: python -m bench.claim [--jobs 100000] [--users 50] [--parked 0] [--rounds 100]
"""

import argparse
import asyncio
import statistics
import time
from uuid import uuid4

from sqlalchemy import text

from cellhub_app.core import db
from cellhub_app.core.queue import JobKind
from cellhub_app.core.runtime import close_runtime, open_runtime
from cellhub_app.domain.jobs import service, work
from cellhub_app.domain.jobs.claiming import PARKED, Appetite
from cellhub_app.domain.jobs.leases import Finished

SEED = """
with users as (insert into app_user (id, email, name, password_hash, role, status, created_at)
    select gen_random_uuid(), :tag || n, :tag, '', 'user', 'active', now() from generate_series(1, :users) n returning id),
projects as (insert into project (id, name, description, sample_kind, status, created_by, created_at, updated_at)
    select gen_random_uuid(), :tag, '', 'nuclei', 'active', id, now(), now() from users returning id, created_by),
batches as (insert into batch (id, project_id, user_id, status, model, parameters, created_at)
    select gen_random_uuid(), id, created_by, 'queued', 'unet', '{}', now() from projects returning id, project_id, user_id),
images as (insert into image (id, project_id, name, status, bytes, sha256, revision, tags, created_at, width, height)
    select gen_random_uuid(), b.project_id, 'image.png', 'ready', 1, '', 0, '{}', now(), 512, 512
    from batches b, generate_series(1, :each) returning id, project_id),
jobs as (insert into job (id, kind, user_id, project_id, batch_id, image_id, model, parameters, status, priority, attempt, run_after,
        timings, created_at)
    select gen_random_uuid(), 'segment', b.user_id, b.project_id, b.id, i.id, 'unet', '{}', 'queued',
           case when row_number() over () <= :parked then cast(:low as int) else 0 end, 0, now(), '{}', now()
    from batches b join images i on i.project_id = b.project_id returning user_id)
insert into turn (kind, user_id, served_at) select distinct 'segment', user_id, now() from jobs
"""


async def measure(args: argparse.Namespace) -> None:
    """Seed, claim and finish in rounds, print milliseconds."""
    runtime = await open_runtime()
    tag = f"bench-{uuid4()}-"
    values = {"tag": tag, "users": args.users, "each": args.jobs // args.users, "parked": args.parked, "low": PARKED}
    try:
        async with runtime.work() as session:
            await session.execute(text(SEED), values)
        claims, ends, views = [], [], []
        for _ in range(args.rounds):
            begun = time.perf_counter()
            async with db.transaction() as session:
                taken = await work.claim(session, JobKind.SEGMENT, "bench", Appetite(20, 2.0, {"unet": 0.4}))
            claims.append((time.perf_counter() - begun) * 1000)
            begun = time.perf_counter()
            async with db.transaction() as session:
                await work.finish(session, [Finished(job, {}) for job in taken])
            ends.append((time.perf_counter() - begun) * 1000)
        for _ in range(10):
            begun = time.perf_counter()
            async with db.transaction() as session:
                await service.progress(session)
            views.append((time.perf_counter() - begun) * 1000)
        print(f"{args.jobs:,} jobs ({args.parked:,} waiting for their image), {args.users} users, {len(taken)} jobs a claim")
        for name, times in (("claim", claims), ("finish", ends), ("progress of all batches", views)):
            print(f"{name}: median {statistics.median(times):.1f} ms, worst {max(times):.1f} ms")
    finally:
        async with db.transaction() as session:
            await session.execute(text("delete from project where name = :tag"), {"tag": tag})
            await session.execute(text("delete from app_user where name = :tag"), {"tag": tag})
        await close_runtime()


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    for name, default in (("jobs", 100_000), ("users", 50), ("parked", 0), ("rounds", 100)):
        parser.add_argument(f"--{name}", type=int, default=default)
    asyncio.run(measure(parser.parse_args()))
