"""Imports of annotations into a project: watching them, and what became of each file."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

import reflex as rx

from cellhub_app.core.events import EventType
from cellhub_app.core.pagination import PageRequest
from cellhub_app.domain.imports import service as imports
from cellhub_app.domain.imports.schemas import FileReport, ImportView
from cellhub_app.web import live, routes
from cellhub_app.web.guard import Call, guarded
from cellhub_app.web.i18n import counted, t
from cellhub_app.web.live import News, Topic
from cellhub_app.web.pages.project.state import ProjectState

SHOWN = 20
REMARKS_SHOWN = 30


@dataclass
class FileRow:
    """What became of one file: how much of it was taken over, and what was not, or not as it was."""

    name: str
    facts: str
    remarks: list[str]


@dataclass
class ImportRow:
    """An import as the list shows it."""

    id: str
    name: str
    status: str
    facts: str
    error: str
    made_at: str
    files: list[FileRow] = field(default_factory=list)
    report_title: str = ""


def import_row(view: ImportView) -> ImportRow:
    """The import in words."""
    first, *others = view.files
    row = ImportRow(
        id=str(view.id),
        name=first.name + (t(" and {count} more", count=len(others)) if others else ""),
        status=view.status.value,
        facts="",
        error=view.error.detail if view.error else "",
        made_at=view.created_at.isoformat(),
    )
    if view.report:
        row.facts = _counts(view.report.objects, view.report.images)
        row.files = [_file_row(file) for file in view.report.files]
        remarks = sum(len(file.remarks) for file in row.files)
        row.report_title = t("Report: {remarks}", remarks=counted(remarks, "remark", "remarks") if remarks else t("nothing was lost"))
    return row


def _counts(objects: int, images: int) -> str:
    return f"{counted(objects, 'object', 'objects')} · {counted(images, 'image', 'images')}"


def _file_row(file: FileReport) -> FileRow:
    titles = {view.name: t(view.title) for view in imports.formats()}
    remarks = list(_remarks(file))
    more = len(remarks) - REMARKS_SHOWN
    shown = remarks[:REMARKS_SHOWN] + ([t("and {count} more", count=more)] if more > 0 else [])
    return FileRow(file.file, f"{titles.get(file.format, file.format)} · {_counts(file.read, file.images)}", shown)


def _remarks(file: FileReport) -> Iterator[str]:
    yield from _reasons(t("Repaired"), file.repaired)
    yield from _reasons(t("Lost"), file.lost)
    yield from _named(t("No image for {name}"), file.unmatched, file.unmatched_count)
    yield from _named(t("Couldn't read {name}"), file.refused, file.refused_count)


def _reasons(title: str, reasons: Mapping[str, int]) -> Iterator[str]:
    for why, count in reasons.items():
        yield f"{title}: {counted(count, 'object', 'objects')}, {why}."


def _named(title: str, names: Mapping[str, str], count: int) -> Iterator[str]:
    for name, why in names.items():
        yield f"{title.format(name=name)}: {why.rstrip('.')}."
    if count > len(names):
        yield t("and {count} more", count=count - len(names))


class ImportsState(ProjectState):
    """The part of the exports' tab that brings annotations in."""

    imported: list[ImportRow] = []
    imports_are_loaded: bool = False

    @rx.var
    def imports_action(self) -> str:
        """Where the form sends its files."""
        return routes.imports(self.project_id)

    @rx.var
    def readers(self) -> list[dict[str, str]]:
        """The formats that can be chosen."""
        return [{"name": view.name, "title": t(view.title)} for view in imports.formats()]

    @guarded
    async def load_imports(self, call: Call) -> None:
        """Show the project's imports, now and whenever one moves."""
        if not self.project_id or not self._is_at(routes.PROJECT_EXPORTS):
            return
        project_id = UUID(self.project_id)
        await live.watch(call, self._tab, Topic(ImportsState, project_id), ImportsState.load_imports, project_id)
        self._show_news(await self._read_news(call, project_id, News(anew=True)))
        self.imports_are_loaded = True

    @classmethod
    async def _read_news(cls, call: Call, topic_id: UUID, news: News) -> Any:
        if not news.has(EventType.IMPORT_STATUS):
            return None
        page = await imports.page(call.session, call.principal, topic_id, PageRequest.of(SHOWN))
        return [import_row(view) for view in page.data]

    def _show_news(self, found: Any) -> None:
        if found is not None:
            self.imported = found
