"""How fast a project's images are getting done."""

from typing import Any
from uuid import UUID

from cellhub_app.domain.jobs.throughput import throughput
from cellhub_app.web import live, routes
from cellhub_app.web.guard import Call, guarded
from cellhub_app.web.live import News, Topic
from cellhub_app.web.pages.project.state import ProjectState
from cellhub_app.web.throughput import Drawing, drawing

EVERY_S = 15.0


class ProjectPace(ProjectState):
    """The sparkline in the project's queue at the side: read rarely, once for all tabs that show it."""

    drawn: Drawing = Drawing()

    @guarded
    async def load_pace(self, call: Call) -> None:
        """Show the last hour."""
        if not self.project_id or not self._is_at(routes.PROJECT):
            return
        project_id = UUID(self.project_id)
        topic = Topic(ProjectPace, project_id, EVERY_S, ages=True)
        await live.watch(call, self._tab, topic, ProjectState.load, project_id)
        self._show_news(await self._read_news(call, project_id, News(anew=True)))

    @classmethod
    async def _read_news(cls, call: Call, topic_id: UUID, _news: News) -> Any:
        return drawing(await throughput(call.session, call.principal, topic_id))

    def _show_news(self, found: Any) -> None:
        self._put(drawn=found)
