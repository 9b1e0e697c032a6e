"""Live pages: what happens in a project reaches every tab that looks at it, at most four times a second.

Each web process follows the feed once. Tabs that look at the same thing share one reading of the database (`_read_news`), and
each gets what was read (`_show_news`); where each person sees something else, tabs load again. A tab whose person may not look
any more is told to leave, at once and every 30 s.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Iterable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

import reflex as rx
import structlog
from reflex.event import Event as BrowserEvent
from reflex.state import StateUpdate
from sqlalchemy.ext.asyncio import AsyncSession

from cellhub_app.core.errors import CellHubError
from cellhub_app.core.events import Event, EventType
from cellhub_app.core.feed import Feed
from cellhub_app.core.runtime import get_runtime
from cellhub_app.domain.access import Permission, Viewer, Visitor, readable_projects, require
from cellhub_app.domain.accounts import presence
from cellhub_app.domain.shares import service as shares
from cellhub_app.web.guard import Call
from cellhub_app.web.visit import Visit

log = structlog.get_logger(__name__)

SOON_S, OFTEN_S, SELDOM_S = 0.25, 0.5, 1.0
RECHECK_S = 30.0
AGAIN_S = 2.0  # after the database did not answer
EVENTS_KEPT = 2000


@dataclass(frozen=True)
class Topic:
    """What a tab looks at: pages of one state that look at the same id are shown the same.

    What `ages` changes with time alone: it is read anew now and then also when nothing happens. `reloads` are the types of events after
    which each tab loads for itself, because what its person may see is not what others may. `shows_people`: only such a
    topic hears who looks at its image, and it is read anew whenever somebody's access changes.
    """

    state: type[rx.State]
    id: UUID
    every_s: float = SOON_S
    ages: bool = False
    reloads: tuple[EventType, ...] = ()
    shows_people: bool = False


@dataclass
class News:
    """What happened since the last reading; `anew` when events may have been missed."""

    events: list[Event] = field(default_factory=list)
    anew: bool = False

    def add(self, event: Event | None) -> None:
        """Note an event; None, or too many, means read everything."""
        if event is None or len(self.events) >= EVENTS_KEPT:
            self.events.clear()
            self.anew = True
        else:
            self.events.append(event)

    def has(self, *types: EventType) -> bool:
        """Whether something of these types happened, or may have."""
        return self.anew or any(event.type in types for event in self.events)


@dataclass
class Watch:
    """A tab that looks at a topic; `project_id` None: at all projects that its person may see."""

    token: str
    topic: Topic
    reload: Any
    principal: Viewer
    project_id: UUID | None
    projects: frozenset[UUID]
    teams: frozenset[UUID] = frozenset()


_watches: dict[tuple[str, type[rx.State]], Watch] = {}


async def watch(
    call: Call | Visit, token: str, topic: Topic, reload: Any, project_id: UUID | None = None, teams: frozenset[UUID] = frozenset()
) -> None:
    """Show this tab what happens from now on, also in these teams; a tab looks at one thing for each of its states.

    Call it before reading the database, so that nothing falls between. `reload` is the event that loads the page again.
    Raises ProjectNotFound when its person may not see the project: what others of the topic are shown must not reach them.
    """
    if project_id:
        await require(call.session, call.principal, project_id, Permission.VIEW)
    projects = frozenset([project_id]) if project_id else await _readable(call)
    _watches[token, topic.state] = Watch(token, topic, reload, call.principal, project_id, projects, teams)


def leave(token: str, state: type[rx.State] | None = None) -> None:
    """The tab went to another page, or closed what one of its states showed: forget what it looked at."""
    for known in [key for key in _watches if key[0] == token and state in (None, key[1])]:
        _watches.pop(known, None)


async def _readable(call: Call | Visit) -> frozenset[UUID]:
    return frozenset((await call.session.execute(readable_projects(call.principal))).scalars())


class Live:
    """The listener of one web process."""

    def __init__(self, app: rx.App, feed: Feed) -> None:
        self._app = app
        self._feed = feed
        self._waiting: dict[Topic, News] = {}
        self._tellers: dict[Topic, asyncio.Task[None]] = {}

    async def run(self) -> None:
        """Hear events for ever and pass them on. Who may look on is asked every RECHECK_S, and soon again when the database was away."""
        clock = asyncio.get_running_loop().time
        due = clock() + RECHECK_S
        with self._feed.subscribe(capacity=10_000) as subscription:
            while True:
                with suppress(TimeoutError):
                    event = await subscription.next(max(0.05, due - clock()))
                    if not await _went_well(self._hear(event)):
                        due = min(due, clock() + AGAIN_S)
                if clock() >= due:
                    due = clock() + (RECHECK_S if await _went_well(self._look_again()) else AGAIN_S)

    async def _look_again(self) -> None:
        await self._recheck(list(_watches.values()))
        self._note({watch.topic for watch in _watches.values() if watch.topic.ages}, None)

    async def stop(self) -> None:
        """Tell nobody any more; what is being read is given up properly."""
        tellers = list(self._tellers.values())
        for teller in tellers:
            teller.cancel()
        await asyncio.gather(*tellers, return_exceptions=True)

    async def _hear(self, event: Event | None) -> None:
        if event is not None and event.type is EventType.ACCESS_CHANGED:
            await self._recheck([watch for watch in _watches.values() if _concerns_access(watch, event)], reload=True)
            self._note({watch.topic for watch in _watches.values() if watch.topic.shows_people}, event)
            return
        self._note({watch.topic for watch in _watches.values() if event is None or _is_about(watch, event)}, event)

    def _note(self, topics: Iterable[Topic], event: Event | None) -> None:
        for topic in topics:
            self._waiting.setdefault(topic, News()).add(event)
            if topic not in self._tellers:
                self._tellers[topic] = asyncio.create_task(self._tell(topic), name=f"live-{topic.state.__name__}")

    async def _tell(self, topic: Topic) -> None:
        """Tell all tabs of a topic, and again after a while, until nothing is new. What could not be read is read anew, all of it."""
        try:
            while news := self._waiting.pop(topic, None):
                is_told = await _went_well(self._tell_once(topic, news))
                if not is_told:
                    self._waiting.setdefault(topic, News()).add(None)
                await asyncio.sleep(topic.every_s if is_told else AGAIN_S)
        finally:
            self._tellers.pop(topic, None)

    async def _tell_once(self, topic: Topic, news: News, among: frozenset[str] | None = None) -> None:
        tabs = [watch for watch in list(_watches.values()) if watch.topic == topic and self._is_open(watch)]
        tabs = [watch for watch in tabs if among is None or watch.token in among]
        if topic.reloads:
            await asyncio.gather(*(self._send(watch, watch.reload) for watch in tabs if news.has(*topic.reloads)))
            return
        for watch in tabs:
            try:
                async with get_runtime().work() as session:
                    found = await topic.state._read_news(_call(watch.principal, session), topic.id, news)
            except CellHubError:
                await self._recheck([watch])
                continue
            # An id of one project in the address of another: who may see only the other is not shown what is read here.
            same = [other for other in tabs if other.project_id == watch.project_id]
            shown = await asyncio.gather(*(self._show(other, found) for other in same))
            # A tab that loaded again meanwhile, as after a change of access, must not miss what is said only once.
            anew = frozenset(other.token for other, is_shown in zip(same, shown, strict=True) if not is_shown and _looks_at(other))
            if anew:
                await self._tell_once(topic, news, anew)
            return

    async def _show(self, watch: Watch, found: Any) -> bool:
        if _watches.get((watch.token, watch.topic.state)) is not watch:
            return False
        try:
            async with self._app.modify_state(rx.BaseStateToken(ident=watch.token, cls=watch.topic.state)) as root:
                state = await root.get_state(watch.topic.state)
                state._show_news(found)
        except Exception:  # one tab's trouble (it may be closing) must not keep the others from hearing
            log.exception("a tab could not be told", state=watch.topic.state.__name__)
        return True

    def _is_open(self, watch: Watch) -> bool:
        namespace = self._app.event_namespace
        if namespace is not None and watch.token in namespace.token_to_sid:
            return True
        _watches.pop((watch.token, watch.topic.state), None)
        return False

    async def _recheck(self, watches: Iterable[Watch], *, reload: bool = False) -> None:
        for watch in watches:
            if not self._is_open(watch):
                continue
            is_out = False
            try:
                async with get_runtime().work() as session:
                    watch.principal = await _still_here(session, watch.principal)
                    if watch.project_id:
                        await require(session, watch.principal, watch.project_id, Permission.VIEW)
                    else:
                        watch.projects = await _readable(_call(watch.principal, session))
            except CellHubError:
                _watches.pop((watch.token, watch.topic.state), None)
                is_out = True
            # To a visitor a link shows the same or nothing, whatever else changed in the project.
            if is_out or (reload and not isinstance(watch.principal, Visitor)):
                await self._send(watch, watch.reload)

    async def _send(self, watch: Watch, event: Any) -> None:
        """Make the tab load its page again: the guard there decides what it may still see."""
        namespace = self._app.event_namespace
        if namespace is not None:
            await namespace.emit_update(StateUpdate(events=BrowserEvent.from_event_type(event)), watch.token)


async def _went_well(step: Awaitable[None]) -> bool:
    """Whether it did: a listener outlives whatever happens to one of its steps, an outage of the database above all."""
    try:
        await step
    except Exception:
        log.exception("open pages could not be told; it is tried again")
        return False
    return True


def _looks_at(watch: Watch) -> bool:
    """Whether the tab looks at the same as it did, though perhaps by a later load."""
    present = _watches.get((watch.token, watch.topic.state))
    return present is not None and present.topic == watch.topic


def _is_about(watch: Watch, event: Event) -> bool:
    # Somebody who steps through objects says so several times a second: no other page may read the database for that.
    if event.type is EventType.PRESENCE and not (watch.topic.shows_people and event.data.get("imageId") == str(watch.topic.id)):
        return False
    return event.project_id in watch.projects or event.team_id in watch.teams


def _call(viewer: Viewer, session: AsyncSession) -> Call | Visit:
    return Visit(viewer, session) if isinstance(viewer, Visitor) else Call(viewer, session)


async def _still_here(session: AsyncSession, viewer: Viewer) -> Viewer:
    if isinstance(viewer, Visitor):
        return await shares.still_open(session, viewer)
    return await presence.still_signed_in(session, viewer)


def _concerns_access(watch: Watch, event: Event) -> bool:
    link_id = event.data.get("linkId")
    if isinstance(watch.principal, Visitor):
        is_theirs = link_id is None or link_id == str(watch.principal.link_id)
        return is_theirs and event.project_id in watch.projects
    if link_id is not None:
        return False
    return watch.principal.user_id == event.user_id or (event.user_id is None and event.project_id in watch.projects)


@asynccontextmanager
async def live_pages(app: rx.App, feed: Feed) -> AsyncIterator[None]:
    """Keep open pages live while the block lasts (a lifespan)."""
    listener = Live(app, feed)
    task = asyncio.create_task(listener.run(), name="live-pages")
    try:
        yield
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task
        await listener.stop()
