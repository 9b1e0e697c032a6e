"""What a run did: found by its own id or by that of a job, its failures first, and only for those who may see it."""

from uuid import UUID

import pytest
from sqlalchemy import text

from cellhub_app.core.ids import new_id
from cellhub_app.domain.jobs import runs, service, work
from cellhub_app.domain.jobs.leases import Finished
from cellhub_app.domain.jobs.service import BatchNotFound
from tests.integration.jobs.conftest import Lab, MakeLab, claim


async def half_done(lab: Lab) -> tuple[UUID, list[UUID]]:
    """A run of three images of which one succeeded and one failed; (its id, the ids of these jobs)."""
    batch_id = await lab.batch(3)
    done, failed, *_ = await claim(lab.runtime)
    async with lab.runtime.work() as session:
        await work.finish(session, [Finished(done, {"network_s": 0.5})])
        await work.fail(session, failed, "truncated", "The file ends early.", retry=False)
    async with lab.runtime.work() as session:
        await session.execute(text("update job set started_at = created_at + interval '2 s' where id = :id"), {"id": done.id})
        await session.execute(text("update job set finished_at = started_at + interval '3 s' where id = :id"), {"id": done.id})
    return batch_id, [done.id, failed.id]


async def test_a_run_tells_its_pace_and_its_images_failures_first(lab: Lab) -> None:
    batch_id, (done, failed) = await half_done(lab)
    async with lab.runtime.work() as session:
        run, job_id = await runs.run_of(session, lab.who, batch_id)
        images = await runs.images(session, batch_id, 10)
    assert (run.batch.counts.succeeded, run.batch.counts.failed, job_id) == (1, 1, None)
    assert (run.pace.waited_p50, run.pace.took_p95) == (2, 3)
    assert (images[0].job_id, images[0].problem, images[-1].job_id) == (failed, "The file ends early.", done)
    assert (images[-1].took_s, images[-1].timings) == (3, {"network_s": 0.5})


async def test_a_run_is_found_by_the_job_of_an_image_and_read_in_parts(lab: Lab) -> None:
    batch_id, (done, failed) = await half_done(lab)
    async with lab.runtime.work() as session:
        run, job_id = await runs.run_of(session, lab.who, done)
        first = await runs.images(session, batch_id, 1)
        others = await runs.images(session, batch_id, 10, first[0])
        (only,) = await runs.images(session, batch_id, 1, job_id=done)
    assert (run.batch.id, job_id, only.job_id) == (batch_id, done, done)
    assert first[0].job_id == failed
    assert len({one.job_id for one in [*first, *others]}) == 3


async def test_a_run_of_others_is_not_there(lab: Lab, make_lab: MakeLab) -> None:
    batch_id, jobs = await half_done(lab)
    stranger = await make_lab("stan")
    async with lab.runtime.work() as session:
        for one in (batch_id, *jobs, new_id()):
            with pytest.raises(BatchNotFound):
                await runs.run_of(session, stranger.who, one)


async def test_a_run_that_ends_is_still_found(lab: Lab) -> None:
    batch_id, _ = await half_done(lab)
    async with lab.runtime.work() as session:
        await service.cancel(session, lab.who, batch_id)
        run, _ = await runs.run_of(session, lab.who, batch_id)
    assert run.batch.finished_at is not None
