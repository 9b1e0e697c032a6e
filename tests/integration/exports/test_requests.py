"""Who may ask for which export, and what becomes of one that is ready or over."""

from datetime import timedelta
from uuid import uuid4

import pytest

from cellhub_app.core.errors import NotAllowed, SelectionEmpty
from cellhub_app.core.ids import now
from cellhub_app.core.pagination import PageRequest
from cellhub_app.core.queue import JobStatus
from cellhub_app.core.runtime import Runtime
from cellhub_app.domain.access import ProjectNotFound
from cellhub_app.domain.exports import service
from cellhub_app.domain.exports.registry import FormatUnknown
from cellhub_app.domain.flows import export as flow
from cellhub_app.models.export import Export, storage_key
from cellhub_app.models.project import ProjectRole
from tests.fixtures import rows
from tests.integration.exports.conftest import Plate


async def test_an_export_is_queued_in_the_order_of_the_table(runtime: Runtime, plate: Plate) -> None:
    async with runtime.work() as session:
        view = await flow.export(session, plate.owner, plate.project_id, ["json", "coco"], "all")
    assert (view.status, view.formats, view.progress, view.bytes) == (JobStatus.QUEUED, ["coco", "json"], 0.0, None)


async def test_unknown_formats_and_foreign_images_are_refused(runtime: Runtime, plate: Plate) -> None:
    async with runtime.work() as session:
        with pytest.raises(FormatUnknown, match="coco, yolo"):
            await flow.export(session, plate.owner, plate.project_id, ["pdf"], "all")
        with pytest.raises(service.ChosenImageNotFound):
            await flow.export(session, plate.owner, plate.project_id, ["csv"], [plate.image_ids[0], uuid4()])
        with pytest.raises(SelectionEmpty):
            await flow.export(session, plate.owner, plate.project_id, ["csv"], [])


async def test_an_empty_project_has_nothing_to_export(runtime: Runtime, plate: Plate) -> None:
    async with runtime.work() as session:
        empty = await rows.project(session, plate.owner, "Empty")
        with pytest.raises(SelectionEmpty, match="Upload one first"):
            await flow.export(session, plate.owner, empty, ["csv"], "all")


async def test_strangers_know_nothing_of_an_export(runtime: Runtime, plate: Plate) -> None:
    async with runtime.work() as session:
        stranger = await rows.person(session, "eve")
        view = await flow.export(session, plate.owner, plate.project_id, ["csv"], "all")
        for call in (service.get, service.download, flow.cancel):
            with pytest.raises(service.ExportNotFound):
                await call(session, stranger, view.id)  # type: ignore[operator]
        with pytest.raises(ProjectNotFound):
            await service.page(session, stranger, plate.project_id, PageRequest())


async def test_a_viewer_may_export_and_cancel_their_own_but_no_other(runtime: Runtime, plate: Plate) -> None:
    async with runtime.work() as session:
        viewer = await rows.person(session, "vera")
        shared = await rows.project(session, plate.owner, "Shared", vera=(viewer, ProjectRole.VIEWER))
        await rows.images(session, shared, ["a.png"])
        theirs = await flow.export(session, plate.owner, shared, ["csv"], "all")
        own = await flow.export(session, viewer, shared, ["csv"], "all")
        with pytest.raises(NotAllowed):
            await flow.cancel(session, viewer, theirs.id)
        assert (await flow.cancel(session, viewer, own.id)).status is JobStatus.CANCELLED
        with pytest.raises(flow.ExportFinished):
            await flow.cancel(session, viewer, own.id)


async def test_pages_run_from_the_newest_and_back(runtime: Runtime, plate: Plate) -> None:
    made = []
    async with runtime.work() as session:
        for _ in range(5):
            made.append((await flow.export(session, plate.owner, plate.project_id, ["csv"], "all")).id)
        first = await service.page(session, plate.owner, plate.project_id, PageRequest.of(2))
        second = await service.page(session, plate.owner, plate.project_id, PageRequest.of(2, first.next_cursor))
        back = await service.page(session, plate.owner, plate.project_id, PageRequest.of(2, second.prev_cursor))
    assert [view.id for view in first.data + second.data] == made[:0:-1]
    assert [view.id for view in back.data] == [view.id for view in first.data]


async def test_a_download_needs_a_zip_and_ends_when_it_expires(runtime: Runtime, plate: Plate) -> None:
    async with runtime.work() as session:
        view = await flow.export(session, plate.owner, plate.project_id, ["csv"], "all")
        with pytest.raises(service.ExportNotReady, match="queued"):
            await service.download(session, plate.owner, view.id)
        row = await session.get_one(Export, view.id)
        row.status = JobStatus.SUCCEEDED
        await session.flush()
        await service.mark_ready(session, plate.project_id, view.id, 3)
        await session.refresh(row)
        await runtime.storage.put(storage_key(view.id), b"zip")
        found = await service.download(session, plate.owner, view.id)
        assert (found.bytes, found.key) == (3, storage_key(view.id))
        assert found.file_name == f"Plate 7-{view.created_at:%Y-%m-%d}.zip"
        assert await service.expire(session, runtime.storage) == 0
        row.expires_at = now() - timedelta(seconds=1)
        await session.flush()
        assert await service.expire(session, runtime.storage) == 1
        await session.refresh(row)
        with pytest.raises(service.ExportExpired):
            await service.download(session, plate.owner, view.id)
    assert not await runtime.storage.exists(storage_key(view.id))
