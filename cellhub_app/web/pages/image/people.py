"""Who else looks at the image."""

from typing import Any
from uuid import UUID

import reflex as rx

from cellhub_app.core.errors import NotFound
from cellhub_app.core.events import EventType
from cellhub_app.core.runtime import get_runtime
from cellhub_app.domain.presence import service as presence
from cellhub_app.domain.presence.schemas import Here
from cellhub_app.web import live, routes
from cellhub_app.web.components.viewer.people import people_bar
from cellhub_app.web.guard import Call, guarded
from cellhub_app.web.live import News, Topic
from cellhub_app.web.pages.image.state import ImageState
from cellhub_app.web.session import SessionState
from cellhub_app.web.theme import face_colour, initials

TOLD_WITHIN_S = 0.1


class PresenceState(SessionState):
    """The people in the bar of the image's page; each open page says over HTTP what it shows."""

    people: list[dict[str, str | bool]] = []
    shown_id: str = ""
    _me: str = ""

    @guarded
    async def load_people(self, call: Call) -> None:
        """Show who is here."""
        self.people, self.shown_id, self._me = [], "", str(call.principal.user_id)
        if not self._is_at(routes.IMAGE):
            return
        try:
            image_id, project_id = UUID(str(self.image)), UUID(str(self.project))
            topic = Topic(PresenceState, image_id, TOLD_WITHIN_S, ages=True, shows_people=True)
            await live.watch(call, self._tab, topic, PresenceState.load_people, project_id)
            self._show_news(await self._read_news(call, image_id, News(anew=True)))
        except (NotFound, ValueError):
            return
        self.shown_id = str(image_id)

    @classmethod
    async def _read_news(cls, call: Call, topic_id: UUID, news: News) -> Any:
        if not news.has(EventType.PRESENCE, EventType.ACCESS_CHANGED, EventType.PROJECT_CHANGED):
            return None
        return await presence.here(call.session, get_runtime().redis, call.principal, topic_id)

    def _show_news(self, found: list[Here] | None) -> None:
        if found is not None:
            self._put(people=[_shown(one) for one in found if str(one.user_id) != self._me])


def _shown(one: Here) -> dict[str, str | bool]:
    about = one.attention
    return {
        "id": str(one.user_id),
        "name": one.name,
        "initials": initials(one.name),
        "colour": face_colour(one.email),
        "objectId": str(about.object_id or ""),
        "isEditing": about.is_editing,
    }


def people() -> rx.Component:
    """Who else is here, for the page's bar."""
    return people_bar(
        api=routes.API,
        image_id=PresenceState.shown_id,
        people=PresenceState.people,
        object_id=ImageState.object_id,
    )
