"""What is done on pages stands in the audit log as what programs do: what, on what, by whom and whence."""

from sqlalchemy import select
from sqlmodel import col

from cellhub_app.models.audit import Audit
from cellhub_app.web.pages.dashboard.state import DashboardState
from cellhub_app.web.pages.project.exports_state import ExportsState
from cellhub_app.web.pages.project.images_state import ImagesState
from cellhub_app.web.pages.project.segment_state import SegmentState
from cellhub_app.web.pages.project.selection_state import SelectionState
from cellhub_app.web.pages.project.settings_state import SettingsState
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


async def test_what_is_refused_is_not_written_down_as_done(page: Page) -> None:
    await page.tab.call(DashboardState, "delete", "01890000-0000-7000-8000-000000000000")
    async with page.runtime.work() as session:
        assert (await session.execute(select(Audit))).first() is None
