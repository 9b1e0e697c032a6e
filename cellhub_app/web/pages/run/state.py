"""What a run did: its figures, its images, and the log of the one that is chosen."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from cellhub_app.core.errors import NotFound
from cellhub_app.core.events import EventType
from cellhub_app.domain.activity.schemas import Action
from cellhub_app.domain.jobs import runs
from cellhub_app.domain.jobs import service as jobs
from cellhub_app.domain.jobs.runs import Run, RunImage
from cellhub_app.domain.jobs.schemas import KEEP_HAND_MADE, EndedBatch, JobLogView
from cellhub_app.domain.jobs.steering import Act
from cellhub_app.web import live, routes
from cellhub_app.web.batches import BatchBox, Person, batch_box, model_title, person
from cellhub_app.web.guard import Call, guarded
from cellhub_app.web.i18n import counted, t
from cellhub_app.web.live import News, Topic
from cellhub_app.web.session import SessionState
from cellhub_app.web.steering import SteeringState

PAGE = 60
_STAGES = {
    "read_s": t("reading"), "network_s": t("network"), "postprocess_s": t("outlines and measures"), "save_s": t("saving"),
    "waited_s": t("waiting between"),
}  # fmt: skip


@dataclass
class Fact:
    """One thing to know of a run: what, and how much."""

    name: str
    value: str


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


@dataclass
class LogLine:
    """A line of an image's log."""

    level: str
    message: str
    at: str


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
    can_retry: bool = False
    can_steer: bool = False
    chosen_id: str = ""
    chosen_name: str = ""
    details: list[Fact] = []
    log: list[LogLine] = []
    _last: RunImage | None = None

    def _shows_its_thing(self) -> bool:
        return bool(self.run_id)

    @guarded
    async def load(self, call: Call) -> None:
        """Show the run that the address names, by its own id or by that of one of its images' jobs."""
        if not self._is_at(routes.RUN):
            return
        await self._enter(call)
        self.is_loaded, self.chosen_id, self.log = False, "", []
        try:
            found, job_id = await runs.run_of(call.session, call.principal, UUID(str(self.run)))
        except (NotFound, ValueError):
            self.is_missing, self.is_loaded, self.run_id = True, True, ""
            return
        batch = found.batch
        await live.watch(call, self._tab, Topic(RunState, batch.id, live.SELDOM_S), RunState.load, batch.project_id)
        self.is_missing, self.run_id, self.project_id = False, str(batch.id), str(batch.project_id)
        self._show_news((found, await runs.images(call.session, batch.id, PAGE + 1)))
        self.who = person(batch.started_by, call.principal)
        if job_id:
            await self._choose(call, job_id)
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
        self.project_name, self.box, self.facts = batch.project_name, [batch_box(batch)], _facts(run)
        self.can_retry = batch.can_edit and batch.counts.failed > 0 and (not isinstance(batch, EndedBatch) or batch.retryable > 0)
        self.can_steer = batch.can_edit and self.box[0].is_open
        self._renew(images, batch.project_id)

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
    async def choose(self, call: Call, job_id: UUID) -> None:
        """Show the log of an image, or close it."""
        if self.chosen_id == str(job_id):
            self.chosen_id, self.log = "", []
        else:
            await self._choose(call, job_id)

    async def _choose(self, call: Call, job_id: UUID) -> None:
        lines = await jobs.job_log(call.session, call.principal, job_id)
        found = await runs.images(call.session, UUID(self.run_id), 1, job_id=job_id)
        if found:
            self.chosen_id, self.chosen_name = str(job_id), found[0].name
            self.details, self.log = _details(found[0]), [_line(line) for line in lines]

    @guarded
    async def retry(self, call: Call) -> None:
        """Try again what failed."""
        again = await jobs.retry_failed(call.session, call.principal, UUID(self.run_id))
        await call.record(Action.BATCH_CHANGE, "batch", again.id, to=Act.RETRY)
        self._tell("success", t("{images} queued again", images=counted(again.counts.queued, "image", "images")))


def _facts(run: Run) -> list[Fact]:
    batch, pace = run.batch, run.pace
    facts = [Fact(t("Model"), model_title(batch.model)), Fact(t("Weights"), run.weights_sha256[:12] or t("none"))]
    words = {"threshold": t("Threshold"), "min_area_px": t("Smallest object, px²"), "channel": t("Channel")}
    for name, value in batch.parameters.items():
        if name == KEEP_HAND_MADE:
            facts.append(Fact(t("Objects made by hand"), t("kept")))
            continue
        shown = int(value) + 1 if name == "channel" else value
        facts.append(Fact(words.get(name, name), f"{shown:g}" if isinstance(shown, int | float) else str(shown)))
    for name, middle, most in ((t("In line"), pace.waited_p50, pace.waited_p95), (t("In work"), pace.took_p50, pace.took_p95)):
        if middle is not None and most is not None:
            facts.append(Fact(name, t("{middle}, 95 of 100 below {most}", middle=_time(middle), most=_time(most))))
    return facts


def _time(seconds: float) -> str:
    return f"{seconds * 1000:.0f} ms" if seconds < 1 else f"{seconds:.1f} s" if seconds < 60 else f"{seconds / 60:.1f} min"


def _row(image: RunImage, project_id: UUID) -> ImageRow:
    times = [t("{time} in line", time=_time(image.waited_s))] if image.waited_s is not None else []
    times += [t("{time} in work", time=_time(image.took_s))] if image.took_s is not None else []
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
    )


def _pictures(image: RunImage) -> str:
    """The thumbnail with what this run found over it, as a style names them; one that is not there any more shows nothing."""
    if image.is_gone:
        return "none"
    found = [f"url({routes.overlay(image.image_id, image.revision)})"] if image.revision else []
    return ", ".join([*found, f"url({routes.thumbnail(image.image_id)})"])


def _details(image: RunImage) -> list[Fact]:
    stages = [Fact(words, _time(image.timings[name])) for name, words in _STAGES.items() if name in image.timings]
    worker = [Fact(t("worker"), image.worker)] if image.worker else []
    attempts = [Fact(t("attempts"), str(image.attempt))] if image.attempt > 1 else []
    return [*worker, *attempts, *stages]


def _line(line: JobLogView) -> LogLine:
    return LogLine(line.level, line.message, line.created_at.isoformat())
