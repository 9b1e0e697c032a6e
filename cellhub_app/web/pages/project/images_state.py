"""The images of a project: filter, order, what is selected, and what happens to them meanwhile."""

import time
from dataclasses import dataclass
from typing import Any, Literal
from urllib.parse import urlencode
from uuid import UUID

import reflex as rx
from typing_extensions import TypedDict

from cellhub_app.core.errors import Invalid
from cellhub_app.core.events import Event, EventType
from cellhub_app.core.imaging.flaws import Flaw
from cellhub_app.domain.flows import holding
from cellhub_app.domain.images import selection, tagging, trash
from cellhub_app.domain.images import service as images
from cellhub_app.domain.images.schemas import ImageFilters, Sort
from cellhub_app.domain.images.selection import Chosen
from cellhub_app.domain.results import service as results
from cellhub_app.domain.segmentation import service as catalogue
from cellhub_app.web import live, routes
from cellhub_app.web.guard import Call, guarded, unguarded
from cellhub_app.web.i18n import t
from cellhub_app.web.live import News, Topic
from cellhub_app.web.pages.project.state import ProjectState

Pill = Literal["", "done", "queued", "running", "unsuccessful", "unsegmented", "trash"]
FlawChoice = Literal["", "any", Flaw, "none"]
FLAW_WORDS: dict[Flaw, str] = {"empty": t("looks empty"), "blurred": t("looks blurred"), "saturated": t("saturated")}
# Words that the gallery's own address had for these before; to the API they are the status of an image.
_FORMERLY = {"failed": "unsuccessful", "ready": "unsegmented"}
DEFAULT_SORT = "-createdAt"
SMALLEST_PX, LARGEST_PX = 96, 360
CHANGES_KEPT = 400
REPEATED, REPEATED_S = 20, 1.0
NO_CHANGES: dict[str, Any] = {"first": 0, "rows": []}


class Selected(TypedDict):
    """What the gallery says of its selection; with `all`, ids are those that are left out."""

    ids: list[UUID]
    all: bool
    count: int


@dataclass
class TagCount:
    """A tag and how many images have it."""

    name: str
    count: int


@dataclass
class FlawCount:
    """What pictures look like, and how many do."""

    name: str
    words: str
    count: int


@dataclass(frozen=True)
class Moved:
    """What is read when images went, came back or got other tags; it takes all rows of a project: images that come in have none of it."""

    in_trash: int
    tags: list[TagCount]


class ImagesState(ProjectState):
    """The gallery's tab."""

    status: str = ""
    q: str = ""
    tag: str = ""
    flaw: str = ""
    sort: str = DEFAULT_SORT
    trashed: bool = False
    holding: str = ""
    held_words: str = ""
    found: int = 0
    in_trash: int = 0
    tags: list[TagCount] = []
    flaws: list[FlawCount] = []
    refresh: int = 0
    search_key: str = ""
    changes: dict[str, Any] = NO_CHANGES
    selected_count: int = 0
    doubt_from: dict[str, float] = {}
    thumbnail_size: str = rx.LocalStorage("168", name="cellhub-thumbnail-size", sync=True)
    outlines: str = rx.LocalStorage("on", name="cellhub-outlines", sync=True)
    _held: tuple[UUID, ...] = ()
    _selected: list[str] = []
    _selects_all: bool = False
    _rows: tuple[dict[str, Any], ...] = ()
    _told: tuple[float, ...] = ()

    @rx.var
    def query(self) -> dict[str, str]:
        """The filter as the gallery and the address take it, without defaults."""
        sort = "" if self.sort == DEFAULT_SORT else self.sort
        named = {"status": self.status, "q": self.q, "tag": self.tag, "flaw": self.flaw, "holding": self.holding}
        named |= {"trashed": "true" if self.trashed else "", "sort": sort}
        return {name: value for name, value in named.items() if value}

    @rx.var
    def matching(self) -> int:
        """How many images match."""
        if self.q or self.tag or self.flaw or self.trashed or self.holding:
            return self.found
        by_status = {"done": self.done, "queued": self.queued, "running": self.running}
        by_status |= {"unsuccessful": self.failed, "unsegmented": self.unsegmented}
        return by_status.get(self.status, self.total)

    @rx.var
    def looks_offered(self) -> list[FlawCount]:
        """How pictures look, and what is asked for though none looks like it any more."""
        known = {flaw.name for flaw in self.flaws}
        return [*self.flaws, *(FlawCount(name, words, 0) for name, words in FLAW_WORDS.items() if name == self.flaw and name not in known)]

    @rx.var
    def tags_offered(self) -> list[TagCount]:
        """The tags of the project, and the one that is asked for though no image has it any more."""
        is_unknown = self.tag != "" and all(tag.name != self.tag for tag in self.tags)
        return [*self.tags, TagCount(self.tag, 0)] if is_unknown else self.tags

    @guarded
    async def load_images(self, call: Call) -> None:
        """Take filter and order from the address."""
        if not self.project_id:
            return
        project_id = UUID(self.project_id)
        await live.watch(call, self._tab, Topic(ImagesState, project_id), ProjectState.load, project_id)
        asked = self.router.url.query_parameters
        words = {name: asked.get(name, "") for name in ("status", "q", "tag", "flaw", "sort", "trashed", "holding")}
        filters = checked_filters(words | {"status": _FORMERLY.get(words["status"], words["status"])})
        self.status, self.q, self.tag, self.sort = filters.status or "", filters.q or "", filters.tag or "", filters.sort
        self.trashed, self.flaw = filters.trashed, filters.flaw or ""
        self.holding = filters.holding or ""
        await self._look_up(call, project_id)
        self.search_key = f"{self.project_id}{self.q}"
        self.doubt_from = catalogue.marks()
        self._choose([], selects_all=False, count=0)
        self.changes, self._rows, self._told = dict(NO_CHANGES), (), ()
        self._show_moved(await self._read_moved(call, project_id))
        self._put(flaws=await self._read_flaws(call, project_id))
        await self._count(call)
        self.refresh += 1

    @classmethod
    async def _read_news(cls, call: Call, topic_id: UUID, news: News) -> Any:
        """Rows that changed, straight from the events; and what else there is to know when the list itself moved."""
        changes: dict[str, dict[str, Any]] = {}
        for event in news.events:
            if image_id := event.data.get("imageId"):
                changes[image_id] = {**changes.get(image_id, {"id": image_id}), **_change(event)}
        movers = [event for event in news.events if _moves_many(event)]
        needs_more = news.anew or any("added" not in event.data for event in movers)
        moved = await cls._read_moved(call, topic_id) if needs_more else None
        flaws = await cls._read_flaws(call, topic_id) if needs_more or any(map(_moves_flaws, news.events)) else None
        return list(changes.values()), bool(movers) or news.anew, moved, flaws

    @classmethod
    async def _read_moved(cls, call: Call, project_id: UUID) -> Moved:
        tags = await tagging.used(call.session, call.principal, project_id)
        return Moved(await trash.count(call.session, call.principal, project_id), [TagCount(*tag) for tag in tags])

    @classmethod
    async def _read_flaws(cls, call: Call, project_id: UUID) -> list[FlawCount]:
        poor = await images.flaws(call.session, call.principal, project_id)
        return [FlawCount(name, words, poor[name]) for name, words in FLAW_WORDS.items() if name in poor]

    def _show_moved(self, moved: Moved) -> None:
        self._put(in_trash=moved.in_trash, tags=moved.tags)
        if self.trashed and not self.q and not self.tag and not self.flaw:
            self._put(found=moved.in_trash)

    def _show_news(self, found: Any) -> None:
        changes, has_moved, moved, flaws = found
        if moved is not None:
            self._show_moved(moved)
        if flaws is not None:
            self._put(flaws=flaws)
        if has_moved or len(changes) > CHANGES_KEPT:
            self.refresh += 1
        if changes:
            self._pass_on(changes[-CHANGES_KEPT:], time.monotonic())

    def _pass_on(self, changes: list[dict[str, Any]], moment: float) -> None:
        """Number the rows, so that the gallery knows which are new.

        What came within a second is repeated: of two lists that reach a busy browser together it may see the second only, and a gap
        makes it read everything again.
        """
        kept = len(self._rows) - min(REPEATED, sum(1 for told in self._told if told > moment - REPEATED_S))
        self._rows = (*self._rows[kept:], *changes)
        self._told = (*self._told[kept:], *(moment for _ in changes))
        self.changes = {"first": self.changes["first"] + kept, "rows": list(self._rows)}

    @guarded
    async def show(self, call: Call, status: Pill) -> None:
        """Show the images in one state, or those in the trash."""
        self.status, self.trashed = ("", True) if status == "trash" else (status, False)
        await self._count(call)

    @guarded
    async def show_tag(self, call: Call, tag: str) -> None:
        """Show the images with a tag."""
        self.tag = tag.strip()[: tagging.TAG_MAX_LENGTH]
        await self._count(call)

    @guarded
    async def show_flaw(self, call: Call, flaw: FlawChoice) -> None:
        """Show the pictures that look empty, blurred or saturated, or those that look fine."""
        self.flaw = flaw
        await self._count(call)

    @guarded
    async def search(self, call: Call, words: str) -> None:
        """Show the images whose name holds the words."""
        self.q = words.strip()[:200]
        await self._count(call)

    async def _count(self, call: Call) -> None:
        """Filters that the project's counts say nothing of are counted apart."""
        if self.q or self.tag or self.flaw or self.trashed or self.holding:
            everything = Chosen(filters=self._filters())
            self.found = await selection.count(call.session, call.principal, UUID(self.project_id), everything)

    @guarded
    async def order(self, _call: Call, sort: Sort) -> None:
        """Show the images in another order."""
        self.sort = sort

    @unguarded
    def resize(self, size: float) -> None:
        """Make the thumbnails larger or smaller."""
        self.thumbnail_size = f"{max(SMALLEST_PX, min(LARGEST_PX, size)):.0f}"

    @unguarded
    def show_outlines(self, is_shown: bool) -> None:
        """Draw the outlines on the thumbnails, or not."""
        self.outlines = "on" if is_shown else "off"

    @guarded
    async def select(self, call: Call, selected: Selected) -> None:
        """Remember what the gallery's selection is; what all are is counted here, for the gallery knows only what it was told."""
        ids = [str(image_id) for image_id in selected["ids"]]
        self._choose(ids, selects_all=selected["all"], count=len(ids))
        if selected["all"]:
            self.selected_count = await selection.count(call.session, call.principal, UUID(self.project_id), self._chosen())

    def _choose(self, ids: list[str], *, selects_all: bool, count: int) -> None:
        self._selected, self._selects_all, self.selected_count = ids, selects_all, count

    def _filters(self) -> ImageFilters:
        filters = checked_filters(self.query)
        return filters.held_by(self._held) if self.holding else filters

    async def _look_up(self, call: Call, project_id: UUID) -> None:
        """Which images hold the objects that the address asks for; an address that asks for nonsense shows all, and says so."""
        self._held, self.held_words = (), ""
        if not self.holding:
            return
        try:
            asked = holding.asked_of(self.holding)
            self._held = tuple(await results.holding(call.session, call.principal, project_id, asked))
            self.held_words = holding.words_of(asked)
        except Invalid as error:
            self.holding = ""
            self._report(error)

    @guarded
    async def show_all(self, call: Call) -> None:
        """Show images again whatever objects they hold."""
        self.holding, self.held_words, self._held = "", "", ()
        await self._count(call)

    def _chosen(self) -> Chosen:
        return Chosen([UUID(image_id) for image_id in self._selected], self._filters() if self._selects_all else None)

    @unguarded
    def open_image(self, image_id: UUID) -> Any:
        """Go to the viewer, which keeps the filter for its way back."""
        if self.trashed:
            self._tell("info", t("This image is in the trash"), t("Restore it to open it."))
            return None
        return rx.redirect(f"{routes.image(self.project_id, image_id)}?{urlencode(self.query)}".rstrip("?"))


def checked_filters(words: dict[str, str]) -> ImageFilters:
    """The filters that the words ask for; words that mean nothing are left out."""
    try:
        return ImageFilters.model_validate({name: value for name, value in words.items() if value})
    except ValueError:
        return ImageFilters()


def _change(event: Event) -> dict[str, Any]:
    """An event as the part of an image's row that it changes."""
    if event.type is EventType.SEGMENTATION_PROGRESS:  # shown while that job runs, whatever else is told of it
        return {"progress": {name: event.data.get(name) for name in ("jobId", "progress")}}
    data = {name: value for name, value in event.data.items() if name not in {"imageId", "batchId", "jobId", "model", "status", "error"}}
    if event.type is EventType.SEGMENTATION_STATUS:
        data["segmentation"] = {name: event.data.get(name) for name in ("status", "jobId", "model", "error")}
        data["progress"] = None
    elif "status" in event.data:
        data |= {"status": event.data["status"], "error": event.data.get("error")}
    if data.get("flaws", ()) is None:  # too few planes were looked at to say: the row keeps what it has
        del data["flaws"]
    return data


def _moves_flaws(event: Event) -> bool:
    """Whether other pictures may look poor now: one was read that does, or one was segmented, which finds flaws and clears them too."""
    flaws = event.data.get("flaws")
    return bool(flaws) or (flaws is not None and event.type is EventType.SEGMENTATION_STATUS)


def _moves_many(event: Event) -> bool:
    """Whether an event stands for many rows at once: images that came or went, a batch that was queued or cancelled."""
    if event.type is EventType.PROJECT_CHANGED:
        return bool(event.data.get("images"))
    return event.type is EventType.QUEUE_UPDATE and event.data.get("status") == "cancelled"
