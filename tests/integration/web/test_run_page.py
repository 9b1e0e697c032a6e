"""What the page of a run shows while the run goes on: its log grows, its failures are explained, and each person may do what is theirs."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from uuid import UUID

import pytest
import pytest_asyncio

from cellhub_app.core.events import Event, EventType
from cellhub_app.core.imaging.planes import Frames
from cellhub_app.core.queue import JobKind
from cellhub_app.core.runtime import Runtime
from cellhub_app.domain.access import Principal
from cellhub_app.domain.accounts import presence
from cellhub_app.domain.flows.segment import segment
from cellhub_app.domain.jobs import runs, service, work
from cellhub_app.domain.jobs.claiming import Appetite, Claimed
from cellhub_app.domain.jobs.leases import Finished
from cellhub_app.domain.projects import service as projects
from cellhub_app.domain.projects.schemas import NewProject
from cellhub_app.models.project import Membership, ProjectRole
from cellhub_app.web import live, routes
from cellhub_app.web.guard import Call
from cellhub_app.web.live import News
from cellhub_app.web.pages.run.log_state import RunLog
from cellhub_app.web.pages.run.state import RunState
from tests.fixtures import rows
from tests.integration.web.states import Tab, account, browser_token

ENDS_EARLY = "The file ends early. Upload it again."


@dataclass
class Lab:
    """A run of two images by Ada, and the cookies of her and of Bob, who may look."""

    runtime: Runtime
    ada: Principal
    cookies: list[str]
    run_id: UUID
    jobs: list[UUID]

    async def tab(self, who: int = 0, address: UUID | None = None) -> Tab:
        """The page of the run, loaded."""
        run = str(address or self.run_id)
        tab = Tab(f"run-{who}", self.cookies[who], f"/jobs/{run}", routes.RUN, {"run": run})
        await tab.call(RunState, "load")
        await tab.call(RunLog, "load_log")
        return tab

    async def claim(self) -> list[Claimed]:
        """A worker takes everything."""
        async with self.runtime.work() as session:
            return await work.claim(session, JobKind.SEGMENT, "bench-1", Appetite(100, 1e9, {}))

    async def hear(self, tab: Tab, kind: type[RunState] | type[RunLog], topic: UUID, *, reader: Principal | None = None) -> None:
        """What a tab is shown after a job of the run moved."""
        moved = Event(EventType.SEGMENTATION_STATUS, data={"jobId": str(self.jobs[0]), "batchId": str(self.run_id)})
        async with self.runtime.work() as session:
            found = await kind._read_news(Call(reader or self.ada, session), topic, News([moved]))
        tab.state(kind)._show_news(found)


@pytest_asyncio.fixture(loop_scope="session")
async def lab(runtime: Runtime) -> AsyncIterator[Lab]:
    cookies = [await browser_token(runtime, await account(runtime, name)) for name in ("ada", "bob")]
    async with runtime.work() as session:
        ada, bob = [await presence.browser_principal(session, cookie) for cookie in cookies]
        project = await projects.create(session, ada, NewProject(name="Hela dose"))
        session.add(Membership(project_id=project.id, user_id=bob.user_id, role=ProjectRole.VIEWER))
        images = await rows.images(session, project.id, ["a.png", "b.png"])
        run = await segment(session, ada, project.id, images, "classical")
        jobs = [image.job_id for image in await runs.images(session, run.id, 10)]
    yield Lab(runtime, ada, cookies, run.id, jobs)
    for who in (0, 1):
        live.leave(f"run-{who}")


async def test_an_open_log_grows_while_its_image_is_worked_on(lab: Lab) -> None:
    tab = await lab.tab()
    log = tab.state(RunLog)
    await tab.call(RunLog, "choose", str(lab.jobs[0]))
    assert [line.message for line in log.lines] == ["Put in line."]
    held = await lab.claim()
    await lab.hear(tab, RunLog, lab.jobs[0])
    assert [line.message for line in log.lines] == ["Put in line.", "Started by bench-1."]
    async with lab.runtime.work() as session:
        await work.finish(session, [Finished(job, {"network_s": 0.5}) for job in held])
    await lab.hear(tab, RunLog, lab.jobs[0])
    assert log.lines[-1].message == "Done."
    assert [(fact.name, fact.value) for fact in log.facts] == [("Worker", "bench-1"), ("Network", "500 ms")]


async def test_a_closed_log_listens_no_more_and_an_open_one_survives_a_change_of_access(lab: Lab) -> None:
    tab = await lab.tab(address=lab.jobs[1])
    log = tab.state(RunLog)
    assert (log.job_id, log.image_name) == (str(lab.jobs[1]), "b.png")
    await tab.call(RunLog, "choose", str(lab.jobs[0]))
    await tab.call(RunState, "load")
    await tab.call(RunLog, "load_log")
    assert log.job_id == str(lab.jobs[0])
    assert (tab.token, RunLog) in live._watches
    await tab.call(RunLog, "choose", str(lab.jobs[0]))
    assert (log.job_id, log.lines) == ("", [])
    assert (tab.token, RunLog) not in live._watches
    assert (tab.token, RunState) in live._watches


async def test_failures_are_explained_once_with_what_can_be_done(lab: Lab) -> None:
    tab = await lab.tab()
    state = tab.state(RunState)
    assert state.outlook.startswith("Place in line: 1.")
    held = await lab.claim()
    async with lab.runtime.work() as session:
        await work.finish(session, [Finished(held[0], {})])
        await work.fail(session, held[1], "truncated", ENDS_EARLY, retry=False)
    await lab.hear(tab, RunState, lab.run_id)
    assert [(cause.images, cause.detail) for cause in state.causes] == [("1 image", ENDS_EARLY)]
    assert (state.retry_words, state.no_retry) == ("Retry this image", "")
    assert state.outlook.startswith("Took ")
    assert [(row.status, row.problem) for row in state.images] == [("failed", ENDS_EARLY), ("succeeded", "")]
    await tab.call(RunState, "retry")
    await lab.hear(tab, RunState, lab.run_id)
    assert (state.causes, state.retry_words) == ([], "")


async def test_who_may_only_look_is_offered_nothing_although_a_reading_is_shared(lab: Lab) -> None:
    tab = await lab.tab(1)
    state = tab.state(RunState)
    [first, _] = await lab.claim()
    async with lab.runtime.work() as session:
        await work.fail(session, first, "truncated", ENDS_EARLY, retry=False)
    await lab.hear(tab, RunState, lab.run_id, reader=lab.ada)
    assert (state.can_steer, state.retry_words, len(state.causes)) == (False, "", 1)


@pytest.mark.parametrize(
    ("frames", "words"), [("first", None), ("all", "all"), ([0, 4], "1, 5"), (range(12), "1, 2, 3, 4, 5, 6, 7, 8 and 4 more")]
)
async def test_a_run_says_which_planes_it_is_over(lab: Lab, frames: Frames, words: str | None) -> None:
    async with lab.runtime.work() as session:
        [batch] = await service.unfinished(session, lab.ada)
        [image] = await rows.images(session, batch.project_id, ["stack.tif"], frames=12)
        run = await segment(session, lab.ada, batch.project_id, [image], "classical", frames=frames)
    facts = {fact.name: fact.value for fact in (await lab.tab(address=run.id)).state(RunState).facts}
    assert facts.get("Planes") == words
