"""Segmenting: a model over chosen images, as one batch of jobs."""

from collections.abc import Sequence
from typing import Literal
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from cellhub_app.core.errors import SelectionEmpty
from cellhub_app.core.events import Event, EventType
from cellhub_app.core.queue import JobKind
from cellhub_app.core.runtime import emit
from cellhub_app.domain.access import Permission, Principal, require
from cellhub_app.domain.images import repository as images
from cellhub_app.domain.images.service import checked_ids
from cellhub_app.domain.jobs import service as jobs
from cellhub_app.domain.jobs.schemas import BatchView, NewJob
from cellhub_app.domain.segmentation import service as catalogue
from cellhub_app.domain.segmentation.schemas import ModelParameters


async def segment(
    session: AsyncSession,
    principal: Principal,
    project_id: UUID,
    image_ids: Sequence[UUID] | Literal["all"],
    model: str,
    parameters: ModelParameters | None = None,
    *,
    notify: bool = False,
) -> BatchView:
    """Queue the chosen images ("all": every one that did not fail; those still being read are waited for).

    `notify`: the caller gets an e-mail when all is done.

    Raises ProjectNotFound, NotAllowed, ModelUnknown, SelectionEmpty.
    """
    await require(session, principal, project_id, Permission.EDIT)
    card = catalogue.model(model)
    chosen = None if image_ids == "all" else checked_ids(image_ids)
    rows = await images.ids_for_segmentation(session, project_id, chosen)
    if not rows:
        raise SelectionEmpty("There is no image to segment here: none is chosen, or none could be read.")
    given = (parameters or ModelParameters()).model_dump(exclude_none=True)
    user_id = principal.user_id
    batch = await jobs.add_batch(session, project_id=project_id, user_id=user_id, model=card.name, parameters=given, notify=notify)
    work = [
        NewJob(JobKind.SEGMENT, user_id, project_id, batch_id=batch.id, image_id=row.id, model=card.name, parameters=given)
        for row in rows
    ]
    await jobs.add(session, work)
    emit(session, Event(EventType.PROJECT_CHANGED, project_id, data={"images": True}))
    return await jobs.batch(session, principal, batch.id)
