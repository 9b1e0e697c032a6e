"""A face-off on screen: which image, which two models, how they are laid beside each other. Outlines and pictures never come here."""

from typing import Any, Literal
from uuid import UUID

import reflex as rx

from cellhub_app.core.errors import NotFound
from cellhub_app.domain.access import Permission, allows
from cellhub_app.domain.activity.schemas import Action
from cellhub_app.domain.flows import face_off as flow
from cellhub_app.domain.images import service as images
from cellhub_app.domain.images.schemas import ImageView
from cellhub_app.domain.projects import service as projects
from cellhub_app.domain.trials import service as trials
from cellhub_app.domain.trials.schemas import FaceOffView
from cellhub_app.web import live, routes
from cellhub_app.web.guard import Call, guarded
from cellhub_app.web.i18n import counted, listed, t
from cellhub_app.web.live import News, Topic
from cellhub_app.web.pages.face_off import standings
from cellhub_app.web.pages.face_off.standings import Figure, Row
from cellhub_app.web.session import SessionState

Mode = Literal["side", "swipe"]
NOBODY: dict[str, Any] = {"title": "", "note": "", "url": ""}


class FaceOffState(SessionState):
    """The page that compares models."""

    face_off_id: str = ""
    project_id: str = ""
    project_name: str = ""
    title: str = ""
    is_missing: bool = False
    can_edit: bool = False
    total: int = 0
    rows: list[Row] = []
    figures: list[Figure] = []
    percent: int = 0
    progress: str = ""
    truth: str = ""
    has_stacks: bool = False
    chosen_title: str = ""
    image_id: str = ""
    name: str = ""
    image_url: str = ""
    width: int = 0
    height: int = 0
    pixel_size_um: float | None = None
    left_model: str = ""
    right_model: str = ""
    left: dict[str, Any] = NOBODY
    right: dict[str, Any] = NOBODY
    is_compared: bool = False
    mode: Mode = "side"
    shows_veil: bool = False
    shows_outlines: bool = True
    _view: FaceOffView | None = None
    _images: dict[str, ImageView] = {}

    @rx.var
    def query(self) -> dict[str, str]:
        """What the address holds: what is looked at, so that a link shows the same."""
        return {
            "image": self.image_id, "left": self.left_model, "right": self.right_model,
            "mode": "" if self.mode == "side" else self.mode, "disagreement": "1" if self.shows_veil else "",
        }  # fmt: skip

    @rx.var
    def veil_url(self) -> str:
        """The picture of what the models disagree about, while it is wanted and there."""
        if not self.shows_veil or not self.is_compared:
            return ""
        return f"{routes.API}/face-offs/{self.face_off_id}/images/{self.image_id}/disagreement"

    def _shows_its_thing(self) -> bool:
        return bool(self.project_id)

    @guarded
    async def load(self, call: Call) -> None:
        """Show the face-off that the address names."""
        if not self._is_at(routes.FACE_OFF):
            return
        await self._enter(call)
        try:
            face_off_id, project_id = UUID(str(self.face_off)), UUID(str(self.project))
            await live.watch(call, self._tab, Topic(FaceOffState, face_off_id), FaceOffState.load, project_id)
            view = await trials.face_off(call.session, call.principal, face_off_id)
            project = await projects.get(call.session, call.principal, view.project_id)
        except (NotFound, ValueError):
            self.is_missing, self.face_off_id = True, ""
            return
        counts = await images.counts(call.session, call.principal, view.project_id)
        self.is_missing, self.total = False, counts.total - counts.unreadable
        self.project_id, self.project_name = str(project.id), project.name
        self.can_edit = allows(project.role, Permission.EDIT)
        self._images = await self._read_images(call, view)
        self._look_as_asked(view)
        self._show_news(view)

    @staticmethod
    async def _read_images(call: Call, view: FaceOffView) -> dict[str, ImageView]:
        found: dict[str, ImageView] = {}
        for image_id in view.image_ids:
            try:
                found[str(image_id)] = await images.get(call.session, call.principal, image_id)
            except NotFound:
                continue
        return found

    def _look_as_asked(self, view: FaceOffView) -> None:
        asked = self.router.url.query_parameters
        first, second = (*view.models, *view.models)[:2]
        self.left_model = asked["left"] if asked.get("left") in view.models else first
        self.right_model = asked["right"] if asked.get("right") in view.models else second
        self.mode = "swipe" if asked.get("mode") == "swipe" else "side"
        self.shows_veil = asked.get("disagreement") == "1"
        wanted = asked.get("image", "")
        self.image_id = wanted if wanted in self._images else next(iter(self._images), "")

    @classmethod
    async def _read_news(cls, call: Call, topic_id: UUID, news: News) -> Any:
        if not news.anew and not any(event.data.get("faceOffId") == str(topic_id) for event in news.events if event.type == "trialStatus"):
            concerned = any(event.type == "trialStatus" and event.data.get("status") in {"failed", "cancelled"} for event in news.events)
            if not concerned:
                return None
        return await trials.face_off(call.session, call.principal, topic_id)

    def _show_news(self, found: FaceOffView | None) -> None:
        if found is None:
            return
        self._view, self.face_off_id = found, str(found.id)
        self.rows, self.figures = standings.rows(found), standings.figures(found, self._images)
        self.percent, self.progress = standings.progress(found)
        self.truth = standings.corrections(found)
        self.has_stacks = any(standings.place(found, image) for image in self._images.values())
        self.title = listed([row.title for row in self.rows])
        self.chosen_title = next((row.title for row in self.rows if row.name == found.chosen_model), "")
        self._show_image()

    def _show_image(self) -> None:
        image, view = self._images.get(self.image_id), self._view
        if image is None or view is None:
            self.left, self.right, self.image_id = NOBODY, NOBODY, ""
            return
        self.name, self.width, self.height = image.name, image.width or 0, image.height or 0
        self.pixel_size_um, self.image_url = image.pixel_size_um, standings.picture(view, self.image_id, "display")
        self.left = standings.result(view, image, self.left_model)
        self.right = standings.result(view, image, self.right_model)
        self.is_compared = image.id in view.disagreement

    @guarded
    async def look_at(self, _call: Call, image_id: str) -> None:
        """Show another image of the face-off."""
        if image_id in self._images:
            self.image_id = image_id
            self._show_image()

    @guarded
    async def step(self, _call: Call, by: int) -> None:
        """Go to the image after, or before."""
        ids = list(self._images)
        if self.image_id in ids:
            self.image_id = ids[(ids.index(self.image_id) + (1 if by > 0 else -1)) % len(ids)]
            self._show_image()

    @guarded
    async def show_left(self, _call: Call, model: str) -> None:
        """Show a model on the left."""
        self._put_beside(left=model, right=self.right_model if model != self.right_model else self.left_model)

    @guarded
    async def show_right(self, _call: Call, model: str) -> None:
        """Show a model on the right."""
        self._put_beside(left=self.left_model if model != self.left_model else self.right_model, right=model)

    def _put_beside(self, *, left: str, right: str) -> None:
        known = {row.name for row in self.rows}
        if {left, right} <= known:
            self.left_model, self.right_model = left, right
            self._show_image()

    @guarded
    async def lay(self, _call: Call, mode: Mode) -> None:
        """Lay the two beside each other, or one over the other."""
        self.mode = mode

    @guarded
    async def show_veil(self, _call: Call, is_wanted: bool) -> None:
        """Colour what the models disagree about, or not."""
        self.shows_veil = is_wanted

    @guarded
    async def show_outlines(self, _call: Call, are_wanted: bool) -> None:
        """Draw the outlines, or not."""
        self.shows_outlines = are_wanted

    @guarded
    async def delete(self, call: Call) -> Any:
        """Stop what has not begun, and forget the comparison."""
        await flow.remove(call.session, call.principal, UUID(self.face_off_id))
        await call.record(Action.FACE_OFF_DELETE, "faceOff", UUID(self.face_off_id))
        self._tell("success", t("The face-off was deleted"))
        return rx.redirect(routes.project(self.project_id))

    @guarded
    async def use(self, call: Call, model: str, scope: Literal["all", "these"]) -> Any:
        """Segment with the model that won."""
        batch = await flow.choose(call.session, call.principal, UUID(self.face_off_id), model, scope)
        await call.record(Action.SEGMENT, "batch", batch.id, model=model, images=batch.counts.queued)
        total = sum(batch.counts.model_dump().values())
        title = next((row.title for row in self.rows if row.name == model), model)
        self._tell("success", t("{images} queued with {model}", images=counted(total, "image", "images"), model=title))
        return rx.redirect(routes.project(self.project_id))
