"""A shared project in front of a visitor: its name and its gallery. Visitors have no session; each event asks the link's row."""

from http.cookies import CookieError, SimpleCookie
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

import reflex as rx
from sqlalchemy.ext.asyncio import AsyncSession

from cellhub_app.core.errors import CellHubError, NotSignedIn
from cellhub_app.core.events import EventType
from cellhub_app.core.reading import within
from cellhub_app.domain.images import service as images
from cellhub_app.domain.images.schemas import ImageFilters, Sort
from cellhub_app.domain.segmentation import service as catalogue
from cellhub_app.domain.shares import service as shares
from cellhub_app.web import live, routes
from cellhub_app.web.descriptions import meta
from cellhub_app.web.guard import guarded, unguarded
from cellhub_app.web.live import News, Topic
from cellhub_app.web.visit import Visit

DEFAULT_SORT = "-createdAt"
EVERY_S = 2.0
MOVES = (EventType.IMAGE_STATUS, EventType.SEGMENTATION_STATUS, EventType.PROJECT_CHANGED, EventType.QUEUE_UPDATE)


class SharedState(rx.State):
    """The frame and the gallery."""

    link_id: str = ""
    project_id: str = ""
    project_name: str = ""
    meta: str = ""
    ends_at: str = ""
    is_loaded: bool = False
    is_closed: bool = False
    trouble: str = ""
    total: int = 0
    q: str = ""
    sort: str = DEFAULT_SORT
    search_key: str = ""
    refresh: int = 0
    doubt_from: dict[str, float] = {}
    thumbnail_size: int = 168
    outlines: bool = True
    _entered: str = ""

    @rx.var
    def gallery_query(self) -> dict[str, str]:
        """Filter and order as the gallery and the address take them, without defaults."""
        named = {"q": self.q, "sort": "" if self.sort == DEFAULT_SORT else self.sort}
        return {name: value for name, value in named.items() if value}

    async def _call(self, session: AsyncSession) -> Visit:
        """Whoever opened the link that the address names, with this browser. Raises NotSignedIn."""
        try:
            link_id = UUID(str(self.share))
            cookie = SimpleCookie(self.router.headers.cookie).get(shares.cookie_name(link_id))
        except (ValueError, CookieError) as error:
            raise NotSignedIn from error
        return Visit(await shares.visitor(within(session), link_id, cookie.value if cookie else ""), session)

    def _signed_out(self) -> None:
        """The link is not open (any more): nothing of the project stays on the page."""
        live.leave(self._tab)
        top: rx.State = self
        while type(top) is not SharedState and top.parent_state is not None:
            top = top.parent_state
        top.reset()
        self.is_closed = True

    def _shows_its_thing(self) -> bool:
        return True  # a visitor's link is one project

    def _report(self, error: CellHubError) -> None:
        self.trouble = error.detail

    @property
    def _tab(self) -> str:
        return self.router.session.client_token

    async def _enter(self, visit: Visit, topic: Topic, reload: Any) -> None:
        """Called first by each page that loads: from now on the tab is told what happens, and when the link ends."""
        if self._entered != self.router.url.path:
            live.leave(self._tab)
            self._entered = self.router.url.path
        await live.watch(visit, self._tab, topic, reload, visit.principal.project_id)
        self.is_closed, self.trouble = False, ""
        self.link_id, self.project_id = str(visit.principal.link_id), str(visit.principal.project_id)

    @guarded
    async def load(self, visit: Visit) -> None:
        """Show the project."""
        if self.router.route_id != routes.SHARED:
            return
        await self._enter(visit, Topic(SharedState, visit.principal.link_id, EVERY_S), SharedState.load)
        asked = self.router.url.query_parameters
        self._order(asked.get("q", ""), asked.get("sort", ""))
        self.search_key = f"{self.link_id}{self.q}"
        self._show_news(await self._read_news(visit, visit.principal.link_id, News(anew=True)))
        self.is_loaded = True

    def _order(self, words: str, sort: str) -> None:
        """Take filter and order; words that mean nothing are left out."""
        try:
            self.sort = ImageFilters.model_validate({"sort": sort or DEFAULT_SORT}).sort
        except ValueError:
            self.sort = DEFAULT_SORT
        self.q = words.strip()[:200]

    @classmethod
    async def _read_news(cls, visit: Visit, _topic_id: UUID, news: News) -> Any:
        if not news.has(*MOVES):
            return None
        project = await shares.project(visit.session, visit.principal)
        counts = await images.counts(visit.session, visit.principal, project.id)
        return {
            "project_name": project.name,
            "meta": meta(project, counts),
            "ends_at": project.expires_at.isoformat(),
            "total": counts.total,
            "doubt_from": catalogue.marks(),
        }

    def _show_news(self, found: Any) -> None:
        if found is None:
            return
        for name, value in found.items():
            if getattr(self, name) != value:
                setattr(self, name, value)
        self.refresh += 1

    @guarded
    async def search(self, _visit: Visit, words: str) -> None:
        """Show the images whose name holds the words."""
        self._order(words, self.sort)

    @guarded
    async def order(self, _visit: Visit, sort: Sort) -> None:
        """Show the images in another order."""
        self.sort = sort

    @unguarded
    def resize(self, size: float) -> None:
        """Make the thumbnails larger or smaller."""
        self.thumbnail_size = max(96, min(360, int(size)))

    @unguarded
    def show_thumbnail_outlines(self, are_shown: bool) -> None:
        """Draw the outlines on the thumbnails, or not."""
        self.outlines = are_shown

    @unguarded
    def open_picture(self, image_id: UUID) -> Any:
        """Go to the viewer, which keeps the filter for its way back."""
        return rx.redirect(f"{routes.shared(self.link_id, image_id)}?{urlencode(self.gallery_query)}".rstrip("?"))
