"""The images of a project: filter, order, selection, and what is done with the selected ones."""

from typing import Any, Literal
from urllib.parse import urlencode
from uuid import UUID

import reflex as rx
from typing_extensions import TypedDict

from cellhub_app.core.events import Event, EventType
from cellhub_app.domain.images import service as images
from cellhub_app.domain.images.schemas import ImageFilters, Sort
from cellhub_app.domain.jobs import service as jobs
from cellhub_app.web import live, routes
from cellhub_app.web.guard import Call, guarded
from cellhub_app.web.i18n import counted, t
from cellhub_app.web.live import News, Topic
from cellhub_app.web.pages.project.state import ProjectState
from cellhub_app.web.session import undoable

Pill = Literal["", "done", "queued", "running", "failed", "ready"]
DEFAULT_SORT = "-createdAt"
CHANGES_KEPT = 400
CHANGES_REPEATED = 40


class Selected(TypedDict):
    """What the gallery says of its selection."""

    ids: list[UUID]
    all: bool
    count: int


class ImagesState(ProjectState):
    """The gallery's tab."""

    status: str = ""
    q: str = ""
    sort: str = DEFAULT_SORT
    refresh: int = 0
    search_key: str = ""
    changes: list[dict[str, Any]] = []
    selected_count: int = 0
    thumbnail_size: str = rx.LocalStorage("168", name="cellhub-thumbnail-size", sync=True)
    outlines: str = rx.LocalStorage("on", name="cellhub-outlines", sync=True)
    _selected: list[str] = []
    _selects_all: bool = False

    @rx.var
    def query(self) -> dict[str, str]:
        """The filter as the gallery and the address take it, without defaults."""
        named = {"status": self.status, "q": self.q, "sort": "" if self.sort == DEFAULT_SORT else self.sort}
        return {name: value for name, value in named.items() if value}

    @rx.var
    def matching(self) -> int:
        """How many images match, as far as the counts tell."""
        if self.q:
            return 0
        by_status = {"done": self.done, "queued": self.queued, "running": self.running, "failed": self.failed, "ready": self.unsegmented}
        return by_status.get(self.status, self.total)

    @guarded
    async def load_images(self, call: Call) -> None:
        """Take filter and order from the address."""
        if not self.project_id:
            return
        project_id = UUID(self.project_id)
        await live.watch(call, self._tab, Topic(ImagesState, project_id), ProjectState.load, project_id)
        asked = self.router.url.query_parameters
        filters = _filters(asked.get("status", ""), asked.get("q", ""), asked.get("sort", ""))
        self.status, self.q, self.sort = filters.status or "", filters.q or "", filters.sort
        self.search_key = f"{self.project_id}{self.q}"
        self._choose([], selects_all=False, count=0)
        self.changes = []
        self.refresh += 1

    @classmethod
    async def _read_news(cls, _call: Call, _topic_id: UUID, news: News) -> Any:
        """Rows that changed, straight from the events, and whether the list itself did."""
        changes: dict[str, dict[str, Any]] = {}
        for event in news.events:
            if image_id := event.data.get("imageId"):
                changes[image_id] = {**changes.get(image_id, {"id": image_id}), **_change(event)}
        return list(changes.values()), news.anew or any(map(_moves_many, news.events))

    def _show_news(self, found: Any) -> None:
        changes, has_moved = found
        if has_moved or len(changes) > CHANGES_KEPT:
            self.refresh += 1
        # The gallery takes what is new in the list; the tail keeps two lists that reach a busy browser together from hiding one.
        self.changes = [*self.changes[-CHANGES_REPEATED:], *changes[-CHANGES_KEPT:]]

    @guarded
    async def show(self, _call: Call, status: Pill) -> None:
        """Show the images in one state."""
        self.status = status

    @guarded
    async def search(self, _call: Call, words: str) -> None:
        """Show the images whose name holds the words."""
        self.q = words.strip()[:200]

    @guarded
    async def order(self, _call: Call, sort: Sort) -> None:
        """Show the images in another order."""
        self.sort = sort

    @rx.event
    def resize(self, size: float) -> None:
        """Make the thumbnails larger or smaller."""
        self.thumbnail_size = f"{float(size):.0f}"

    @rx.event
    def show_outlines(self, is_shown: bool) -> None:
        """Draw the outlines on the thumbnails, or not."""
        self.outlines = "on" if is_shown else "off"

    @guarded
    async def select(self, _call: Call, selected: Selected) -> None:
        """Remember what the gallery's selection is."""
        self._choose([str(image_id) for image_id in selected["ids"]], selects_all=selected["all"], count=selected["count"])

    def _choose(self, ids: list[str], *, selects_all: bool, count: int) -> None:
        self._selected, self._selects_all, self.selected_count = ids, selects_all, count

    async def _selection(self, call: Call) -> list[UUID]:
        if self._selects_all:
            filters = _filters(self.status, self.q, self.sort)
            return await images.matching(call.session, call.principal, UUID(self.project_id), filters)
        return [UUID(image_id) for image_id in self._selected]

    @rx.event
    def open_image(self, image_id: str) -> Any:
        """Go to the viewer, which keeps the filter for its way back."""
        return rx.redirect(f"{routes.image(self.project_id, str(image_id)[:36])}?{urlencode(self.query)}".rstrip("?"))

    @guarded
    async def delete_selected(self, call: Call) -> None:
        """Put the selected images in the trash; the message takes them back."""
        gone = await images.delete(call.session, call.principal, UUID(self.project_id), await self._selection(call))
        await jobs.cancel_images(call.session, gone)
        self._choose([], selects_all=False, count=0)
        self.refresh += 1
        words = t("{images} deleted", images=counted(len(gone), "image", "images"))
        self._tell("success", words, action=t("Undo"), undo=("images", [self.project_id, *map(str, gone)]))


def _filters(status: str, q: str, sort: str) -> ImageFilters:
    """The filters that the words ask for; words that mean nothing are left out."""
    try:
        return ImageFilters.model_validate({"status": status or None, "q": q or None, "sort": sort or DEFAULT_SORT})
    except ValueError:
        return ImageFilters()


def _change(event: Event) -> dict[str, Any]:
    """An event as the part of an image's row that it changes."""
    data = {name: value for name, value in event.data.items() if name not in {"imageId", "batchId", "jobId", "model", "status", "error"}}
    if event.type is EventType.SEGMENTATION_STATUS:
        data["segmentation"] = {name: event.data.get(name) for name in ("status", "jobId", "model", "error")}
    elif "status" in event.data:
        data |= {"status": event.data["status"], "error": event.data.get("error")}
    return data


def _moves_many(event: Event) -> bool:
    """Whether an event stands for many rows at once: images that came or went, a batch that was queued or cancelled."""
    if event.type is EventType.PROJECT_CHANGED:
        return bool(event.data.get("images"))
    return event.type is EventType.QUEUE_UPDATE and event.data.get("status") == "cancelled"


@undoable("images")
async def restore_images(call: Call, ids: list[str]) -> None:
    """Take images out of the trash: the project's id, then theirs."""
    project_id, *image_ids = map(UUID, ids)
    await images.restore(call.session, call.principal, project_id, image_ids)
