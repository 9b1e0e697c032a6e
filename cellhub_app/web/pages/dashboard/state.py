"""The projects of the signed-in person, and what can be done with them from the dashboard."""

from dataclasses import dataclass
from functools import partial
from typing import Annotated, Any, Literal
from uuid import UUID

import reflex as rx
from pydantic import BeforeValidator

from cellhub_app.core.events import EventType
from cellhub_app.core.pagination import PageRequest, first_of
from cellhub_app.core.runtime import get_runtime
from cellhub_app.domain.activity.schemas import Action
from cellhub_app.domain.flows import samples
from cellhub_app.domain.invitations import service as invitations
from cellhub_app.domain.invitations.schemas import ReceivedInvitation
from cellhub_app.domain.projects import service as projects
from cellhub_app.domain.projects.schemas import NewProject, PixelSizeUm, ProjectCard, ProjectChange, ProjectName
from cellhub_app.domain.schema import Schema
from cellhub_app.models.project import ProjectRole, SampleKind
from cellhub_app.web import live, routes
from cellhub_app.web.guard import Call, guarded, unguarded
from cellhub_app.web.i18n import counted, t
from cellhub_app.web.live import News, Topic
from cellhub_app.web.session import SessionState, undoable
from cellhub_app.web.theme import face_colour, initials

PAGE = 60
FACES = 4

OptionalSize = Annotated[PixelSizeUm | None, BeforeValidator(lambda value: None if value == "" else value)]


class ProjectForm(Schema):
    """What the form of a new project says."""

    name: ProjectName
    sample_kind: SampleKind
    pixel_size_um: OptionalSize = None


class NameForm(Schema):
    """What the form of another name says."""

    name: ProjectName


@dataclass
class Face:
    """A member as two letters."""

    name: str
    initials: str
    colour: str


@dataclass
class Card:
    """A project on the dashboard."""

    id: str
    name: str
    href: str
    counts: str
    failed: str
    percent: int
    is_running: bool
    can_manage: bool
    pictures: list[str]
    faces: list[Face]
    more_faces: int
    teams: str


@dataclass
class Asked:
    """An invitation that waits for an answer."""

    id: str
    name: str
    is_team: bool
    who: str
    role: str


def _card(card: ProjectCard) -> Card:
    images = card.images
    segmented = t("{done} segmented", done=f"{images.done:,}") if images.done else ""
    words = [counted(images.total, "image", "images") if images.total else t("no images yet"), segmented]
    faces = [Face(member.name, initials(member.name), face_colour(member.email)) for member in card.members[:FACES]]
    return Card(
        id=str(card.id),
        name=card.name,
        href=routes.project(card.id),
        counts=" · ".join(word for word in words if word),
        failed=t("{count} failed", count=f"{images.failed:,}") if images.failed else "",
        percent=round(100 * (images.total - images.busy) / images.total) if images.total else 0,
        is_running=images.busy > 0,
        can_manage=card.role is ProjectRole.OWNER,
        pictures=[routes.thumbnail(image_id) for image_id in card.newest_image_ids],
        faces=faces,
        more_faces=max(0, len(card.members) - FACES),
        teams=", ".join(team.name for team in card.teams),
    )


def _asked(view: ReceivedInvitation) -> Asked:
    return Asked(str(view.id), view.team or view.project or "", view.team is not None, view.invited_by, view.role.value)


class DashboardState(SessionState):
    """The cards, and the dialogs to create and rename."""

    cards: list[Card] = []
    asked: list[Asked] = []
    is_loaded: bool = False
    has_more: bool = False
    query: str = ""
    create_is_open: bool = False
    is_preparing: bool = False
    renamed_id: str = ""
    renamed_name: str = ""
    _shown: int = PAGE

    @guarded
    async def load(self, call: Call) -> None:
        """Show the projects."""
        if not self._is_at(routes.HOME):
            return
        await self._enter(call)
        topic = Topic(DashboardState, call.principal.user_id, live.SELDOM_S)
        await live.watch(call, self._tab, topic, DashboardState.load)
        self._shown = PAGE
        await self._read(call)
        self.is_loaded = True

    async def _read(self, call: Call) -> None:
        cards = partial(projects.list_cards, call.session, call.principal, q=self.query or None)
        found, self.has_more = await first_of(cards, self._shown, PAGE)
        self.cards = [_card(card) for card in found]
        waiting = await invitations.received(call.session, call.principal)
        self.asked = [_asked(view) for view in waiting]

    @classmethod
    async def _read_news(cls, call: Call, _topic_id: UUID, news: News) -> Any:
        if not news.has(EventType.PROJECT_CHANGED, EventType.IMAGE_STATUS, EventType.SEGMENTATION_STATUS, EventType.QUEUE_UPDATE):
            return None
        page = await projects.list_cards(call.session, call.principal, PageRequest.of(PAGE))
        return [_card(card) for card in page.data]

    def _show_news(self, found: Any) -> None:
        if found is None:
            return
        fresh = {card.id: card for card in found}
        if self.query or self._shown > PAGE:
            self.cards = [fresh.get(card.id, card) for card in self.cards]
        else:
            self.cards = found

    @guarded
    async def search(self, call: Call, words: str) -> None:
        """Show the projects whose name or description holds the words."""
        self.query = words.strip()[:200]
        await self._read(call)

    @guarded
    async def show_more(self, call: Call) -> None:
        """Show the next projects."""
        self._shown += PAGE
        await self._read(call)

    @guarded
    async def set_create_open(self, _call: Call, is_open: bool) -> None:
        """Open or close the dialog of a new project."""
        self.create_is_open = is_open

    @unguarded
    def close_dialogs(self) -> None:
        """A page that is opened starts without a dialog; one that only reconnects keeps it."""
        self.create_is_open, self.renamed_id = False, ""

    @guarded
    async def create(self, call: Call, form: ProjectForm) -> Any:
        """Start a project and go to it."""
        made = await projects.create(call.session, call.principal, NewProject(**form.model_dump()))
        await call.record(Action.PROJECT_CREATE, "project", made.id, name=made.name)
        self.create_is_open = False
        return rx.redirect(routes.project(made.id))

    @guarded
    async def accept(self, call: Call, invitation_id: UUID) -> Any:
        """Say yes to an invitation and go to its project or team."""
        kind, place_id = (await invitations.accept(call.session, call.principal, invitation_id)).place
        await call.record(Action.MEMBER_ADD, kind, place_id, userId=str(call.principal.user_id))
        return rx.redirect(routes.team(place_id) if kind == "team" else routes.project(place_id))

    @guarded
    async def decline(self, call: Call, invitation_id: UUID) -> None:
        """Say no to an invitation."""
        await invitations.decline(call.session, call.principal, invitation_id)
        await self._read(call)

    @guarded
    async def prepare_samples(self, _call: Call) -> Any:
        """Say at once that the samples are being made, then make them."""
        self.is_preparing = True
        return DashboardState.try_samples

    @guarded
    async def try_samples(self, call: Call) -> Any:
        """Start a project of sample images and go to it."""
        try:
            made = await samples.create_project(get_runtime(), call.principal)
        finally:
            self.is_preparing = False
        await call.record(Action.PROJECT_CREATE, "project", made.id, name=made.name)
        return rx.redirect(routes.project(made.id))

    @guarded
    async def ask_name(self, call: Call, project_id: UUID | Literal[""]) -> None:
        """Open the dialog that renames a project, or close it."""
        self.renamed_id = str(project_id)
        if project_id:
            self.renamed_name = (await projects.get(call.session, call.principal, project_id)).name

    @guarded
    async def rename(self, call: Call, form: NameForm) -> None:
        """Give a project another name."""
        if not self.renamed_id:
            return
        await projects.update(call.session, call.principal, UUID(self.renamed_id), ProjectChange(name=form.name))
        await call.record(Action.PROJECT_UPDATE, "project", UUID(self.renamed_id), changed=["name"])
        self.renamed_id = ""
        await self._read(call)

    @guarded
    async def delete(self, call: Call, project_id: UUID) -> None:
        """Put a project in the trash; the message takes it back."""
        name = (await projects.get(call.session, call.principal, project_id)).name
        await projects.delete(call.session, call.principal, project_id)
        await call.record(Action.PROJECT_DELETE, "project", project_id)
        self.cards = [card for card in self.cards if card.id != str(project_id)]
        self._tell("success", t("“{name}” was deleted", name=name), action=t("Undo"), undo=("project", [str(project_id)]))


@undoable("project")
async def restore_project(call: Call, ids: list[str]) -> None:
    """Take projects out of the trash."""
    for project_id in ids:
        await projects.restore(call.session, call.principal, UUID(project_id))
        await call.record(Action.PROJECT_RESTORE, "project", UUID(project_id))
