"""What is done with the selected images: tags, the trash and back."""

from datetime import datetime
from uuid import UUID

from cellhub_app.domain.activity.schemas import Action
from cellhub_app.domain.flows.throw_away import throw_away
from cellhub_app.domain.images import tagging, trash
from cellhub_app.web.guard import Call, guarded
from cellhub_app.web.i18n import counted, t
from cellhub_app.web.pages.project.images_state import ImagesState
from cellhub_app.web.pages.project.state import ProjectState
from cellhub_app.web.session import undoable


class SelectionState(ProjectState):
    """The bar of the selection, and the dialog that asks for a tag."""

    all_asked: int = 0
    none_asked: int = 0
    tag_count: int = 0
    new_tag: str = ""

    @guarded
    async def ask_all(self, _call: Call) -> None:
        """Let the gallery select everything that matches."""
        self.all_asked += 1

    @guarded
    async def ask_none(self, _call: Call) -> None:
        """Let the gallery select nothing."""
        self.none_asked += 1

    @guarded
    async def delete(self, call: Call) -> None:
        """Put the selected images in the trash; the message takes them back."""
        chosen = (await self.get_state(ImagesState))._chosen()
        gone, moment = await throw_away(call.session, call.principal, UUID(self.project_id), chosen)
        await call.record(Action.IMAGE_DELETE, "project", UUID(self.project_id), images=gone)
        await self._done()
        words = t("{images} moved to the trash", images=counted(gone, "image", "images"))
        detail = t("They can be restored from there for {days} days.", days=trash.KEEP_DAYS)
        self._tell("success", words, detail, action=t("Undo"), undo=("images", [self.project_id, moment.isoformat()]))

    @guarded
    async def restore(self, call: Call) -> None:
        """Take the selected images out of the trash."""
        chosen = (await self.get_state(ImagesState))._chosen()
        back = await trash.restore(call.session, call.principal, UUID(self.project_id), chosen)
        await call.record(Action.IMAGE_RESTORE, "project", UUID(self.project_id), images=back)
        await self._done()
        self._tell("success", t("{images} restored", images=counted(back, "image", "images")))

    async def _done(self) -> None:
        gallery = await self.get_state(ImagesState)
        gallery._choose([], selects_all=False, count=0)
        gallery.refresh += 1
        self.none_asked += 1

    @guarded
    async def open_tags(self, _call: Call) -> None:
        """Ask which tag."""
        self.tag_count, self.new_tag = (await self.get_state(ImagesState)).selected_count, ""
        self.dialog = "tag"

    @guarded
    async def set_open(self, _call: Call, is_open: bool) -> None:
        """Close the dialog."""
        self.dialog = "tag" if is_open else ""

    @guarded
    async def write_tag(self, _call: Call, tag: str) -> None:
        """What is typed, or one of those in use."""
        self.new_tag = tag[: 2 * tagging.TAG_MAX_LENGTH]

    @guarded
    async def add_tag(self, call: Call) -> None:
        """Put the tag on the selected images."""
        chosen = (await self.get_state(ImagesState))._chosen()
        tag = tagging.clean(self.new_tag)
        changed = await tagging.add(call.session, call.principal, UUID(self.project_id), chosen, tag)
        self.dialog = ""
        self._tell("success", t("{images} tagged “{tag}”", images=counted(changed, "image", "images"), tag=tag))

    @guarded
    async def remove_tag(self, call: Call) -> None:
        """Take the tag off the selected images."""
        chosen = (await self.get_state(ImagesState))._chosen()
        tag = tagging.clean(self.new_tag)
        changed = await tagging.remove(call.session, call.principal, UUID(self.project_id), chosen, tag)
        self.dialog = ""
        self._tell("success", t("“{tag}” taken off {images}", tag=tag, images=counted(changed, "image", "images")))


@undoable("images")
async def restore_images(call: Call, words: list[str]) -> None:
    """Take back one deletion: the project's id, then the moment of the act."""
    project_id, moment = words
    back = await trash.undo(call.session, call.principal, UUID(project_id), datetime.fromisoformat(moment))
    await call.record(Action.IMAGE_RESTORE, "project", UUID(project_id), images=back)
