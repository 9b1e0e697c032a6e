"""What the viewer's page shows of an image, to members and to visitors alike. Pixels and polygons never come here."""

from typing import Any
from uuid import UUID

import reflex as rx

from cellhub_app.core.events import EventType
from cellhub_app.domain.annotations import history
from cellhub_app.domain.annotations.schemas import RevisionView
from cellhub_app.domain.images import service as images
from cellhub_app.domain.images.schemas import ImageView
from cellhub_app.web.descriptions import caption, problem, provenance, size_text
from cellhub_app.web.guard import Call, unguarded
from cellhub_app.web.live import News
from cellhub_app.web.visit import Visit

FILTERS = ("status", "q", "tag", "sort", "where")
OBJECTS, HISTORY, DISPLAY = SIDES = ("objects", "history", "display")
Found = tuple[ImageView, RevisionView | None]


class PictureState(rx.State, mixin=True):
    """One image: what it is, what was found in it, which object is selected."""

    image_id: str = ""
    name: str = ""
    size: str = ""
    caption: str = ""
    provenance: str = ""
    problem: str = ""
    planes: int = 1
    frames: int = 1
    timepoints: int = 1
    status: str = ""
    width: int = 0
    height: int = 0
    channels: int = 1
    revision: int = 0
    past: int = 0
    pixel_size_um: float | None = None
    may_annotate: bool = False
    is_segmented: bool = False
    is_missing: bool = False
    object_id: str = ""
    outlines_are_shown: bool = True
    side: str = OBJECTS
    filters: dict[str, str] = {}

    def _take_address(self, asked: dict[str, str]) -> None:
        """Keep the gallery's filter, for the way back, and the selected object."""
        self.filters = {name: asked[name][:200] for name in FILTERS if asked.get(name)}
        self.object_id = asked.get("object", "")[:36]

    @classmethod
    async def _read_news(cls, call: Call | Visit, topic_id: UUID, news: News) -> Any:
        concerned = news.anew or any(event.data.get("imageId") == str(topic_id) for event in news.events)
        if not concerned and not news.has(EventType.PROJECT_CHANGED):
            return None
        image = await images.get(call.session, call.principal, topic_id)
        return image, await history.latest(call.session, call.principal, topic_id) if image.revision else None

    def _show_news(self, found: Found | None) -> None:
        if found is None:
            return
        image, latest = found
        self.image_id, self.name, self.status = str(image.id), image.name, image.status
        self.width, self.height, self.channels = image.width or 0, image.height or 0, image.channels or 1
        self.pixel_size_um, self.size = image.pixel_size_um, size_text(image)
        self.frames, self.timepoints = image.frames or 1, image.timepoints or 1
        self.planes = self.frames * self.timepoints
        self.is_segmented, self.revision = image.revision > 0, image.revision
        self.caption, self.provenance, self.problem = caption(latest), provenance(latest), problem(image)

    @unguarded
    def show_side(self, name: str) -> None:
        """Show the objects, the history or how the image is shown."""
        self.side = name if name in SIDES else OBJECTS

    @unguarded
    def show_outlines(self, are_shown: bool) -> None:
        """Draw the outlines, or not."""
        self.outlines_are_shown = are_shown
