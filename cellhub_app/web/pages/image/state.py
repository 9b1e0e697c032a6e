"""One image in the viewer: what it is, what was found in it, which object is selected. Pixels and polygons never come here."""

from typing import Any
from urllib.parse import urlencode
from uuid import UUID

import reflex as rx

from cellhub_app.core.errors import NotFound
from cellhub_app.core.events import EventType
from cellhub_app.domain.annotations import service as annotations
from cellhub_app.domain.images import service as images
from cellhub_app.domain.projects import service as projects
from cellhub_app.web import live, routes
from cellhub_app.web.descriptions import caption, problem, provenance, size_text
from cellhub_app.web.guard import Call, guarded
from cellhub_app.web.live import News, Topic
from cellhub_app.web.session import SessionState

FILTERS = ("status", "q", "tag", "sort")


class ImageState(SessionState):
    """The viewer's page."""

    image_id: str = ""
    project_id: str = ""
    project_name: str = ""
    name: str = ""
    size: str = ""
    caption: str = ""
    provenance: str = ""
    problem: str = ""
    planes: int = 1
    status: str = ""
    width: int = 0
    height: int = 0
    channels: int = 1
    revision: int = 0
    pixel_size_um: float | None = None
    is_segmented: bool = False
    is_missing: bool = False
    object_id: str = ""
    outlines_are_shown: bool = True
    fill_percent: int = 0
    filters: dict[str, str] = {}

    @rx.var
    def query(self) -> dict[str, str]:
        """What the address holds: the gallery's filter and the selected object."""
        return {**self.filters, **({"object": self.object_id} if self.object_id else {})}

    @rx.var
    def back(self) -> str:
        """The project's page as it was left."""
        return f"{routes.project(self.project_id)}?{urlencode(self.filters)}".rstrip("?")

    @guarded
    async def load(self, call: Call) -> None:
        """Show the image that the address names."""
        if not self._is_at(routes.IMAGE):
            return
        await self._enter(call)
        asked = self.router.url.query_parameters
        try:
            image_id, project_id = UUID(str(self.image)), UUID(str(self.project))
            await live.watch(call, self._tab, Topic(ImageState, image_id), ImageState.load, project_id)
            self._show_news(await self._read_news(call, image_id, News(anew=True)))
            self.project_name = (await projects.get(call.session, call.principal, project_id)).name
        except (NotFound, ValueError):
            self.is_missing, self.image_id = True, ""
            return
        self.is_missing, self.project_id = False, str(project_id)
        self.filters = {name: asked[name][:200] for name in FILTERS if asked.get(name)}
        self.object_id = asked.get("object", "")[:36]

    @classmethod
    async def _read_news(cls, call: Call, topic_id: UUID, news: News) -> Any:
        concerned = news.anew or any(event.data.get("imageId") == str(topic_id) for event in news.events)
        if not concerned and not news.has(EventType.PROJECT_CHANGED):
            return None
        image = await images.get(call.session, call.principal, topic_id)
        revisions = await annotations.revisions(call.session, call.principal, topic_id) if image.revision else []
        return image, max(revisions, key=lambda revision: revision.number, default=None)

    def _show_news(self, found: Any) -> None:
        if found is None:
            return
        image, latest = found
        self.image_id, self.name, self.status = str(image.id), image.name, image.status
        self.width, self.height, self.channels = image.width or 0, image.height or 0, image.channels or 1
        self.pixel_size_um, self.size = image.pixel_size_um, size_text(image)
        self.planes = (image.frames or 1) * (image.timepoints or 1)
        self.is_segmented, self.revision = image.revision > 0, image.revision
        self.caption, self.provenance, self.problem = caption(latest), provenance(latest), problem(image)

    @guarded
    async def select(self, _call: Call, object_id: str | None) -> None:
        """Remember which object is selected."""
        self.object_id = (object_id or "")[:36]

    @rx.event
    def open_image(self, image_id: str) -> Any:
        """Go to another image of the strip, with the same filter."""
        return rx.redirect(f"{routes.image(self.project_id, str(image_id)[:36])}?{urlencode(self.filters)}".rstrip("?"))

    @rx.event
    def show_outlines(self, are_shown: bool) -> None:
        """Draw the outlines, or not."""
        self.outlines_are_shown = bool(are_shown)

    @rx.event
    def fill(self, percent: float) -> None:
        """Fill the objects more or less."""
        self.fill_percent = max(0, min(100, int(percent)))
