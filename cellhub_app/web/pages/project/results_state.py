"""What the tab of results hears: that objects, tags or conditions are others by now. The figures themselves come over HTTP."""

from typing import Any
from uuid import UUID

from cellhub_app.core.events import EventType
from cellhub_app.web import live
from cellhub_app.web.guard import Call, guarded
from cellhub_app.web.live import News, Topic
from cellhub_app.web.pages.project.state import ProjectState

EXPERIMENT = {"conditions", "tags"}


class ResultsState(ProjectState):
    """The tab of results; `told` counts what its figures have to follow beside the counts of the project."""

    told: int = 0

    @guarded
    async def load_results(self, call: Call) -> None:
        """Hear from now on what happens to the experiment."""
        if self.project_id:
            project_id = UUID(self.project_id)
            await live.watch(call, self._tab, Topic(ResultsState, project_id, live.OFTEN_S), ProjectState.load, project_id)

    @classmethod
    async def _read_news(cls, _call: Call, _topic_id: UUID, news: News) -> Any:
        told = (event.data for event in news.events if event.type is EventType.PROJECT_CHANGED)
        return news.anew or any(EXPERIMENT & set(data) for data in told)

    def _show_news(self, found: Any) -> None:
        if found:
            self.told += 1
