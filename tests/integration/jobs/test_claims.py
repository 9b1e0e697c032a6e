"""Who is next."""

import asyncio
from collections import Counter

from cellhub_app.core.queue import JobKind
from cellhub_app.core.runtime import Runtime
from cellhub_app.domain.jobs import service, work
from cellhub_app.domain.jobs.claiming import Appetite
from cellhub_app.domain.jobs.leases import Finished
from cellhub_app.domain.jobs.schemas import NewJob
from tests.integration.jobs.conftest import Lab, MakeLab, claim, column, expire

SMALL = Appetite(limit=4, seconds=1e9, speeds={})


async def test_three_images_of_one_person_do_not_wait_for_thousands_of_another(runtime: Runtime, make_lab: MakeLab) -> None:
    ada, bob = await make_lab("ada"), await make_lab("bob")
    await ada.segment(await ada.many_images(3000))
    await claim(runtime, SMALL)
    await bob.batch(3)
    served: list[str] = []
    while served.count("bob") < 3:
        served += ["bob" if job.user_id == bob.who.user_id else "ada" for job in await claim(runtime, SMALL)]
    assert len(served) <= 8


async def test_users_take_turns_one_job_each(runtime: Runtime, make_lab: MakeLab) -> None:
    labs = [await make_lab(name) for name in ("ada", "bob", "cleo")]
    for lab in labs:
        await lab.batch(5)
    first = [job.user_id for job in await claim(runtime, Appetite(6, 1e9, {}))]
    assert first[:3] == first[3:]
    assert len(set(first)) == 3
    rest = await claim(runtime)
    assert Counter(job.user_id for job in rest) == {lab.who.user_id: 3 for lab in labs}


async def test_priority_comes_before_age_for_one_person_only(runtime: Runtime, make_lab: MakeLab) -> None:
    ada, bob = await make_lab("ada"), await make_lab("bob")
    old, urgent, theirs = await ada.batch(2), await ada.segment(await ada.images(1), priority=5), await bob.batch(1)
    batches = [job.batch_id for job in await claim(runtime)]
    assert batches == [urgent, theirs, old, old]


async def test_a_claim_writes_who_has_the_job_and_shows_on_the_image(runtime: Runtime, lab: Lab) -> None:
    batch = await lab.batch(2)
    jobs = await claim(runtime, Appetite(1, 1e9, {}), worker="gpu-7")
    assert [job.attempt for job in jobs] == [1]
    assert await column(runtime, "select worker from job where lease_id = :lease and lease_until > now()", lease=jobs[0].lease_id) == [
        "gpu-7"
    ]
    assert await column(runtime, "select segmentation_status from image order by segmentation_status") == ["queued", "running"]
    assert await column(runtime, "select status from batch where started_at is not null and id = :id", id=batch) == ["running"]


async def test_two_workers_never_get_the_same_job(runtime: Runtime, lab: Lab) -> None:
    await lab.batch(40)
    claims = await asyncio.gather(*(claim(runtime, Appetite(3, 1e9, {}), worker=f"w{n}") for n in range(8)))
    ids = [job.id for jobs in claims for job in jobs]
    assert len(ids) == len(set(ids)) == 24


async def test_jobs_wait_for_their_image_and_start_when_it_is_read(runtime: Runtime, lab: Lab) -> None:
    images = await lab.images(3, status="uploaded", width=None, height=None)
    async with runtime.work() as session:
        await service.add(session, [NewJob(JobKind.INGEST, lab.who.user_id, lab.project_id, image_id=image) for image in images])
    await lab.segment(images)
    assert await claim(runtime) == []
    async with runtime.work() as session:
        assert await work.waiting_kinds(session) == [JobKind.INGEST]
    reading = await claim(runtime, Appetite(1, 1e9, {}), kind=JobKind.INGEST)
    facts = dict.fromkeys(("format", "pixel_size_um", "pixel_size_origin")) | {
        "width": 64, "height": 48, "channels": 1, "bit_depth": 8, "frames": 1, "timepoints": 1,
    }  # fmt: skip
    async with runtime.work() as session:
        await work.image_read(session, reading[0], facts)
        await work.finish(session, [Finished(reading[0], {})])
    started = await claim(runtime)
    assert [(job.image_id, job.width, job.height) for job in started] == [(reading[0].image_id, 64, 48)]
    assert await column(runtime, "select priority from job where id = :id", id=started[0].id) == [0]


async def test_an_image_that_cannot_be_read_fails_what_waits_for_it(runtime: Runtime, lab: Lab) -> None:
    images = await lab.images(2, status="uploaded")
    async with runtime.work() as session:
        await service.add(session, [NewJob(JobKind.INGEST, lab.who.user_id, lab.project_id, image_id=image) for image in images])
    batch = await lab.segment(images)
    for job in await claim(runtime, kind=JobKind.INGEST):
        async with runtime.work() as session:
            await work.fail(session, job, "truncated", f"Couldn't read {job.image_name}: the file ends early.", retry=False)
    assert await column(runtime, "select status from image") == ["failed", "failed"]
    assert await column(runtime, "select error ->> 'code' from image") == ["truncated", "truncated"]
    assert await column(runtime, "select segmentation_status from image") == ["failed", "failed"]
    assert await column(runtime, "select status from batch where id = :id", id=batch) == ["failed"]
    sentence = "0.png couldn't be read, so there is nothing to segment."
    assert sentence in await column(runtime, "select error ->> 'detail' from job where kind = 'segment'")


async def test_an_image_that_could_not_be_read_is_passed_over(runtime: Runtime, lab: Lab) -> None:
    good, bad = await lab.images(1), await lab.images(1, status="failed")
    await lab.segment([*good, *bad])
    assert await column(runtime, "select image_id from job") == good
    assert await column(runtime, "select segmentation_status from image where status = 'failed'") == [None]


async def test_deleted_images_are_not_segmented(runtime: Runtime, lab: Lab) -> None:
    images = await lab.images(3)
    batch = await lab.segment(images)
    async with runtime.work() as session:
        await session.execute(_deletion(images[:2]))
    jobs = await claim(runtime, Appetite(1, 1e9, {}))
    assert [job.image_id for job in jobs] == images[2:]
    async with runtime.work() as session:
        await work.finish(session, [Finished(jobs[0], {})])
    assert await column(runtime, "select status from batch where id = :id", id=batch) == ["succeeded"]


async def test_after_a_crash_each_job_is_tried_alone(runtime: Runtime, lab: Lab) -> None:
    await lab.batch(3)
    assert len(await claim(runtime)) == 3
    await expire(runtime)
    async with runtime.work() as session:
        assert await work.reclaim_expired(session) == 3
    for _ in range(3):
        assert await claim(runtime, Appetite(10, 1e9, {}, is_idle=False)) == []
        jobs = await claim(runtime)
        assert [job.attempt for job in jobs] == [2]
        async with runtime.work() as session:
            await work.finish(session, [Finished(jobs[0], {})])


def _deletion(images: list[object]) -> object:
    from sqlalchemy import text

    return text("update image set deleted_at = now() where id = any(:ids)").bindparams(ids=images)
