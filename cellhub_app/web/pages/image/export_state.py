"""An export of the image of the page alone."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from cellhub_app.core.events import EventType
from cellhub_app.core.queue import JobStatus
from cellhub_app.domain.activity.schemas import Action
from cellhub_app.domain.exports import service as exports
from cellhub_app.domain.exports.schemas import ExportView
from cellhub_app.domain.flows import export as flow
from cellhub_app.web import live, routes
from cellhub_app.web.guard import Call, guarded
from cellhub_app.web.i18n import bytes_text, t
from cellhub_app.web.live import News, Topic
from cellhub_app.web.pages.image.state import ImageState


@dataclass
class Format:
    """A format as the menu offers it."""

    name: str
    title: str


class ImageExportState(ImageState):
    """The menu "Export", and the word that the file is there."""

    formats: list[Format] = []
    _awaited: str = ""

    @guarded
    async def offer(self, _call: Call, is_open: bool) -> None:
        """Show the formats."""
        if is_open:
            self.formats = [Format(view.name, t(view.title)) for view in exports.formats()]

    @guarded
    async def start(self, call: Call, name: str) -> None:
        """Queue the export; a message comes when it is there."""
        project_id = UUID(self.project_id)
        export = await flow.export(call.session, call.principal, project_id, [name], [UUID(self.image_id)])
        await call.record(Action.EXPORT, "export", export.id, formats=export.formats)
        self._awaited = str(export.id)
        await live.watch(call, self._tab, Topic(ImageExportState, export.id), ImageState.load, project_id)
        self._tell("info", t("The export of this image is being made"), t("The file is here in a moment."))

    @classmethod
    async def _read_news(cls, call: Call, topic_id: UUID, news: News) -> Any:
        if not news.has(EventType.EXPORT_PROGRESS):
            return None
        return await exports.get(call.session, call.principal, topic_id)

    def _show_news(self, found: ExportView | None) -> None:
        """Say once that the export is there, or why it is not."""
        if found is None or not found.status.is_final or self._awaited != str(found.id):
            return
        self._awaited = ""
        if found.status is JobStatus.SUCCEEDED:
            link = (routes.download(found.id), t("Download ({size})", size=bytes_text(found.bytes)))
            self._tell("success", t("The export of this image is ready"), link=link)
        elif found.error:
            self._tell("error", t("The export failed"), found.error.detail)
