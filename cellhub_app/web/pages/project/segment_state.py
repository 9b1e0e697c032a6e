"""Choosing a model and its parameters, and pressing "Segment"; then pausing, stopping, trying again."""

from dataclasses import replace
from typing import Any, Literal
from urllib.parse import urlencode
from uuid import UUID

import reflex as rx

from cellhub_app.core.errors import SelectionEmpty
from cellhub_app.core.imaging.flaws import Flaw
from cellhub_app.core.pagination import PageRequest
from cellhub_app.core.settings import get_settings
from cellhub_app.domain.activity.schemas import Action
from cellhub_app.domain.flows import segment as flow
from cellhub_app.domain.images import service as images
from cellhub_app.domain.images.schemas import ImageFilters
from cellhub_app.domain.images.selection import Chosen, count_poor, first_ready, has_stacks
from cellhub_app.domain.jobs import steering
from cellhub_app.domain.jobs.steering import Act
from cellhub_app.web import routes
from cellhub_app.web.guard import Call, guarded, unguarded
from cellhub_app.web.i18n import counted, t
from cellhub_app.web.model_choice import MEGAPIXELS_ASSUMED, ModelChoice
from cellhub_app.web.pages.project.images_state import ImagesState
from cellhub_app.web.pages.project.state import ProjectState
from cellhub_app.web.picked import PickedState
from cellhub_app.web.steering import SteeringState

FIRST, ALL = "first", "all"
POOR: tuple[Flaw, ...] = ("empty", "blurred")  # what no model can make up for


class SegmentState(ModelChoice, ProjectState):
    """The dialog, and the buttons of the queue."""

    is_starting: bool = False
    only_selected: bool = False
    only_new: bool = False
    image_count: int = 0
    new_count: int = 0
    poor_count: int = 0
    leaves_out: bool = False
    has_stacks: bool = False
    which_planes: str = FIRST
    can_mail: bool = False
    mail: str = rx.LocalStorage("off", name="cellhub-mail-at-end", sync=True)

    @rx.var
    def images_wanted(self) -> int:
        """How many images the button would segment."""
        every = self.new_count if self.only_new else self.image_count
        return max(0, every - (self.poor_count if self.leaves_out else 0))

    @guarded
    async def open_for_all(self, call: Call) -> None:
        """Offer the models for every image of the project."""
        counts = await images.counts(call.session, call.principal, UUID(self.project_id))
        self.only_selected, self.image_count = False, counts.total - counts.unreadable
        self.new_count = counts.ready + counts.reading
        self.only_new = 0 < self.new_count < self.image_count
        await self._offer(call)

    @guarded
    async def open_for_selected(self, call: Call) -> None:
        """Offer the models for the selected images."""
        selection = await self.get_state(ImagesState)
        self.only_selected, self.only_new, self.image_count, self.new_count = True, False, selection.selected_count, 0
        await self._offer(call)

    async def _offer(self, call: Call) -> None:
        first = await images.page(call.session, call.principal, UUID(self.project_id), ImageFilters(), PageRequest.of(20))
        sizes = [image.width * image.height / 1e6 for image in first.data if image.width and image.height]
        megapixels = sum(sizes) / len(sizes) if sizes else MEGAPIXELS_ASSUMED
        self._offer_models(self.sample_kind, megapixels)
        self.leaves_out = False  # before the images are asked for: an earlier dialog's answer is not about these
        chosen = await self._images() if self.only_selected else Chosen(filters=ImageFilters())
        await self._count_poor(call)
        self.has_stacks = await has_stacks(call.session, call.principal, UUID(self.project_id), chosen)
        self.which_planes = FIRST
        self.can_mail = bool(get_settings().smtp_url) and call.principal.email_verified
        self.dialog = "segment"

    @guarded
    async def set_open(self, _call: Call, is_open: bool) -> None:
        """Close the dialog."""
        self.dialog = "segment" if is_open else ""

    @guarded
    async def set_only_new(self, call: Call, only_new: bool) -> None:
        """Take only images that were never segmented, or all."""
        self.only_new = only_new
        await self._count_poor(call)

    async def _count_poor(self, call: Call) -> None:
        chosen = replace(await self._images(), leave_out=())
        self.poor_count = await count_poor(call.session, call.principal, UUID(self.project_id), chosen, POOR)

    @guarded
    async def leave_out(self, _call: Call, is_wanted: bool) -> None:
        """Leave out the pictures that look empty or blurred, or take them too."""
        self.leaves_out = is_wanted

    @guarded
    async def choose_planes(self, _call: Call, planes: Literal["first", "all"]) -> None:
        """Take the first plane of each stack, or all of them."""
        self.which_planes = planes

    @guarded
    async def open_tuning(self, call: Call) -> Any:
        """Try the model and its parameters on one of the images first."""
        chosen = await self._images()
        ids = await first_ready(call.session, call.principal, UUID(self.project_id), chosen, 1)
        if not ids:
            await self._count_poor(call)
            if self.leaves_out and not self.images_wanted:
                raise SelectionEmpty(flow.all_left_out("to try this on", POOR))
            raise SelectionEmpty("None of these images is read yet, so there is nothing to try on. Wait a moment.")
        (await self.get_state(PickedState))._pick(self.project_id, chosen, self.images_wanted)
        self.dialog = ""
        asked = {"model": self.chosen, "threshold": f"{self.threshold:g}", "minAreaPx": self.min_area_px}
        return rx.redirect(f"{routes.tuning(self.project_id, ids[0])}?{urlencode(asked)}")

    @unguarded
    def ask_for_mail(self, is_wanted: bool) -> None:
        """Be told by e-mail when it ends, this time and the next; only this browser remembers."""
        self.mail = "on" if is_wanted else "off"

    @guarded
    async def prepare(self, _call: Call) -> Any:
        """Say at once that it begins: thousands of images take a moment to queue."""
        self.is_starting = True
        return SegmentState.start

    @guarded
    async def start(self, call: Call) -> None:
        """Queue the images."""
        self.is_starting = False
        chosen, notify = await self._images(), self.can_mail and self.mail == "on"
        batch = await flow.segment(
            call.session, call.principal, UUID(self.project_id), chosen, self.chosen, self._parameters(), notify=notify,
            frames="all" if self.has_stacks and self.which_planes == ALL else "first",
        )  # fmt: skip
        await call.record(Action.SEGMENT, "batch", batch.id, model=self.chosen, images=batch.counts.queued)
        self.dialog = ""
        total = sum(batch.counts.model_dump().values())
        detail = t("An e-mail goes to {email} when all is done.", email=call.principal.email) if batch.notify else ""
        self._tell("success", t("{images} queued", images=counted(total, "image", "images")), detail)

    async def _images(self) -> Chosen:
        if self.only_selected:
            chosen = (await self.get_state(ImagesState))._chosen()
        else:
            chosen = Chosen(filters=ImageFilters(), only_new=self.only_new)
        return replace(chosen, leave_out=POOR) if self.leaves_out else chosen


class QueueActions(SteeringState, ProjectState):
    """The buttons of the queue at the side."""

    @guarded
    async def retry_all(self, call: Call) -> None:
        """Try again what failed in any batch of the project."""
        moved = await steering.steer_project(call.session, call.principal, UUID(self.project_id), Act.RETRY)
        await call.record(Action.BATCH_CHANGE, "project", UUID(self.project_id), to=Act.RETRY)
        self._tell("success", t("{images} queued again", images=counted(moved.images, "image", "images")))
