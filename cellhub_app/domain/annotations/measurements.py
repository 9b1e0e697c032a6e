"""Measurements as doors show them: pixels as stored, micrometres derived when the pixel size is known."""

import math
from collections.abc import Sequence
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from cellhub_app.core.metrics import measure
from cellhub_app.core.pagination import Page, PageRequest
from cellhub_app.domain.access import Permission, Principal, Viewer, require
from cellhub_app.domain.annotations import repository
from cellhub_app.domain.annotations.schemas import ImageMeasurements, ObjectMeasurements
from cellhub_app.domain.annotations.service import readable_image
from cellhub_app.models.annotation import SHAPES, Object
from cellhub_app.models.image import Image


async def of_image(
    session: AsyncSession, principal: Viewer, image_id: UUID, frame: int = 0, ids: Sequence[UUID] | None = None
) -> ImageMeasurements:
    """The present objects of an image's frame, all or those named, with their measures. Raises ImageNotFound."""
    image = await readable_image(session, principal, image_id, Permission.VIEW)
    segmentation = await repository.segmentation(session, image_id, frame)
    rows: Sequence[Object] = []
    if segmentation is not None:
        wanted = repository.objects(session, segmentation.id, None) if ids is None else repository.named(session, segmentation.id, ids)
        rows = await wanted
    return ImageMeasurements(
        image_id=image_id,
        frame=frame,
        revision=segmentation.head if segmentation else 0,
        pixel_size_um=image.pixel_size_um,
        data=[object_measurements(row, image) for row in rows],
    )


async def of_project(session: AsyncSession, principal: Principal, project_id: UUID, request: PageRequest) -> Page[ObjectMeasurements]:
    """One page of the objects of a whole project with their measures. Raises ProjectNotFound."""
    await require(session, principal, project_id, Permission.VIEW)
    found = await repository.project_objects(session, project_id, request)
    return found.map(lambda pair: object_measurements(*pair))


def object_measurements(row: Object, image: Image) -> ObjectMeasurements:
    """The measures of one stored object, keyed by METRICS, not-a-number as null."""
    known = measure.columns(image.channels or 1)
    keys = known[: len(row.measures)]
    px = {key: None if math.isnan(value) else value for key, value in zip(keys, row.measures, strict=True)}
    um = measure.as_um(px, image.pixel_size_um) if image.pixel_size_um else None
    pending = row.removed_revision is None and len(keys) == SHAPES < len(known)
    return ObjectMeasurements(
        id=row.id, image_id=image.id, class_id=row.class_id, score=row.score, doubt=row.doubt, px=px, um=um, pending=pending
    )
