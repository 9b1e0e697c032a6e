"""Segmenting the image of the page again."""

from uuid import UUID

from cellhub_app.domain.activity.schemas import Action
from cellhub_app.domain.flows import segment as flow
from cellhub_app.domain.images import service as images
from cellhub_app.domain.projects import service as projects
from cellhub_app.web.guard import Call, guarded
from cellhub_app.web.model_choice import MEGAPIXELS_ASSUMED, ModelChoice
from cellhub_app.web.pages.image.state import ImageState


class AgainState(ModelChoice, ImageState):
    """The dialog "Segment again"."""

    asks: bool = False
    keeps_hand_made: bool = True

    @guarded
    async def open_dialog(self, call: Call) -> None:
        """Offer the models, first the one that made the present result."""
        project = await projects.get(call.session, call.principal, UUID(self.project_id))
        image = await images.get(call.session, call.principal, UUID(self.image_id))
        megapixels = (image.width or 0) * (image.height or 0) / 1e6 or MEGAPIXELS_ASSUMED
        self._offer_models(project.sample_kind, megapixels, image.segmentation.model if image.segmentation else None)
        self.keeps_hand_made, self.asks = True, True

    @guarded
    async def set_open(self, _call: Call, is_open: bool) -> None:
        """Close the dialog."""
        self.asks = is_open

    @guarded
    async def keep(self, _call: Call, is_wanted: bool) -> None:
        """Keep what people drew or changed, or let the new result take the place of everything."""
        self.keeps_hand_made = is_wanted

    @guarded
    async def start(self, call: Call) -> None:
        """Queue the image; the page hears by itself how far it is."""
        project_id, chosen = UUID(self.project_id), [UUID(self.image_id)]
        keeps = self.keeps_hand_made and self.revision > 0
        batch = await flow.segment(
            call.session, call.principal, project_id, chosen, self.chosen, self._parameters(), keep_hand_made=keeps
        )  # fmt: skip
        await call.record(Action.SEGMENT, "batch", batch.id, model=self.chosen, images=batch.counts.queued)
        self.asks = False
