"""Selections of any size: one batch, in order, fair, and out of the line again, without anybody naming the images."""

import asyncio
import time
from uuid import UUID

import pytest
from sqlalchemy import text

from cellhub_app.core.errors import Invalid, SelectionEmpty
from cellhub_app.core.ids import new_id
from cellhub_app.core.limits import IMAGES_PER_REQUEST
from cellhub_app.core.queue import JobKind, JobStatus
from cellhub_app.core.runtime import Runtime
from cellhub_app.domain.exports import service as exports
from cellhub_app.domain.flows.export import export
from cellhub_app.domain.flows.segment import segment
from cellhub_app.domain.flows.throw_away import throw_away
from cellhub_app.domain.images import tagging, trash
from cellhub_app.domain.images.schemas import ImageFilters
from cellhub_app.domain.images.selection import Chosen, Selection
from cellhub_app.domain.jobs import service, work
from cellhub_app.domain.jobs.claiming import Appetite
from cellhub_app.domain.jobs.schemas import BatchView
from tests.integration.jobs.conftest import Lab, MakeLab, claim, column

MORE = IMAGES_PER_REQUEST + 1
EVERYTHING = Chosen(filters=ImageFilters(q="image"))


async def press(lab: Lab, selection: Selection) -> BatchView:
    """Segment the selection."""
    async with lab.runtime.work() as session:
        return await segment(session, lab.who, lab.project_id, selection, "classical")


async def test_more_images_than_can_be_named_become_one_batch_in_a_moment(runtime: Runtime, lab: Lab) -> None:
    await lab.many_images(MORE)
    began = time.monotonic()
    batch = await press(lab, EVERYTHING)
    assert time.monotonic() - began < 15
    assert (batch.counts.queued, batch.position, batch.status) == (MORE, 1, JobStatus.QUEUED)
    assert batch.eta is not None, "a first batch is foretold from the model's card"
    latest = "select count(*) from image join job on job.id = segmentation_job_id where job.image_id = image.id"
    assert await column(runtime, latest) == [MORE]
    assert await column(runtime, "select distinct segmentation_status || ' ' || segmentation_model from image") == ["queued classical"]


async def test_images_are_served_by_age_whatever_their_ids(runtime: Runtime, lab: Lab) -> None:
    images = await lab.images(30)
    ages = text("update image set created_at = now() - make_interval(secs => array_position(:ids, id))")
    async with runtime.work() as session:
        await session.execute(ages, {"ids": images})
    await press(lab, "all")
    assert [job.image_id for job in await claim(runtime, Appetite(30, 1e9, {}))] == images[::-1]
    jobs = await column(runtime, "select id from job order by id")
    assert all(isinstance(job, UUID) and job.version == 7 for job in jobs)


async def test_who_comes_after_a_giant_batch_is_served_in_the_second_turn(runtime: Runtime, make_lab: MakeLab) -> None:
    ada, bob = await make_lab("ada"), await make_lab("bob")
    await ada.many_images(3_000)
    await press(ada, EVERYTHING)
    await claim(runtime, Appetite(4, 1e9, {}))
    await bob.images(2)
    theirs = await press(bob, "all")
    assert theirs.position == 2
    assert [job.user_id for job in await claim(runtime, Appetite(4, 1e9, {}))].count(bob.who.user_id) == 2


async def test_a_large_batch_is_paused_resumed_and_stopped_within_seconds(runtime: Runtime, lab: Lab) -> None:
    await lab.many_images(MORE)
    batch = await press(lab, EVERYTHING)
    await claim(runtime, Appetite(8, 1e9, {}))
    for change in (service.pause, service.resume, service.cancel):
        began = time.monotonic()
        async with runtime.work() as session:
            seen = await change(session, lab.who, batch.id)
        assert time.monotonic() - began < 15
    assert (seen.status, seen.counts.cancelled) == (JobStatus.CANCELLED, MORE)
    assert await column(runtime, "select distinct segmentation_status from image") == ["cancelled"]
    assert await column(runtime, "select count(*) from job_log where message like 'Cancelled by %'") == [MORE]


async def test_cancelling_takes_effect_within_two_seconds_on_what_runs_and_on_what_waits(runtime: Runtime, lab: Lab) -> None:
    await lab.many_images(3_000)
    batch = await press(lab, EVERYTHING)
    running = await claim(runtime, Appetite(8, 1e9, {}))
    began = time.monotonic()
    async with runtime.work() as session:
        await service.cancel(session, lab.who, batch.id)
    assert await column(runtime, "select distinct status from job") == ["cancelled"]
    assert await column(runtime, "select distinct segmentation_status from image") == ["cancelled"]
    async with runtime.work() as session:
        assert await work.hold(session, running) == []
    assert time.monotonic() - began < 2


async def test_the_whole_of_a_filter_is_tagged_exported_thrown_away_and_taken_back(runtime: Runtime, lab: Lab) -> None:
    kept = (await lab.many_images(MORE))[0]
    batch = await press(lab, EVERYTHING)
    others = Chosen([kept], EVERYTHING.filters)
    async with runtime.work() as session:
        assert await tagging.add(session, lab.who, lab.project_id, others, "plate 7") == MORE - 1
        made = await export(session, lab.who, lab.project_id, ["csv"], others)
        assert (await exports.get(session, lab.who, made.id)).status is JobStatus.QUEUED
    assert await column(runtime, "select cardinality(image_ids) from export") == [MORE - 1]
    assert await column(runtime, "select image.id = any(image_ids) from export, image where image.id = :kept", kept=kept) == [False]
    async with runtime.work() as session:
        gone, moment = await throw_away(session, lab.who, lab.project_id, others)
        assert gone == MORE - 1
    async with runtime.work() as session:
        seen = await service.batch(session, lab.who, batch.id)
        assert (seen.counts.queued, seen.counts.cancelled) == (1, MORE - 1)
        assert await trash.undo(session, lab.who, lab.project_id, moment) == MORE - 1
        assert await tagging.remove(session, lab.who, lab.project_id, EVERYTHING, "plate 7") == MORE - 1


async def test_only_what_was_never_segmented_is_taken_when_asked_so(runtime: Runtime, lab: Lab) -> None:
    old, new, failed = await lab.images(2), await lab.images(3), await lab.images(1, status="failed")
    await press(lab, old)
    batch = await press(lab, Chosen(filters=ImageFilters(), only_new=True))
    assert batch.counts.queued == 3
    taken = await column(runtime, "select image_id from job where batch_id = :id", id=batch.id)
    assert set(taken) == set(new)
    with pytest.raises(SelectionEmpty):
        await press(lab, failed)


async def test_named_images_stay_limited(lab: Lab) -> None:
    with pytest.raises(Invalid, match=f"At most {IMAGES_PER_REQUEST:,} images"):
        await press(lab, [new_id() for _ in range(IMAGES_PER_REQUEST + 1)])


async def test_images_of_another_project_are_never_taken(runtime: Runtime, make_lab: MakeLab) -> None:
    ada, bob = await make_lab("ada"), await make_lab("bob")
    mine, theirs = await ada.images(1), await bob.images(1)
    assert (await press(ada, [*mine, *theirs])).counts.queued == 1
    with pytest.raises(SelectionEmpty):
        await press(ada, theirs)


async def test_what_is_finished_while_it_is_thrown_away_is_not_lost(runtime: Runtime, lab: Lab) -> None:
    await lab.images(40)
    await press(lab, "all")
    jobs = await claim(runtime, Appetite(20, 1e9, {}))

    async def finish_all() -> None:
        for job in jobs:
            async with runtime.work() as session:
                if await work.hold(session, [job]):
                    await work.finish(session, [work.Finished(job, {})])

    async def discard() -> None:
        async with runtime.work() as session:
            await throw_away(session, lab.who, lab.project_id, "all")

    await asyncio.gather(finish_all(), discard())
    assert await column(runtime, "select count(*) from job where status not in ('succeeded', 'cancelled')") == [0]
    mismatch = "select count(*) from image join job on job.id = image.segmentation_job_id where job.status <> image.segmentation_status"
    assert await column(runtime, mismatch) == [0]
    assert await column(runtime, "select count(*) from batch where finished_at is null") == [0]
    assert [kind for kind in await _waiting(runtime) if kind is JobKind.SEGMENT] == []


async def _waiting(runtime: Runtime) -> list[JobKind]:
    async with runtime.work() as session:
        return await work.waiting_kinds(session)
