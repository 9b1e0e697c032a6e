"""Segmenting the image of the page again."""

from typing import Literal
from uuid import UUID

from cellhub_app.core.imaging.planes import Frames
from cellhub_app.domain.activity.schemas import Action
from cellhub_app.domain.flows import segment as flow
from cellhub_app.domain.images import service as images
from cellhub_app.domain.projects import service as projects
from cellhub_app.web.guard import Call, guarded
from cellhub_app.web.model_choice import MEGAPIXELS_ASSUMED, ModelChoice
from cellhub_app.web.pages.image.state import ImageState

PLANE, ALL = "plane", "all"
Planes = Literal["plane", "all"]


class AgainState(ModelChoice, ImageState):
    """The dialog "Segment again"."""

    asks: bool = False
    keeps_hand_made: bool = True
    which_planes: str = PLANE

    @guarded
    async def open_dialog(self, call: Call) -> None:
        """Offer the models, first the one that made the present result."""
        await self._offer(call, PLANE)

    @guarded
    async def open_for(self, call: Call, planes: Planes) -> None:
        """The same, for the plane on the screen or for all of them."""
        await self._offer(call, planes)

    async def _offer(self, call: Call, planes: str) -> None:
        project = await projects.get(call.session, call.principal, UUID(self.project_id))
        image = await images.get(call.session, call.principal, UUID(self.image_id))
        megapixels = (image.width or 0) * (image.height or 0) / 1e6 or MEGAPIXELS_ASSUMED
        self._offer_models(project.sample_kind, megapixels, image.segmentation.model if image.segmentation else None)
        self.keeps_hand_made, self.which_planes, self.asks = True, planes, True

    @guarded
    async def set_open(self, _call: Call, is_open: bool) -> None:
        """Close the dialog."""
        self.asks = is_open

    @guarded
    async def keep(self, _call: Call, is_wanted: bool) -> None:
        """Keep what people drew or changed, or let the new result take the place of everything."""
        self.keeps_hand_made = is_wanted

    @guarded
    async def choose_planes(self, _call: Call, planes: Planes) -> None:
        """Segment the plane on the screen, or all of them."""
        self.which_planes = planes

    @guarded
    async def start(self, call: Call) -> None:
        """Queue the image; the page hears by itself how far it is."""
        project_id, chosen = UUID(self.project_id), [UUID(self.image_id)]
        keeps = self.keeps_hand_made and self.has_outlines
        frames: Frames = "all" if self.planes > 1 and self.which_planes == ALL else [self.plane] if self.plane else "first"
        batch = await flow.segment(
            call.session, call.principal, project_id, chosen, self.chosen, self._parameters(), keep_hand_made=keeps, frames=frames
        )  # fmt: skip
        await call.record(Action.SEGMENT, "batch", batch.id, model=self.chosen, images=batch.counts.queued)
        self.asks = False
