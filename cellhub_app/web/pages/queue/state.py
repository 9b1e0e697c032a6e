"""Everything that runs in the person's projects, and who does the work."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from cellhub_app.core.events import EventType
from cellhub_app.domain.access import Permission, allows
from cellhub_app.domain.jobs import service as jobs
from cellhub_app.domain.jobs.schemas import BatchView
from cellhub_app.domain.projects import service as projects
from cellhub_app.domain.projects.schemas import ProjectView
from cellhub_app.web import live, routes
from cellhub_app.web.batches import BatchBox, batch_box, model_title
from cellhub_app.web.guard import Call, guarded
from cellhub_app.web.i18n import t
from cellhub_app.web.live import News, Topic
from cellhub_app.web.session import SessionState

KINDS = {"gpu": t("Segmentation"), "io": t("Reading files and exports")}


@dataclass
class QueueLine:
    """A batch and the project it belongs to."""

    batch: BatchBox
    project: str
    href: str
    can_edit: bool


@dataclass
class WorkerRow:
    """A worker that lives."""

    name: str
    work: str
    device: str
    model: str
    pace: str


@dataclass
class QueueNews:
    """What the page shows."""

    lines: list[QueueLine]
    workers: list[WorkerRow]
    queued: int
    running: int


class QueueState(SessionState):
    """The page of the queue."""

    lines: list[QueueLine] = []
    workers: list[WorkerRow] = []
    queued_in_all: int = 0
    running_in_all: int = 0
    is_loaded: bool = False

    @guarded
    async def load(self, call: Call) -> None:
        """Show what runs."""
        if not self._is_at(routes.QUEUE):
            return
        await self._enter(call)
        await live.watch(call, self._tab, Topic(QueueState, call.principal.user_id, live.SELDOM_S), QueueState.load)
        self._show_news(await self._read_news(call, call.principal.user_id, News(anew=True)))
        self.is_loaded = True

    @classmethod
    async def _read_news(cls, call: Call, _topic_id: UUID, news: News) -> Any:
        if not news.has(EventType.QUEUE_UPDATE, EventType.SEGMENTATION_STATUS, EventType.PROJECT_CHANGED):
            return None
        found = await jobs.queue(call.session, call.principal)
        known: dict[UUID, ProjectView] = {}
        for batch in found.batches:
            if batch.project_id not in known:
                known[batch.project_id] = await projects.get(call.session, call.principal, batch.project_id)
        return QueueNews(
            lines=[_line(batch, known[batch.project_id]) for batch in found.batches],
            workers=[
                WorkerRow(
                    name=worker.name,
                    work=KINDS.get(worker.kind, worker.kind),
                    device=_device(worker.device),
                    model=model_title(worker.model) if worker.model else "–",
                    pace=t("{pace} images/s", pace=f"{worker.images_per_second:.1f}") if worker.images_per_second else "–",
                )
                for worker in found.workers
            ],
            queued=found.queued,
            running=found.running,
        )

    def _show_news(self, found: Any) -> None:
        if found is not None:
            self.lines, self.workers = found.lines, found.workers
            self.queued_in_all, self.running_in_all = found.queued, found.running

    @guarded
    async def pause(self, call: Call, batch_id: UUID) -> None:
        """Let a batch wait."""
        await jobs.pause(call.session, call.principal, batch_id)

    @guarded
    async def resume(self, call: Call, batch_id: UUID) -> None:
        """Let a batch go on."""
        await jobs.resume(call.session, call.principal, batch_id)

    @guarded
    async def cancel(self, call: Call, batch_id: UUID) -> None:
        """Stop a batch."""
        await jobs.cancel(call.session, call.principal, batch_id)


def _line(batch: BatchView, project: ProjectView) -> QueueLine:
    return QueueLine(batch_box(batch), project.name, routes.project(project.id), allows(project.role, Permission.EDIT))


def _device(name: str | None) -> str:
    """`CPU`, `GPU 0`."""
    if not name:
        return "–"
    return "CPU" if name == "cpu" else name.replace("cuda:", "GPU ").replace("cuda", "GPU")
