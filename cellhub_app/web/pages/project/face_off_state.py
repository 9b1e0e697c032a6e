"""Beginning a face-off: which models, on which few images; and those of the last days."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

import reflex as rx

from cellhub_app.core.errors import SelectionEmpty
from cellhub_app.core.limits import FACE_OFF_IMAGES_MAX, FACE_OFF_MODELS_MAX
from cellhub_app.domain.activity.schemas import Action
from cellhub_app.domain.flows import face_off as flow
from cellhub_app.domain.images.schemas import ImageFilters
from cellhub_app.domain.images.selection import Chosen, first_ready
from cellhub_app.domain.segmentation import service as catalogue
from cellhub_app.domain.trials import service as trials
from cellhub_app.web import routes
from cellhub_app.web.batches import model_title
from cellhub_app.web.guard import Call, guarded
from cellhub_app.web.i18n import counted, listed, t
from cellhub_app.web.pages.project.images_state import ImagesState
from cellhub_app.web.pages.project.state import ProjectState

EARLIER_SHOWN = 3
TYPICAL = 3


@dataclass
class Rival:
    """A model that can take part."""

    name: str
    title: str
    fits: bool
    takes_part: bool


@dataclass
class Earlier:
    """A face-off of the last days."""

    href: str
    words: str


class NewFaceOffState(ProjectState):
    """The dialog "Compare models"."""

    rivals: list[Rival] = []
    images: list[str] = []
    image_count: int = 0
    earlier: list[Earlier] = []

    @rx.var
    def taking_part(self) -> int:
        """How many models are chosen."""
        return sum(rival.takes_part for rival in self.rivals)

    @guarded
    async def open_dialog(self, call: Call) -> None:
        """Offer the installed models for the selected images, or for a few of the project when none is selected."""
        gallery = await self.get_state(ImagesState)
        selected = gallery.selected_count > 0
        chosen = gallery._chosen() if selected else Chosen(filters=ImageFilters())
        wanted = FACE_OFF_IMAGES_MAX if selected else TYPICAL
        ids = await first_ready(call.session, call.principal, UUID(self.project_id), chosen, wanted)
        if not ids:
            raise SelectionEmpty("None of these images is read yet, so there is nothing to compare on. Wait a moment.")
        self.images = [str(image_id) for image_id in ids]
        self.image_count = gallery.selected_count if selected else len(ids)
        models = catalogue.models(self.sample_kind)
        self.rivals = [
            Rival(model.name, model.title, self.sample_kind in model.sample_kinds, place < FACE_OFF_MODELS_MAX)
            for place, model in enumerate(models)
        ]
        found = await trials.face_offs(call.session, call.principal, UUID(self.project_id))
        self.earlier = [
            Earlier(
                routes.face_off(self.project_id, one.id),
                t(
                    "{models} on {images}, {day}",
                    models=listed([model_title(name) for name in one.models]),
                    images=counted(len(one.image_ids), "image", "images"),
                    day=f"{one.created_at:%d %b, %H:%M} UTC",
                ),
            )
            for one in found[:EARLIER_SHOWN]
        ]
        self.dialog = "faceOff"

    @guarded
    async def set_open(self, _call: Call, is_open: bool) -> None:
        """Close the dialog."""
        self.dialog = "faceOff" if is_open else ""

    @guarded
    async def toggle(self, _call: Call, name: str) -> None:
        """Let a model take part, or not."""
        self.rivals = [Rival(rival.name, rival.title, rival.fits, rival.takes_part != (rival.name == name)) for rival in self.rivals]

    @guarded
    async def begin(self, call: Call) -> Any:
        """Queue the models on the images, and go to where they are compared."""
        images = [UUID(image_id) for image_id in self.images]
        models = [rival.name for rival in self.rivals if rival.takes_part]
        made = await flow.begin(call.session, call.principal, UUID(self.project_id), images, models)
        await call.record(Action.FACE_OFF, "faceOff", made.id, models=made.models, images=len(made.image_ids))
        self.dialog = ""
        return rx.redirect(routes.face_off(self.project_id, made.id))
