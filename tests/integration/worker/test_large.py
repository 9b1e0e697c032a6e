"""Planes larger than memory pass the whole pipeline in parts: read, network, objects, measures, outlines."""

import asyncio
import io
import threading
from functools import partial
from queue import Queue
from uuid import UUID

import numpy as np
import pytest
import tifffile
from sqlalchemy import text

from cellhub_app.core import limits
from cellhub_app.core.events import EventType
from cellhub_app.core.geometry import codec
from cellhub_app.core.geometry.raster import labels_from_polygons
from cellhub_app.core.imaging import tiff, tiff_large
from cellhub_app.core.metrics.matching import count_matches
from cellhub_app.domain.jobs import service
from cellhub_app.models.image import storage_key
from ml_worker.context import WorkerContext
from ml_worker.inference import classical_bands, prepared, room, segmenter
from ml_worker.inference.pieces import label_in_pieces
from ml_worker.inference.tiling import windows
from ml_worker.tasks import headway
from tests.fixtures.samples import SampleFile
from tests.integration.worker.conftest import WAITS_S, Lab, listening, until

HEIGHT, WIDTH, RADIUS = 1000, 900, 9
ROWS, COLUMNS = range(50, HEIGHT, 50), range(60, WIDTH, 60)


def _slide() -> SampleFile:
    """Discs in a tiled TIFF: one on every border of bands, tiles and pieces, all of which are multiples of 100, 200 or 180 px."""
    y, x = np.mgrid[:HEIGHT, :WIDTH]
    near_y, near_x = np.abs(y - 50 * np.clip(np.rint(y / 50), 1, len(ROWS))), np.abs(x - 60 * np.clip(np.rint(x / 60), 1, len(COLUMNS)))
    discs = near_y**2 + near_x**2 <= RADIUS**2
    pixels = np.where(discs, 200, 20).astype(np.uint8)
    out = io.BytesIO()
    tifffile.imwrite(out, pixels, tile=(112, 128), compression="zlib", photometric="minisblack")
    return SampleFile("slide.tif", out.getvalue(), discs.astype(np.int32))


def _make_it_large(monkeypatch: pytest.MonkeyPatch) -> None:
    """The limits above which a plane is worked on in parts, so low that it takes many."""
    monkeypatch.setattr(tiff, "MAX_WHOLE_PIXELS", 100_000)
    monkeypatch.setattr(tiff_large, "TILE_PX", 100)
    monkeypatch.setattr(room, "WHOLE_PIXELS", 100_000)
    monkeypatch.setattr(limits, "IN_PIECES_ABOVE_PX", 100_000)
    monkeypatch.setattr(classical_bands, "ROWS", 100)
    monkeypatch.setattr(segmenter, "label_in_pieces", partial(label_in_pieces, core=200, margin=24))
    monkeypatch.setattr(prepared, "windows", partial(windows, tile=352))


async def _found(lab: Lab, image: UUID) -> list[tuple[bytes, float, tuple[float, ...]]]:
    """Outline, score and measures of all objects, in an order that does not depend on their numbers."""
    async with lab.runtime.work() as session:
        query = text("select geometry, score, measures from object where removed_revision is null and segmentation_id in "
                     "(select id from segmentation where image_id = :image)")  # fmt: skip
        rows = (await session.execute(query, {"image": image})).all()
    return sorted((bytes(row.geometry), row.score, tuple(row.measures)) for row in rows)


@pytest.mark.parametrize("model", ["classical", "unet"])
async def test_a_plane_above_the_limit_has_the_objects_of_the_whole_each_once(
    lab: Lab, gpu: WorkerContext, monkeypatch: pytest.MonkeyPatch, model: str
) -> None:
    slide = _slide()
    whole, large = await lab.ready([slide, slide])
    await lab.finished(await lab.segment([whole], model))
    _make_it_large(monkeypatch)
    batch = await lab.finished(await lab.segment([large], model))
    assert (batch.status, batch.counts.succeeded) == ("succeeded", 1)
    expected, found = await _found(lab, whole), await _found(lab, large)
    assert len(found) == (await lab.image(large)).object_count == len(ROWS) * len(COLUMNS)
    if model == "classical":
        assert [one[0] for one in found] == [one[0] for one in expected]
        assert all(np.allclose(one[2], other[2], rtol=1e-4) for one, other in zip(found, expected, strict=True))
    polygons = [[codec.decode(geometry) for geometry, _, _ in some] for some in (expected, found)]
    labels = [labels_from_polygons(some, HEIGHT, WIDTH) for some in polygons]
    assert count_matches(labels[0], labels[1], [0.9])[0].average_precision == 1
    at_centres = labels[1][np.ix_(list(ROWS), list(COLUMNS))]
    assert len(np.unique(at_centres)) == at_centres.size
    overlays = [await lab.runtime.storage.get(storage_key(image, "overlay-1.webp")) for image in (whole, large)]
    assert overlays[0][8:12] == overlays[1][8:12] == b"WEBP"


async def test_a_large_plane_that_is_cancelled_is_let_go_at_the_next_band(
    lab: Lab, gpu: WorkerContext, monkeypatch: pytest.MonkeyPatch
) -> None:
    _make_it_large(monkeypatch)
    begun, may_go_on, read, rows_of = threading.Event(), threading.Event(), list[int](), tiff_large.rows_of

    def slowly(*what: object) -> object:
        rows = rows_of(*what)

        def some(top: int, bottom: int) -> object:
            read.append(top)
            begun.set()
            may_go_on.wait()
            return rows(top, bottom)

        return some

    monkeypatch.setattr(tiff_large, "rows_of", slowly)
    [image] = await lab.ready([_slide()])
    batch = await lab.segment([image])
    await asyncio.to_thread(begun.wait)
    async with lab.runtime.work() as session:
        seen = await service.cancel(session, lab.who, batch)

    async def is_let_go() -> bool:
        return all(loop.holds == 0 for loop in gpu.loops)

    await until(is_let_go)
    may_go_on.set()
    monkeypatch.setattr(tiff_large, "rows_of", rows_of)
    assert (seen.counts.cancelled, await lab.column("select count(*) from revision")) == (1, [0])
    await lab.finished(await lab.segment([image]))
    assert read == [0], "the reader's only thread went on to the next job, not to the next band"


async def test_who_waits_for_a_large_plane_is_told_how_far_it_is_until_it_is_done(
    lab: Lab, gpu: WorkerContext, monkeypatch: pytest.MonkeyPatch
) -> None:
    _make_it_large(monkeypatch)
    monkeypatch.setattr(headway, "EVERY_S", 0.02)
    steps, may_go_on, count = Queue[float](), threading.Semaphore(0), headway.Headway._count

    def step_by_step(counted: headway.Headway, part: float) -> None:
        count(counted, part)
        steps.put(counted.share)
        assert may_go_on.acquire(timeout=WAITS_S)

    monkeypatch.setattr(headway.Headway, "_count", step_by_step)
    [image] = await lab.ready([_slide()])
    async with listening(lab.runtime) as heard:
        batch = await lab.segment([image], "unet")
        shares = [0.0]
        while shares[-1] < 1:
            shares.append(await asyncio.to_thread(steps.get, timeout=WAITS_S))
            await until(partial(_is_read, lab, batch, image, shares[-1]))
            may_go_on.release()
        assert (await lab.finished(batch)).working == []
    assert len(shares) > 30, "tiles and pieces"
    assert shares == sorted(set(shares))
    told = [event.data for event in heard.of(EventType.SEGMENTATION_PROGRESS)]
    assert {(one["imageId"], one["batchId"]) for one in told} == {(str(image), str(batch))}
    assert sorted({one["progress"] for one in told}) == [round(share, 3) for share in shares]
    assert await lab.column("select status from job") == ["succeeded"]


async def _is_read(lab: Lab, batch: UUID, image: UUID, share: float) -> bool:
    """Whether somebody who looks at the batch sees that share."""
    return [(one.image_id, one.progress) for one in (await lab.batch(batch)).working] == [(image, round(share, 3))]


async def test_a_plane_stored_in_one_piece_fails_with_a_sentence(lab: Lab, gpu: WorkerContext, monkeypatch: pytest.MonkeyPatch) -> None:
    out = io.BytesIO()
    tifffile.imwrite(out, np.zeros((1000, 1100), np.uint8), rowsperstrip=1000, compression="zlib")
    [image] = await lab.ready([SampleFile("strip.tif", out.getvalue(), np.zeros((1000, 1100), np.int32))])
    _make_it_large(monkeypatch)
    monkeypatch.setattr("cellhub_app.core.imaging.tiff_segments.MAX_WHOLE_PIXELS", 1_000_000)
    batch = await lab.finished(await lab.segment([image]))
    assert batch.counts.failed == 1
    [error] = await lab.column("select error ->> 'detail' from job")
    assert error == (
        "Couldn't read strip.tif: it is stored in pieces of 1,100 × 1,000 pixels, and pieces of at most 1 megapixels are read. "
        "Save it with smaller tiles."
    )
