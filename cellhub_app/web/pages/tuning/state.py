"""One image, one model, two sliders: what would be found. The outlines come over HTTP; here is only what is asked for."""

from dataclasses import dataclass
from typing import Any, Literal
from urllib.parse import urlencode
from uuid import UUID

import reflex as rx

from cellhub_app.core.errors import NotFound
from cellhub_app.domain.access import Permission, allows
from cellhub_app.domain.activity.schemas import Action
from cellhub_app.domain.flows import segment as flow
from cellhub_app.domain.images import service as images
from cellhub_app.domain.images.selection import Selection
from cellhub_app.domain.projects import service as projects
from cellhub_app.domain.segmentation import service as catalogue
from cellhub_app.domain.segmentation.schemas import ModelParameters, ModelView
from cellhub_app.web import routes
from cellhub_app.web.guard import Call, guarded, unguarded
from cellhub_app.web.i18n import counted, t
from cellhub_app.web.picked import PickedState
from cellhub_app.web.session import SessionState

Scope = Literal["image", "picked", "all"]
FILTERS = ("status", "q", "tag", "flaw", "sort")


@dataclass
class Option:
    """A model that can be tried, with the range of its threshold."""

    name: str
    title: str
    fits: bool
    threshold: float
    threshold_min: float
    threshold_max: float
    min_area_px: int


def option(model: ModelView, sample_kind: str) -> Option:
    """The model as the page offers it."""
    threshold, area = model.parameters.get("threshold", {}), model.parameters.get("minAreaPx", {})
    return Option(
        model.name,
        model.title,
        sample_kind in model.sample_kinds,
        threshold.get("default", 0.5),
        threshold.get("min", 0.05),
        threshold.get("max", 0.95),
        area.get("default", 0),
    )


class TuningState(SessionState):
    """The page on which a threshold is chosen by eye."""

    image_id: str = ""
    project_id: str = ""
    project_name: str = ""
    name: str = ""
    status: str = ""
    width: int = 0
    height: int = 0
    pixel_size_um: float | None = None
    revision: int = 0
    is_missing: bool = False
    can_edit: bool = False
    options: list[Option] = []
    model: str = ""
    threshold: float = 0.5
    min_area_px: int = 0
    found: int = -1
    shows_present: bool = False
    scope: Scope = "image"
    picked: int = 0
    total: int = 0
    is_starting: bool = False
    filters: dict[str, str] = {}

    @rx.var
    def query(self) -> dict[str, str]:
        """What the address holds: everything that is needed to show somebody else the same."""
        return {**self.filters, "model": self.model, "threshold": f"{self.threshold:g}", "minAreaPx": str(self.min_area_px)}

    @rx.var
    def preview_url(self) -> str:
        """Where the outlines come from."""
        if not self.image_id or not self.model:
            return ""
        asked = {"model": self.model, "threshold": f"{self.threshold:g}", "minAreaPx": self.min_area_px, "format": "binary"}
        return f"{routes.API}/images/{self.image_id}/preview?{urlencode(asked)}"

    @rx.var
    def chosen(self) -> Option:
        """The model that is being tried."""
        nothing = Option("", "", True, 0.5, 0.05, 0.95, 0)
        return next((one for one in self.options if one.name == self.model), nothing)

    @rx.var
    def images_in_scope(self) -> int:
        """How many images the button would segment."""
        return {"image": 1, "picked": self.picked, "all": self.total}[self.scope]

    @rx.var
    def back(self) -> str:
        """The project's page as it was left."""
        return f"{routes.project(self.project_id)}?{urlencode(self.filters)}".rstrip("?")

    def _shows_its_thing(self) -> bool:
        return bool(self.project_id)

    @guarded
    async def load(self, call: Call) -> None:
        """Show the image that the address names, with the model and the parameters that it names."""
        if not self._is_at(routes.TUNING):
            return
        await self._enter(call)
        asked = self.router.url.query_parameters
        try:
            image_id, project_id = UUID(str(self.image)), UUID(str(self.project))
            image = await images.get(call.session, call.principal, image_id)
            project = await projects.get(call.session, call.principal, project_id)
        except (NotFound, ValueError):
            self.is_missing, self.image_id = True, ""
            return
        self.is_missing, self.found = False, -1
        self.image_id, self.project_id, self.project_name = str(image.id), str(project.id), project.name
        self.name, self.status, self.revision, self.pixel_size_um = image.name, image.status, image.revision, image.pixel_size_um
        self.width, self.height = image.width or 0, image.height or 0
        self.can_edit = allows(project.role, Permission.EDIT)
        self.filters = {name: asked[name][:200] for name in FILTERS if asked.get(name)}
        self.options = [option(model, project.sample_kind) for model in catalogue.models(project.sample_kind)]
        self._take(asked)
        await self._count(call)

    def _take(self, asked: Any) -> None:
        known = {one.name: one for one in self.options}
        one = known.get(asked.get("model", "")) or next(iter(self.options), None)
        if one is None:
            return
        self.model = one.name
        self.threshold = _between(asked.get("threshold"), one.threshold, one.threshold_min, one.threshold_max)
        self.min_area_px = int(_between(asked.get("minAreaPx"), one.min_area_px, 0, 1_000_000))

    async def _count(self, call: Call) -> None:
        _, self.picked = (await self.get_state(PickedState))._of(self.project_id)
        counts = await images.counts(call.session, call.principal, UUID(self.project_id))
        self.total = counts.total - counts.unreadable
        if 1 < self.total <= self.picked:  # everything was picked, which has a choice of its own
            self.picked, self.scope = 0, "all"
        else:
            self.scope = "picked" if self.picked > 1 else "image"

    @guarded
    async def choose(self, _call: Call, name: str) -> None:
        """Try another model, with its own parameters."""
        self._take({"model": name})
        self.shows_present = False

    @guarded
    async def set_threshold(self, _call: Call, value: float) -> None:
        """Ask for fewer or more objects."""
        self.threshold = round(_between(value, self.threshold, self.chosen.threshold_min, self.chosen.threshold_max), 3)
        self.shows_present = False

    @guarded
    async def set_min_area(self, _call: Call, value: int | str) -> None:
        """Leave out what is smaller."""
        self.min_area_px = int(_between(value, 0, 0, 1_000_000))
        self.shows_present = False

    @guarded
    async def reset_parameters(self, _call: Call) -> None:
        """Back to the model's own parameters."""
        self._take({"model": self.model})

    @guarded
    async def show_present(self, _call: Call, is_wanted: bool) -> None:
        """Show what is stored, to compare."""
        self.shows_present = is_wanted

    @guarded
    async def set_scope(self, _call: Call, scope: Scope) -> None:
        """Say which images are to be segmented like this."""
        self.scope = scope

    @guarded
    async def note_found(self, _call: Call, told: dict[str, Any]) -> None:
        """The browser shows so many outlines."""
        count = told.get("count")
        if not self.shows_present and isinstance(count, int):
            self.found = count

    @unguarded
    def open_image(self, image_id: UUID) -> Any:
        """Try the same on another image of the strip."""
        return rx.redirect(f"{routes.tuning(self.project_id, image_id)}?{urlencode(self.query)}")

    @guarded
    async def prepare(self, _call: Call) -> Any:
        """Say at once that it begins: thousands of images take a moment to queue."""
        self.is_starting = True
        return TuningState.apply

    @guarded
    async def apply(self, call: Call) -> Any:
        """Segment with these parameters: this image, the picked ones, or all."""
        self.is_starting = False
        parameters = ModelParameters(threshold=self.threshold, min_area_px=self.min_area_px)
        batch = await flow.segment(call.session, call.principal, UUID(self.project_id), await self._images(), self.model, parameters)
        await call.record(Action.SEGMENT, "batch", batch.id, model=self.model, images=batch.counts.queued)
        total = sum(batch.counts.model_dump().values())
        self._tell("success", t("{images} queued", images=counted(total, "image", "images")))
        address = routes.image(self.project_id, self.image_id) if self.scope == "image" else routes.project(self.project_id)
        return rx.redirect(address)

    async def _images(self) -> Selection:
        chosen, _ = (await self.get_state(PickedState))._of(self.project_id)
        if self.scope == "picked" and chosen is not None:
            return chosen
        return "all" if self.scope == "all" else [UUID(self.image_id)]


def _between(value: Any, default: float, low: float, high: float) -> float:
    """A number out of an address or a field, kept inside its limits."""
    try:
        return min(high, max(low, float(value)))
    except (TypeError, ValueError):
        return default
