"""What ended in the person's projects: all of it, one project's, or the one batch that the address names."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from cellhub_app.core.errors import NotFound
from cellhub_app.core.events import Event, EventType
from cellhub_app.core.pagination import PageRequest
from cellhub_app.domain.activity.schemas import Action
from cellhub_app.domain.jobs import overview
from cellhub_app.domain.jobs import service as jobs
from cellhub_app.domain.jobs.schemas import Cause, EndedBatch
from cellhub_app.domain.jobs.steering import Act
from cellhub_app.domain.projects import service as projects
from cellhub_app.web import live, routes
from cellhub_app.web.batches import NOT_RETRYABLE, BatchBox, Person, batch_box, person, retry_words
from cellhub_app.web.guard import Call, guarded
from cellhub_app.web.i18n import counted, t
from cellhub_app.web.live import News, Topic
from cellhub_app.web.session import SessionState

PAGE = 10
AGAIN = {"queued", "running", "paused"}


@dataclass
class Example:
    """An image that failed, with the way to it."""

    name: str
    href: str


@dataclass
class CauseRow:
    """Why images failed: the sentence, how many, and the first few of them."""

    detail: str
    images: str
    examples: list[Example]
    more: str


@dataclass
class HistoryRow:
    """A batch that ended."""

    batch: BatchBox
    project_id: str
    project: str
    project_href: str
    href: str
    run_href: str
    who: Person
    ended_at: str
    causes: list[CauseRow]
    more_causes: str
    retry: str
    no_retry: str


@dataclass
class HistoryNews:
    """The newest rows when a batch ended, and the ids of those that are being done again."""

    newest: list[HistoryRow] | None
    again: set[str]


class HistoryState(SessionState):
    """The history on the page of the queue."""

    rows: list[HistoryRow] = []
    are_loaded: bool = False
    has_more: bool = False
    of_project: str = ""
    is_narrowed: bool = False
    missing: str = ""
    _project: UUID | None = None
    _batch: UUID | None = None
    _cursor: str | None = None

    @guarded
    async def load_history(self, call: Call) -> None:
        """Show what ended, as far as the address asks for it."""
        if not self._is_at(routes.QUEUE):
            return
        topic = Topic(HistoryState, call.principal.user_id, live.SELDOM_S)
        await live.watch(call, self._tab, topic, HistoryState.load_history)
        asked = self.router.url.query_parameters
        self._project, self._batch = _id(asked.get("project")), _id(asked.get("batch"))
        self.is_narrowed, self.missing, self.of_project = bool(self._project or self._batch), "", ""
        try:
            await self._read(call)
        except NotFound:
            self.rows, self.has_more = [], False
            self.missing = t("What the address names is not there, or it is not shared with you any more.")
        self.are_loaded = True

    async def _read(self, call: Call) -> None:
        if self._batch:
            found = await overview.these(call.session, call.principal, [self._batch])
            self.rows, self.has_more = [_row(batch, call) for batch in found], False
            if not self.rows:
                await jobs.batch(call.session, call.principal, self._batch)
                self.missing = t("This batch has not ended yet: it stands above, with what runs.")
            return
        if self._project:
            self.of_project = (await projects.get(call.session, call.principal, self._project)).name
        self.rows = []
        await self._append(call, None)

    async def _append(self, call: Call, cursor: str | None) -> None:
        page = await overview.ended(call.session, call.principal, PageRequest.of(PAGE, cursor), self._project)
        known = {row.batch.id for row in self.rows}
        self.rows = [*self.rows, *(_row(batch, call) for batch in page.data if str(batch.id) not in known)]
        self._cursor, self.has_more = page.next_cursor, page.has_more

    @guarded
    async def show_more(self, call: Call) -> None:
        """Show the next batches."""
        await self._append(call, self._cursor)

    @guarded
    async def retry(self, call: Call, batch_id: UUID) -> None:
        """Try again what failed in a batch."""
        again = await jobs.retry_failed(call.session, call.principal, batch_id)
        await call.record(Action.BATCH_CHANGE, "batch", batch_id, to=Act.RETRY)
        self.rows = [row for row in self.rows if row.batch.id != str(batch_id)]
        if self._batch == batch_id:
            self.missing = t("This batch has not ended yet: it stands above, with what runs.")
        self._tell("success", t("{images} queued again", images=counted(again.counts.queued, "image", "images")))

    @classmethod
    async def _read_news(cls, call: Call, _topic_id: UUID, news: News) -> Any:
        again = {str(event.data.get("batchId")) for event in news.events if _runs_again(event)}
        if not news.has(EventType.BATCH_FINISHED):
            return HistoryNews(None, again)
        page = await overview.ended(call.session, call.principal, PageRequest.of(PAGE))
        newest = [_row(batch, call) for batch in page.data]
        return HistoryNews(newest, again - {row.batch.id for row in newest})

    def _show_news(self, found: Any) -> None:
        rows = [row for row in self.rows if row.batch.id not in found.again]
        if found.newest is not None:
            fresh = [row for row in found.newest if self._wants(row)]
            known = {row.batch.id for row in fresh}
            rows = [*fresh, *(row for row in rows if row.batch.id not in known)]
        if self._batch and rows:
            self._put(missing="")
        self._put(rows=rows)

    def _wants(self, row: HistoryRow) -> bool:
        if self._batch:
            return row.batch.id == str(self._batch)
        return self._project is None or row.project_id == str(self._project)


def _id(word: str | None) -> UUID | None:
    try:
        return UUID(word) if word else None
    except ValueError:
        return None


def _runs_again(event: Event) -> bool:
    return event.type is EventType.QUEUE_UPDATE and event.data.get("status") in AGAIN


def _row(batch: EndedBatch, call: Call) -> HistoryRow:
    hidden = batch.counts.failed - sum(cause.images for cause in batch.causes)
    retryable = batch.retryable if batch.can_edit else 0
    return HistoryRow(
        batch=batch_box(batch),
        project_id=str(batch.project_id),
        project=batch.project_name,
        project_href=routes.project(batch.project_id),
        href=f"{routes.QUEUE}?batch={batch.id}",
        run_href=routes.run(batch.id),
        who=person(batch.started_by, call.principal),
        ended_at=batch.finished_at.isoformat() if batch.finished_at else "",
        causes=[_cause(cause, batch.project_id) for cause in batch.causes],
        more_causes=t("{images} failed for other reasons.", images=counted(hidden, "image", "images"))
        if hidden > 0 and batch.causes
        else "",
        retry=retry_words(retryable),
        no_retry=NOT_RETRYABLE if batch.causes and batch.can_edit and not retryable else "",
    )


def _cause(cause: Cause, project_id: UUID) -> CauseRow:
    more = cause.images - len(cause.examples)
    return CauseRow(
        detail=cause.detail,
        images=counted(cause.images, "image", "images"),
        examples=[Example(image.name, routes.image(project_id, image.id)) for image in cause.examples],
        more=t("and {count} more", count=f"{more:,}") if more > 0 and cause.examples else "",
    )
