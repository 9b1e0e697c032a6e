"""Intensities of what people draw come a moment after the edit, from the original pixels."""

import asyncio
import io as streams
from pathlib import Path
from typing import Any
from uuid import UUID

import numpy as np
import pytest
from PIL import Image as Picture

from cellhub_app.core.geometry import polygon
from cellhub_app.core.ids import new_id
from cellhub_app.core.metrics import measure
from cellhub_app.core.metrics.shape import SHAPE_METRICS
from cellhub_app.domain.annotations import measurements, service
from cellhub_app.domain.annotations.schemas import AddedObject, Edit, ObjectMeasurements
from cellhub_app.models.annotation import SHAPES
from cellhub_app.models.image import storage_key
from ml_worker.context import WorkerContext
from ml_worker.tasks.life import start_io
from ml_worker.tasks.measuring import Measuring
from ml_worker.tasks.reader_pool import ReaderPool
from ml_worker.worker import IoWorker
from tests.fixtures.samples import nuclei_files
from tests.fixtures.services import Services
from tests.fixtures.stacks import plane_of, stack_file
from tests.integration.worker.conftest import Lab, arq_worker, until

RING = [[20.5, 20.5], [60.5, 24.5], [50.5, 70.5], [20.5, 20.5]]
FEATURE = {"type": "Feature", "geometry": {"type": "Polygon", "coordinates": [RING]}, "properties": {}}


def test_the_index_knows_how_many_measures_of_shape_there_are() -> None:
    assert len(SHAPE_METRICS) == SHAPES


async def draw(lab: Lab, image: UUID, frame: int = 0) -> UUID:
    change = Edit(edit_id=new_id(), base_revision=0, added=[AddedObject(id=new_id(), feature=FEATURE)])
    async with lab.runtime.work() as session:
        await service.edit(session, lab.who, image, change, frame)
    return change.added[0].id


async def measured(lab: Lab, image: UUID, key: UUID, frame: int = 0) -> ObjectMeasurements:
    async with lab.runtime.work() as session:
        [found] = (await measurements.of_image(session, lab.who, image, frame, ids=[key])).data
    return found


async def test_a_drawn_object_has_its_shape_at_once_and_its_intensities_soon(lab: Lab, services: Services) -> None:
    [file] = nuclei_files(1)
    [image] = await lab.ready([file])
    key = await draw(lab, image)
    at_once = await measured(lab, image, key)
    assert at_once.pending
    assert "intensity_mean_c1" not in at_once.px
    assert at_once.px["area_px2"]

    async def is_measured() -> bool:
        return not (await measured(lab, image, key)).pending

    async with arq_worker(IoWorker, start_io, services):
        await until(is_measured)
    pixels = np.asarray(Picture.open(streams.BytesIO(file.data)))[..., np.newaxis]
    expected = measure.measure_polygon(polygon.from_geojson(FEATURE), pixels)
    values = (await measured(lab, image, key)).px
    assert list(values) == measure.columns(1)
    assert [value for value in values.values() if value is not None] == pytest.approx([one for one in expected.tolist() if one == one])


async def test_intensities_are_those_of_the_plane_that_was_drawn_in(lab: Lab, io: WorkerContext) -> None:
    file = stack_file(slices=2, timepoints=2)
    [image] = await lab.ready([file])
    keys = {frame: await draw(lab, image, frame) for frame in (1, 2)}

    async def are_measured() -> bool:
        return not any([(await measured(lab, image, key, frame)).pending for frame, key in keys.items()])

    await until(are_measured)
    for frame, key in keys.items():
        expected = measure.measure_polygon(polygon.from_geojson(FEATURE), plane_of(file, frame)[..., np.newaxis])
        mean = (await measured(lab, image, key, frame)).px["intensity_mean_c1"]
        assert mean == pytest.approx(expected[measure.columns(1).index("intensity_mean_c1")], rel=1e-4)


async def test_intensities_of_a_file_that_is_gone_are_unknown_rather_than_pending(lab: Lab, io: WorkerContext) -> None:
    [image] = await lab.ready(nuclei_files(1))
    await lab.runtime.storage.delete(storage_key(image, "original"))
    key = await draw(lab, image)

    async def is_settled() -> bool:
        return not (await measured(lab, image, key)).pending

    await until(is_settled)
    values = (await measured(lab, image, key)).px
    assert values["intensity_mean_c1"] is None
    assert values["area_px2"]


async def test_of_an_outline_too_large_for_memory_only_the_shape_is_known(lab: Lab, monkeypatch: pytest.MonkeyPatch) -> None:
    async def answer(_: object, task: dict[str, Any], __: float) -> dict[str, Any]:
        await asyncio.to_thread(Path(task["measured"]).write_text, "[null]")
        return {"measured": 1}

    [image] = await lab.ready(nuclei_files(1))
    key = await draw(lab, image)
    monkeypatch.setattr(ReaderPool, "ask", answer)
    assert await Measuring(lab.runtime, ReaderPool(1)).measure_some()
    found = await measured(lab, image, key)
    assert not found.pending
    assert found.px["intensity_mean_c1"] is None
    assert found.px["area_px2"]
