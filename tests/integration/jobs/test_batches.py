"""What a person sees of a batch, and what they can do with it."""

import asyncio
from uuid import UUID

import pytest

from cellhub_app.core.errors import Conflict, NotAllowed
from cellhub_app.core.events import Event, EventType, follow
from cellhub_app.core.ids import now
from cellhub_app.core.queue import JobStatus
from cellhub_app.core.runtime import Runtime
from cellhub_app.domain.access import Principal
from cellhub_app.domain.jobs import overview, service, work, workers
from cellhub_app.domain.jobs.claiming import Appetite, Claimed
from cellhub_app.domain.jobs.leases import Finished
from cellhub_app.domain.jobs.schemas import BatchView, WorkerView
from cellhub_app.models.project import Membership, ProjectRole
from tests.fixtures import rows
from tests.integration.jobs.conftest import Lab, MakeLab, claim, column

ONE = Appetite(1, 1e9, {})


async def view(lab: Lab, batch_id: UUID, who: Principal | None = None) -> BatchView:
    async with lab.runtime.work() as session:
        return await service.batch(session, who or lab.who, batch_id)


async def finish(runtime: Runtime, *jobs: Claimed) -> None:
    async with runtime.work() as session:
        await work.finish(session, [Finished(job, {}) for job in jobs])


async def test_a_batch_is_counted_and_closes_itself(runtime: Runtime, lab: Lab) -> None:
    batch = await lab.batch(3)
    jobs = await claim(runtime, Appetite(2, 1e9, {}))
    await finish(runtime, jobs[0])
    seen = await view(lab, batch)
    assert (seen.status, seen.counts.queued, seen.counts.running, seen.counts.succeeded) == (JobStatus.RUNNING, 1, 1, 1)
    await finish(runtime, jobs[1], *await claim(runtime))
    seen = await view(lab, batch)
    assert (seen.status, seen.counts.succeeded, seen.position, seen.eta) == (JobStatus.SUCCEEDED, 3, None, None)
    assert seen.finished_at is not None


async def test_two_workers_that_finish_the_last_jobs_together_close_the_batch(runtime: Runtime, lab: Lab) -> None:
    batch = await lab.batch(8)
    jobs = await claim(runtime)
    await asyncio.gather(*(finish(runtime, job) for job in jobs))
    assert (await view(lab, batch)).status is JobStatus.SUCCEEDED


async def test_position_counts_everybody_who_is_served_before(runtime: Runtime, make_lab: MakeLab) -> None:
    ada, bob = await make_lab("ada"), await make_lab("bob")
    first, second, theirs = await ada.batch(2), await ada.batch(3), await bob.batch(10)
    assert (await view(ada, first)).position == 2
    assert (await view(ada, second)).position == 3 + 3
    assert (await view(bob, theirs)).position == 2


async def test_eta_is_a_range_once_a_few_images_are_done(runtime: Runtime, lab: Lab) -> None:
    batch = await lab.batch(20)
    assert (await view(lab, batch)).eta is None
    for _ in range(6):
        await finish(runtime, *await claim(runtime, ONE))
    eta = (await view(lab, batch)).eta
    assert eta is not None
    assert 0 <= eta.low_seconds <= eta.high_seconds


async def test_eta_is_not_guessed_when_nothing_comes_out_any_more(runtime: Runtime, lab: Lab) -> None:
    from sqlalchemy import text

    batch = await lab.batch(20)
    for _ in range(6):
        await finish(runtime, *await claim(runtime, ONE))
    async with runtime.work() as session:
        await session.execute(
            text("update job set started_at = started_at - interval '1 hour', finished_at = finished_at - interval '1 hour'")
        )
        await session.execute(text("update batch set started_at = started_at - interval '1 hour'"))
    assert (await view(lab, batch)).eta is None


async def test_a_paused_batch_leaves_the_line_and_comes_back(runtime: Runtime, lab: Lab) -> None:
    batch = await lab.batch(3)
    [running] = await claim(runtime, ONE)
    async with runtime.work() as session:
        paused = await service.pause(session, lab.who, batch)
    assert (paused.status, paused.counts.queued, paused.position, paused.eta) == (JobStatus.PAUSED, 2, None, None)
    assert await claim(runtime) == []
    await finish(runtime, running)
    assert sorted(map(str, await column(runtime, "select segmentation_status from image"))) == ["paused", "paused", "succeeded"]
    async with runtime.work() as session:
        resumed = await service.resume(session, lab.who, batch)
    assert resumed.status is JobStatus.RUNNING
    assert len(await claim(runtime)) == 2


async def test_cancelling_stops_what_waits_and_discards_what_runs(runtime: Runtime, lab: Lab) -> None:
    batch = await lab.batch(4)
    done, running = await claim(runtime, Appetite(2, 1e9, {}))
    await finish(runtime, done)
    async with runtime.work() as session:
        seen = await service.cancel(session, lab.who, batch)
    assert (seen.status, seen.counts.cancelled, seen.counts.succeeded) == (JobStatus.CANCELLED, 3, 1)
    async with runtime.work() as session:
        assert await work.finish(session, [Finished(running, {})]) == set()
    assert await column(runtime, "select count(*) from image where segmentation_status = 'cancelled'") == [3]
    async with runtime.work() as session:
        with pytest.raises(Conflict, match="finished already"):
            await service.pause(session, lab.who, batch)


async def test_a_batch_of_ten_thousand_can_be_paused_resumed_and_cancelled(runtime: Runtime, lab: Lab) -> None:
    batch = await lab.segment(await lab.many_images(10_000))
    async with asyncio.timeout(30):
        for change in (service.pause, service.resume, service.cancel):
            async with runtime.work() as session:
                seen = await change(session, lab.who, batch)
    assert (seen.status, seen.counts.cancelled) == (JobStatus.CANCELLED, 10_000)
    assert await column(runtime, "select distinct segmentation_status from image") == ["cancelled"]


async def test_failed_images_can_be_tried_again(runtime: Runtime, lab: Lab) -> None:
    batch = await lab.batch(2)
    good, bad = await claim(runtime)
    await finish(runtime, good)
    async with runtime.work() as session:
        await work.fail(session, bad, "internal", "No.", retry=False)
    async with runtime.work() as session:
        seen = await service.retry_failed(session, lab.who, batch)
    assert (seen.status, seen.counts.queued, seen.finished_at) == (JobStatus.QUEUED, 1, None)
    assert await column(runtime, "select segmentation_error from image where segmentation_status = 'queued'") == [None]
    [again] = await claim(runtime)
    assert (again.id, again.attempt) == (bad.id, 1)
    await finish(runtime, again)
    async with runtime.work() as session:
        with pytest.raises(Conflict, match="No image"):
            await service.retry_failed(session, lab.who, batch)


async def test_a_newer_batch_over_the_same_image_is_the_one_that_shows(runtime: Runtime, lab: Lab) -> None:
    images = await lab.images(1)
    await lab.segment(images)
    [older] = await claim(runtime)
    await lab.segment(images, model="classical")
    await finish(runtime, older)
    assert await column(runtime, "select segmentation_status || ' ' || segmentation_model from image") == ["queued classical"]


async def test_who_may_see_and_who_may_stop_a_batch(runtime: Runtime, lab: Lab) -> None:
    batch = await lab.batch(1)
    async with runtime.work() as session:
        vera, stranger = await rows.person(session, "vera"), await rows.person(session, "stranger")
        session.add(Membership(project_id=lab.project_id, user_id=vera.user_id, role=ProjectRole.VIEWER))
    assert (await view(lab, batch, vera)).id == batch
    with pytest.raises(service.BatchNotFound):
        await view(lab, batch, stranger)
    async with runtime.work() as session:
        [job_id] = await column(runtime, "select id from job")
        assert isinstance(job_id, UUID)
        assert (await service.job(session, vera, job_id)).batch_id == batch
        with pytest.raises(service.JobNotFound):
            await service.job_log(session, stranger, job_id)
        with pytest.raises(NotAllowed):
            await service.cancel(session, vera, batch)
        assert (await overview.queue(session, stranger)).batches == []


async def test_the_queue_names_living_workers(runtime: Runtime, lab: Lab) -> None:
    await lab.batch(2)
    await workers.beat(runtime.redis, WorkerView(name="gpu-1", kind="gpu", device="cpu", started_at=now()))
    async with runtime.work() as session:
        seen = await overview.queue(session, lab.who)
    assert (len(seen.batches), seen.queued, seen.running, [worker.name for worker in seen.workers]) == (1, 2, 0, ["gpu-1"])


async def test_everybody_hears_of_each_step(runtime: Runtime, lab: Lab) -> None:
    heard: list[Event] = []
    listening = asyncio.Event()

    async def listen() -> None:
        async for event in follow(runtime.redis):
            listening.set()
            heard.extend([event] if event else [])
            if event and event.type is EventType.QUEUE_UPDATE:
                return

    listener = asyncio.create_task(listen())
    await listening.wait()
    batch = await lab.batch(1)
    [job] = await claim(runtime)
    async with runtime.work() as session:
        await work.fail(session, job, "internal", "No.", retry=False)
    await asyncio.wait_for(listener, 10)
    statuses = [event.data["status"] for event in heard if event.type is EventType.SEGMENTATION_STATUS]
    assert statuses == ["running", "failed"]
    assert heard[-1].data["batchId"] == str(batch)
    assert heard[-1].data["counts"]["failed"] == 1
