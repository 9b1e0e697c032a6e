"""Several models on the same few images: begun, and ended by choosing one of them for more images."""

from collections.abc import Sequence
from typing import Literal
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from cellhub_app.core.errors import Invalid
from cellhub_app.core.events import Event, EventType
from cellhub_app.core.ids import new_id
from cellhub_app.core.imaging import planes
from cellhub_app.core.limits import FACE_OFF_IMAGES_MAX, FACE_OFF_MODELS_MAX
from cellhub_app.core.queue import JobKind
from cellhub_app.core.runtime import emit
from cellhub_app.domain.access import Permission, Principal, require
from cellhub_app.domain.annotations import service as annotations
from cellhub_app.domain.flows.preview import exact, readable
from cellhub_app.domain.flows.segment import segment
from cellhub_app.domain.images.service import ImageNotFound
from cellhub_app.domain.jobs import service as jobs
from cellhub_app.domain.jobs.schemas import BatchView, NewJob
from cellhub_app.domain.segmentation import service as catalogue
from cellhub_app.domain.trials import repository, service
from cellhub_app.domain.trials.schemas import FaceOffView, NewTrial
from cellhub_app.models.image import Image
from cellhub_app.models.trial import FaceOff


async def begin(
    session: AsyncSession, principal: Principal, project_id: UUID, image_ids: Sequence[UUID], models: Sequence[str]
) -> FaceOffView:
    """Queue every model on every image, one job an image, so that whoever waits sees whole images. Nothing becomes a revision.

    Of a stack one plane is compared, which is chosen here for good.
    Raises ProjectNotFound, NotAllowed, ImageNotFound, ImageNotRead, ModelUnknown, Invalid.
    """
    await require(session, principal, project_id, Permission.EDIT)
    chosen, cards = list(dict.fromkeys(image_ids)), [catalogue.model(name) for name in dict.fromkeys(models)]
    if not 1 <= len(chosen) <= FACE_OFF_IMAGES_MAX:
        raise Invalid(f"A face-off takes 1 to {FACE_OFF_IMAGES_MAX} images, not {len(chosen)}. Choose a few that are typical.")
    if not 2 <= len(cards) <= FACE_OFF_MODELS_MAX:
        raise Invalid(f"A face-off takes 2 to {FACE_OFF_MODELS_MAX} different models, not {len(cards)}.")
    images = [await readable(session, principal, image_id) for image_id in chosen]
    if any(image.project_id != project_id for image in images):
        raise ImageNotFound
    frames = await _frames(session, images)
    row = FaceOff(project_id=project_id, user_id=principal.user_id, models=[card.name for card in cards], image_ids=chosen)
    session.add(row)
    await session.flush()
    job_ids = await jobs.add(session, [NewJob(JobKind.TRIAL, principal.user_id, project_id, image_id=image_id) for image_id in chosen])
    trials = [
        NewTrial(new_id(), image_id, job_id, card.name, card.weights_sha256, exact(card, None), frames[image_id])
        for image_id, job_id in zip(chosen, job_ids, strict=True)
        for card in cards
    ]
    await repository.add(session, project_id, principal.user_id, trials, row.id)
    return await service.face_off(session, principal, row.id)


async def _frames(session: AsyncSession, images: Sequence[Image]) -> dict[UUID, int]:
    """The plane of each image: that which somebody corrected last, so that models are scored, else the middle slice."""
    stacks = [image.id for image in images if planes.count(image.frames, image.timepoints) > 1]
    corrected = await annotations.corrected_frames(session, stacks)
    return {image.id: corrected.get(image.id, planes.middle(image.frames)) for image in images}


async def choose(session: AsyncSession, principal: Principal, face_off_id: UUID, model: str, scope: Literal["all", "these"]) -> BatchView:
    """Segment with one of the models: all images of the project, or these only.

    Raises FaceOffNotFound, NotAllowed, ModelUnknown, Invalid, SelectionEmpty.
    """
    row = await service.row(session, principal, face_off_id, Permission.EDIT)
    card = catalogue.model(model)
    if card.name not in row.models:
        raise Invalid(f"{card.title} took no part in this face-off.")
    row.chosen_model = card.name
    session.add(row)
    emit(session, Event(EventType.TRIAL_STATUS, row.project_id, data={"faceOffId": row.id, "chosenModel": card.name}))
    return await segment(session, principal, row.project_id, "all" if scope == "all" else row.image_ids, card.name)


async def remove(session: AsyncSession, principal: Principal, face_off_id: UUID) -> None:
    """Stop what has not begun and forget the face-off. Raises FaceOffNotFound, NotAllowed."""
    row = await service.row(session, principal, face_off_id, Permission.EDIT)
    waiting = {trial.job_id for trial in await repository.trials(session, face_off_id=face_off_id)}
    await jobs.withdraw(session, JobKind.TRIAL, list(waiting))
    await session.delete(row)
