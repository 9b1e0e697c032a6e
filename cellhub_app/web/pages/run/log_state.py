"""The log of one image of a run: it grows by itself while the image is worked on."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from cellhub_app.core.errors import NotFound
from cellhub_app.core.events import EventType
from cellhub_app.domain.jobs import runs
from cellhub_app.domain.jobs import service as jobs
from cellhub_app.domain.jobs.runs import RunImage
from cellhub_app.domain.jobs.schemas import JobLogView
from cellhub_app.web import live, routes
from cellhub_app.web.guard import Call, guarded
from cellhub_app.web.i18n import t
from cellhub_app.web.live import News, Topic
from cellhub_app.web.pages.run.words import Fact, time_text
from cellhub_app.web.session import SessionState

_STAGES = {
    "read_s": t("Reading"), "network_s": t("Network"), "postprocess_s": t("Outlines and measures"), "save_s": t("Saving"),
    "waited_s": t("Waiting between"),
}  # fmt: skip


@dataclass
class LogLine:
    """A line of an image's log."""

    level: str
    message: str
    at: str


class RunLog(SessionState):
    """The log that is open on the page of a run; `job_id` is empty where none is."""

    job_id: str = ""
    image_name: str = ""
    facts: list[Fact] = []
    lines: list[LogLine] = []
    _of: str = ""

    @guarded
    async def load_log(self, call: Call) -> None:
        """Open the log of the job that the address names; when the page loads again, what was open stays so."""
        if not self._is_at(routes.RUN):
            return
        address = str(self.run)
        wanted, self._of = (self.job_id if self._of == address else address), address
        try:
            await self._open(call, UUID(wanted))
        except (NotFound, ValueError):
            self._close()

    @guarded
    async def choose(self, call: Call, job_id: UUID) -> None:
        """Show the log of an image, or close it."""
        if self.job_id == str(job_id):
            self._close()
        else:
            await self._open(call, job_id)

    async def _open(self, call: Call, job_id: UUID) -> None:
        job = await jobs.job(call.session, call.principal, job_id)
        await live.watch(call, self._tab, Topic(RunLog, job_id, live.OFTEN_S), RunLog.load_log, job.project_id)
        self._show_news(await self._read_news(call, job_id, News(anew=True)))

    def _close(self) -> None:
        live.leave(self._tab, RunLog)
        self._put(job_id="", image_name="", facts=[], lines=[])

    @classmethod
    async def _read_news(cls, call: Call, topic_id: UUID, news: News) -> Any:
        # A whole batch is paused, cancelled or tried again at once, and told as one.
        is_told = any(event.data.get("jobId") == str(topic_id) for event in news.events)
        if not is_told and not news.has(EventType.QUEUE_UPDATE, EventType.BATCH_FINISHED):
            return None
        image = await runs.image_of(call.session, call.principal, topic_id)
        return image, await jobs.job_log(call.session, call.principal, topic_id)

    def _show_news(self, found: tuple[RunImage, list[JobLogView]] | None) -> None:
        if found is None:
            return
        image, lines = found
        begin = LogLine("info", t("Put in line."), image.queued_at.isoformat())
        shown = [begin, *(LogLine(line.level, line.message, line.created_at.isoformat()) for line in lines)]
        self._put(job_id=str(image.job_id), image_name=image.name, facts=_facts(image), lines=shown)


def _facts(image: RunImage) -> list[Fact]:
    worker = [Fact(t("Worker"), image.worker)] if image.worker else []
    attempts = [Fact(t("Attempts"), str(image.attempt))] if image.attempt > 1 else []
    stages = [Fact(words, time_text(image.timings[name])) for name, words in _STAGES.items() if name in image.timings]
    return [*worker, *attempts, *stages]
