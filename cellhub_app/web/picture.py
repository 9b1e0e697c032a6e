"""What the viewer's page shows of an image, to members and to visitors alike. Pixels and polygons never come here."""

from typing import Any
from uuid import UUID

import reflex as rx

from cellhub_app.core.events import EventType
from cellhub_app.core.imaging.planes import frame_of, plane_of
from cellhub_app.domain.annotations import history
from cellhub_app.domain.annotations.schemas import RevisionView
from cellhub_app.domain.images import service as images
from cellhub_app.domain.images.schemas import ImageView
from cellhub_app.web.descriptions import caption, problem, provenance, size_text
from cellhub_app.web.guard import Call, unguarded
from cellhub_app.web.live import News
from cellhub_app.web.visit import Visit

FILTER_MAX = 200
FILTERS = ("status", "q", "tag", "flaw", "sort", "where")
OBJECTS, HISTORY, DISPLAY = SIDES = ("objects", "history", "display")
Found = tuple[ImageView, dict[int, RevisionView]]
DIGITS_MAX = 9


def _place(words: str, count: int) -> int:
    """A place counted from 1, as one counted from 0; the first where there is no such place."""
    number = int(words) if words.isdecimal() and len(words) <= DIGITS_MAX else 1
    return number - 1 if 1 <= number <= count else 0


def _id(words: str) -> UUID | None:
    try:
        return UUID(words)
    except ValueError:
        return None


class PictureState(rx.State, mixin=True):
    """One image: what it is, what was found in it, which object is selected."""

    image_id: str = ""
    name: str = ""
    size: str = ""
    caption: str = ""
    provenance: str = ""
    problem: str = ""
    planes: int = 1
    plane: int = 0
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
    has_outlines: bool = False
    is_missing: bool = False
    object_id: str = ""
    outlines_are_shown: bool = True
    side: str = OBJECTS
    filters: dict[str, str] = {}

    def _take_address(self, asked: dict[str, str]) -> None:
        """Keep the gallery's filter, for the way back, and the selected object."""
        self.filters = {name: asked[name][:FILTER_MAX] for name in FILTERS if asked.get(name)}
        self.object_id = asked.get("object", "")[:36]

    @classmethod
    async def _read_news(cls, call: Call | Visit, topic_id: UUID, news: News) -> Any:
        moves = (event for event in news.events if event.type is not EventType.SEGMENTATION_PROGRESS)
        concerned = news.anew or any(event.data.get("imageId") == str(topic_id) for event in moves)
        if not concerned and not news.has(EventType.PROJECT_CHANGED):
            return None
        image = await images.get(call.session, call.principal, topic_id)
        return image, await history.newest(call.session, call.principal, topic_id)

    async def _find_plane(self, call: Call | Visit, image: ImageView, asked: dict[str, str]) -> None:
        """Show the plane that the address names, else that of the object it names, else the first; `z` and `t` count from 1."""
        frames, timepoints = image.frames or 1, image.timepoints or 1
        if asked.get("z") or asked.get("t"):
            z, t = _place(asked.get("z", ""), frames), _place(asked.get("t", ""), timepoints)
            self.plane = frame_of(z, t, frames)
        elif frames * timepoints > 1 and (object_id := _id(asked.get("object", ""))):
            self.plane = await history.frame_of(call.session, call.principal, image.id, object_id) or 0
        else:
            self.plane = 0

    async def _go_to_plane(self, call: Call | Visit, number: int) -> None:
        """Show another plane as it is now, with nothing selected; nothing where no image is shown."""
        if self.image_id:
            self.plane = number if 0 <= number < self.planes else 0
            self.past, self.object_id = 0, ""
            self._show_news(await self._read_news(call, UUID(self.image_id), News(anew=True)))

    def _place_in_address(self) -> dict[str, str]:
        """The plane and the selected object, as `_find_plane` reads them; the first plane only where a reload may open another one."""
        z, t = plane_of(self.plane, self.frames)
        first = "1" if self.planes > 1 and self.plane == 0 and self.filters.get("where") else ""
        named = {"z": str(z + 1) if z else first, "t": str(t + 1) if t else "", "object": self.object_id}
        return {name: value for name, value in named.items() if value}

    def _show_news(self, found: Found | None) -> None:
        if found is None:
            return
        image, newest = found
        self.image_id, self.name, self.status = str(image.id), image.name, image.status
        self.width, self.height, self.channels = image.width or 0, image.height or 0, image.channels or 1
        self.pixel_size_um, self.size = image.pixel_size_um, size_text(image)
        self.frames, self.timepoints = image.frames or 1, image.timepoints or 1
        self.planes = self.frames * self.timepoints
        self.plane = self.plane if self.plane < self.planes else 0
        latest = newest.get(self.plane)
        self.has_outlines, self.is_segmented, self.revision = bool(newest), latest is not None, latest.number if latest else 0
        self.caption, self.provenance, self.problem = caption(latest), provenance(latest), problem(image)

    @unguarded
    def show_side(self, name: str) -> None:
        """Show the objects, the history or how the image is shown."""
        self.side = name if name in SIDES else OBJECTS

    @unguarded
    def show_outlines(self, are_shown: bool) -> None:
        """Draw the outlines, or not."""
        self.outlines_are_shown = are_shown
