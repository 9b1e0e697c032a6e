"""A lease that its own job has just ended is not a lost one: the job may still have something to tell."""

import asyncio
import time
from threading import Event

import psycopg
import pytest_asyncio

from cellhub_app.core.queue import JobKind
from cellhub_app.core.runtime import Runtime
from cellhub_app.domain.jobs import repository, service, work
from cellhub_app.domain.jobs.claiming import Appetite, Claimed
from cellhub_app.domain.jobs.leases import Finished
from cellhub_app.domain.jobs.schemas import NewJob
from ml_worker.tasks.lease_keeper import LeaseKeeper
from tests.fixtures import rows


@pytest_asyncio.fixture(loop_scope="session")
async def job(runtime: Runtime) -> Claimed:
    async with runtime.work() as session:
        owner = await rows.person(session)
        project_id = await rows.project(session, owner)
        (image_id,) = await rows.images(session, project_id, ["a.png"])
        await service.add(session, [NewJob(JobKind.INGEST, owner.user_id, project_id, image_id=image_id)])
    async with runtime.work() as session:
        (claimed,) = await work.claim(session, JobKind.INGEST, "tester", Appetite(1, 2.0, {}))
    return claimed


async def test_only_a_lease_that_is_missed_twice_is_lost(runtime: Runtime, job: Claimed) -> None:
    lost: list[Claimed] = []
    keeper = LeaseKeeper(runtime.settings.database_url)
    keeper.keep(job.lease_id, job.id, 60, lambda: lost.append(job))
    async with runtime.work() as session:
        await work.release(session, [job])
    with psycopg.connect(runtime.settings.database_url) as connection:
        keeper._renew_all(connection)
        assert lost == []
        keeper._renew_all(connection)
    assert lost == [job]


async def test_a_job_that_drops_its_lease_after_its_end_lost_nothing(runtime: Runtime, job: Claimed) -> None:
    lost: list[Claimed] = []
    keeper = LeaseKeeper(runtime.settings.database_url)
    keeper.keep(job.lease_id, job.id, 60, lambda: lost.append(job))
    async with runtime.work() as session:
        assert await work.finish(session, [Finished(job, {})]) == {job.id}
    with psycopg.connect(runtime.settings.database_url) as connection:
        keeper._renew_all(connection)
        keeper.drop(job.lease_id)
        keeper._renew_all(connection)
    assert lost == []


async def test_a_cancelled_job_is_let_go_within_two_seconds(runtime: Runtime, job: Claimed) -> None:
    lost = Event()
    keeper = LeaseKeeper(runtime.settings.database_url)
    keeper.keep(job.lease_id, job.id, 60, lost.set)
    keeper.start()
    try:
        async with runtime.work() as session:
            await repository.cancel_jobs(session, [job.id])
        # The first time it has to connect as well.
        assert await asyncio.to_thread(lost.wait, 20)
        keeper.keep(job.lease_id, job.id, 60, lost.set)
        lost.clear()
        began = time.monotonic()
        assert await asyncio.to_thread(lost.wait, 20)
        assert time.monotonic() - began < 2
    finally:
        keeper.stop()
