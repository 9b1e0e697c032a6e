"""A tab with a project open, for all tests of a project's pages."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import pytest_asyncio
from sqlalchemy import select

from cellhub_app.core.events import Event
from cellhub_app.core.runtime import Runtime
from cellhub_app.domain.accounts import presence
from cellhub_app.domain.projects import service as projects
from cellhub_app.domain.projects.schemas import NewProject
from cellhub_app.models.job import Batch
from cellhub_app.models.project import SampleKind
from cellhub_app.web import live
from cellhub_app.web.guard import Call
from cellhub_app.web.live import News
from cellhub_app.web.pages.project.images_state import ImagesState
from cellhub_app.web.pages.project.state import ProjectState
from cellhub_app.web.session import SessionState
from tests.fixtures import rows
from tests.integration.web.states import Tab, account, browser_token

NAMES = ["A01.tif", "A02.tif", "A03.tif", "B01.tif"]


@dataclass
class Page:
    """Ada's tab with her project of four images open."""

    runtime: Runtime
    tab: Tab
    project_id: UUID
    images: list[UUID]

    async def call(self, kind: Any, handler: str, *arguments: Any) -> Any:
        """Run a handler; nothing of it may have failed."""
        answer = await self.tab.call(kind, handler, *arguments)
        problems = [message for message in self.tab.state(SessionState).messages if message["kind"] == "error"]
        assert not problems, problems
        return answer

    async def read_again(self) -> None:
        """What the gallery is told when its list moved."""
        await self._tell(News(anew=True))

    async def hear(self, *events: Event) -> None:
        """What the gallery is told of events."""
        await self._tell(News([*events]))

    async def _tell(self, news: News) -> None:
        async with self.runtime.work() as session:
            ada = await presence.browser_principal(session, self.tab.cookie)
            found = await ImagesState._read_news(Call(ada, session), self.project_id, news)
        self.tab.state(ImagesState)._show_news(found)

    async def batch(self) -> Batch:
        """The only batch there is."""
        async with self.runtime.work() as session:
            return (await session.execute(select(Batch))).scalar_one()


@pytest_asyncio.fixture(loop_scope="session")
async def page(runtime: Runtime) -> AsyncIterator[Page]:
    cookie = await browser_token(runtime, await account(runtime, "ada"))
    async with runtime.work() as session:
        ada = await presence.browser_principal(session, cookie)
        project = await projects.create(session, ada, NewProject(name="HeLa", sample_kind=SampleKind.NUCLEI, pixel_size_um=0.325))
        images = await rows.images(session, project.id, NAMES)
        await rows.images(session, project.id, ["broken.tif"], status="failed", error={"code": "truncated", "detail": "It ends early."})
    tab = Tab("tab-ada", cookie, f"/projects/{project.id}", "/projects/[project]", {"project": str(project.id), "sort": "name"})
    opened = Page(runtime, tab, project.id, images)
    await opened.call(ProjectState, "load")
    await opened.call(ImagesState, "load_images")
    yield opened
    live.leave(tab.token)
