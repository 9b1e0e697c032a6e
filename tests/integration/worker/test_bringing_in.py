"""Annotations of other tools: sent, read in the guarded process, landed as revisions, reported."""

import asyncio
import io
import json
import zipfile
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import nullcontext
from uuid import UUID

import numpy as np
import pytest
import pytest_asyncio
from sqlalchemy import text

from cellhub_app.core.errors import NotFound
from cellhub_app.core.events import EventType, follow
from cellhub_app.core.geometry import codec
from cellhub_app.core.geometry.polygon import from_rings
from cellhub_app.core.ids import new_id
from cellhub_app.core.metrics import measure
from cellhub_app.core.queue import JobKind, JobStatus
from cellhub_app.domain.annotations import history as past
from cellhub_app.domain.annotations import service as annotations
from cellhub_app.domain.annotations.schemas import Edit, NewObject, NewResult
from cellhub_app.domain.flows.bring_in import IncomingImport, import_annotations
from cellhub_app.domain.flows.upload import IncomingFile
from cellhub_app.domain.imports import service
from cellhub_app.domain.imports.schemas import ImportView
from cellhub_app.domain.jobs import work
from cellhub_app.domain.jobs.claiming import Appetite
from cellhub_app.models.annotation import RevisionKind
from cellhub_app.models.annotation_import import file_key
from cellhub_app.models.image import storage_key
from ml_worker.tasks.bring_in import BringIn
from ml_worker.tasks.reader_pool import ReaderPool
from tests.fixtures import rows
from tests.integration.worker.conftest import Lab, until

SQUARES = [[[10, 10], [30, 10], [30, 30], [10, 30]], [[40, 40], [60, 40], [60, 60], [40, 60]]]


async def images(lab: Lab, *names: str) -> list:
    async with lab.runtime.work() as session:
        return await rows.images(session, lab.project_id, list(names), width=100, height=80)


async def sent(lab: Lab, *files: tuple[str, bytes], format_: str = "auto", mode: str = "replace") -> ImportView:
    async def note(session: object, view: object) -> None: ...

    incoming = IncomingImport([IncomingFile.of_bytes(name, data) for name, data in files], format_, mode)
    return await import_annotations(lab.runtime, lab.who, lab.project_id, nullcontext(incoming), note)


async def looked_at(lab: Lab, import_id: UUID) -> ImportView:
    async with lab.runtime.work() as session:
        return await service.get(session, lab.who, import_id)


@pytest_asyncio.fixture(loop_scope="session", scope="module")
async def readers() -> AsyncIterator[ReaderPool]:
    """One guarded process for all tests: it takes long to begin."""
    pool = ReaderPool(1)
    yield pool
    await pool.close()


@pytest.fixture
def done(lab: Lab, readers: ReaderPool) -> Callable[..., Awaitable[ImportView]]:
    """Sends files and does the work of the job."""

    async def bring(*files: tuple[str, bytes], **how: str) -> ImportView:
        view = await sent(lab, *files, **how)
        async with lab.runtime.work() as session:
            [job] = await work.claim(session, JobKind.IMPORT, "tester", Appetite(1, 2.0, {}))
        await BringIn(lab.runtime, readers).work(job)
        return await looked_at(lab, view.id)

    return bring


def labelme(name: str, *shapes: list, **more: object) -> tuple[str, bytes]:
    found = [{"label": "nucleus", "shape_type": "polygon", "points": points} for points in shapes]
    document = {"imagePath": name, "imageWidth": 100, "imageHeight": 80, "shapes": found, **more}
    return f"{name.rpartition('.')[0]}.json", json.dumps(document).encode()


def packed(*files: tuple[str, bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name, data in files:
            archive.writestr(name, data)
    return out.getvalue()


async def found_by_a_model(lab: Lab, image: object) -> None:
    polygon = from_rings([[[1, 1], [5, 1], [5, 5], [1, 5]]])
    values = measure.measure_shape(polygon).tolist()
    made = NewObject(new_id(), codec.encode(polygon), values[0], polygon.bounds, values, measure.VERSION)
    async with lab.runtime.work() as session:
        await annotations.save_results(session, [NewResult(image, new_id(), "unet", None, [made])])


async def history(lab: Lab, image: object) -> list:
    async with lab.runtime.work() as session:
        return await past.revisions(session, lab.who, image)


async def outlines(lab: Lab, image: object) -> list[list]:
    async with lab.runtime.work() as session:
        found = await annotations.present_outlines(session, image)
    return sorted(codec.decode(one).exterior.tolist() for one in found)


async def test_files_of_another_tool_become_a_revision_of_their_images_with_a_true_report(lab, done):
    first, second = await images(lab, "a.png", "b.png")
    await found_by_a_model(lab, first)
    view = await done(
        labelme("a.png", *SQUARES), labelme("b.png", SQUARES[0], [[200, 200], [210, 200], [210, 210]]), labelme("c.png", SQUARES[0])
    )
    assert view.status is JobStatus.SUCCEEDED
    assert view.format == "labelme"
    assert view.report is not None
    assert (view.report.images, view.report.objects, view.report.classes) == (2, 3, {"nucleus": 0})
    assert [file.read for file in view.report.files] == [2, 1, 0]
    assert list(view.report.files[1].lost.values()) == [1]
    assert list(view.report.files[2].unmatched) == ["c.png"]
    assert await outlines(lab, first) == sorted(np.array(ring, float).tolist() for ring in SQUARES)
    newest = (await history(lab, first))[0]
    assert (newest.kind, newest.number, newest.added, newest.removed, newest.author_id) == (RevisionKind.IMPORT, 2, 2, 1, lab.who.user_id)
    assert newest.note == "a.json, b.json, c.json"
    assert (await lab.image(first)).object_count == 2
    assert (await lab.image(second)).revision == 1
    assert await lab.runtime.storage.size(storage_key(first, "overlay-2.webp")) > 0


async def test_adding_keeps_what_is_there_and_a_restore_brings_back_what_was_replaced(lab, done):
    [image] = await images(lab, "a.png")
    await found_by_a_model(lab, image)
    await done(labelme("a.png", SQUARES[0]), mode="add")
    assert len(await outlines(lab, image)) == 2
    await done(labelme("a.png", SQUARES[1]))
    assert len(await outlines(lab, image)) == 1
    async with lab.runtime.work() as session:
        await annotations.restore(session, lab.who, image, 2)
    assert len(await outlines(lab, image)) == 2


async def test_one_image_in_several_files_gets_one_revision_with_all_of_it(lab, done):
    [image] = await images(lab, "a.png")
    one, other = (json.loads(labelme("a.png", ring)[1]) for ring in SQUARES)
    view = await done(("set.zip", packed(("1.json", json.dumps(one).encode()), ("2.json", json.dumps(other).encode()))))
    assert view.report is not None
    assert (view.report.images, view.report.objects) == (1, 2)
    assert len(await outlines(lab, image)) == 2
    assert len(await history(lab, image)) == 1


@pytest.mark.parametrize(
    ("name", "data", "format_", "words"),
    [
        ("notes.docx", b"hello", "auto", "no known format"),
        ("a.json", b"{", "coco", "not valid JSON"),
        ("masks.zip", b"PK\x03\x04 and then nothing", "auto", "damaged ZIP"),
    ],
)
async def test_a_file_that_cannot_be_read_fails_with_one_sentence_and_changes_nothing(lab, done, name, data, format_, words):
    [image] = await images(lab, "a.png")
    view = await done(labelme("a.png", SQUARES[0]), (name, data), format_=format_)
    assert view.status is JobStatus.FAILED
    assert view.error is not None
    assert words in view.error.detail or "LabelMe" in view.error.detail or "COCO" in view.error.detail
    assert await history(lab, image) == []


async def test_a_job_that_begins_anew_lands_nothing_twice_and_leaves_no_file(lab, done):
    [image] = await images(lab, "a.png")
    view = await done(labelme("a.png", SQUARES[0]))
    async with lab.runtime.work() as session:
        job_id = (await session.execute(text("select job_id from annotation_import where id = :id"), {"id": view.id})).scalar_one()
        brought = annotations.Brought(image, 0, [], job_id, lab.who.user_id, "", replaces=True)
        assert await annotations.bring(session, brought) is None
    assert len(await outlines(lab, image)) == 1
    with pytest.raises(NotFound, match="not in the storage"):
        await lab.runtime.storage.size(file_key(view.id, 0))


async def test_edits_made_since_are_in_the_history_before_the_import(lab, done):
    [image] = await images(lab, "a.png")
    feature = {"type": "Feature", "geometry": {"type": "Polygon", "coordinates": [[*SQUARES[0], SQUARES[0][0]]]}, "properties": {}}
    change = Edit.model_validate({"editId": new_id(), "baseRevision": 0, "added": [{"id": new_id(), "feature": feature}]})
    async with lab.runtime.work() as session:
        await annotations.edit(session, lab.who, image, change)
    await done(labelme("a.png", *SQUARES), mode="add")
    assert [entry.kind for entry in await history(lab, image)] == [RevisionKind.IMPORT, RevisionKind.EDIT]
    assert len(await outlines(lab, image)) == 3


async def test_a_worker_takes_an_import_in_by_itself(lab, io):
    [image] = await images(lab, "a.png")
    view = await sent(lab, labelme("a.png", SQUARES[0]))

    async def has_ended() -> bool:
        return (await looked_at(lab, view.id)).status.is_final

    await until(has_ended)
    assert (await looked_at(lab, view.id)).status is JobStatus.SUCCEEDED
    assert len(await outlines(lab, image)) == 1


async def test_pages_are_told_of_its_beginning_and_its_end(lab, done):
    await images(lab, "a.png")
    heard: list[str] = []
    ready = asyncio.Event()

    async def listen() -> None:
        async for event in follow(lab.runtime.redis):
            ready.set()
            if event and event.type is EventType.IMPORT_STATUS:
                heard.append(event.data["status"])
                if heard[-1] == JobStatus.SUCCEEDED:
                    return

    listener = asyncio.create_task(listen())
    await ready.wait()
    await done(labelme("a.png", SQUARES[0]))
    async with asyncio.timeout(10):
        await listener
    assert heard == ["queued", "running", "succeeded"]
