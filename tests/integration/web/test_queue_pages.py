"""What the handlers of the queue's page do, on real services; workers are stood in for by claims and ends."""

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID, uuid4

import pytest_asyncio
from sqlalchemy import update

from cellhub_app.core.events import Event, EventType
from cellhub_app.core.ids import now
from cellhub_app.core.queue import JobKind
from cellhub_app.core.runtime import Runtime
from cellhub_app.core.settings import get_settings
from cellhub_app.domain.access import Principal
from cellhub_app.domain.accounts import presence
from cellhub_app.domain.flows.segment import segment
from cellhub_app.domain.jobs import service as jobs
from cellhub_app.domain.jobs import work
from cellhub_app.domain.jobs.claiming import Appetite
from cellhub_app.domain.jobs.leases import Finished
from cellhub_app.domain.projects import service as projects
from cellhub_app.domain.projects.schemas import NewProject
from cellhub_app.models.project import Membership, ProjectRole
from cellhub_app.models.user import User
from cellhub_app.web import live
from cellhub_app.web.guard import Call
from cellhub_app.web.live import News
from cellhub_app.web.pages.project.pace import ProjectPace
from cellhub_app.web.pages.project.segment_state import QueueActions, SegmentState
from cellhub_app.web.pages.project.state import ProjectState
from cellhub_app.web.pages.queue.history_state import PAGE, HistoryState
from cellhub_app.web.pages.queue.pace import QueuePace
from cellhub_app.web.pages.queue.state import QueueState
from cellhub_app.web.session import SessionState
from tests.fixtures import rows
from tests.integration.web.states import Tab, account, browser_token

FULL = "The disk is full."


@dataclass
class Lab:
    """Ada's and Bob's tabs of the queue, and Ada's project in which Bob may look."""

    runtime: Runtime
    ada: Tab
    bob: Tab
    project_id: UUID

    async def who(self, tab: Tab) -> Principal:
        """The person in a tab."""
        async with self.runtime.work() as session:
            return await presence.browser_principal(session, tab.cookie)

    async def batch(self, *names: str, tab: Tab | None = None) -> UUID:
        """Ada (or who is in the tab) segments images."""
        who = await self.who(tab or self.ada)
        async with self.runtime.work() as session:
            images = await rows.images(session, self.project_id, names)
            return (await segment(session, who, self.project_id, images, "classical")).id

    async def end(self, *failing: str) -> None:
        """Everything that waits is done, but for the images that fail."""
        async with self.runtime.work() as session:
            held = await work.claim(session, JobKind.SEGMENT, "tester", Appetite(100, 1e9, {}))
        async with self.runtime.work() as session:
            await work.finish(session, [Finished(job, {}) for job in held if job.image_name not in failing])
            for job in held:
                if job.image_name in failing:
                    await work.fail(session, job, "full", FULL, retry=False)

    async def hear(self, tab: Tab, kind: Any, events: Sequence[Event]) -> None:
        """What a tab is shown after these events."""
        who = await self.who(tab)
        async with self.runtime.work() as session:
            found = await kind._read_news(Call(who, session), who.user_id, News(list(events)))
        tab.state(kind)._show_news(found)

    async def open(self, tab: Tab) -> Tab:
        """Load the page of the queue in a tab."""
        for kind, handler in ((QueueState, "load"), (HistoryState, "load_history"), (QueuePace, "load_pace")):
            await tab.call(kind, handler)
        return tab


@pytest_asyncio.fixture(loop_scope="session")
async def lab(runtime: Runtime) -> AsyncIterator[Lab]:
    cookies = [await browser_token(runtime, await account(runtime, name)) for name in ("ada", "bob")]
    tabs = [Tab(f"queue-{n}", cookie, "/queue", "/queue") for n, cookie in enumerate(cookies)]
    async with runtime.work() as session:
        ada, bob = [await presence.browser_principal(session, cookie) for cookie in cookies]
        project = await projects.create(session, ada, NewProject(name="Hela dose"))
        session.add(Membership(project_id=project.id, user_id=bob.user_id, role=ProjectRole.VIEWER))
    yield Lab(runtime, *tabs, project.id)
    for tab in tabs:
        live.leave(tab.token)


def ended(batch: UUID, by: Principal) -> Event:
    """The event of a batch's end, as far as pages look at it."""
    return Event(EventType.BATCH_FINISHED, None, data={"batchId": str(batch), "startedBy": str(by.user_id)})


def narrowed(lab: Lab, **query: object) -> Tab:
    """A tab of Ada's whose address asks for a part of the history."""
    return Tab("queue-0", lab.ada.cookie, "/queue", "/queue", {name: str(value) for name, value in query.items()})


async def test_a_line_says_who_started_it_and_what_stands_where(lab: Lab) -> None:
    await lab.batch("a.png", "b.png")
    lines = [(await lab.open(tab)).state(QueueState).lines[0] for tab in (lab.ada, lab.bob)]
    assert [(line.project, line.who.name, line.can_edit, line.can_steer_all) for line in lines] == [
        ("Hela dose", "you", True, True),
        ("Hela dose", "Ada", False, False),
    ]
    assert [(state.status, state.count) for state in lines[0].batch.states] == [("queued", "2")]
    assert lab.ada.state(QueueState).cancellable == "1 batch"
    assert lab.bob.state(QueueState).cancellable == ""


async def test_all_of_ones_own_is_paused_resumed_and_cancelled_after_a_question(lab: Lab) -> None:
    await lab.batch("a.png", "b.png")
    await lab.batch("c.png")
    state = (await lab.open(lab.ada)).state(QueueState)
    await lab.ada.call(QueueState, "pause_all")
    await lab.ada.call(QueueState, "load")
    assert (state.may_pause_all, state.may_resume_all, state.cancellable) == (False, True, "2 batches")
    await lab.ada.call(QueueState, "resume_all")
    await lab.ada.call(QueueState, "ask_cancel_all", True)
    assert state.asks_cancel
    await lab.ada.call(QueueState, "cancel_all")
    await lab.open(lab.ada)
    assert (state.lines, state.asks_cancel) == ([], False)
    told = [message["title"] for message in lab.ada.state(SessionState).messages]
    assert told == ["3 images paused", "3 images back in line"]
    assert [row.batch.status for row in lab.ada.state(HistoryState).rows] == ["cancelled", "cancelled"]


async def test_a_viewer_steers_nothing(lab: Lab) -> None:
    batch = await lab.batch("a.png")
    await lab.open(lab.bob)
    await lab.bob.call(QueueState, "cancel_all")
    await lab.open(lab.bob)
    assert [line.batch.status for line in lab.bob.state(QueueState).lines] == ["queued"]
    await lab.end("a.png")
    await lab.open(lab.bob)
    [row] = lab.bob.state(HistoryState).rows
    assert (row.causes[0].detail, row.retry) == (FULL, "")
    await lab.bob.call(HistoryState, "retry", str(batch))
    assert lab.bob.state(SessionState).messages[-1]["kind"] == "error"


async def test_the_history_names_causes_and_tries_them_again(lab: Lab) -> None:
    batch = await lab.batch("a.png", "b.png", "c.png")
    await lab.end("a.png", "c.png")
    state = (await lab.open(lab.ada)).state(HistoryState)
    [row] = state.rows
    assert (row.project, row.who.name, row.batch.status, row.batch.summary) == ("Hela dose", "you", "succeeded", "1 done · 2 failed")
    assert [(cause.detail, cause.images, [image.name for image in cause.examples]) for cause in row.causes] == [
        (FULL, "2 images", ["a.png", "c.png"])
    ]
    assert row.causes[0].examples[0].href.startswith(f"/projects/{lab.project_id}/images/")
    assert row.retry == "Retry these 2 images"
    await lab.ada.call(HistoryState, "retry", str(batch))
    assert state.rows == []
    assert lab.ada.state(SessionState).messages[-1]["title"] == "2 images queued again"


async def test_an_address_asks_for_one_batch_or_one_project(lab: Lab) -> None:
    first = await lab.batch("a.png")
    await lab.end()
    second = await lab.batch("b.png")
    one = narrowed(lab, batch=first)
    await one.call(HistoryState, "load_history")
    assert [row.batch.id for row in one.state(HistoryState).rows] == [str(first)]
    runs = narrowed(lab, batch=second)
    await runs.call(HistoryState, "load_history")
    assert "has not ended yet" in runs.state(HistoryState).missing
    whole = narrowed(lab, project=lab.project_id)
    await whole.call(HistoryState, "load_history")
    assert (whole.state(HistoryState).of_project, len(whole.state(HistoryState).rows)) == ("Hela dose", 1)
    for query in ({"batch": uuid4()}, {"project": uuid4()}):
        nowhere = narrowed(lab, **query)
        await nowhere.call(HistoryState, "load_history")
        assert "not there" in nowhere.state(HistoryState).missing
    nonsense = narrowed(lab, batch="' or 1=1")
    await nonsense.call(HistoryState, "load_history")
    assert not nonsense.state(HistoryState).is_narrowed


async def test_the_history_goes_on_below_and_grows_on_top(lab: Lab) -> None:
    for number in range(PAGE + 2):
        await lab.batch(f"{number}.png")
    await lab.end()
    state = (await lab.open(lab.ada)).state(HistoryState)
    assert (len(state.rows), state.has_more) == (PAGE, True)
    await lab.ada.call(HistoryState, "show_more")
    assert (len(state.rows), state.has_more) == (PAGE + 2, False)
    newest = await lab.batch("new.png")
    await lab.end("new.png")
    await lab.hear(lab.ada, HistoryState, [ended(newest, await lab.who(lab.ada))])
    assert len({row.batch.id for row in state.rows}) == len(state.rows) == PAGE + 3
    assert state.rows[0].batch.id == str(newest)
    async with lab.runtime.work() as session:
        await jobs.retry_failed(session, await lab.who(lab.ada), newest)
    await lab.hear(
        lab.ada, HistoryState, [Event(EventType.QUEUE_UPDATE, lab.project_id, data={"batchId": str(newest), "status": "queued"})]
    )
    assert str(newest) not in {row.batch.id for row in state.rows}


async def test_only_who_started_a_batch_is_told_of_its_end(lab: Lab) -> None:
    await lab.open(lab.ada)
    await lab.open(lab.bob)
    batch = await lab.batch("a.png", "b.png")
    await lab.end("b.png")
    ada = await lab.who(lab.ada)
    for tab in (lab.ada, lab.bob):
        await lab.hear(tab, SessionState, [ended(batch, ada)])
    [message] = lab.ada.state(SessionState).messages
    assert (message["kind"], message["title"]) == ("warning", "1 of 2 images of Hela dose is segmented, 1 failed")
    assert (message["detail"], message["href"]) == (FULL, f"/queue?batch={batch}")
    assert lab.bob.state(SessionState).messages == []


async def test_the_last_hour_is_drawn_for_the_queue_and_for_the_project(lab: Lab) -> None:
    await lab.batch("a.png", "b.png", "c.png")
    await lab.end("c.png")
    queue = (await lab.open(lab.ada)).state(QueuePace)
    assert queue.drawn.words.startswith("2 images segmented in the last hour")
    assert queue.drawn.bars
    project = Tab("project-0", lab.ada.cookie, f"/projects/{lab.project_id}", "/projects/[project]", {"project": str(lab.project_id)})
    await project.call(ProjectState, "load")
    await project.call(ProjectPace, "load_pace")
    assert project.state(ProjectPace).drawn == queue.drawn
    assert (project.state(ProjectState).failed, project.state(ProjectState).retryable) == (1, 1)
    await project.call(QueueActions, "retry_all")
    assert project.state(SessionState).messages[-1]["title"] == "1 image queued again"
    live.leave(project.token)


async def test_an_e_mail_at_the_end_is_offered_where_one_can_be_sent_to_a_confirmed_address(lab: Lab, monkeypatch: Any) -> None:
    async with lab.runtime.work() as session:
        await rows.images(session, lab.project_id, ["a.png"])
        await session.execute(update(User).values(email_verified_at=now()))
    project = Tab("project-1", lab.ada.cookie, f"/projects/{lab.project_id}", "/projects/[project]", {"project": str(lab.project_id)})
    await project.call(ProjectState, "load")
    wanted = []
    for url in ("", "smtp://127.0.0.1:2525"):
        monkeypatch.setenv("CELLHUB_SMTP_URL", url)
        get_settings.cache_clear()
        await project.call(SegmentState, "open_for_all")
        await project.call(SegmentState, "ask_for_mail", True)
        await project.call(SegmentState, "start")
        async with lab.runtime.work() as session:
            newest, *_ = await jobs.project_batches(session, await lab.who(lab.ada), lab.project_id)
            wanted.append(newest.notify)
    get_settings.cache_clear()
    assert wanted == [False, True]
    assert project.state(SegmentState).mail == "on"
    assert project.state(SessionState).messages[-1]["detail"] == "An e-mail goes to ada@example.org when all is done."
    live.leave(project.token)
