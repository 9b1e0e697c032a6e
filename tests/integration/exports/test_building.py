"""Making the ZIP from a real database and storage: whole, constant, cancellable, fenced."""

import asyncio
import json
import threading
import zipfile
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from uuid import UUID

import numpy as np
import pytest
import pytest_asyncio
from pycocotools.coco import COCO
from redis.asyncio import Redis

from cellhub_app.core.errors import NotFound
from cellhub_app.core.events import EventType, follow
from cellhub_app.core.ids import now
from cellhub_app.core.queue import JobKind, JobStatus
from cellhub_app.core.runtime import Runtime
from cellhub_app.domain.exports import building, service, source
from cellhub_app.domain.exports.registry import FORMATS
from cellhub_app.domain.exports.schemas import ExportView
from cellhub_app.domain.flows import export as flow
from cellhub_app.domain.images import service as images
from cellhub_app.domain.jobs import work
from cellhub_app.domain.jobs.claiming import Appetite, Claimed
from cellhub_app.models.export import Export, storage_key
from cellhub_app.models.image import storage_key as image_key
from ml_worker.tasks.export import expire_exports, run_export
from ml_worker.tasks.upkeep import Upkeep
from tests.integration.exports.conftest import Plate

ALL = list(FORMATS)
AT_ONCE = Appetite(1, 2.0, {})


async def requested(runtime: Runtime, plate: Plate, formats: list[str] = ALL) -> UUID:
    async with runtime.work() as session:
        return (await flow.export(session, plate.owner, plate.project_id, formats, "all")).id


async def claimed(runtime: Runtime) -> Claimed:
    async with runtime.work() as session:
        (job,) = await work.claim(session, JobKind.EXPORT, "tester", AT_ONCE)
    return job


async def viewed(runtime: Runtime, plate: Plate, export_id: UUID) -> ExportView:
    async with runtime.work() as session:
        return await service.get(session, plate.owner, export_id)


@pytest_asyncio.fixture(loop_scope="session")
async def made(runtime: Runtime, plate: Plate, tmp_path: Path) -> Path:
    """The ZIP of every format, made by the task, as it lies in the storage."""
    export_id = await requested(runtime, plate)
    await run_export(runtime, await claimed(runtime))
    view = await viewed(runtime, plate, export_id)
    assert (view.status, view.progress, view.error) == (JobStatus.SUCCEEDED, 1.0, None)
    path = await runtime.storage.fetch(storage_key(export_id), tmp_path / "export.zip")
    assert view.bytes == path.stat().st_size
    return path


@pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")  # of pycocotools
async def test_coco_of_stored_polygons_agrees_with_the_masks(made: Path, plate: Plate, tmp_path: Path) -> None:
    zipfile.ZipFile(made).extractall(tmp_path)
    coco = COCO(str(tmp_path / "coco" / "annotations.json"))
    found = {image["file_name"]: image["id"] for image in coco.loadImgs(coco.getImgIds())}
    assert sorted(found) == ["well_0.png", "well_1.png", "well_2.png"]
    for name, image_id in found.items():
        labels = np.zeros_like(plate.labels[name])
        annotations = coco.loadAnns(coco.getAnnIds(image_id))
        for number, annotation in enumerate(annotations, 1):
            mask = coco.annToMask(annotation).astype(bool)
            assert annotation["area"] == mask.sum()
            labels[mask] = number
        assert np.array_equal(labels, plate.labels[name])


async def test_json_holds_the_stored_measures_with_their_version(made: Path, plate: Plate) -> None:
    document = json.loads(zipfile.ZipFile(made).read("json/project.json"))
    assert [image["name"] for image in document["images"]] == list(plate.labels)
    first = document["images"][0]
    truth = plate.labels["well_0.png"]
    assert [item["px"]["area_px2"] for item in first["objects"]] == [(truth == number).sum() for number in range(1, truth.max() + 1)]
    assert first["objects"][0]["um"]["area_um2"] == first["objects"][0]["px"]["area_px2"] / 4
    assert first["revisions"][0]["weightsSha256"] == "ab" * 32
    assert document["images"][3]["objects"] == []
    assert document["images"][3]["revisions"] == []


async def test_objects_read_in_slices_make_the_same_bytes(
    made: Path, runtime: Runtime, plate: Plate, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(source, "OBJECTS_AT_ONCE", 5)
    monkeypatch.setattr(source, "IMAGES_AT_ONCE", 2)
    export_id = await requested(runtime, plate)
    await run_export(runtime, await claimed(runtime))
    again = await runtime.storage.get(storage_key(export_id))
    assert again == await asyncio.to_thread(made.read_bytes)


async def test_deleted_images_are_left_out(runtime: Runtime, plate: Plate) -> None:
    export_id = await requested(runtime, plate, ["json"])
    async with runtime.work() as session:
        await images.delete(session, plate.owner, plate.project_id, plate.image_ids[:1])
    await run_export(runtime, await claimed(runtime))
    content = await runtime.storage.fetch(storage_key(export_id), Path("unused"))
    document = json.loads(zipfile.ZipFile(content).read("json/project.json"))
    assert [image["name"] for image in document["images"]] == list(plate.labels)[1:]


class Hold:
    """Keeps the packing thread inside an image until it is let go."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.entered, self.go = threading.Event(), threading.Event()
        original = source.Source._file

        def held(this: source.Source, image_id: UUID, part: str) -> Path:
            self.entered.set()
            while not self.go.wait(0.02):
                this.check()
            return original(this, image_id, part)

        monkeypatch.setattr(source.Source, "_file", held)


@pytest_asyncio.fixture(loop_scope="session")
async def other_redis(runtime: Runtime) -> AsyncIterator[Redis]:
    async with Redis.from_url(runtime.settings.redis_url, decode_responses=True) as redis:
        yield redis


async def test_cancelling_stops_the_work_within_two_seconds(runtime: Runtime, plate: Plate, monkeypatch: pytest.MonkeyPatch) -> None:
    hold = Hold(monkeypatch)
    export_id = await requested(runtime, plate)
    task = asyncio.create_task(run_export(runtime, await claimed(runtime)))
    assert await asyncio.to_thread(hold.entered.wait, 10)
    async with runtime.work() as session:
        await flow.cancel(session, plate.owner, export_id)
    async with asyncio.timeout(2):
        await task
    view = await viewed(runtime, plate, export_id)
    assert (view.status, view.bytes) == (JobStatus.CANCELLED, None)
    assert not await runtime.storage.exists(storage_key(export_id))
    assert list((runtime.settings.home / "tmp").glob("export-*")) == []


async def test_a_worker_that_stops_waits_for_its_thread(runtime: Runtime, plate: Plate, monkeypatch: pytest.MonkeyPatch) -> None:
    hold = Hold(monkeypatch)
    await requested(runtime, plate)
    task = asyncio.create_task(run_export(runtime, await claimed(runtime)))
    assert await asyncio.to_thread(hold.entered.wait, 10)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert list((runtime.settings.home / "tmp").glob("export-*")) == []


async def test_progress_is_told_and_ends_with_success(runtime: Runtime, plate: Plate, other_redis: Redis) -> None:
    heard: list[dict[str, object]] = []
    ready = asyncio.Event()

    async def listen() -> None:
        async for event in follow(other_redis):
            ready.set()
            if event and event.type is EventType.EXPORT_PROGRESS:
                heard.append(event.data)
                if event.data["status"] == JobStatus.SUCCEEDED:
                    return

    listener = asyncio.create_task(listen())
    await ready.wait()
    export_id = await requested(runtime, plate)
    await run_export(runtime, await claimed(runtime))
    async with asyncio.timeout(10):
        await listener
    statuses = [data["status"] for data in heard]
    assert statuses[0] == JobStatus.QUEUED
    assert JobStatus.RUNNING in statuses
    assert heard[-1] == {"exportId": str(export_id), "status": "succeeded", "progress": 1.0}


async def test_a_missing_picture_fails_the_export_with_a_plain_reason(runtime: Runtime, plate: Plate) -> None:
    await runtime.storage.delete(image_key(plate.image_ids[0], "original"))
    export_id = await requested(runtime, plate, ["yolo"])
    await run_export(runtime, await claimed(runtime))
    view = await viewed(runtime, plate, export_id)
    assert view.status is JobStatus.FAILED
    assert view.error is not None
    assert view.error.code == NotFound.code
    assert "storage" in view.error.detail


async def test_a_worker_that_lost_its_job_changes_nothing(runtime: Runtime, plate: Plate) -> None:
    export_id = await requested(runtime, plate, ["csv"])
    lost = await claimed(runtime)
    async with runtime.work() as session:
        await work.release(session, [lost])
    owner = await claimed(runtime)
    await run_export(runtime, lost)
    assert (await viewed(runtime, plate, export_id)).status is JobStatus.RUNNING
    await run_export(runtime, owner)
    assert (await viewed(runtime, plate, export_id)).status is JobStatus.SUCCEEDED


async def test_failing_reads_of_progress_end_the_export(
    runtime: Runtime, plate: Plate, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    class Broken(Exception):
        pass

    async def broken(*_: object) -> None:
        raise Broken

    export_id = await requested(runtime, plate, ["csv"])
    await claimed(runtime)
    monkeypatch.setattr(building.repository, "set_progress", broken)
    with pytest.raises(Broken):
        await building.build(runtime.work, runtime.storage, export_id, tmp_path / "out.zip")


async def test_the_upkeep_of_a_worker_deletes_what_has_expired_and_nothing_else(runtime: Runtime, plate: Plate) -> None:
    ids = [await requested(runtime, plate, ["csv"]), await requested(runtime, plate, ["csv"])]
    for _ in ids:
        await run_export(runtime, await claimed(runtime))
    async with runtime.work() as session:
        (await session.get_one(Export, ids[0])).expires_at = now() - timedelta(seconds=1)
    upkeep = asyncio.create_task(Upkeep(runtime).run())
    try:
        async with asyncio.timeout(30):
            while await runtime.storage.exists(storage_key(ids[0])):
                assert not upkeep.done()
                await asyncio.sleep(0.05)
    finally:
        upkeep.cancel()
        await asyncio.gather(upkeep, return_exceptions=True)
    assert await runtime.storage.exists(storage_key(ids[1]))
    assert [(await viewed(runtime, plate, export_id)).bytes is None for export_id in ids] == [True, False]


async def test_what_a_killed_worker_left_is_removed_later(runtime: Runtime, plate: Plate, monkeypatch: pytest.MonkeyPatch) -> None:
    left = runtime.settings.home / "tmp" / "export-left"
    left.mkdir(parents=True)
    assert await expire_exports(runtime) == 0
    assert left.exists()
    monkeypatch.setattr("ml_worker.tasks.export.LEFTOVER_AFTER_S", -1)
    await expire_exports(runtime)
    assert not left.exists()
