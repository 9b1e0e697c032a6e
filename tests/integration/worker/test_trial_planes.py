"""Face-offs on stacks: one plane of each, which is chosen once and looked at by all."""

from io import BytesIO
from uuid import UUID

import numpy as np
import pytest
from PIL import Image as Pictures

from cellhub_app.core.geometry import codec
from cellhub_app.core.geometry.raster import labels_from_polygons
from cellhub_app.core.ids import new_id
from cellhub_app.core.imaging.display import to_display
from cellhub_app.core.queue import JobStatus
from cellhub_app.domain.annotations import service as annotations
from cellhub_app.domain.annotations.schemas import AddedObject, Edit
from cellhub_app.domain.flows import face_off as flow
from cellhub_app.domain.trials import service as trials
from cellhub_app.domain.trials.schemas import FaceOffView
from cellhub_app.models.image import storage_key
from cellhub_app.models.trial import disagreement_key, outlines_key, picture_key
from ml_worker.context import WorkerContext
from tests.fixtures.samples import SampleFile, nuclei_files
from tests.fixtures.stacks import plane_of, stack_file, with_broken_plane
from tests.integration.annotations.scenes import square
from tests.integration.worker.conftest import Lab, until


async def _begin(lab: Lab, *images: UUID) -> FaceOffView:
    async with lab.runtime.work() as session:
        return await flow.begin(session, lab.who, lab.project_id, images, ["classical", "unet"])


async def _face_off(lab: Lab, *images: UUID) -> FaceOffView:
    begun = await _begin(lab, *images)

    async def seen() -> FaceOffView:
        async with lab.runtime.work() as session:
            return await trials.face_off(session, lab.who, begun.id)

    async def is_done() -> bool:
        return (await seen()).status.is_final

    await until(is_done)
    return await seen()


async def _correct(lab: Lab, image: UUID, frame: int) -> None:
    drawn = AddedObject(id=new_id(), feature=square(1, 1))
    async with lab.runtime.work() as session:
        head = await annotations.corrected(session, image, frame)
        await annotations.edit(session, lab.who, image, Edit(edit_id=new_id(), base_revision=head[0] if head else 0, added=[drawn]), frame)


async def _check_outlines(lab: Lab, found: FaceOffView, file: SampleFile, frame: int) -> None:
    """What was found is that of the plane and of no other."""
    for trial in found.trials:
        items = codec.decode_collection(await lab.runtime.storage.get(outlines_key(trial.id)))[1]
        outlined = labels_from_polygons([codec.decode(item.geometry) for item in items], *file.labels[frame].shape) > 0
        overlaps = [(outlined & (truth > 0)).sum() / (outlined | (truth > 0)).sum() for truth in file.labels]
        assert (trial.frame, int(np.argmax(overlaps))) == (frame, frame)
        assert overlaps[frame] > 0.6


async def _picture(lab: Lab, key: str) -> np.ndarray:
    return np.asarray(Pictures.open(BytesIO(await lab.runtime.storage.get(key))).convert("RGB"), float)


async def test_the_middle_slice_of_a_stack_is_compared_and_shown(lab: Lab, gpu: WorkerContext) -> None:
    file = stack_file(slices=3, timepoints=2)
    [image] = await lab.ready([file])
    found = await _face_off(lab, image)
    assert (found.status, found.frames, found.standings[0].corrected) == (JobStatus.SUCCEEDED, {image: 1}, 0)
    await _check_outlines(lab, found, file, 1)
    for part in ("display", "thumbnail"):
        shown = await _picture(lab, picture_key(found.id, image, part))
        planes = [to_display(plane_of(file, frame)[:, :, None]).astype(float) for frame in range(6)]
        assert int(np.argmin([np.abs(shown - plane).mean() for plane in planes])) == 1
    assert (await lab.runtime.storage.get(disagreement_key(found.id, image)))[8:12] == b"WEBP"


async def test_the_plane_that_was_corrected_last_is_compared_with_the_correction(lab: Lab, gpu: WorkerContext) -> None:
    file = stack_file(slices=4)
    [image] = await lab.ready([file])
    for frame in (2, 3, 2):
        await _correct(lab, image, frame)
    found = await _face_off(lab, image)
    assert (found.frames, [standing.corrected for standing in found.standings]) == ({image: 2}, [1, 1])
    await _check_outlines(lab, found, file, 2)
    await _correct(lab, image, 3)
    async with lab.runtime.work() as session:
        assert (await trials.face_off(session, lab.who, found.id)).frames == {image: 2}, "it stays as it was chosen"
    again = await _face_off(lab, image)
    assert again.frames == {image: 3}
    await _check_outlines(lab, again, file, 3)


async def test_pictures_are_made_of_planes_that_the_networks_know_already(lab: Lab, gpu: WorkerContext) -> None:
    [image] = await lab.ready([stack_file(slices=2)])
    await _face_off(lab, image)
    again = await _face_off(lab, image)
    assert (await lab.runtime.storage.get(picture_key(again.id, image, "thumbnail")))[8:12] == b"WEBP"


async def test_images_of_one_plane_keep_their_own_pictures(lab: Lab, gpu: WorkerContext) -> None:
    images = await lab.ready([stack_file(slices=1, timepoints=3), *nuclei_files(1)])
    found = await _face_off(lab, *images)
    assert (found.status, found.frames) == (JobStatus.SUCCEEDED, dict.fromkeys(images, 0)), "of a time series the first timepoint"
    for image in images:
        assert not await lab.runtime.storage.exists(picture_key(found.id, image, "display"))


@pytest.mark.parametrize(("is_short", "why"), [(True, "the file does not have it"), (False, "its data is damaged")])
async def test_a_plane_that_can_not_be_read_is_named(lab: Lab, gpu: WorkerContext, is_short: bool, why: str) -> None:
    file = stack_file(slices=3)
    [image] = await lab.ready([file])
    await lab.runtime.storage.put(storage_key(image, "original"), stack_file(slices=1).data if is_short else with_broken_plane(file, 1))
    found = await _face_off(lab, image)
    assert found.status is JobStatus.FAILED
    for trial in found.trials:
        assert trial.error is not None
        assert trial.error.detail.startswith(f"Couldn't read plane 2 of stack.ome.tif: {why}")
