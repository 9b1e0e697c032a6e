"""Previews and face-offs: models tried by a real worker, of which nothing becomes a revision until somebody chooses."""

import asyncio
import os
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from uuid import UUID

import pytest
from sqlalchemy import text

from cellhub_app.core.errors import Invalid
from cellhub_app.core.geometry import codec
from cellhub_app.core.ids import new_id
from cellhub_app.core.imaging import tiff
from cellhub_app.core.queue import JobStatus
from cellhub_app.core.reading import read
from cellhub_app.domain.annotations import outlines
from cellhub_app.domain.annotations import service as annotations
from cellhub_app.domain.annotations.schemas import Edit
from cellhub_app.domain.flows import face_off as flow
from cellhub_app.domain.flows.preview import preview
from cellhub_app.domain.jobs.claiming import Claimed
from cellhub_app.domain.segmentation.schemas import ModelParameters
from cellhub_app.domain.trials import service as trials
from cellhub_app.domain.trials.schemas import FaceOffView, TrialView
from cellhub_app.models.trial import MAPS, TRIALS, disagreement_key, outlines_key
from ml_worker.context import WorkerContext
from ml_worker.tasks import trial as trial_module
from ml_worker.tasks.kept_maps import Seen
from ml_worker.tasks.threads import Threads
from ml_worker.tasks.trial import Trials
from tests.fixtures.samples import nuclei_files
from tests.fixtures.stacks import stack_file
from tests.integration.worker.conftest import Lab, until

MODELS = ["classical", "unet"]


async def _preview(lab: Lab, image: UUID, model: str = "unet", **parameters: float) -> TrialView:
    """What a preview finds, once a worker has tried it."""
    async with lab.runtime.work() as session:
        asked = await preview(session, lab.who, image, model, ModelParameters.model_validate(parameters))

    async def is_done() -> bool:
        async with lab.runtime.work() as session:
            return (await trials.trial(session, lab.who, asked.id)).status.is_final

    await until(is_done)
    async with lab.runtime.work() as session:
        return await trials.trial(session, lab.who, asked.id)


async def _face_off(lab: Lab, images: list[UUID]) -> FaceOffView:
    async with lab.runtime.work() as session:
        begun = await flow.begin(session, lab.who, lab.project_id, images, MODELS)

    async def is_done() -> bool:
        async with lab.runtime.work() as session:
            return (await trials.face_off(session, lab.who, begun.id)).status.is_final

    await until(is_done)
    async with lab.runtime.work() as session:
        return await trials.face_off(session, lab.who, begun.id)


async def _stored(lab: Lab, folder: str, *ids: UUID) -> list[str]:
    """What the storage holds of these ids."""
    keys = [one.key async for found in lab.runtime.storage.list(folder) for one in found]
    return [key for key in keys if any(str(one) in key for one in ids)]


async def test_a_preview_finds_what_segmenting_would_and_leaves_no_revision(lab: Lab, gpu: WorkerContext) -> None:
    [image] = await lab.ready(nuclei_files(1))
    found = await _preview(lab, image, threshold=0.4)
    assert (found.status, await lab.column("select count(*) from revision")) == (JobStatus.SUCCEEDED, [0])
    assert (await lab.image(image)).segmentation_status is None
    async with lab.runtime.work() as session:
        batch = await flow.segment(session, lab.who, lab.project_id, [image], "unet", ModelParameters(threshold=0.4))
    await lab.finished(batch.id)
    _, segmented = await outlines.at_revision(read, lab.who, image)
    tried = codec.decode_collection(await lab.runtime.storage.get(outlines_key(found.id)))[1]
    assert sorted(one.geometry for one in tried) == sorted(one.geometry for one in segmented)
    assert found.object_count == len(tried) > 0


async def test_another_threshold_is_answered_without_the_network(lab: Lab, gpu: WorkerContext) -> None:
    [image] = await lab.ready(nuclei_files(1))
    first = await _preview(lab, image, threshold=0.4)
    assert await _stored(lab, MAPS, image)
    await lab.runtime.storage.delete(f"images/{image}/original")
    second = await _preview(lab, image, threshold=0.9)
    assert second.status is JobStatus.SUCCEEDED, "although the file is gone"
    assert second.id != first.id
    assert (await _preview(lab, image, threshold=0.4)).id == first.id, "the same question has its answer already"


@pytest.fixture
def little_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    """Room for one image."""
    monkeypatch.setattr(trial_module, "PIXELS_IN_HAND", 1)


async def _are_begun(lab: Lab, count: int) -> bool:
    return await lab.column("select count(*) from job where status = 'running'") == [count]


async def test_a_preview_does_not_wait_for_face_offs(
    lab: Lab, little_memory: None, gpu: WorkerContext, monkeypatch: pytest.MonkeyPatch
) -> None:
    images = await lab.ready(nuclei_files(2))
    may_go_on, see = asyncio.Event(), Trials._see

    async def slowly(self: Trials, job: Claimed, wanted: Sequence[TrialView], threads: Threads) -> tuple[dict[str, Seen], dict[str, bytes]]:
        if any(one.face_off_id for one in wanted):
            await may_go_on.wait()
        return await see(self, job, wanted, threads)

    monkeypatch.setattr(Trials, "_see", slowly)
    async with lab.runtime.work() as session:
        begun = await flow.begin(session, lab.who, lab.project_id, images, MODELS)
    await until(partial(_are_begun, lab, 2))
    assert (await _preview(lab, images[0])).status is JobStatus.SUCCEEDED
    async with lab.runtime.work() as session:
        assert not (await trials.face_off(session, lab.who, begun.id)).status.is_final
    may_go_on.set()


async def test_what_a_slider_has_passed_is_withdrawn(lab: Lab) -> None:
    [image] = await lab.ready(nuclei_files(1))
    async with lab.runtime.work() as session:
        asked = [await preview(session, lab.who, image, "classical", ModelParameters(threshold=value)) for value in (0.3, 0.4, 0.5)]
    statuses = await lab.column("select status from trial order by id")
    assert statuses == ["cancelled", "cancelled", "queued"]
    assert await lab.column("select status from job where id = :id", id=asked[-1].job_id) == ["queued"]


async def test_a_face_off_compares_models_with_each_other_and_with_what_was_corrected(lab: Lab, gpu: WorkerContext) -> None:
    images = await lab.ready(nuclei_files(2))
    await lab.finished(await lab.segment(images[:1]))
    _, present = await outlines.at_revision(read, lab.who, images[0])
    async with lab.runtime.work() as session:
        await annotations.edit(session, lab.who, images[0], Edit(edit_id=new_id(), base_revision=1, removed=[present[0].id]))
    found = await _face_off(lab, images)
    assert (found.status, len(found.trials), set(found.disagreement)) == (JobStatus.SUCCEEDED, 4, set(images))
    classical, unet = found.standings
    assert (classical.model, unet.model, classical.done, unet.done) == ("classical", "unet", 2, 2)
    assert classical.corrected == unet.corrected == 1
    objects = len(present)
    assert classical.ap50 == pytest.approx((objects - 1) / objects), "all but the one that a person took out"
    assert classical.dice is not None
    assert 0.8 < classical.dice < 1
    assert all(0 < share < 1 for share in found.disagreement.values())
    for trial in found.trials:
        items = codec.decode_collection(await lab.runtime.storage.get(outlines_key(trial.id)))[1]
        assert trial.agreement is not None
        assert sum(item.class_id for item in items) == trial.agreement["contested"]
    assert (await lab.runtime.storage.get(disagreement_key(found.id, images[1])))[8:12] == b"WEBP"
    assert (await lab.image(images[1])).revision == 0


async def test_the_model_that_was_chosen_segments_the_project(lab: Lab, gpu: WorkerContext) -> None:
    images = await lab.ready(nuclei_files(2))
    found = await _face_off(lab, images[:1])
    async with lab.runtime.work() as session:
        await session.execute(text("update face_off set models = '{classical}'"))
    async with lab.runtime.work() as session:
        batch = await flow.choose(session, lab.who, found.id, "classical", "all")
    seen = await lab.finished(batch.id)
    assert (seen.model, seen.counts.succeeded) == ("classical", 2)
    async with lab.runtime.work() as session:
        assert (await trials.face_off(session, lab.who, found.id)).chosen_model == "classical"
        with pytest.raises(Invalid, match="took no part"):
            await flow.choose(session, lab.who, found.id, "unet", "all")


async def test_a_model_fails_on_an_image_in_plain_words(lab: Lab, gpu: WorkerContext) -> None:
    [good, bad] = await lab.ready(nuclei_files(2))
    await lab.runtime.storage.put(f"images/{bad}/original", b"no image")
    found = await _face_off(lab, [good, bad])
    assert found.status is JobStatus.SUCCEEDED
    errors = [trial.error.detail for trial in found.trials if trial.error]
    assert [standing.failed for standing in found.standings] == [1, 1]
    assert all("nuclei_002.png" in error for error in errors)


async def test_models_are_not_tried_on_a_plane_larger_than_memory(lab: Lab, gpu: WorkerContext, monkeypatch: pytest.MonkeyPatch) -> None:
    [image] = await lab.ready([stack_file(slices=1)])
    monkeypatch.setattr(tiff, "MAX_WHOLE_PIXELS", 10_000)
    found = await _preview(lab, image, "classical")
    assert found.error is not None
    assert found.error.detail == (
        "stack.ome.tif is too large to try models on, which takes at most 100 megapixels and 384 MB: try them on a smaller part of it."
    )


async def test_trials_are_forgotten_with_all_that_they_stored(lab: Lab, gpu: WorkerContext) -> None:
    [image] = await lab.ready(nuclei_files(1))
    found = await _face_off(lab, [image])
    ids = [image, found.id, (await _preview(lab, image, "classical")).id, *(trial.id for trial in found.trials)]
    async with lab.runtime.work() as session:
        await trials.forget_old(session, lab.runtime.storage)
    assert await lab.column("select count(*) from trial") == [3]
    keys = [*await _stored(lab, TRIALS, *ids), *await _stored(lab, MAPS, *ids)]
    assert len(keys) == 3 + 1 + 2
    for key in keys:
        os.utime(await lab.runtime.storage.fetch(key, Path()), (0, 0))
    async with lab.runtime.work() as session:
        await session.execute(text("update trial set created_at = now() - interval '8 days'"))
        await session.execute(text("update face_off set created_at = now() - interval '8 days'"))
        assert await trials.forget_old(session, lab.runtime.storage) == 1
    assert await lab.column("select count(*) from trial") == await lab.column("select count(*) from job where kind = 'trial'") == [0]
    assert [*await _stored(lab, TRIALS, *ids), *await _stored(lab, MAPS, *ids)] == []
