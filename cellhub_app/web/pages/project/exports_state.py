"""Exports of a project: choosing formats, watching them being made, downloading."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import reflex as rx

from cellhub_app.core.events import EventType
from cellhub_app.core.ids import now
from cellhub_app.core.pagination import PageRequest
from cellhub_app.core.queue import JobStatus
from cellhub_app.domain.activity.schemas import Action
from cellhub_app.domain.exports import service as exports
from cellhub_app.domain.exports.schemas import ExportView
from cellhub_app.domain.flows import export as flow
from cellhub_app.domain.flows import holding
from cellhub_app.domain.images import selection, tagging
from cellhub_app.domain.images.schemas import ImageFilters
from cellhub_app.domain.images.selection import Chosen, Selection
from cellhub_app.domain.results import service as results
from cellhub_app.web import live, routes
from cellhub_app.web.guard import Call, guarded
from cellhub_app.web.i18n import bytes_text, t
from cellhub_app.web.live import News, Topic
from cellhub_app.web.pages.project.export_choices import DEFAULTS, Part, options_of
from cellhub_app.web.pages.project.images_state import ImagesState
from cellhub_app.web.pages.project.state import ProjectState

SHOWN = 50
WORDS_MAX = 2_000
PURPOSES = {
    "coco": t("One JSON with polygons; for training networks and for pycocotools"),
    "yolo": t("Images and label files with outlines; for Ultralytics YOLO"),
    "excel": t("Measurements of every object on sheets; for Excel and LibreOffice"),
    "csv": t("The same measurements as plain tables; for R, Python, Prism"),
    "json": t("Everything in one file, with settings and history; for scripts"),
    "geojson": t("Outlines with classes and measures, a file for each image; for QuPath"),
    "imagej": t("A RoiSet.zip for each image; for the ROI Manager of ImageJ and Fiji"),
    "masks": t("TIFFs in which every object has its number; for Cellpose, napari, scripts"),
    "binary": t("Black and white PNGs, white where there is an object"),
    "overlays": t("Pictures with the outlines drawn in; for slides and a quick look"),
    "cvat": t("One XML with polygons and masks; for correcting in CVAT"),
    "labelme": t("A JSON for each image; for correcting in LabelMe"),
    "yolo_boxes": t("Images and label files with boxes; for YOLO detection"),
    "originals": t("The files as they were uploaded"),
}


@dataclass
class FormatChoice:
    """A format as the dialog offers it."""

    name: str
    title: str
    purpose: str
    is_chosen: bool


@dataclass
class ExportRow:
    """An export as the list shows it."""

    id: str
    formats: list[str]
    status: str
    percent: int
    size: str
    expires: str
    error: str
    made_at: str
    href: str
    is_running: bool
    is_ready: bool


def export_row(export: ExportView) -> ExportRow:
    """The export in words."""
    titles = {view.name: t(view.title) for view in exports.formats()}
    is_ready = export.status is JobStatus.SUCCEEDED and export.bytes is not None
    return ExportRow(
        id=str(export.id),
        formats=[titles.get(name, name) for name in export.formats],
        status=export.status.value,
        percent=round(100 * export.progress),
        size=bytes_text(export.bytes),
        expires=_expires(export) if is_ready else "",
        error=export.error.detail if export.error else "",
        made_at=export.created_at.isoformat(),
        href=routes.download(export.id),
        is_running=not export.status.is_final,
        is_ready=is_ready,
    )


def _expires(export: ExportView) -> str:
    if export.expires_at is None:
        return ""
    hours = (export.expires_at - now()).total_seconds() / 3600
    if hours < 0:
        return t("expired")
    return t("kept for {days} days", days=round(hours / 24)) if hours >= 36 else t("kept for {hours} h", hours=max(1, round(hours)))


def named_in(query: Mapping[str, str]) -> list[UUID]:
    """The images that an address asks to export; none where it names none, or anything else."""
    try:
        return [UUID(word) for word in query.get(routes.ASKS_FOR_EXPORT[0], "").split(",") if word]
    except ValueError:
        return []


class ExportsState(ProjectState):
    """The tab of exports, and the dialog that asks for one."""

    rows: list[ExportRow] = []
    are_loaded: bool = False
    only_selected: bool = False
    image_count: int = 0
    _named: list[str] = []
    choices: list[FormatChoice] = []
    tag: str = ""
    known_tags: list[str] = []
    parts: dict[str, str] = dict(DEFAULTS)

    @guarded
    async def load_exports(self, call: Call) -> None:
        """Show the project's exports."""
        if not self.project_id:
            return
        project_id = UUID(self.project_id)
        await live.watch(call, self._tab, Topic(ExportsState, project_id), ProjectState.load, project_id)
        self.rows = await self._read_news(call, project_id, News(anew=True))
        self.are_loaded = True
        if asked := await self._asked_for(call, project_id):
            await self._offer(call, len(asked), named=asked)

    async def _asked_for(self, call: Call, project_id: UUID) -> list[UUID]:
        """The images that the address asks to export: those it names, or those that hold what was selected in the results."""
        query = self.router.url.query_parameters
        if words := query.get("holding", ""):
            return await results.holding(call.session, call.principal, project_id, holding.asked_of(words))
        return named_in(query)

    @classmethod
    async def _read_news(cls, call: Call, topic_id: UUID, news: News) -> Any:
        if not news.has(EventType.EXPORT_PROGRESS):
            return None
        page = await exports.page(call.session, call.principal, topic_id, PageRequest.of(SHOWN))
        return [export_row(export) for export in page.data]

    def _show_news(self, found: Any) -> None:
        if found is not None:
            self.rows = found

    @guarded
    async def open_for_all(self, call: Call) -> None:
        """Offer the formats for every image."""
        await self._offer(call, self.total)

    @guarded
    async def open_for_selected(self, call: Call) -> None:
        """Offer the formats for the selected images."""
        await self._offer(call, (await self.get_state(ImagesState)).selected_count, only_selected=True)

    async def _offer(self, call: Call, count: int, *, only_selected: bool = False, named: Sequence[UUID] = ()) -> None:
        self.known_tags = [name for name, _ in await tagging.used(call.session, call.principal, UUID(self.project_id))]
        self._open(count, only_selected=only_selected, named=named)

    def _open(self, count: int, *, only_selected: bool = False, named: Sequence[UUID] = ()) -> None:
        self.tag = ""
        chosen = {choice.name for choice in self.choices if choice.is_chosen} or {"coco", "excel"}
        self.image_count, self.only_selected, self._named = count, only_selected, [str(image_id) for image_id in named]
        self.choices = [FormatChoice(view.name, t(view.title), PURPOSES[view.name], view.name in chosen) for view in exports.formats()]
        self.dialog = "export"

    @rx.var
    def has_choice(self) -> bool:
        """Whether any format is chosen."""
        return any(choice.is_chosen for choice in self.choices)

    @guarded
    async def set_open(self, _call: Call, is_open: bool) -> None:
        """Close the dialog."""
        self.dialog = "export" if is_open else ""

    @guarded
    async def toggle(self, _call: Call, name: str) -> None:
        """Take a format in, or out."""
        for choice in self.choices:
            if choice.name == name:
                choice.is_chosen = not choice.is_chosen

    @guarded
    async def choose(self, _call: Call, part: Part, value: str) -> None:
        """Choose how the files are made."""
        self.parts = {**self.parts, part: value[:WORDS_MAX]}

    @guarded
    async def choose_tag(self, call: Call, tag: str) -> None:
        """Take all images with a tag, or all again."""
        self.tag = tag[: tagging.TAG_MAX_LENGTH]
        self.image_count = await selection.count(call.session, call.principal, UUID(self.project_id), self._tagged())

    def _tagged(self) -> Chosen:
        return Chosen(filters=ImageFilters(tag=self.tag or None))

    @rx.var
    def has_scope(self) -> bool:
        """Whether the images are still to be chosen."""
        return not self.only_selected and not self._named and bool(self.known_tags)

    @rx.var
    def has_overlays(self) -> bool:
        """Whether pictures with outlines are wanted."""
        return self._wants("overlays")

    @rx.var
    def has_coco(self) -> bool:
        """Whether COCO is wanted."""
        return self._wants("coco")

    def _wants(self, name: str) -> bool:
        return any(choice.is_chosen for choice in self.choices if choice.name == name)

    @guarded
    async def start(self, call: Call) -> Any:
        """Queue the export and show it."""
        names = [choice.name for choice in self.choices if choice.is_chosen]
        chosen: Selection = self._tagged() if self.tag else "all"
        if self.only_selected:
            chosen = (await self.get_state(ImagesState))._chosen()
        elif self._named:
            chosen = [UUID(image_id) for image_id in self._named]
        export = await flow.export(call.session, call.principal, UUID(self.project_id), names, chosen, options_of(self.parts))
        await call.record(Action.EXPORT, "export", export.id, formats=export.formats)
        self.dialog = ""
        return rx.redirect(routes.project(self.project_id, "exports"))

    @guarded
    async def again(self, call: Call, export_id: UUID) -> None:
        """Make an export like another."""
        export = await flow.again(call.session, call.principal, export_id)
        await call.record(Action.EXPORT, "export", export.id, formats=export.formats)

    @guarded
    async def cancel(self, call: Call, export_id: UUID) -> None:
        """Stop an export."""
        await flow.cancel(call.session, call.principal, export_id)
        await call.record(Action.EXPORT_CANCEL, "export", export_id)
