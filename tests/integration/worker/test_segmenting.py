"""From a queued job to polygons: the whole pipeline of a GPU worker."""

import io

import numpy as np
from PIL import Image
from sqlalchemy import text

from cellhub_app.core.events import EventType
from cellhub_app.core.geometry import codec
from cellhub_app.core.ids import new_id
from cellhub_app.core.metrics import measure
from cellhub_app.core.queue import JobKind, send_ticket
from cellhub_app.core.reading import read
from cellhub_app.domain.annotations import outlines
from cellhub_app.domain.annotations import service as annotations
from cellhub_app.domain.annotations.schemas import AddedObject, Edit
from cellhub_app.domain.jobs import service
from cellhub_app.models.image import storage_key
from ml_worker.context import WorkerContext
from tests.fixtures.samples import SampleFile, nuclei_files
from tests.fixtures.stacks import stack_file
from tests.integration.annotations.scenes import square
from tests.integration.worker.conftest import Lab, listening, until


async def test_images_become_polygons_with_measures_and_an_overlay(lab: Lab, gpu: WorkerContext) -> None:
    files = nuclei_files(3)
    images = await lab.ready(files)
    batch = await lab.finished(await lab.segment(images))
    assert (batch.status, batch.counts.succeeded) == ("succeeded", 3)
    for image_id, file in zip(images, files, strict=True):
        image = await lab.image(image_id)
        assert (image.segmentation_status, image.revision) == ("succeeded", 1)
        assert image.object_count is not None
        assert abs(image.object_count - int(file.labels.max())) <= 0.3 * file.labels.max()
        assert image.doubt is not None
        assert (await lab.runtime.storage.get(storage_key(image_id, "overlay-1.webp")))[8:12] == b"WEBP"
        revision, found = await outlines.at_revision(read, lab.who, image_id)
        items = codec.decode_collection(outlines.packed(revision, found))[1]
        assert (revision, len(items)) == (1, image.object_count)
    width = set(await lab.column("select array_length(measures, 1) from object"))
    assert width == {len(measure.columns(1))}


async def test_what_people_drew_in_other_frames_is_counted_with_the_result(lab: Lab, gpu: WorkerContext) -> None:
    [image] = await lab.ready([stack_file(slices=2)])
    drawn = [AddedObject(id=new_id(), feature=square(x, 5)) for x in (5, 20)]
    async with lab.runtime.work() as session:
        await annotations.edit(session, lab.who, image, Edit(edit_id=new_id(), base_revision=0, added=drawn), frame=1)
    for number in (1, 2):
        await lab.finished(await lab.segment([image]))
        revision, found = await outlines.at_revision(read, lab.who, image)
        in_first = len(codec.decode_collection(outlines.packed(revision, found))[1])
        assert (revision, (await lab.image(image)).object_count) == (number, in_first + len(drawn))


async def test_each_stage_is_timed(lab: Lab, gpu: WorkerContext) -> None:
    await lab.finished(await lab.segment(await lab.ready(nuclei_files(1))))
    [timings] = await lab.column("select timings from job")
    assert isinstance(timings, dict)
    assert set(timings) == {"read_s", "network_s", "postprocess_s", "save_s", "waited_s"}
    assert all(seconds >= 0 for seconds in timings.values())


async def test_a_network_does_the_same_with_its_weights_on_record(lab: Lab, gpu: WorkerContext) -> None:
    [image] = await lab.ready(nuclei_files(1))
    await lab.finished(await lab.segment([image], model="unet"))
    assert len(str((await lab.column("select weights_sha256 from revision where model = 'unet'"))[0])) == 64
    assert (await lab.image(image)).object_count


async def test_poisoned_images_fail_alone_and_in_plain_words(lab: Lab, gpu: WorkerContext) -> None:
    good = nuclei_files(4)
    cut = SampleFile("cut.png", good[0].data[: len(good[0].data) // 2], good[0].labels)
    images = await lab.ready(good)
    [bad] = await lab.ready([SampleFile("cut.png", good[0].data, good[0].labels)])
    await lab.runtime.storage.put(storage_key(bad, "original"), cut.data)
    batch = await lab.finished(await lab.segment([images[0], bad, *images[1:]]))
    assert (batch.status, batch.counts.succeeded, batch.counts.failed) == ("succeeded", 4, 1)
    error = (await lab.image(bad)).segmentation_error
    assert error is not None
    assert "cut.png" in error["detail"]
    assert "Traceback" not in error["detail"]


async def test_a_file_that_is_gone_is_tried_again_three_times_then_told(lab: Lab, gpu: WorkerContext) -> None:
    [image] = await lab.ready(nuclei_files(1))
    await lab.runtime.storage.delete(storage_key(image, "original"))
    batch = await lab.segment([image])

    async def no_more_delay() -> bool:
        async with lab.runtime.work() as session:
            await session.execute(text("update job set run_after = now() where status = 'queued'"))
        await send_ticket(lab.runtime.queue, JobKind.SEGMENT)
        return (await lab.batch(batch)).finished_at is not None

    await until(no_more_delay)
    assert await lab.column("select attempt from job where status = 'failed'") == [4]
    assert (await lab.image(image)).segmentation_error == {"code": "notFound", "detail": "The file is not in the storage."}


async def test_segmenting_again_adds_a_revision_and_loses_nothing(lab: Lab, gpu: WorkerContext) -> None:
    images = await lab.ready(nuclei_files(1))
    await lab.finished(await lab.segment(images))
    await lab.finished(await lab.segment(images))
    assert (await lab.image(images[0])).revision == 2
    first, _ = await outlines.at_revision(read, lab.who, images[0], revision=1)
    assert first == 1


async def test_what_was_cancelled_while_it_ran_leaves_no_trace(lab: Lab, gpu: WorkerContext) -> None:
    images = await lab.ready(nuclei_files(6, side=512))
    batch = await lab.segment(images)

    async def is_running() -> bool:
        return (await lab.batch(batch)).counts.running > 0

    await until(is_running)
    async with lab.runtime.work() as session:
        seen = await service.cancel(session, lab.who, batch)
    await until(lambda: _holds_nothing(gpu))
    assert (await lab.batch(batch)).counts == seen.counts
    revisions = await lab.column("select count(*) from revision")
    assert revisions == [seen.counts.succeeded]


async def _holds_nothing(context: WorkerContext) -> bool:
    return all(loop.holds == 0 for loop in context.loops)


async def test_a_gallery_hears_all_it_needs_in_order(lab: Lab, gpu: WorkerContext) -> None:
    async with listening(lab.runtime) as heard:
        [image] = await lab.ready(nuclei_files(1))
        await lab.finished(await lab.segment([image]))
        await heard.waits_for(EventType.QUEUE_UPDATE)
    told = [event.data for event in heard.of(EventType.SEGMENTATION_STATUS)]
    assert [data["status"] for data in told] == ["running", "succeeded"]
    row = await lab.image(image)
    assert told[-1] == {
        "imageId": str(image), "jobId": str(row.segmentation_job_id), "batchId": told[0]["batchId"], "model": "classical",
        "status": "succeeded", "error": None, "objectCount": row.object_count, "doubt": told[-1]["doubt"], "revision": 1,
        "outlinesRevision": 1, "flaws": [],
    }  # fmt: skip


async def test_a_doubtful_picture_is_segmented_marked_and_explained(lab: Lab, gpu: WorkerContext) -> None:
    noise = np.random.default_rng(1).normal(100, 5, (256, 256)).astype(np.uint8)
    out = io.BytesIO()
    Image.fromarray(noise).save(out, "PNG")
    [good, empty] = await lab.ready([*nuclei_files(1), SampleFile("empty.png", out.getvalue(), noise)])
    seen = await lab.finished(await lab.segment([good, empty]))
    assert seen.counts.succeeded == 2
    assert ((await lab.image(empty)).doubt or 0) >= 0.9 > ((await lab.image(good)).doubt or 0)
    query = "select message from job_log l join job j on j.id = l.job_id where level = 'warning' and image_id = :id"
    warnings = await lab.column(query, id=empty)
    assert warnings == ["The field looks empty: nothing in it stands out from the noise."]
