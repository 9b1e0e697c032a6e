"""What a project is called and what is known of its images."""

from typing import Annotated, Any
from uuid import UUID

import reflex as rx
from pydantic import BeforeValidator

from cellhub_app.domain.activity.schemas import Action
from cellhub_app.domain.images.room import taken
from cellhub_app.domain.images.schemas import Room
from cellhub_app.domain.projects import service as projects
from cellhub_app.domain.projects.schemas import Description, PixelSizeUm, ProjectChange, ProjectName
from cellhub_app.domain.schema import Schema
from cellhub_app.models.project import SampleKind
from cellhub_app.web import routes
from cellhub_app.web.guard import Call, guarded
from cellhub_app.web.i18n import bytes_text, t
from cellhub_app.web.pages.project.state import ProjectState


class SettingsForm(Schema):
    """What the form says."""

    name: ProjectName
    description: Description = ""
    sample_kind: SampleKind
    pixel_size_um: Annotated[PixelSizeUm | None, BeforeValidator(lambda value: None if value == "" else value)] = None


class SettingsState(ProjectState):
    """The tab of settings."""

    pixel_size: str = ""
    loaded_kind: str = ""
    room: list[tuple[str, str]] = []
    are_loaded: bool = False

    @guarded
    async def load_settings(self, call: Call) -> None:
        """Show what is set."""
        if not self.project_id:
            return
        found = await projects.get(call.session, call.principal, UUID(self.project_id))
        self.pixel_size = f"{found.pixel_size_um:g}" if found.pixel_size_um else ""
        self.room = _room(await taken(call.session, call.principal, UUID(self.project_id)))
        self.loaded_kind, self.are_loaded = found.sample_kind.value, True

    @guarded
    async def save(self, call: Call, form: SettingsForm) -> None:
        """Keep what the form says."""
        change = ProjectChange(**form.model_dump())
        await projects.update(call.session, call.principal, UUID(self.project_id), change)
        await call.record(Action.PROJECT_UPDATE, "project", UUID(self.project_id), changed=sorted(change.model_fields_set))
        self._tell("success", t("Settings saved"))

    @guarded
    async def delete(self, call: Call) -> Any:
        """Put the project in the trash and go to the dashboard, where the message takes it back."""
        await projects.delete(call.session, call.principal, UUID(self.project_id))
        await call.record(Action.PROJECT_DELETE, "project", UUID(self.project_id))
        self._tell("success", t("“{name}” was deleted", name=self.name), action=t("Undo"), undo=("project", [self.project_id]))
        return rx.redirect(routes.HOME)


def _room(room: Room) -> list[tuple[str, str]]:
    """What takes how much; the last line is all of it."""
    in_trash = [(t("of these in the trash"), bytes_text(room.trashed))] if room.trashed else []
    tiles = (t("Tiles, for looking at images in their own depth"), bytes_text(room.tiles))
    return [
        (t("Files as they were uploaded"), bytes_text(room.files)),
        *in_trash,
        tiles,
        (t("Together"), bytes_text(room.files + room.tiles)),
    ]
