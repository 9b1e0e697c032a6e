"""Segmenting stacks: every plane has outlines and measures of its own, stored together."""

from collections.abc import Sequence
from uuid import UUID

import numpy as np
import pytest

from cellhub_app.core.events import EventType
from cellhub_app.core.geometry import codec
from cellhub_app.core.geometry.raster import labels_from_polygons
from cellhub_app.core.ids import new_id
from cellhub_app.core.imaging.planes import Frames
from cellhub_app.core.reading import read
from cellhub_app.domain.annotations import measurements, outlines
from cellhub_app.domain.annotations import service as annotations
from cellhub_app.domain.annotations.schemas import AddedObject, Edit, ImageMeasurements
from cellhub_app.domain.flows.segment import segment
from cellhub_app.domain.jobs import runs, service
from cellhub_app.domain.jobs.schemas import BatchView
from cellhub_app.models.image import storage_key
from ml_worker.context import WorkerContext
from tests.fixtures.samples import SampleFile, nuclei_files
from tests.fixtures.stacks import plane_of, stack_file, with_broken_plane, with_empty_planes
from tests.integration.annotations.scenes import square
from tests.integration.worker.conftest import Lab, listening, until


async def _begin(lab: Lab, images: Sequence[UUID], frames: Frames, *, keep: bool = False) -> UUID:
    async with lab.runtime.work() as session:
        return (await segment(session, lab.who, lab.project_id, images, "classical", frames=frames, keep_hand_made=keep)).id


async def _segment(lab: Lab, images: Sequence[UUID], frames: Frames, *, keep: bool = False) -> BatchView:
    return await lab.finished(await _begin(lab, images, frames, keep=keep))


async def _outlined(lab: Lab, image: UUID, frame: int) -> tuple[int, list[codec.CollectionItem]]:
    revision, found = await outlines.at_revision(read, lab.who, image, frame)
    return revision, list(codec.decode_collection(outlines.packed(revision, found))[1])


async def _measured(lab: Lab, image: UUID, frame: int) -> ImageMeasurements:
    async with lab.runtime.work() as session:
        return await measurements.of_image(session, lab.who, image, frame)


async def _check_plane(lab: Lab, image: UUID, file: SampleFile, frame: int) -> int:
    """Outlines and intensities of a frame are those of that plane and no other; answers how many there are."""
    revision, items = await _outlined(lab, image, frame)
    rows = (await _measured(lab, image, frame)).data
    pixels, truth = plane_of(file, frame), file.labels[frame]
    found = labels_from_polygons([codec.decode(item.geometry) for item in items], *truth.shape)
    overlap = ((found > 0) & (truth > 0)).sum() / ((found > 0) | (truth > 0)).sum()
    assert (revision, [row.id for row in rows]) == (1, [item.id for item in items])
    assert overlap > 0.6
    means = [pixels[found == number].mean() for number in range(1, len(items) + 1)]
    assert np.allclose([row.px["intensity_mean_c1"] for row in rows], means, rtol=1e-4)
    return len(items)


async def test_all_planes_of_a_stack_are_segmented_each_with_its_own_pixels(lab: Lab, gpu: WorkerContext) -> None:
    file = stack_file(slices=3)
    [image] = await lab.ready([file])
    batch = await _segment(lab, [image], "all")
    assert (batch.status, batch.counts.succeeded) == ("succeeded", 1)
    counts = [await _check_plane(lab, image, file, frame) for frame in range(3)]
    row = await lab.image(image)
    assert (row.object_count, row.revision, row.outlines_revision) == (sum(counts), 1, 1)
    assert (await lab.runtime.storage.get(storage_key(image, "overlay-1.webp")))[8:12] == b"WEBP"
    async with lab.runtime.work() as session:
        [shown] = await runs.images(session, batch.id, 10)
        run, _ = await runs.run_of(session, lab.who, batch.id)
    assert (shown.objects, shown.revision, run.objects) == (sum(counts), 1, sum(counts))
    assert await lab.column("select distinct parameters from revision") == [{"channel": 0}]
    assert await lab.column("select megapixels from job") == [pytest.approx(3 * 0.192**2)]


async def test_named_planes_of_a_series_of_stacks_leave_the_first_alone(lab: Lab, gpu: WorkerContext) -> None:
    file = stack_file(slices=2, timepoints=2)
    [image] = await lab.ready([file])
    await _segment(lab, [image], [3, 1])
    counts = [await _check_plane(lab, image, file, frame) for frame in (1, 3)]
    assert [(await _outlined(lab, image, frame))[0] for frame in (0, 2)] == [0, 0]
    row = await lab.image(image)
    assert (row.object_count, row.revision, row.outlines_revision) == (sum(counts), 0, 0)
    assert row.segmentation_status == "succeeded"
    await _segment(lab, [image], "first")
    row = await lab.image(image)
    assert (row.object_count, row.revision) == (sum(counts) + len((await _outlined(lab, image, 0))[1]), 1)


async def test_stacks_and_plain_images_go_through_one_run(lab: Lab, gpu: WorkerContext) -> None:
    images = await lab.ready([stack_file(slices=2), *nuclei_files(2)])
    assert (await _segment(lab, images, "all")).counts.succeeded == 3
    assert await lab.column("select frame from segmentation order by frame") == [0, 0, 0, 1]


async def test_what_people_drew_in_any_plane_stays_if_they_like(lab: Lab, gpu: WorkerContext) -> None:
    [image] = await lab.ready([stack_file(slices=2)])
    drawn = AddedObject(id=new_id(), feature=square(1, 1))
    async with lab.runtime.work() as session:
        await annotations.edit(session, lab.who, image, Edit(edit_id=new_id(), base_revision=0, added=[drawn]), frame=1)
    await _segment(lab, [image], "all", keep=True)
    frames = [[item.id for item in (await _outlined(lab, image, frame))[1]] for frame in (0, 1)]
    assert (drawn.id in frames[0], drawn.id in frames[1]) == (False, True)
    assert (await lab.image(image)).object_count == len(frames[0]) + len(frames[1])


async def test_a_plane_that_a_file_turns_out_to_lack_is_told_in_one_sentence(lab: Lab, gpu: WorkerContext) -> None:
    [image] = await lab.ready(nuclei_files(1))
    async with lab.runtime.work() as session:
        batch = await service.add_batch(
            session, project_id=lab.project_id, user_id=lab.who.user_id, model="classical", parameters={"frames": [0, 4]}
        )
        await service.line_up(session, batch, [])
    assert (await lab.finished(batch.id)).counts.failed == 1
    detail = "nuclei_001.png has one plane, counted from 0, so there is no plane 4. Choose planes that it has, or all."
    assert (await lab.image(image)).segmentation_error == {"code": "invalid", "detail": detail}
    assert await lab.column("select attempt from job") == [1]


async def test_a_plane_that_can_not_be_read_is_named_and_nothing_of_its_stack_is_stored(lab: Lab, gpu: WorkerContext) -> None:
    file = stack_file(slices=3)
    sentences = {
        "Couldn't read plane 3 of stack.ome.tif: the file does not have it. Upload it again.": stack_file(slices=2).data,
        "Couldn't read plane 2 of stack.ome.tif: its data is damaged. Export it again from where it was made, then upload it.": (
            with_broken_plane(file, 1)
        ),
    }
    for sentence, data in sentences.items():
        [image] = await lab.ready([file])
        await lab.runtime.storage.put(storage_key(image, "original"), data)
        assert (await _segment(lab, [image], "all")).counts.failed == 1
        error = (await lab.image(image)).segmentation_error
        assert error is not None
        assert error["detail"] == sentence
    assert await lab.column("select count(*) from revision") == [0]
    assert await lab.column("select distinct attempt from job") == [1]


async def test_a_stack_that_is_cancelled_between_two_planes_leaves_no_trace(lab: Lab, gpu: WorkerContext) -> None:
    [image] = await lab.ready([stack_file(slices=40)])
    batch = await _begin(lab, [image], "all")

    async def is_running() -> bool:
        return (await lab.batch(batch)).counts.running > 0

    async def is_let_go() -> bool:
        return all(loop.holds == 0 for loop in gpu.loops)

    await until(is_running)
    async with lab.runtime.work() as session:
        seen = await service.cancel(session, lab.who, batch)
    await until(is_let_go)
    assert (seen.counts.cancelled, await lab.column("select count(*) from revision")) == (1, [0])


async def test_whoever_looks_at_a_plane_hears_of_it(lab: Lab, gpu: WorkerContext) -> None:
    async with listening(lab.runtime) as heard:
        [image] = await lab.ready([stack_file(slices=3)])
        await _segment(lab, [image], [1, 2])
        await heard.waits_for(EventType.BATCH_FINISHED)
    told = [event.data for event in heard.of(EventType.ANNOTATIONS_CHANGED)]
    assert told == [{"imageId": str(image), "frame": k, "revision": 1, "kind": "model", "authorId": None} for k in (1, 2)]
    done = heard.of(EventType.SEGMENTATION_STATUS)[-1].data
    assert (done["status"], "revision" in done, done["objectCount"]) == ("succeeded", False, (await lab.image(image)).object_count)


async def _flaws(lab: Lab, image: UUID, frames: Frames) -> tuple[list[str], list[str] | None]:
    """Segments planes; answers what is stored of the picture afterwards, and what galleries are told."""
    async with listening(lab.runtime) as heard:
        await _segment(lab, [image], frames)
        await heard.waits_for(EventType.BATCH_FINISHED)
    return (await lab.image(image)).flaws, heard.of(EventType.SEGMENTATION_STATUS)[-1].data.get("flaws")


async def test_a_stack_is_poor_if_most_of_its_planes_are_and_fewer_say_nothing_of_it(lab: Lab, gpu: WorkerContext) -> None:
    [image] = await lab.ready([with_empty_planes(stack_file(slices=3), 0, 1)])
    assert await _flaws(lab, image, "first") == ([], None)
    assert await _flaws(lab, image, "all") == (["empty"], ["empty"])
    assert await _flaws(lab, image, [2]) == (["empty"], None)
    assert await _flaws(lab, image, [1, 2]) == (["empty"], ["empty"])
