"""What every tab of a project shows: its name and counts, what the person may do, and its queue."""

from dataclasses import dataclass
from typing import Any, Literal
from uuid import UUID

from cellhub_app.core.errors import NotFound
from cellhub_app.core.pagination import PageRequest
from cellhub_app.domain.access import Permission, allows
from cellhub_app.domain.images import service as images
from cellhub_app.domain.images.schemas import ImageCounts, ImageFilters, ImageView
from cellhub_app.domain.jobs import service as jobs
from cellhub_app.domain.jobs.schemas import BatchView
from cellhub_app.domain.projects import service as projects
from cellhub_app.domain.projects.schemas import ProjectView
from cellhub_app.models.project import SampleKind
from cellhub_app.web import live, routes
from cellhub_app.web.batches import BatchBox, batch_box
from cellhub_app.web.descriptions import meta
from cellhub_app.web.guard import Call, guarded, unguarded
from cellhub_app.web.live import News, Topic
from cellhub_app.web.session import SessionState

FAILURES_SHOWN = 3
FINISHED_SHOWN = 1
Dialog = Literal["", "segment", "export", "tag", "faceOff"]


@dataclass
class Failure:
    """An image that failed, and why."""

    name: str
    reason: str
    href: str


@dataclass
class ProjectNews:
    """What the database says of a project, read once for all the tabs that show it."""

    project: ProjectView
    counts: ImageCounts
    batches: list[BatchView]
    failed: list[ImageView]


async def read_project(call: Call, project_id: UUID) -> ProjectNews:
    """Read the frame of a project. Raises ProjectNotFound."""
    counts = await images.counts(call.session, call.principal, project_id)
    failed: list[ImageView] = []
    if counts.failed:
        filters, first = ImageFilters(status="unsuccessful"), PageRequest.of(FAILURES_SHOWN)
        failed = (await images.page(call.session, call.principal, project_id, filters, first)).data
    return ProjectNews(
        project=await projects.get(call.session, call.principal, project_id),
        counts=counts,
        batches=await jobs.project_batches(call.session, call.principal, project_id),
        failed=failed,
    )


def shown(news: ProjectNews) -> dict[str, Any]:
    """What the page's fields are to be; made once for all tabs."""
    project, counts = news.project, news.counts
    open_batches = [batch for batch in news.batches if batch.finished_at is None]
    finished = [batch for batch in news.batches if batch.finished_at is not None][:FINISHED_SHOWN]
    return {
        "name": project.name,
        "history_href": f"{routes.QUEUE}?project={project.id}",
        "description": project.description,
        "sample_kind": project.sample_kind.value,
        "meta": meta(project, counts),
        "total": counts.total,
        "done": counts.done,
        "failed": counts.failed,
        "retryable": counts.failed - counts.unreadable,
        "segmentable": counts.total - counts.unreadable,
        "queued": counts.queued,
        "running": counts.running,
        "unsegmented": counts.ready + counts.reading,
        "batches": [batch_box(batch) for batch in open_batches or finished],
        "failures": [Failure(image.name, _reason(image), routes.image(project.id, image.id)) for image in news.failed],
    }


class ProjectState(SessionState):
    """The frame of a project's tabs and its queue at the side."""

    project_id: str = ""
    name: str = ""
    description: str = ""
    meta: str = ""
    sample_kind: str = SampleKind.NUCLEI.value
    is_missing: bool = False
    is_loaded: bool = False
    can_edit: bool = False
    can_annotate: bool = False
    can_manage: bool = False
    total: int = 0
    done: int = 0
    queued: int = 0
    running: int = 0
    failed: int = 0
    unsegmented: int = 0
    segmentable: int = 0
    batches: list[BatchBox] = []
    failures: list[Failure] = []
    retryable: int = 0
    history_href: str = ""
    panel_is_toggled: bool = False
    dialog: Dialog = ""

    def _shows_its_thing(self) -> bool:
        return bool(self.project_id)

    @guarded
    async def load(self, call: Call) -> None:
        """Show the project that the address names."""
        if not self._is_at(*routes.PROJECT_TABS):
            return
        await self._enter(call)
        try:
            project_id = UUID(str(self.project))
            await live.watch(call, self._tab, Topic(ProjectState, project_id, live.OFTEN_S), ProjectState.load, project_id)
            news = await read_project(call, project_id)
        except (NotFound, ValueError):
            self.is_missing, self.is_loaded, self.project_id = True, False, ""
            return
        self.is_missing, self.project_id = False, str(project_id)
        self.can_edit = allows(news.project.role, Permission.EDIT)
        self.can_annotate = allows(news.project.role, Permission.ANNOTATE)
        self.can_manage = allows(news.project.role, Permission.MANAGE)
        self._put(**shown(news))
        self.is_loaded = True

    @classmethod
    async def _read_news(cls, call: Call, topic_id: UUID, _news: News) -> Any:
        return str(topic_id), shown(await read_project(call, topic_id))

    def _show_news(self, found: Any) -> None:
        project_id, values = found
        if self.project_id == project_id:
            self._put(**values)

    @unguarded
    def close_dialogs(self) -> None:
        """A page that is opened starts without a dialog, unless its address asks for one; one that only reconnects keeps it."""
        if not set(routes.ASKS_FOR_EXPORT) & set(self.router.url.query_parameters):
            self.dialog = ""

    @unguarded
    def toggle_panel(self) -> None:
        """Fold the panel at the side away, or bring it back."""
        self.panel_is_toggled = not self.panel_is_toggled


def _reason(image: ImageView) -> str:
    if image.error:
        return image.error.detail
    return image.segmentation.error.detail if image.segmentation and image.segmentation.error else ""
