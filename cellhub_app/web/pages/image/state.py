"""One image in the viewer of a member."""

from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

import reflex as rx

from cellhub_app.core.errors import NotFound
from cellhub_app.core.events import EventType
from cellhub_app.core.imaging.planes import count
from cellhub_app.domain.access import Permission, allows
from cellhub_app.domain.images.schemas import ImageView
from cellhub_app.domain.projects import service as projects
from cellhub_app.web import live, routes
from cellhub_app.web.batches import NOT_TOLD, percent_of
from cellhub_app.web.guard import Call, guarded, unguarded
from cellhub_app.web.live import News, Topic
from cellhub_app.web.pages.image.chosen import first_plane
from cellhub_app.web.pages.image.past import PastState
from cellhub_app.web.picture import FILTER_MAX, Found, PictureState
from cellhub_app.web.session import SessionState
from cellhub_app.web.visit import Visit


@dataclass(frozen=True)
class Told:
    """How far a run is with the image, as its worker says: in percent."""

    run_id: str
    percent: int


RUNNING = "running"
UNFINISHED = ("queued", RUNNING, "paused")


class ImageState(PastState, PictureState, SessionState):
    """The viewer's page."""

    project_id: str = ""
    project_name: str = ""
    user_id: str = ""
    may_segment: bool = False
    run_status: str = ""
    run_id: str = ""
    run_percent: int = NOT_TOLD

    @rx.var
    def query(self) -> dict[str, str]:
        """What the address holds: the gallery's filter, the plane and the selected object."""
        return {**self.filters, **self._place_in_address(), **({"revision": str(self.past)} if self.past else {})}

    @rx.var
    def back(self) -> str:
        """The project's page as it was left."""
        return f"{routes.project(self.project_id)}?{urlencode(self.filters)}".rstrip("?")

    def _shows_its_thing(self) -> bool:
        return bool(self.project_id)

    @guarded
    async def load(self, call: Call) -> None:
        """Show the image that the address names."""
        if not self._is_at(routes.IMAGE):
            return
        await self._enter(call)
        try:
            image_id, project_id = UUID(str(self.image)), UUID(str(self.project))
            await live.watch(call, self._tab, Topic(ImageState, image_id), ImageState.load, project_id)
            found = await self._read_news(call, image_id, News(anew=True))
            await self._find_plane(call, found[0], self.router.url.query_parameters)
            self._show_news(found)
            project = await projects.get(call.session, call.principal, project_id)
        except (NotFound, ValueError):
            self.is_missing, self.image_id = True, ""
            return
        self.is_missing, self.project_id, self.project_name = False, str(project_id), project.name
        self.user_id, self.may_annotate = str(call.principal.user_id), allows(project.role, Permission.ANNOTATE)
        self.may_segment = allows(project.role, Permission.EDIT)
        self._take_address(self.router.url.query_parameters)
        self._take_past(self.router.url.query_parameters.get("revision", ""))

    @classmethod
    async def _read_news(cls, call: Call, topic_id: UUID, news: News) -> Any:
        """What visitors see as well; where nothing else happened how far the run is, which its events say."""
        found = await super()._read_news(call, topic_id, news)
        told = [event.data for event in news.events if event.type is EventType.SEGMENTATION_PROGRESS]
        mine = [data for data in told if data.get("imageId") == str(topic_id)]
        return Told(str(mine[-1]["jobId"]), percent_of(mine[-1]["progress"])) if mine and found is None else found

    async def _find_plane(self, call: Call | Visit, image: ImageView, asked: dict[str, str]) -> None:
        """As for visitors; where the address names no place but objects of the results, the plane of the first of them."""
        await PictureState._find_plane(self, call, image, asked)
        where = asked.get("where", "")[:FILTER_MAX]
        is_open = where and not any(asked.get(name) for name in ("z", "t", "object"))
        if is_open and isinstance(call, Call) and count(image.frames, image.timepoints) > 1:
            self.plane = await first_plane(call, image, where) or 0

    def _show_news(self, found: Found | Told | None) -> None:
        """What visitors see as well, and the run that works on the image."""
        if isinstance(found, Told):
            if self.run_status == RUNNING and self.run_id == found.run_id:
                self._put(run_percent=found.percent)
            return
        PictureState._show_news(self, found)
        if found is not None:
            run = found[0].segmentation
            is_under_way = run is not None and run.status in UNFINISHED
            before = self.run_status, self.run_id
            self.run_status, self.run_id = (run.status, str(run.job_id)) if run and is_under_way else ("", "")
            if before != (self.run_status, self.run_id):
                self.run_percent = NOT_TOLD

    @guarded
    async def show_plane(self, call: Call, number: int) -> None:
        """Show another plane of the stack."""
        await self._go_to_plane(call, number)

    @guarded
    async def select(self, _call: Call, object_id: str | None) -> None:
        """Remember which object is selected."""
        self.object_id = (object_id or "")[:36]

    @unguarded
    def open_image(self, image_id: UUID) -> Any:
        """Go to another image of the strip, with the same filter."""
        return rx.redirect(f"{routes.image(self.project_id, image_id)}?{urlencode(self.filters)}".rstrip("?"))
