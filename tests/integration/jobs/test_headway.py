"""What is said of how far a large image is, and that nothing of it is left once its job is somebody else's or over."""

from collections.abc import Awaitable, Callable
from uuid import UUID

import pytest

from cellhub_app.core.runtime import Runtime
from cellhub_app.domain.jobs import headway, overview, runs, service, work
from cellhub_app.domain.jobs.claiming import Claimed
from cellhub_app.domain.jobs.leases import Finished
from cellhub_app.domain.jobs.schemas import Working
from tests.integration.jobs.conftest import Lab, MakeLab, claim, expire


async def _seen(lab: Lab, batch: UUID, job: UUID) -> list[list[float | None]]:
    """What the batch, the queue, the page of the run and the job say to a person of the project."""
    async with lab.runtime.work() as session:
        views = [await service.batch(session, lab.who, batch), *await overview.running(session, lab.who)]
        shown = [one.progress for one in await runs.images(session, batch, 10)]
        return [*([one.progress for one in view.working] for view in views), shown, [(await service.job(session, lab.who, job)).progress]]


async def test_who_may_see_a_batch_sees_how_far_its_large_image_is(runtime: Runtime, lab: Lab, make_lab: MakeLab) -> None:
    batch = await lab.batch(1, width=10_000, height=10_000)
    stranger = await make_lab("bob")
    [job] = await claim(runtime)
    assert await _seen(lab, batch, job.id) == [[], [], [None], [None]]
    await headway.tell(runtime.redis, job, 0.4213)
    assert await _seen(lab, batch, job.id) == [[0.421]] * 4
    assert job.image_id is not None
    async with runtime.work() as session:
        assert (await service.batch(session, lab.who, batch)).working == [
            Working(job_id=job.id, image_id=job.image_id, name="0.png", progress=0.421)
        ]
        assert await overview.running(session, stranger.who) == []
        with pytest.raises(service.JobNotFound):
            await service.job(session, stranger.who, job.id)


async def _is_done(lab: Lab, job: Claimed) -> None:
    async with lab.runtime.work() as session:
        await work.finish(session, [Finished(job, {})])


async def _fails(lab: Lab, job: Claimed) -> None:
    async with lab.runtime.work() as session:
        await work.fail(session, job, "noRoom", "The disk is full.", retry=False)


async def _is_cancelled(lab: Lab, job: Claimed) -> None:
    async with lab.runtime.work() as session:
        assert job.batch_id is not None
        await service.cancel(session, lab.who, job.batch_id)


async def _is_taken_over(lab: Lab, job: Claimed) -> None:
    await expire(lab.runtime)
    async with lab.runtime.work() as session:
        await work.reclaim_expired(session)
    [taken] = await claim(lab.runtime, worker="w2")
    assert taken.id == job.id


@pytest.mark.parametrize("end", [_is_done, _fails, _is_cancelled, _is_taken_over])
async def test_nothing_is_left_of_it_once_the_job_is_not_that_workers(
    runtime: Runtime, lab: Lab, end: Callable[[Lab, Claimed], Awaitable[None]]
) -> None:
    batch = await lab.batch(1, width=10_000, height=10_000)
    [job] = await claim(runtime)
    await headway.tell(runtime.redis, job, 0.5)
    await end(lab, job)
    await headway.tell(runtime.redis, job, 0.6)
    told = [share for shares in await _seen(lab, batch, job.id) for share in shares]
    assert not any(told)


async def test_nobody_asks_after_ordinary_images(runtime: Runtime, lab: Lab) -> None:
    batch = await lab.batch(1)
    [job] = await claim(runtime)
    await headway.tell(runtime.redis, job, 0.5)
    assert await _seen(lab, batch, job.id) == [[], [], [None], [None]]


async def test_it_fades_when_nobody_says_anything_more(runtime: Runtime, lab: Lab) -> None:
    await lab.batch(1, width=10_000, height=10_000)
    [job] = await claim(runtime)
    await headway.tell(runtime.redis, job, 0.5)
    [key] = [key async for key in runtime.redis.scan_iter("cellhub:headway:*")]
    assert 0 < await runtime.redis.ttl(key) <= headway.FADES_AFTER_S
