"""Looking at an old revision of an image, and making it present again."""

from uuid import UUID

import reflex as rx

from cellhub_app.core.errors import Conflict
from cellhub_app.domain.activity.schemas import Action
from cellhub_app.domain.annotations import history
from cellhub_app.domain.annotations import service as annotations
from cellhub_app.domain.segmentation import service as catalogue
from cellhub_app.web.guard import Call, guarded, unguarded
from cellhub_app.web.i18n import t
from cellhub_app.web.picture import DIGITS_MAX, HISTORY
from cellhub_app.web.session import undoable


class RevisionMoved(Conflict):
    """What was restored has been changed since, so that taking it back would lose the change."""

    code, title = "revisionMoved", "This image was changed since"


class PastState(rx.State, mixin=True):
    """Which revision of the plane is shown; 0 is the present. Only the present can be edited."""

    models: dict[str, str] = {}

    def _take_past(self, asked: str) -> None:
        """Show the revision that the address names, if there is one that is not the present."""
        number = int(asked) if asked.isdecimal() and len(asked) <= DIGITS_MAX else 0
        self.past = number if number < self.revision else 0
        self.side = HISTORY if self.past else self.side
        self.models = {card.name: card.title for card in catalogue.models()}

    @unguarded
    def look_at(self, revision: int) -> None:
        """Show a revision, or the present."""
        self.past = revision if 0 < revision < self.revision else 0

    @guarded
    async def restore(self, call: Call, revision: int) -> None:
        """Make an old revision present again, as a new one."""
        image_id = UUID(self.image_id)
        number = await annotations.restore(call.session, call.principal, image_id, revision, self.plane)
        await call.record(Action.POLYGONS_EDIT, "image", image_id, revision=number, restored=revision)
        self.past = 0
        title = t("Revision {old} is back as revision {new}", old=revision, new=number)
        self._tell("success", title, undo=("restore", [self.image_id, str(number), str(self.plane)]), action=t("Undo"))


@undoable("restore")
async def undo_restore(call: Call, ids: list[str]) -> None:
    """Bring back what was there before a revision was restored. Raises RevisionMoved."""
    image_id, number, frame = UUID(ids[0]), int(ids[1]), int(ids[2])
    latest = await history.latest(call.session, call.principal, image_id, frame)
    if latest is None or latest.number != number:
        raise RevisionMoved("Nothing was taken back. The history lists every revision: restore the one that you want.")
    back = await annotations.restore(call.session, call.principal, image_id, number - 1, frame)
    await call.record(Action.POLYGONS_EDIT, "image", image_id, revision=back, restored=number - 1)
