"""One image of a shared project in front of a visitor."""

from typing import Any
from urllib.parse import urlencode
from uuid import UUID

import reflex as rx

from cellhub_app.core.errors import NotFound
from cellhub_app.domain.shares import service as shares
from cellhub_app.web import routes
from cellhub_app.web.guard import guarded, unguarded
from cellhub_app.web.live import News, Topic
from cellhub_app.web.pages.shared.state import SharedState
from cellhub_app.web.picture import PictureState
from cellhub_app.web.visit import Visit


class SharedImageState(PictureState, SharedState):
    """The viewer's page."""

    @rx.var
    def query(self) -> dict[str, str]:
        """What the address holds: the gallery's filter, the plane and the selected object."""
        return {**self.filters, **self._place_in_address()}

    @rx.var
    def back(self) -> str:
        """The project's page as it was left."""
        return f"{routes.shared(self.link_id)}?{urlencode(self.filters)}".rstrip("?")

    @guarded
    async def load_image(self, visit: Visit) -> None:
        """Show the image that the address names."""
        if self.router.route_id != routes.SHARED_IMAGE:
            return
        try:
            image_id = UUID(str(self.image))
            await self._enter(visit, Topic(SharedImageState, image_id), SharedImageState.load_image)
            found = await self._read_news(visit, image_id, News(anew=True))
            await self._find_plane(visit, found[0], self.router.url.query_parameters)
            self._show_news(found)
            project = await shares.project(visit.session, visit.principal)
        except (NotFound, ValueError):
            self.is_missing, self.image_id = True, ""
            return
        self.is_missing, self.project_name, self.ends_at = False, project.name, project.expires_at.isoformat()
        self._take_address(self.router.url.query_parameters)

    @guarded
    async def show_plane(self, visit: Visit, number: int) -> None:
        """Show another plane of the stack."""
        await self._go_to_plane(visit, number)

    @guarded
    async def select(self, _visit: Visit, object_id: str | None) -> None:
        """Remember which object is selected."""
        self.object_id = (object_id or "")[:36]

    @unguarded
    def open_image(self, image_id: UUID) -> Any:
        """Go to another image of the strip, with the same filter."""
        return rx.redirect(f"{routes.shared(self.link_id, image_id)}?{urlencode(self.filters)}".rstrip("?"))
