"""What is done on pages stands in the audit log as what programs do: what, on what, by whom and whence."""

from uuid import UUID

import pytest
import reflex as rx
from sqlalchemy import select, update
from sqlmodel import col

from cellhub_app.core.ids import now
from cellhub_app.core.queue import JobStatus
from cellhub_app.models.audit import Audit
from cellhub_app.models.image import Image
from cellhub_app.models.job import Job
from cellhub_app.web.pages.dashboard.state import DashboardState
from cellhub_app.web.pages.project.exports_state import ExportsState
from cellhub_app.web.pages.project.images_state import ImagesState
from cellhub_app.web.pages.project.segment_state import QueueActions, SegmentState
from cellhub_app.web.pages.project.selection_state import SelectionState
from cellhub_app.web.pages.project.settings_state import SettingsState
from cellhub_app.web.pages.queue.state import QueueState
from cellhub_app.web.session import SessionState
from tests.integration.web.conftest import Page
from tests.integration.web.states import IP


async def test_projects_images_batches_and_exports_are_written_down_with_whence(page: Page) -> None:
    await page.call(DashboardState, "create", {"name": "Other", "sample_kind": "cells"})
    await page.call(SettingsState, "save", {"name": "HeLa", "sample_kind": "nuclei"})
    await page.call(SegmentState, "open_for_all")
    await page.call(SegmentState, "start")
    await page.call(ExportsState, "open_for_all")
    await page.call(ExportsState, "start")
    await page.call(ImagesState, "select", {"ids": [str(page.images[0])], "all": False, "count": 1})
    await page.call(SelectionState, "delete")
    await page.call(SettingsState, "delete")
    async with page.runtime.work() as session:
        acts = (await session.execute(select(col(Audit.action), col(Audit.ip), col(Audit.user_id)).order_by(col(Audit.id)))).all()
    assert [act.action for act in acts] == ["projectCreate", "projectUpdate", "segment", "export", "imageDelete", "projectDelete"]
    assert {act.ip for act in acts} == {IP}
    assert None not in {act.user_id for act in acts}


@pytest.mark.parametrize("state", [QueueActions, QueueState])
async def test_steering_a_batch_is_written_down_as_programs_do_it(page: Page, state: type[rx.State]) -> None:
    await page.call(SegmentState, "open_for_all")
    await page.call(SegmentState, "start")
    batch = (await page.batch()).id
    for act in ("pause", "resume", "retry", "cancel"):
        if act == "retry":
            async with page.runtime.work() as session:
                await session.execute(update(Job).values(status=JobStatus.FAILED))
        await page.call(state, act, batch)
    assert await steered(page) == [("batch", batch, word) for word in ("pause", "resume", "retry-failed", "cancel")]


async def test_steering_all_at_once_is_written_down_once_each(page: Page) -> None:
    for act in ("pause_all", "resume_all", "cancel_all"):
        await page.call(QueueState, act)
    await page.call(QueueActions, "retry_all")
    mine = [(kind, word) for kind, _, word in await steered(page)]
    assert mine == [("user", "pause"), ("user", "resume"), ("user", "cancel"), ("project", "retry-failed")]


async def written(page: Page) -> list[tuple[str, UUID | None, object]]:
    """All acts in order: what, on which, and how many images."""
    async with page.runtime.work() as session:
        found = (await session.execute(select(Audit).order_by(col(Audit.id)))).scalars().all()
    return [(act.action, act.resource_id, act.detail.get("images")) for act in found]


async def undo(page: Page) -> None:
    """Press Undo in the latest message."""
    await page.call(SessionState, "undo", page.tab.state(SessionState).messages[-1]["id"])


async def test_undoing_a_deletion_is_written_down(page: Page) -> None:
    await page.call(ImagesState, "select", {"ids": [str(page.images[0])], "all": False, "count": 1})
    await page.call(SelectionState, "delete")
    await undo(page)
    await page.call(DashboardState, "delete", str(page.project_id))
    await undo(page)
    here = page.project_id
    assert await written(page) == [
        ("imageDelete", here, 1), ("imageRestore", here, 1), ("projectDelete", here, None), ("projectRestore", here, None)
    ]  # fmt: skip


async def test_what_comes_out_of_the_trash_is_written_down(page: Page) -> None:
    async with page.runtime.work() as session:
        await session.execute(update(Image).where(col(Image.id).in_(page.images[:2])).values(deleted_at=now()))
    chosen = [str(image_id) for image_id in page.images[:2]]
    await page.call(ImagesState, "select", {"ids": chosen, "all": False, "count": 2})
    await page.call(SelectionState, "restore")
    assert await written(page) == [("imageRestore", page.project_id, 2)]


async def test_stopping_an_export_is_written_down(page: Page) -> None:
    await page.call(ExportsState, "open_for_all")
    await page.call(ExportsState, "start")
    await page.call(ExportsState, "load_exports")
    [row] = page.tab.state(ExportsState).rows
    await page.call(ExportsState, "cancel", row.id)
    export_id = UUID(row.id)
    assert await written(page) == [("export", export_id, None), ("exportCancel", export_id, None)]


async def steered(page: Page) -> list[tuple[str, UUID | None, object]]:
    """What was done with batches, in order: on what, which, and how."""
    acts = select(Audit).where(col(Audit.action) == "batchChange").order_by(col(Audit.id))
    async with page.runtime.work() as session:
        found = (await session.execute(acts)).scalars().all()
    return [(act.resource_type, act.resource_id, act.detail["to"]) for act in found]


async def test_what_is_refused_is_not_written_down_as_done(page: Page) -> None:
    await page.tab.call(DashboardState, "delete", "01890000-0000-7000-8000-000000000000")
    async with page.runtime.work() as session:
        assert (await session.execute(select(Audit))).first() is None
