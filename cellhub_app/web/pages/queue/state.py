"""Everything that runs in the person's projects, and who does the work."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from cellhub_app.core.events import EventType
from cellhub_app.domain.access import Principal
from cellhub_app.domain.activity.schemas import Action
from cellhub_app.domain.jobs import overview, steering
from cellhub_app.domain.jobs.schemas import BatchLine, Steered, WorkerView
from cellhub_app.domain.jobs.steering import Act
from cellhub_app.web import live, routes
from cellhub_app.web.batches import BatchBox, Person, batch_box, model_title, person
from cellhub_app.web.guard import Call, guarded
from cellhub_app.web.i18n import counted, t
from cellhub_app.web.live import News, Topic
from cellhub_app.web.session import SessionState
from cellhub_app.web.steering import SteeringState

MOVES = (
    EventType.QUEUE_UPDATE, EventType.SEGMENTATION_STATUS, EventType.SEGMENTATION_PROGRESS, EventType.PROJECT_CHANGED,
    EventType.BATCH_FINISHED,
)  # fmt: skip
KINDS = {"gpu": t("Segmentation"), "io": t("Reading files and exports")}


@dataclass
class QueueLine:
    """A batch, the project it belongs to, and who started it."""

    batch: BatchBox
    project: str
    href: str
    who: Person
    can_edit: bool
    can_steer_all: bool


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


class QueueState(SteeringState, SessionState):
    """The page of the queue."""

    lines: list[QueueLine] = []
    workers: list[WorkerRow] = []
    queued_in_all: int = 0
    running_in_all: int = 0
    is_loaded: bool = False
    may_pause_all: bool = False
    may_resume_all: bool = False
    cancellable: str = ""
    asks_cancel: bool = False

    @guarded
    async def load(self, call: Call) -> None:
        """Show what runs."""
        if not self._is_at(routes.QUEUE):
            return
        await self._enter(call)
        topic = Topic(QueueState, call.principal.user_id, live.SELDOM_S, ages=True)
        await live.watch(call, self._tab, topic, QueueState.load)
        self._show_news(await self._read_news(call, call.principal.user_id, News(anew=True)))
        self.is_loaded, self.asks_cancel = True, False

    @classmethod
    async def _read_news(cls, call: Call, _topic_id: UUID, news: News) -> Any:
        if not news.has(*MOVES):
            return None
        found = await overview.queue(call.session, call.principal)
        lines = [_line(batch, call.principal) for batch in found.batches]
        return QueueNews(lines, [_worker(worker) for worker in found.workers], found.queued, found.running)

    def _show_news(self, found: Any) -> None:
        if found is None:
            return
        mine = [line.batch for line in found.lines if line.can_steer_all]
        self._put(
            lines=found.lines,
            workers=found.workers,
            queued_in_all=found.queued,
            running_in_all=found.running,
            may_pause_all=any(batch.can_pause for batch in mine),
            may_resume_all=any(batch.can_resume for batch in mine),
            cancellable=counted(len(mine), "batch", "batches") if mine else "",
        )

    @guarded
    async def pause_all(self, call: Call) -> None:
        """Let everything wait that the person started."""
        moved = await self._steer_all(call, Act.PAUSE)
        self._tell("info", t("{images} paused", images=counted(moved.images, "image", "images")))

    @guarded
    async def resume_all(self, call: Call) -> None:
        """Let everything go on that the person started."""
        moved = await self._steer_all(call, Act.RESUME)
        self._tell("info", t("{images} back in line", images=counted(moved.images, "image", "images")))

    @guarded
    async def ask_cancel_all(self, _call: Call, is_asked: bool) -> None:
        """Ask first, or let it be."""
        self.asks_cancel = is_asked

    @guarded
    async def cancel_all(self, call: Call) -> None:
        """Stop everything that the person started; the end of each batch is told by its event."""
        self.asks_cancel = False
        await self._steer_all(call, Act.CANCEL)

    async def _steer_all(self, call: Call, act: Act) -> Steered:
        await call.record(Action.BATCH_CHANGE, "user", call.principal.user_id, to=act)
        return await steering.steer_mine(call.session, call.principal, act)


def _line(batch: BatchLine, principal: Principal) -> QueueLine:
    is_mine = batch.started_by is not None and batch.started_by.id == principal.user_id
    who = person(batch.started_by, principal)
    href = routes.project(batch.project_id)
    return QueueLine(batch_box(batch), batch.project_name, href, who, batch.can_edit, is_mine and batch.can_edit)


def _worker(worker: WorkerView) -> WorkerRow:
    return WorkerRow(
        name=worker.name,
        work=KINDS.get(worker.kind, worker.kind),
        device=_device(worker.device),
        model=model_title(worker.model) if worker.model else "",
        pace=t("{pace} images/s", pace=f"{worker.images_per_second:.1f}") if worker.images_per_second else t("idle"),
    )


def _device(name: str | None) -> str:
    """`CPU`, `GPU 0`."""
    if not name:
        return ""
    return "CPU" if name == "cpu" else name.replace("cuda:", "GPU ").replace("cuda", "GPU")
