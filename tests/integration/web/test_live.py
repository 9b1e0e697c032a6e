"""Live pages: real accounts, projects, events and Valkey; only the sockets of the browsers are stood in for."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from types import SimpleNamespace
from typing import Any
from uuid import UUID

import pytest
import pytest_asyncio
import reflex as rx

from cellhub_app.core.events import Event, EventType, publish
from cellhub_app.core.feed import open_feed
from cellhub_app.core.ids import now
from cellhub_app.core.queue import JobKind
from cellhub_app.core.runtime import Runtime
from cellhub_app.domain.accounts.presence import browser_principal
from cellhub_app.domain.flows.segment import segment
from cellhub_app.domain.images import service as images
from cellhub_app.domain.images.schemas import ImageChange
from cellhub_app.domain.invitations import service as invitations
from cellhub_app.domain.invitations.places import IntoProject
from cellhub_app.domain.jobs import headway, work, workers
from cellhub_app.domain.jobs.claiming import Appetite
from cellhub_app.domain.jobs.news import headway_event
from cellhub_app.domain.jobs.schemas import WorkerView
from cellhub_app.domain.presence import service as presence
from cellhub_app.domain.presence.schemas import Attention
from cellhub_app.domain.projects import service as projects
from cellhub_app.domain.projects.schemas import NewProject
from cellhub_app.domain.shares import service as shares
from cellhub_app.domain.shares.schemas import NewShareLink, OpeningLink
from cellhub_app.models.project import ProjectRole
from cellhub_app.web import live, routes
from cellhub_app.web.guard import Call
from cellhub_app.web.live import live_pages
from cellhub_app.web.pages.dashboard.state import DashboardState
from cellhub_app.web.pages.image.people import PresenceState
from cellhub_app.web.pages.image.state import ImageState
from cellhub_app.web.pages.project.images_state import ImagesState
from cellhub_app.web.pages.project.state import ProjectState
from cellhub_app.web.pages.queue.state import QueueState
from cellhub_app.web.pages.shared.state import SharedState
from tests.fixtures import rows
from tests.integration.web.states import Tab, account, browser_token, end_sessions

SOON_S = 5.0


@dataclass
class Browsers:
    """The tabs that are connected, and what was sent to them: this stands where rx.App holds websockets."""

    tabs: dict[str, Tab] = field(default_factory=dict)
    shown: dict[str, int] = field(default_factory=dict)
    sent: list[tuple[str, str]] = field(default_factory=list)

    @property
    def event_namespace(self) -> Any:
        return SimpleNamespace(token_to_sid=self.tabs, emit_update=self._emit)

    async def _emit(self, update: Any, token: str) -> None:
        self.sent += [(token, event.name) for event in update.events]

    @asynccontextmanager
    async def modify_state(self, token: rx.BaseStateToken) -> AsyncIterator[Any]:
        tab = self.tabs[token.ident]

        async def get_state(kind: type[rx.State]) -> rx.State:
            return tab.state(kind)

        yield SimpleNamespace(get_state=get_state)
        self.shown[token.ident] = self.shown.get(token.ident, 0) + 1


async def until(condition: Any) -> None:
    """Wait until something is so."""
    async with asyncio.timeout(SOON_S):
        while not condition():  # noqa: ASYNC110 - what is waited for lives in states, which have no event to wait on
            await asyncio.sleep(0.01)


@dataclass
class Scene:
    """A project of Ada's that Bob looks at too."""

    runtime: Runtime
    browsers: Browsers
    project_id: UUID
    ada: Tab
    bob: Tab

    async def open(self, tab: Tab) -> ProjectState:
        """Show the project's page in a tab."""
        self.browsers.tabs[tab.token] = tab
        await tab.call(ProjectState, "load")
        return tab.state(ProjectState)

    async def call_of(self, tab: Tab, session: Any) -> Call:
        """A call by the person in the tab."""
        return Call(await browser_principal(session, tab.cookie), session)


@pytest_asyncio.fixture(loop_scope="session")
async def scene(runtime: Runtime) -> AsyncIterator[Scene]:
    cookies = [await browser_token(runtime, await account(runtime, name)) for name in ("ada", "bob")]
    async with runtime.work() as session:
        ada = await browser_principal(session, cookies[0])
        project = await projects.create(session, ada, NewProject(name="HeLa"))
        asked = await invitations.invite(session, ada, IntoProject(project.id), "bob@example.org", ProjectRole.VIEWER)
        await invitations.accept(session, await browser_principal(session, cookies[1]), asked.id)
    tabs = [
        Tab(f"tab-{n}", cookie, f"/projects/{project.id}", "/projects/[project]", {"project": str(project.id)})
        for n, cookie in enumerate(cookies)
    ]
    browsers: Any = Browsers()
    async with open_feed(runtime.redis) as feed, live_pages(browsers, feed):
        await until(lambda: feed.is_connected)
        yield Scene(runtime, browsers, project.id, *tabs)
    for tab in tabs:
        live.leave(tab.token)


async def rename(scene: Scene, name: str) -> None:
    """Ada gives the project another name, through the service that every door uses."""
    async with scene.runtime.work() as session:
        call = await scene.call_of(scene.ada, session)
        await projects.update(session, call.principal, scene.project_id, projects.ProjectChange(name=name))


async def test_a_change_reaches_every_tab_that_looks(scene: Scene) -> None:
    states = [await scene.open(scene.ada), await scene.open(scene.bob)]
    await rename(scene, "HeLa, dose series 7")
    await until(lambda: all(state.name == "HeLa, dose series 7" for state in states))
    assert (states[0].can_manage, states[1].can_manage) == (True, False)


async def test_a_storm_of_events_is_shown_a_few_times_a_second(scene: Scene) -> None:
    await scene.open(scene.bob)
    event = Event(EventType.SEGMENTATION_STATUS, scene.project_id, data={"imageId": str(UUID(int=1)), "status": "running"})
    started = asyncio.get_running_loop().time()
    for _ in range(50):
        await publish(scene.runtime.redis, *([event] * 20))
        await asyncio.sleep(0)
    await rename(scene, "after the storm")
    await until(lambda: scene.bob.state(ProjectState).name == "after the storm")
    took_s = asyncio.get_running_loop().time() - started
    assert scene.browsers.shown[scene.bob.token] <= 2 * (took_s / live.SOON_S + 2)


async def test_what_could_not_be_read_is_read_once_the_database_is_back(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    read, tries = ProjectState._read_news.__func__, [OSError("the server closed the connection")]

    async def read_news(kind: type[ProjectState], call: Call, topic_id: UUID, news: live.News) -> Any:
        if tries:
            raise tries.pop()
        return await read(kind, call, topic_id, news)

    state = await scene.open(scene.bob)
    monkeypatch.setattr(live, "AGAIN_S", 0.05)
    monkeypatch.setattr(ProjectState, "_read_news", classmethod(read_news))
    await rename(scene, "after the outage")
    await until(lambda: state.name == "after the outage")
    assert not tries


async def test_pages_stay_live_though_the_database_was_away_when_rights_were_asked_for(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    ask, tries = live._still_here, [OSError("the server closed the connection")]

    async def still_here(session: Any, viewer: Any) -> Any:
        if tries:
            raise tries.pop()
        return await ask(session, viewer)

    state = await scene.open(scene.bob)
    monkeypatch.setattr(live, "AGAIN_S", 0.05)
    monkeypatch.setattr(live, "_still_here", still_here)
    await publish(scene.runtime.redis, Event(EventType.ACCESS_CHANGED, scene.project_id))
    await until(lambda: not tries)
    await rename(scene, "still heard")
    await until(lambda: state.name == "still heard")


async def test_a_removed_member_is_told_to_leave_and_hears_no_more(scene: Scene) -> None:
    state = await scene.open(scene.bob)
    async with scene.runtime.work() as session:
        call = await scene.call_of(scene.ada, session)
        bob = await scene.call_of(scene.bob, session)
        await projects.remove_member(session, call.principal, scene.project_id, bob.principal.user_id)
    await until(lambda: any(token == scene.bob.token and name.endswith("project_state.load") for token, name in scene.browsers.sent))
    await rename(scene, "not for Bob")
    ada = await scene.open(scene.ada)
    await until(lambda: ada.name == "not for Bob")
    assert state.name == "HeLa"
    await scene.bob.call(ProjectState, "load")
    assert (state.is_missing, state.project_id) == (True, "")


async def test_people_in_one_image_see_each_other_until_one_may_not(scene: Scene) -> None:
    async with scene.runtime.work() as session:
        (image_id,) = await rows.images(session, scene.project_id, ["a.tif"])
        people = [(await scene.call_of(tab, session)).principal for tab in (scene.ada, scene.bob)]
    place = {"project": str(scene.project_id), "image": str(image_id)}
    tab = Tab("tab-image", scene.ada.cookie, f"/projects/{scene.project_id}/images/{image_id}", routes.IMAGE, place)
    scene.browsers.tabs[tab.token] = tab
    await tab.call(PresenceState, "load_people")
    state, chosen = tab.state(PresenceState), UUID(int=7)
    async with scene.runtime.work() as session:
        for principal in people:
            await presence.attend(session, scene.runtime.redis, principal, image_id, UUID(int=1), Attention(object_id=chosen))
    await until(lambda: [(one["name"], one["objectId"]) for one in state.people] == [("Bob", str(chosen))])
    async with scene.runtime.work() as session:
        await projects.remove_member(session, people[0], scene.project_id, people[1].user_id)
    await until(lambda: state.people == [])
    live.leave(tab.token)


async def test_a_page_that_is_told_to_look_again_stays_live_in_all_its_parts(scene: Scene) -> None:
    await scene.open(scene.ada)
    await scene.ada.call(ImagesState, "load_images")
    gallery = scene.ada.state(ImagesState)
    async with scene.runtime.work() as session:
        call = await scene.call_of(scene.ada, session)
        await projects.create(session, call.principal, NewProject(name="in another tab"))
    await until(lambda: (scene.ada.token, "load") in {(token, name.rpartition(".")[2]) for token, name in scene.browsers.sent})
    await scene.ada.call(ProjectState, "load")
    image = str(UUID(int=7))
    await publish(scene.runtime.redis, Event(EventType.SEGMENTATION_STATUS, scene.project_id, data={"imageId": image, "status": "running"}))
    await until(lambda: any(change["id"] == image for change in gallery.changes["rows"]))


async def test_a_project_taken_out_of_the_trash_is_shown_again_to_everybody_in_it(scene: Scene) -> None:
    home = Tab("tab-home", scene.bob.cookie)
    scene.browsers.tabs[home.token] = home

    async def act(what: Callable[..., Awaitable[Any]]) -> None:
        """Ada does something; Bob's dashboard is told, and reads again."""
        told = len(scene.browsers.sent)
        async with scene.runtime.work() as session:
            await what(session, (await scene.call_of(scene.ada, session)).principal, scene.project_id)
        await until(lambda: any(name.endswith("dashboard_state.load") for _, name in scene.browsers.sent[told:]))
        await home.call(DashboardState, "load")

    await home.call(DashboardState, "load")
    await act(projects.delete)
    assert home.state(DashboardState).cards == []
    await act(projects.restore)
    assert [card.name for card in home.state(DashboardState).cards] == ["HeLa"]
    live.leave(home.token)


async def test_a_session_that_ends_ends_in_every_tab(scene: Scene) -> None:
    await scene.open(scene.bob)
    async with scene.runtime.work() as session:
        await end_sessions(session, scene.bob.cookie)
    await until(lambda: any(token == scene.bob.token for token, _ in scene.browsers.sent))
    answer = await scene.bob.call(ProjectState, "load")
    assert "/sign-in" in str(answer.args)


async def test_a_reload_that_comes_after_the_tab_went_on_leaves_the_new_page_live(scene: Scene) -> None:
    state = await scene.open(scene.bob)
    await scene.bob.call(DashboardState, "load")
    assert scene.bob.state(DashboardState).cards == []
    await rename(scene, "still heard")
    await until(lambda: state.name == "still heard")


async def test_a_closed_tab_is_forgotten(scene: Scene) -> None:
    state = await scene.open(scene.bob)
    ada = await scene.open(scene.ada)
    scene.browsers.tabs.pop(scene.bob.token)
    await rename(scene, "Bob has left")
    await until(lambda: ada.name == "Bob has left")
    assert state.name == "HeLa"
    assert not [key for key in live._watches if key[0] == scene.bob.token and key[1] is ProjectState]


async def test_how_far_a_large_image_is_reaches_the_tabs_of_its_project_and_no_other(scene: Scene) -> None:
    async with scene.runtime.work() as session:
        ada = (await scene.call_of(scene.ada, session)).principal
        carl = await browser_principal(session, await browser_token(scene.runtime, await account(scene.runtime, "carl")))
        images = await rows.images(session, scene.project_id, ["slide.tif"], width=10_000, height=10_000)
        await segment(session, ada, scene.project_id, images, "classical")
    async with scene.runtime.work() as session:
        [job] = await work.claim(session, JobKind.SEGMENT, "w1", Appetite(1, 1e9, {}))
        other = live.Watch("tab-carl", live.Topic(QueueState, carl.user_id), None, carl, None, frozenset())
    shown = await scene.open(scene.bob)
    await headway.tell(scene.runtime.redis, job, 0.42)
    await until(lambda: [row.percent for box in shown.batches for row in box.working] == [42])
    assert not live._is_about(other, headway_event(job, 0.42))


async def test_what_changes_with_time_alone_is_read_again_though_nothing_happens(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(live, "RECHECK_S", 0.1)
    queue = Tab(scene.bob.token, scene.bob.cookie, "/queue", "/queue")
    scene.browsers.tabs[queue.token] = queue
    browsers: Any = scene.browsers
    async with open_feed(scene.runtime.redis) as feed, live_pages(browsers, feed):
        await until(lambda: feed.is_connected)
        await queue.call(QueueState, "load")
        assert queue.state(QueueState).workers == []
        view = WorkerView(name="w1", kind="gpu", device="cpu", model="unet", images_per_second=9.4, started_at=now())
        await workers.beat(scene.runtime.redis, view)
        await until(lambda: queue.state(QueueState).workers)
    assert queue.state(QueueState).workers[0].pace == "9.4 images/s"


async def visiting(scene: Scene) -> tuple[Tab, UUID]:
    """Somebody without an account looks at the project with a share link; their tab, and the link."""
    async with scene.runtime.work() as session:
        call = await scene.call_of(scene.ada, session)
        made = await shares.make(session, call.principal, scene.project_id, NewShareLink(expires_at=now() + timedelta(days=1)))
        visit = await shares.open_link(session, OpeningLink(token=made.url.partition("#")[2]), "10.0.0.1")
    cookie = f"{shares.cookie_name(made.id)}={visit.token}"
    tab = Tab(f"tab-{made.id}", "", f"/s/{made.id}", "/s/[share]", {"share": str(made.id)}, more_cookies=cookie)
    scene.browsers.tabs[tab.token] = tab
    await tab.call(SharedState, "load")
    return tab, made.id


async def test_a_visitor_sees_changes_until_the_link_is_revoked_and_nothing_after(scene: Scene) -> None:
    await scene.open(scene.bob)
    (tab, link_id), (other, _) = await visiting(scene), await visiting(scene)
    shown = tab.state(SharedState)
    await rename(scene, "for visitors too")
    await until(lambda: shown.project_name == "for visitors too")
    told = len(scene.browsers.sent)
    async with scene.runtime.work() as session:
        await shares.revoke(session, (await scene.call_of(scene.ada, session)).principal, scene.project_id, link_id)
    await until(lambda: len(scene.browsers.sent) > told)
    assert [token for token, _ in scene.browsers.sent[told:]] == [tab.token]
    await rename(scene, "not for them")
    await until(lambda: other.state(SharedState).project_name == "not for them")
    assert shown.project_name == "for visitors too"
    await tab.call(SharedState, "load")
    assert (shown.is_closed, shown.project_name, shown.project_id) == (True, "", "")
    live.leave(other.token)


async def test_the_id_of_a_foreign_image_in_an_address_of_ones_own_shows_nothing_of_it(scene: Scene) -> None:
    async with scene.runtime.work() as session:
        [image_id] = await rows.images(session, scene.project_id, ["a.png"])
        eve = await browser_principal(session, await browser_token(scene.runtime, await account(scene.runtime, "eve")))
        theirs = await projects.create(session, eve, NewProject(name="Eve's"))
    cookie = await browser_token(scene.runtime, "eve@example.org")
    for tab, project_id in ((Tab("tab-eve", cookie), theirs.id), (Tab("tab-owner", scene.ada.cookie), scene.project_id)):
        query = {"project": str(project_id), "image": str(image_id)}
        shown = Tab(tab.token, tab.cookie, f"/projects/{project_id}/images/{image_id}", "/projects/[project]/images/[image]", query)
        scene.browsers.tabs[tab.token] = shown
        await shown.call(ImageState, "load")
    eves, adas = (scene.browsers.tabs[token].state(ImageState) for token in ("tab-eve", "tab-owner"))
    async with scene.runtime.work() as session:
        call = await scene.call_of(scene.ada, session)
        await images.update(session, call.principal, image_id, ImageChange(name="secret.png"))
    await until(lambda: adas.name == "secret.png")
    assert (eves.is_missing, eves.name, eves.image_id) == (True, "", "")
    for token in ("tab-eve", "tab-owner"):
        live.leave(token)
