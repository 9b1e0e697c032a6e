"""What a run did: its figures, why images failed, and its images."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from cellhub_app.core.errors import NotFound
from cellhub_app.core.events import EventType
from cellhub_app.domain.activity.schemas import Action
from cellhub_app.domain.jobs import runs
from cellhub_app.domain.jobs import service as jobs
from cellhub_app.domain.jobs.runs import Run, RunImage
from cellhub_app.domain.jobs.steering import Act
from cellhub_app.web import live, routes
from cellhub_app.web.batches import NOT_RETRYABLE, NOT_TOLD, BatchBox, Person, batch_box, percent_of, person, retry_words
from cellhub_app.web.guard import Call, guarded
from cellhub_app.web.i18n import counted, t
from cellhub_app.web.live import News, Topic
from cellhub_app.web.pages.run.words import Fact, facts, outlook, time_text
from cellhub_app.web.session import SessionState
from cellhub_app.web.steering import SteeringState

PAGE = 60


@dataclass
class ImageRow:
    """An image of the run as its row shows it."""

    job_id: str
    pictures: str
    name: str
    href: str
    status: str
    is_gone: bool
    objects: str
    times: str
    problem: str
    percent: int


@dataclass
class CauseRow:
    """Why images failed: `2 images`, and the reason."""

    images: str
    detail: str


class RunState(SteeringState, SessionState):
    """The page of a run."""

    run_id: str = ""
    project_id: str = ""
    project_name: str = ""
    is_missing: bool = False
    is_loaded: bool = False
    box: list[BatchBox] = []
    who: Person = Person("", "", "")
    facts: list[Fact] = []
    images: list[ImageRow] = []
    has_more: bool = False
    started_at: str = ""
    outlook: str = ""
    causes: list[CauseRow] = []
    retry_words: str = ""
    no_retry: str = ""
    can_steer: bool = False
    _may_edit: bool = False
    _last: RunImage | None = None

    def _shows_its_thing(self) -> bool:
        return bool(self.run_id)

    @guarded
    async def load(self, call: Call) -> None:
        """Show the run that the address names, by its own id or by that of one of its images' jobs."""
        if not self._is_at(routes.RUN):
            return
        await self._enter(call)
        self.is_loaded = False
        try:
            found, _ = await runs.run_of(call.session, call.principal, UUID(str(self.run)))
        except (NotFound, ValueError):
            self.is_missing, self.is_loaded, self.run_id = True, True, ""
            return
        batch = found.batch
        await live.watch(call, self._tab, Topic(RunState, batch.id, live.SELDOM_S), RunState.load, batch.project_id)
        self.is_missing, self.run_id, self.project_id = False, str(batch.id), str(batch.project_id)
        self._may_edit = batch.can_edit
        self._show_news((found, await runs.images(call.session, batch.id, PAGE + 1)))
        self.who = person(batch.started_by, call.principal)
        self.is_loaded = True

    @classmethod
    async def _read_news(cls, call: Call, topic_id: UUID, news: News) -> Any:
        concerned = news.anew or any(event.data.get("batchId") == str(topic_id) for event in news.events)
        if not concerned and not news.has(EventType.BATCH_FINISHED):
            return None
        found, _ = await runs.run_of(call.session, call.principal, topic_id)
        return found, await runs.images(call.session, topic_id, PAGE + 1)

    def _show_news(self, found: tuple[Run, list[RunImage]] | None) -> None:
        if found is None:
            return
        run, images = found
        batch = run.batch
        self.project_name, self.box, self.facts = batch.project_name, [batch_box(batch)], facts(run)
        self.started_at, self.outlook = batch.created_at.isoformat(), outlook(batch, may_edit=self._may_edit)
        self._explain(run)
        self.can_steer = self._may_edit and self.box[0].is_open
        self._renew(images, batch.project_id)

    def _explain(self, run: Run) -> None:
        """Why images failed, and whether to try them again makes sense; readings are shared by people who may do different things."""
        retryable = run.retryable if self._may_edit else 0
        self.causes = [CauseRow(counted(cause.images, "image", "images"), cause.detail) for cause in run.causes]
        self.retry_words = retry_words(retryable)
        self.no_retry = NOT_RETRYABLE if run.causes and self._may_edit and not retryable else ""

    def _renew(self, images: list[RunImage], project_id: UUID) -> None:
        """Show the first page anew; whoever has gone further keeps all rows, those of the first page renewed."""
        before = self.images if self.is_loaded and len(self.images) > PAGE else []
        if not before:
            self._list(images, project_id)
            return
        fresh = {str(image.job_id): _row(image, project_id) for image in images}
        self.images = [fresh.get(row.job_id, row) for row in before]

    def _list(self, images: list[RunImage], project_id: UUID) -> None:
        shown = images[:PAGE]
        self.has_more, self._last = len(images) > PAGE, shown[-1] if shown else None
        self.images = [_row(image, project_id) for image in shown]

    @guarded
    async def show_more(self, call: Call) -> None:
        """Show the next images."""
        run, _ = await runs.run_of(call.session, call.principal, UUID(self.run_id))
        found = await runs.images(call.session, run.batch.id, PAGE + 1, self._last)
        before = self.images
        self._list(found, run.batch.project_id)
        self.images = [*before, *self.images]

    @guarded
    async def retry(self, call: Call) -> None:
        """Try again what failed."""
        again = await jobs.retry_failed(call.session, call.principal, UUID(self.run_id))
        await call.record(Action.BATCH_CHANGE, "batch", again.id, to=Act.RETRY)
        self._tell("success", t("{images} queued again", images=counted(again.counts.queued, "image", "images")))


def _row(image: RunImage, project_id: UUID) -> ImageRow:
    times = [t("{time} in line", time=time_text(image.waited_s))] if image.waited_s is not None else []
    times += [t("{time} in work", time=time_text(image.took_s))] if image.took_s is not None else []
    objects = counted(image.objects, "object", "objects") if image.objects is not None else ""
    return ImageRow(
        job_id=str(image.job_id),
        pictures=_pictures(image),
        name=image.name,
        href="" if image.is_gone else routes.image(project_id, image.image_id),
        status=image.status.value,
        is_gone=image.is_gone,
        objects=objects,
        times=" · ".join(times),
        problem=image.problem if image.status.value == "failed" else "",
        percent=NOT_TOLD if image.progress is None else percent_of(image.progress),
    )


def _pictures(image: RunImage) -> str:
    """The thumbnail with what this run found over it, as a style names them; one that is not there any more shows nothing."""
    if image.is_gone:
        return "none"
    found = [f"url({routes.overlay(image.image_id, image.revision)})"] if image.revision else []
    return ", ".join([*found, f"url({routes.thumbnail(image.image_id)})"])
