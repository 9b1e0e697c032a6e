"""How far a large image is on the pages that show it, on real services; the worker is stood in for by what it says."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

import pytest_asyncio

from cellhub_app.core.events import Event
from cellhub_app.core.queue import JobKind, JobStatus
from cellhub_app.domain.accounts import presence
from cellhub_app.domain.flows.segment import segment
from cellhub_app.domain.jobs import headway, service, work
from cellhub_app.domain.jobs.claiming import Appetite, Claimed
from cellhub_app.domain.jobs.news import Subject, headway_event, job_event
from cellhub_app.web import live, routes
from cellhub_app.web.batches import NOT_TOLD, BatchBox
from cellhub_app.web.guard import Call
from cellhub_app.web.live import News
from cellhub_app.web.pages.image.state import ImageState
from cellhub_app.web.pages.project.images_state import ImagesState
from cellhub_app.web.pages.project.state import ProjectState
from cellhub_app.web.pages.queue.state import QueueState
from cellhub_app.web.pages.run.state import RunState
from tests.fixtures import rows
from tests.integration.web.conftest import Page
from tests.integration.web.states import Tab


def as_heard(event: Event) -> Event:
    """The event as it comes through Valkey."""
    return Event.decode(event.encode())


@dataclass
class Slide:
    """A slide of 100 megapixels in Ada's project that a worker has in hand."""

    page: Page
    job: Claimed

    def tab(self, address: str, route: str, **names: object) -> Tab:
        """Another tab of hers."""
        return Tab("tab-slide", self.page.tab.cookie, address, route, {name: str(value) for name, value in names.items()})

    async def hear(self, tab: Tab, kind: Any, topic: UUID, event: Event) -> None:
        """What a tab is shown after an event."""
        async with self.page.runtime.work() as session:
            ada = await presence.browser_principal(session, self.page.tab.cookie)
            found = await kind._read_news(Call(ada, session), topic, News([event]))
        tab.state(kind)._show_news(found)

    async def say(self, share: float) -> Event:
        """Its worker says how far it is; answers the event."""
        await headway.tell(self.page.runtime.redis, self.job, share)
        return as_heard(headway_event(self.job, share))

    async def cancel(self) -> Event:
        """Ada cancels the run; answers what is told of its job."""
        async with self.page.runtime.work() as session:
            ada = await presence.browser_principal(session, self.page.tab.cookie)
            assert self.job.batch_id is not None
            await service.cancel(session, ada, self.job.batch_id)
        return self.moved(JobStatus.CANCELLED)

    def moved(self, status: JobStatus) -> Event:
        """What is told of the job when it stands somewhere else."""
        return as_heard(job_event(Subject.of(self.job), status))


@pytest_asyncio.fixture(loop_scope="session")
async def slide(page: Page) -> Any:
    async with page.runtime.work() as session:
        ada = await presence.browser_principal(session, page.tab.cookie)
        images = await rows.images(session, page.project_id, ["slide.tif"], width=10_000, height=10_000)
        await segment(session, ada, page.project_id, images, "classical")
    async with page.runtime.work() as session:
        [job] = await work.claim(session, JobKind.SEGMENT, "w1", Appetite(1, 1e9, {}))
    yield Slide(page, job)
    live.leave("tab-slide")


def _percents(boxes: list[BatchBox]) -> list[tuple[str, int]]:
    return [(row.name, row.percent) for box in boxes for row in box.working]


async def test_the_queue_and_the_projects_panel_show_it_until_the_job_ends(slide: Slide) -> None:
    await slide.say(0.428)
    queue, project = slide.tab("/queue", routes.QUEUE), slide.page.tab
    await queue.call(QueueState, "load")
    await project.call(ProjectState, "load")
    state, panel = queue.state(QueueState), project.state(ProjectState)
    assert _percents([line.batch for line in state.lines]) == _percents(panel.batches) == [("slide.tif", 42)]
    assert panel.batches[0].working[0].href == routes.image(slide.page.project_id, slide.job.image_id)
    await slide.hear(queue, QueueState, slide.job.user_id, await slide.say(0.6))
    assert _percents([line.batch for line in state.lines]) == [("slide.tif", 60)]
    await slide.hear(queue, QueueState, slide.job.user_id, await slide.cancel())
    assert _percents([line.batch for line in state.lines]) == []


async def test_the_page_of_the_run_shows_it_on_the_row_of_the_image(slide: Slide) -> None:
    tab = slide.tab(f"/jobs/{slide.job.batch_id}", routes.RUN, run=slide.job.batch_id)
    await tab.call(RunState, "load")
    assert [row.percent for row in tab.state(RunState).images] == [NOT_TOLD]
    assert slide.job.batch_id is not None
    await slide.hear(tab, RunState, slide.job.batch_id, await slide.say(0.999))
    assert [row.percent for row in tab.state(RunState).images] == [99], "what is not stored is not done"


async def test_the_page_of_the_image_shows_it_while_that_run_has_it(slide: Slide) -> None:
    assert slide.job.image_id is not None
    where = f"/projects/{slide.page.project_id}/images/{slide.job.image_id}"
    tab = slide.tab(where, routes.IMAGE, project=slide.page.project_id, image=slide.job.image_id)
    await tab.call(ImageState, "load")
    state = tab.state(ImageState)
    assert (state.run_status, state.run_percent) == ("running", NOT_TOLD)
    await slide.hear(tab, ImageState, slide.job.image_id, await slide.say(0.5))
    assert state.run_percent == 50
    late = await slide.say(0.6)
    await slide.hear(tab, ImageState, slide.job.image_id, await slide.cancel())
    assert (state.run_status, state.run_percent) == ("", NOT_TOLD)
    await slide.hear(tab, ImageState, slide.job.image_id, late)
    assert (state.run_status, state.run_percent) == ("", NOT_TOLD), "what was said too late is nothing"


async def test_the_gallery_is_handed_it_apart_from_the_status(slide: Slide) -> None:
    await slide.page.hear(await slide.say(0.25), slide.moved(JobStatus.RUNNING), await slide.say(0.5))
    [row] = slide.page.tab.state(ImagesState).changes["rows"]
    assert row["progress"] == {"jobId": str(slide.job.id), "progress": 0.5}
    assert row["segmentation"]["status"] == JobStatus.RUNNING
    await slide.page.hear(slide.moved(JobStatus.QUEUED))
    assert slide.page.tab.state(ImagesState).changes["rows"][-1]["progress"] is None
    assert slide.page.tab.state(ImagesState).refresh == 1, "no list is read again for it"
