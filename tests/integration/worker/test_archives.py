"""An archive becomes the images in it, each once, whatever happens to the worker."""

import io
import signal
import zipfile
from pathlib import Path

from cellhub_app.models.image import incoming_key
from ml_worker.context import WorkerContext
from ml_worker.tasks.life import start_io
from ml_worker.worker import IoWorker
from tests.fixtures.samples import nuclei_files
from tests.fixtures.services import Services
from tests.integration.worker.conftest import Lab, arq_worker, until, worker_process


def archive_of(files: dict[str, bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return out.getvalue()


async def _is_read(lab: Lab) -> bool:
    return await lab.column("select count(*) from image where status in ('uploaded', 'ingesting')") == [0]


async def test_an_archive_becomes_the_images_in_it_and_its_own_row_goes(lab: Lab, io: WorkerContext) -> None:
    first, second, third = nuclei_files(3)
    there = (await lab.upload([("there.png", third.data)]))["there.png"]
    content = archive_of({
        "plate/a.png": first.data, "plate/b.png": second.data, "plate/copy of a.png": first.data, "plate/there too.png": third.data,
        "plate/notes.txt": b"day 3", "plate/inner.zip": archive_of({"c.png": third.data}), "plate/empty.tif": b"", "plate/.DS_Store": b"?",
    })  # fmt: skip
    archive = (await lab.upload([("plate.zip", content)]))["plate.zip"]
    batch = await lab.segment([archive])
    await until(lambda: _is_read(lab))
    names = await lab.column("select name || ' ' || status from image order by name")
    assert names == ["a.png ready", "b.png ready", "empty.tif failed", "inner.zip failed", "notes.txt failed", "there.png ready"]
    reasons = await lab.column("select error ->> 'code' from image where status = 'failed' order by name")
    assert reasons == ["empty", "nestedArchive", "notAnImage"]
    states = await lab.column("select state from upload_file where session_id = :id order by index", id=archive)
    assert states == ["received", "received", "duplicate", "duplicate", "received", "received", "received"]
    assert (await lab.image(there)).name == "there.png"
    assert (await lab.batch(batch)).finished_at is not None

    async def is_removed() -> bool:
        return not await lab.runtime.storage.exists(incoming_key(archive))

    await until(is_removed)


async def test_an_archive_that_is_refused_stays_with_its_reason(lab: Lab, io: WorkerContext) -> None:
    content = archive_of({"../../etc/cron.png": b"x"})
    images = await lab.upload([("plate.zip", content), ("broken.zip", content[:-30])])
    await until(lambda: _is_read(lab))
    for name, reason in (("plate.zip", "unsafeNames"), ("broken.zip", "damaged")):
        image = await lab.image(images[name])
        assert (image.status, (image.error or {})["code"]) == ("failed", reason)
        assert f"Couldn't unpack {name}" in (image.error or {})["detail"]


async def test_a_worker_that_dies_in_the_middle_of_an_archive_makes_no_member_twice(lab: Lab, services: Services, tmp_path: Path) -> None:
    count = 450
    [picture] = nuclei_files(1, side=32)
    content = archive_of({f"{number}.png": picture.data + str(number).encode() for number in range(count)})
    archive = (await lab.upload([("plate.zip", content)]))["plate.zip"]

    async def members() -> int:
        [found] = await lab.column("select count(*) from image where upload_session = :id", id=archive)
        return int(str(found))

    async def some_came() -> bool:
        return await members() > 0

    with worker_process("IoWorker", tmp_path / "io.log") as process:
        await until(some_came)
        process.send_signal(signal.SIGKILL)
        process.wait()
    assert 0 < await members() < count
    await lab.column("update job set lease_until = now() - interval '1 second' where status = 'running' returning 1")

    async def is_unpacked() -> bool:
        return await lab.column("select count(*) from image where id = :id", id=archive) == [0]

    async with arq_worker(IoWorker, start_io, services):
        await until(is_unpacked)
    assert await lab.column("select count(distinct upload_index) from image where upload_session = :id", id=archive) == [count]
    assert await members() == count
