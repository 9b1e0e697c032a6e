"""Uploaded files are read in guarded processes; the broken ones are refused, whatever they do to their reader."""

import asyncio
import json
import os
import signal
from io import BytesIO
from pathlib import Path

import cv2
import numpy as np
import pytest
import tifffile

from cellhub_app.core.errors import ImageRefused
from cellhub_app.models.image import incoming_key, storage_key
from ml_worker.context import WorkerContext
from ml_worker.tasks.life import start_io
from ml_worker.tasks.reader_pool import ReaderPool
from ml_worker.worker import IoWorker
from tests.fixtures.hostile import broken_files, odd_files
from tests.fixtures.processes import children
from tests.fixtures.samples import nuclei_files
from tests.fixtures.services import Services
from tests.integration.worker.conftest import Lab, arq_worker, until


async def test_a_file_gets_its_facts_and_pictures(lab: Lab, io: WorkerContext) -> None:
    [file] = nuclei_files(1)
    images = await lab.upload([(file.name, file.data)])
    await until(lambda: _is_read(lab))
    image = await lab.image(images[file.name])
    assert (image.status, image.width, image.height, image.channels, image.bit_depth, image.format) == ("ready", 256, 256, 1, 8, "png")
    assert (image.frames, image.timepoints) == (1, 1)
    for part in ("display.webp", "thumbnail.webp"):
        assert (await lab.runtime.storage.get(storage_key(image.id, part)))[8:12] == b"WEBP"


async def test_what_is_wrong_with_a_picture_is_known_once_it_is_read(lab: Lab, io: WorkerContext) -> None:
    empty = np.full((256, 256), 100, np.uint8)
    stack = BytesIO()
    tifffile.imwrite(stack, np.stack([empty, empty]), imagej=True, metadata={"axes": "ZYX"})
    [good] = nuclei_files(1)
    empty_file = cv2.imencode(".png", empty)[1].tobytes()
    images = await lab.upload([("empty.png", empty_file), (good.name, good.data), ("stack.tif", stack.getvalue())])
    await until(lambda: _is_read(lab))
    flaws = {name: (await lab.image(image)).flaws for name, image in images.items()}
    assert flaws == {"empty.png": ["empty"], good.name: [], "stack.tif": []}


async def test_bytes_become_the_original_only_after_their_checks_and_refused_ones_are_removed(lab: Lab, io: WorkerContext) -> None:
    [good] = nuclei_files(1)
    images = await lab.upload([(good.name, good.data), ("no image.png", b"no image at all")])
    await until(lambda: _is_read(lab))
    assert await lab.runtime.storage.get(storage_key(images[good.name], "original")) == good.data
    assert not await lab.runtime.storage.exists(incoming_key(images[good.name]))

    async def is_removed() -> bool:
        return not await lab.runtime.storage.exists(incoming_key(images["no image.png"]))

    await until(is_removed)
    assert not await lab.runtime.storage.exists(storage_key(images["no image.png"], "original"))


async def test_an_image_whose_worker_died_after_its_checks_is_read_again(lab: Lab, services: Services) -> None:
    [file] = nuclei_files(1)
    image = (await lab.upload([(file.name, file.data)]))[file.name]
    await lab.runtime.storage.move(incoming_key(image), storage_key(image, "original"))
    async with arq_worker(IoWorker, start_io, services):
        await until(lambda: _is_read(lab))
    assert (await lab.image(image)).status == "ready"


async def _is_read(lab: Lab) -> bool:
    return await lab.column("select count(*) from image where status in ('uploaded', 'ingesting')") == [0]


async def test_the_projects_pixel_size_is_used_where_the_file_has_none(lab: Lab, io: WorkerContext) -> None:
    await lab.column("update project set pixel_size_um = 0.25 returning 1")
    calibrated = next(file for file in odd_files() if file.facts.get("pixel_size_um"))
    plain = nuclei_files(1)[0]
    images = await lab.upload([(plain.name, plain.data), (calibrated.name, calibrated.data)])
    await until(lambda: _is_read(lab))
    first, second = await lab.image(images[plain.name]), await lab.image(images[calibrated.name])
    assert (first.pixel_size_um, first.pixel_size_origin) == (0.25, "project")
    assert second.pixel_size_um == pytest.approx(calibrated.facts["pixel_size_um"])
    assert second.pixel_size_origin != "project"


async def test_every_broken_file_is_refused_by_name_and_every_odd_one_read(lab: Lab, io: WorkerContext) -> None:
    broken = [file for file in broken_files() if file.data]
    odd = odd_files()
    images = await lab.upload([(file.name, file.data) for file in [*broken, *odd]])
    await until(lambda: _is_read(lab))
    for file in broken:
        image = await lab.image(images[file.name])
        assert image.status == "failed", file.name
        assert image.error is not None
        assert image.error["code"] == file.reason, file.name
        assert file.name in image.error["detail"]
        assert "Traceback" not in image.error["detail"]
    for strange in odd:
        image = await lab.image(images[strange.name])
        assert (image.status, image.error) == ("ready", None), strange.name


@pytest.fixture
def pipe(tmp_path: Path) -> Path:
    """A file that never ends and never begins: whoever opens it waits."""
    path = tmp_path / "endless.png"
    os.mkfifo(path)
    return path


def task(path: Path, folder: Path) -> dict[str, str]:
    return {"path": str(path), "name": path.name, "display": str(folder / "d.webp"), "thumbnail": str(folder / "t.webp")}


async def test_a_file_that_takes_too_long_is_refused_and_its_reader_replaced(pipe: Path, tmp_path: Path) -> None:
    pool = ReaderPool(1, time_limit_s=0.2)
    try:
        with pytest.raises(ImageRefused, match=r"Couldn't read endless\.png: it took longer than") as refused:
            await pool.read(task(pipe, tmp_path))
        assert refused.value.reason == "tookTooLong"
    finally:
        await pool.close()
    assert not readers()


async def test_a_file_that_kills_its_reader_is_refused_and_the_next_one_read(pipe: Path, tmp_path: Path) -> None:
    pool = ReaderPool(1)
    writers: list[int] = []
    try:
        reading = asyncio.create_task(pool.read(task(pipe, tmp_path)))

        async def has_begun() -> bool:
            writers.extend(opened_for_writing(pipe))
            return bool(writers)

        await until(has_begun)
        for pid in readers():
            os.kill(pid, signal.SIGKILL)
        with pytest.raises(ImageRefused, match=r"endless\.png: it is damaged, or needs more memory"):
            await reading
        good = tmp_path / "good.png"
        good.write_bytes(nuclei_files(1)[0].data)
        assert (await pool.read(task(good, tmp_path)))[0]["width"] == 256
    finally:
        for descriptor in writers:
            os.close(descriptor)
        await pool.close()


def readers() -> list[int]:
    """The reader processes that this one started; not those of other running workers."""
    return [pid for pid in children(os.getpid()) if "ml_worker.tasks.reader" in about(pid, "cmdline")]


def opened_for_writing(pipe: Path) -> list[int]:
    """The pipe's other end, which can be opened without waiting only once a reader has it open; the reader then waits for bytes."""
    try:
        return [os.open(pipe, os.O_WRONLY | os.O_NONBLOCK)]
    except OSError:
        return []


def about(pid: int, what: str) -> str:
    """What /proc knows of a process."""
    try:
        return Path(f"/proc/{pid}/{what}").read_bytes().decode(errors="replace")
    except OSError:
        return ""


async def test_a_reader_knows_no_secret_and_no_torch(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CELLHUB_SECRET_KEY", "nobody may know this sentence at all")
    pool = ReaderPool(1)
    good = tmp_path / "good.png"
    good.write_bytes(nuclei_files(1)[0].data)
    try:
        await pool.read(task(good, tmp_path))
        [pid] = readers()
        assert "nobody may know" not in about(pid, "environ")
        assert "torch" not in about(pid, "maps")
        assert "unlimited" not in next(line for line in about(pid, "limits").splitlines() if line.startswith("Max address space"))
    finally:
        await pool.close()


async def test_what_a_reader_answers_is_plain_data(tmp_path: Path) -> None:
    pool = ReaderPool(1)
    good = tmp_path / "good.png"
    good.write_bytes(nuclei_files(1)[0].data)
    try:
        facts, _ = await pool.read(task(good, tmp_path))
    finally:
        await pool.close()
    assert json.loads(json.dumps(facts)) == facts
