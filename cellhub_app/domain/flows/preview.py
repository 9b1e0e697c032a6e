"""Trying a model's parameters on one image: a trial that is asked for again and again while somebody moves a slider."""

from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from cellhub_app.core.errors import Conflict
from cellhub_app.core.ids import new_id
from cellhub_app.core.queue import JobKind
from cellhub_app.domain.access import Permission, Principal
from cellhub_app.domain.images import service as images
from cellhub_app.domain.jobs import service as jobs
from cellhub_app.domain.jobs.schemas import NewJob
from cellhub_app.domain.segmentation import service as catalogue
from cellhub_app.domain.segmentation.schemas import ModelParameters, ModelView
from cellhub_app.domain.trials import repository
from cellhub_app.domain.trials.schemas import NewTrial, TrialView
from cellhub_app.models.image import Image, ImageStatus

PREVIEWS_FIRST = 100


class ImageNotRead(Conflict):
    """The image is still being read, or could not be read."""

    code, title = "imageNotRead", "This image is not read yet, so no model can be tried on it"


def exact(card: ModelView, parameters: ModelParameters | None) -> dict[str, Any]:
    """Every parameter with its value, so that equal questions look equal: what is missing takes the model's default."""
    given = parameters or ModelParameters()
    threshold, area = card.parameters.get("threshold", {}), card.parameters.get("minAreaPx", {})
    return {
        "threshold": round(threshold.get("default", 0.5) if given.threshold is None else given.threshold, 3),
        "min_area_px": area.get("default", 0) if given.min_area_px is None else given.min_area_px,
        "channel": given.channel,
    }


async def readable(session: AsyncSession, principal: Principal, image_id: UUID) -> Image:
    """An image that the caller may segment. Raises ImageNotFound, NotAllowed, ImageNotRead."""
    image = await images.row(session, principal, image_id, Permission.EDIT)
    if image.status != ImageStatus.READY:
        raise ImageNotRead
    return image


async def preview(
    session: AsyncSession, principal: Principal, image_id: UUID, model: str, parameters: ModelParameters | None = None
) -> TrialView:
    """The trial that answers this question: an earlier one, or a new one that is first in its owner's line.

    Earlier questions of the same person about the same image that no worker has begun are withdrawn.
    Raises ImageNotFound, NotAllowed, ImageNotRead, ModelUnknown.
    """
    image = await readable(session, principal, image_id)
    card = catalogue.model(model)
    wanted = exact(card, parameters)
    found = await repository.preview(session, principal.user_id, image_id, card.name, card.weights_sha256, wanted)
    if found is None:
        await jobs.withdraw(session, JobKind.TRIAL, await repository.superseded(session, image_id, principal.user_id))
        job = NewJob(JobKind.TRIAL, principal.user_id, image.project_id, image_id=image_id, priority=PREVIEWS_FIRST)
        [job_id] = await jobs.add(session, [job])
        trial = NewTrial(new_id(), image_id, job_id, card.name, card.weights_sha256, wanted)
        await repository.add(session, image.project_id, principal.user_id, [trial])
        found = await repository.readable(session, principal, trial.id)
    return TrialView.model_validate(found)
