"""Who holds a job, and what becomes of work whose holder lost it."""

from uuid import UUID

import psycopg
import pytest
from sqlalchemy import text

from cellhub_app.core.limits import ATTEMPTS_MAX
from cellhub_app.core.queue import JobStatus
from cellhub_app.core.runtime import Runtime
from cellhub_app.domain.jobs import leases, work
from cellhub_app.domain.jobs.claiming import Appetite
from cellhub_app.domain.jobs.leases import Finished
from tests.fixtures.services import Services
from tests.integration.jobs.conftest import Lab, claim, column, expire

ONE = Appetite(1, 1e9, {})


async def make_due(runtime: Runtime) -> None:
    """As if the waiting time before the next attempt were over."""
    async with runtime.work() as session:
        await session.execute(text("update job set run_after = now()"))


async def test_a_result_of_a_lost_lease_is_discarded(runtime: Runtime, lab: Lab) -> None:
    await lab.batch(1)
    [lost] = await claim(runtime, worker="slow")
    await expire(runtime)
    async with runtime.work() as session:
        await work.reclaim_expired(session)
    [taken] = await claim(runtime, worker="quick")
    async with runtime.work() as session:
        assert await work.hold(session, [lost]) == []
        assert await work.finish(session, [Finished(lost, {})]) == set()
        assert await work.fail(session, lost, "internal", "No.", retry=True) is None
        assert await work.release(session, [lost]) == 0
    async with runtime.work() as session:
        assert await work.hold(session, [taken]) == [taken]
        assert await work.finish(session, [Finished(taken, {"network_s": 0.5})]) == {taken.id}
    assert await column(runtime, "select worker from job where status = 'succeeded'") == ["quick"]


async def test_failures_are_tried_again_later_each_time_and_then_told(runtime: Runtime, lab: Lab) -> None:
    batch = await lab.batch(1)
    delays = []
    for attempt in range(1, ATTEMPTS_MAX + 1):
        [job] = await claim(runtime)
        async with runtime.work() as session:
            status = await work.fail(session, job, "internal", "The moon was in the way.", retry=True)
        assert status == (JobStatus.QUEUED if attempt < ATTEMPTS_MAX else JobStatus.FAILED)
        if status is JobStatus.QUEUED:
            assert await claim(runtime) == []
            delays += await column(runtime, "select round(extract(epoch from run_after - now())) from job")
            await make_due(runtime)
    assert delays == [5, 10, 20]
    assert await column(runtime, "select segmentation_error ->> 'detail' from image") == ["The moon was in the way."]
    assert await column(runtime, "select status from batch where id = :id", id=batch) == ["failed"]
    lines = await column(runtime, "select message from job_log order by created_at, id")
    assert "Attempt 1 failed: The moon was in the way. Trying again in 5 s." in lines


async def test_a_refusal_is_final(runtime: Runtime, lab: Lab) -> None:
    await lab.batch(1)
    [job] = await claim(runtime)
    async with runtime.work() as session:
        assert await work.fail(session, job, "damaged", "Its data is damaged.", retry=False) is JobStatus.FAILED


async def test_given_back_jobs_lose_no_attempt_and_no_time(runtime: Runtime, lab: Lab) -> None:
    await lab.batch(2)
    jobs = await claim(runtime)
    async with runtime.work() as session:
        assert await work.release(session, jobs) == 2
    assert await column(runtime, "select distinct segmentation_status from image") == ["queued"]
    assert [job.attempt for job in await claim(runtime)] == [1, 1]


async def test_a_job_that_kills_its_workers_fails_in_plain_words(runtime: Runtime, lab: Lab) -> None:
    await lab.batch(1)
    for _ in range(ATTEMPTS_MAX):
        assert len(await claim(runtime)) == 1
        await expire(runtime)
        async with runtime.work() as session:
            assert await work.reclaim_expired(session) == 1
    assert await claim(runtime) == []
    [sentence] = await column(runtime, "select segmentation_error ->> 'detail' from image")
    assert sentence == "The worker stopped answering while it worked on this image."


async def test_a_lease_that_is_renewed_does_not_run_out(runtime: Runtime, lab: Lab, services: Services) -> None:
    await lab.batch(2)
    kept, dropped = await claim(runtime)
    await expire(runtime)
    with psycopg.connect(services.urls.database) as connection:
        assert leases.renew(connection, {kept.lease_id: kept.id, UUID(int=1): dropped.id}) == {kept.lease_id}
    async with runtime.work() as session:
        assert await work.reclaim_expired(session) == 1
    assert await column(runtime, "select id from job where status = 'running'") == [kept.id]
    assert await column(runtime, "select id from job where status = 'queued'") == [dropped.id]


@pytest.mark.parametrize("last", ["succeeds", "fails"])
async def test_one_bad_image_never_fails_its_batch(runtime: Runtime, lab: Lab, last: str) -> None:
    batch = await lab.batch(3)
    jobs = await claim(runtime)
    bad = jobs.pop(0 if last == "succeeds" else -1)
    if last == "succeeds":
        async with runtime.work() as session:
            await work.fail(session, bad, "internal", "No.", retry=False)
    for job in jobs:
        assert await column(runtime, "select finished_at from batch where id = :id", id=batch) == [None]
        async with runtime.work() as session:
            await work.finish(session, [Finished(job, {})])
    if last == "fails":
        async with runtime.work() as session:
            await work.fail(session, bad, "internal", "No.", retry=False)
    assert await column(runtime, "select status from batch where id = :id and finished_at is not null", id=batch) == ["succeeded"]
