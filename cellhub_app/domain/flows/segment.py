"""Segmenting: a model over chosen images, as one batch of jobs."""

from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from cellhub_app.core.errors import SelectionEmpty
from cellhub_app.core.events import Event, EventType
from cellhub_app.core.runtime import emit
from cellhub_app.domain.access import Permission, Principal, require
from cellhub_app.domain.images import repository as images
from cellhub_app.domain.images.selection import Selection, conditions
from cellhub_app.domain.jobs import service as jobs
from cellhub_app.domain.jobs.schemas import KEEP_HAND_MADE, BatchView
from cellhub_app.domain.segmentation import service as catalogue
from cellhub_app.domain.segmentation.schemas import ModelParameters


async def segment(
    session: AsyncSession,
    principal: Principal,
    project_id: UUID,
    selection: Selection,
    model: str,
    parameters: ModelParameters | None = None,
    *,
    notify: bool = False,
    keep_hand_made: bool = False,
) -> BatchView:
    """Queue the selected images ("all": every one that did not fail; those still being read are waited for), however many they are.

    `notify`: the caller gets an e-mail when all is done. `keep_hand_made`: objects that people drew or changed stay as they are, and
    what the model finds in the same places is left out (annotations/keeping.py).

    Raises ProjectNotFound, NotAllowed, ModelUnknown, SelectionEmpty, Invalid.
    """
    await require(session, principal, project_id, Permission.EDIT)
    card = catalogue.model(model)
    chosen = [images.present(project_id), *conditions(project_id, selection)]
    batch = await jobs.add_batch(
        session,
        project_id=project_id,
        user_id=principal.user_id,
        model=card.name,
        parameters=(parameters or ModelParameters()).model_dump(exclude_none=True) | ({KEEP_HAND_MADE: True} if keep_hand_made else {}),
        card_pace=card.seconds_per_megapixel,
        notify=notify,
    )
    if not await jobs.line_up(session, batch, chosen):
        raise SelectionEmpty("There is no image to segment here: none is chosen, or none could be read.")
    emit(session, Event(EventType.PROJECT_CHANGED, project_id, data={"images": True}))
    return await jobs.batch(session, principal, batch.id)
