"""How fast all that the person may see is getting done."""

from typing import Any
from uuid import UUID

from cellhub_app.domain.jobs.throughput import throughput
from cellhub_app.web import live, routes
from cellhub_app.web.guard import Call, guarded
from cellhub_app.web.live import News, Topic
from cellhub_app.web.session import SessionState
from cellhub_app.web.throughput import Drawing, drawing

EVERY_S = 15.0


class QueuePace(SessionState):
    """The sparkline of the queue's page: read rarely, once for all tabs of a person."""

    drawn: Drawing = Drawing()

    @guarded
    async def load_pace(self, call: Call) -> None:
        """Show the last hour."""
        if not self._is_at(routes.QUEUE):
            return
        topic = Topic(QueuePace, call.principal.user_id, EVERY_S, ages=True)
        await live.watch(call, self._tab, topic, QueuePace.load_pace)
        self._show_news(await self._read_news(call, call.principal.user_id, News(anew=True)))

    @classmethod
    async def _read_news(cls, call: Call, _topic_id: UUID, _news: News) -> Any:
        return drawing(await throughput(call.session, call.principal))

    def _show_news(self, found: Any) -> None:
        self._put(drawn=found)
