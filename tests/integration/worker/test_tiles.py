"""Raw tiles are made while a large image is read, and for others when somebody looks."""

import io as bytes_io
import json
from typing import Any
from uuid import UUID

import numpy as np
import pytest
import tifffile

from cellhub_app.core.imaging import bands
from cellhub_app.core.imaging.places import DESCRIPTION, Place
from cellhub_app.core.imaging.tiles import decode_tile
from cellhub_app.core.queue import ask_for_tiles
from cellhub_app.domain.images import pyramids
from cellhub_app.domain.images.room import taken
from cellhub_app.models.image import storage_key
from cellhub_app.models.pyramid import Pyramid, pyramid_key
from ml_worker.context import WorkerContext
from ml_worker.tasks import reader, reader_pool
from tests.fixtures import rows
from tests.integration.worker.conftest import Lab, until


def _tiff(values: np.ndarray, **options: object) -> bytes:
    file = bytes_io.BytesIO()
    tifffile.imwrite(file, values, **options)
    return file.getvalue()


async def _planes(lab: Lab, image: UUID) -> list[object]:
    query = "select concat(frame, '-', timepoint, ' ', is_kept, ' ', error ->> 'detail') from pyramid where image_id = :image"
    return await lab.column(query, image=image)


async def _tile(lab: Lab, image: UUID, frame: int, *place: int) -> np.ndarray:
    return decode_tile(await lab.runtime.storage.get(pyramid_key(image, frame, 0, Place(*place).name)))


async def test_a_large_image_has_its_tiles_when_it_is_read(lab: Lab, io: WorkerContext) -> None:
    values = (np.arange(4100) * 15).astype(np.uint16)[None, :].repeat(30, axis=0)
    image = (await lab.upload([("wide.tif", _tiff(values))]))["wide.tif"]
    await until(lambda: _is_read(lab, image))
    assert await _planes(lab, image) == ["0-0 t "]
    assert np.array_equal(await _tile(lab, image, 0, 0, 8, 0, 0), values[:, 4096:])
    description = json.loads(await lab.runtime.storage.get(pyramid_key(image, 0, 0, DESCRIPTION)))
    assert [level["columns"] for level in description["levels"]] == [9, 5, 3, 2, 1]
    assert description["channels"][0]["max"] == 4099 * 15
    assert await lab.runtime.storage.exists(storage_key(image, "display.webp"))


async def test_many_channels_are_cut_when_they_are_read(lab: Lab, io: WorkerContext, monkeypatch: pytest.MonkeyPatch) -> None:
    async def here(_: object, task: dict[str, Any]) -> dict[str, Any]:
        return reader.answer(task)

    monkeypatch.setattr(reader_pool._Reader, "ask", here)
    monkeypatch.setattr(bands, "MAX_PLANE_BYTES", 20_000)
    values = np.random.default_rng(1).integers(0, 4000, (7, 40, 60), np.uint16)
    image = (await lab.upload([("many.tif", _tiff(values, photometric="minisblack", metadata={"axes": "CYX"}))]))["many.tif"]
    await until(lambda: _is_read(lab, image))
    assert await _planes(lab, image) == ["0-0 t "]
    assert np.array_equal(await _tile(lab, image, 0, 0, 0, 0, 6), values[6])
    for part in ("display.webp", "thumbnail.webp"):
        assert (await lab.runtime.storage.get(storage_key(image, part)))[8:12] == b"WEBP"


async def test_a_small_image_gets_the_tiles_of_the_plane_that_somebody_looks_at(lab: Lab, io: WorkerContext) -> None:
    stack = np.random.default_rng(1).integers(0, 4000, (3, 40, 60), np.uint16)
    image = (await lab.upload([("stack.tif", _tiff(stack, photometric="minisblack", metadata={"axes": "ZYX"}))]))["stack.tif"]
    await until(lambda: _is_read(lab, image))
    assert await _planes(lab, image) == []
    assert await ask_for_tiles(lab.runtime.queue, image, 2, 0)
    await until(lambda: _planes(lab, image))
    assert await _planes(lab, image) == ["2-0 f "]
    assert np.array_equal(await _tile(lab, image, 2, 0, 0, 0, 0), stack[2])
    async with lab.runtime.work() as session:
        assert await pyramids.stored_bytes(session, lab.project_id) > 3000
        room = await taken(session, lab.who, lab.project_id)
        assert (room.tiles, room.trashed) == (await pyramids.stored_bytes(session, lab.project_id), 0)
        assert room.files >= (await lab.image(image)).bytes


async def test_a_plane_that_cannot_be_cut_says_why(lab: Lab, io: WorkerContext) -> None:
    async with lab.runtime.work() as session:
        [image] = await rows.images(session, lab.project_id, ["gone.tif"], width=20, height=20)
    await lab.runtime.storage.put(storage_key(image, "original"), b"Dear diary")
    await ask_for_tiles(lab.runtime.queue, image, 0, 0)
    await until(lambda: _planes(lab, image))
    [told] = await _planes(lab, image)
    assert str(told).startswith("0-0 f Couldn't read gone.tif: ")


async def test_tiles_are_forgotten_after_some_days_but_those_of_large_images_stay(lab: Lab) -> None:
    async with lab.runtime.work() as session:
        images = await rows.images(session, lab.project_id, ["old.tif", "new.tif", "large.tif"])
        for image, is_kept in zip(images, (False, False, True), strict=True):
            await pyramids.write(session, Pyramid(image_id=image, frame=0, timepoint=0, bytes=5, is_kept=is_kept))
    keys = [pyramid_key(image, 0, 0, DESCRIPTION) for image in images]
    for key in keys:
        await lab.runtime.storage.put(key, b"{}")
    ago = "update pyramid set made_at = now() - interval '20 days' where image_id = any(:images) returning 1"
    await lab.column(ago, images=[images[0], images[2]])
    async with lab.runtime.work() as session:
        assert await pyramids.forget_old(session, lab.runtime.storage) == 1
    assert [await lab.runtime.storage.exists(key) for key in keys] == [False, True, True]
    assert await _planes(lab, images[0]) == []
    assert await _planes(lab, images[2]) == ["0-0 t "]


async def _is_read(lab: Lab, image: UUID) -> bool:
    return (await lab.image(image)).status not in {"uploaded", "ingesting"}
