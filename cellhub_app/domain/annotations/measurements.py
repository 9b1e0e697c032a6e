"""Measurements as doors show them: pixels as stored, micrometres derived when the pixel size is known."""

import asyncio
import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
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
    session: AsyncSession,
    principal: Viewer,
    image_id: UUID,
    frame: int = 0,
    ids: Sequence[UUID] | None = None,
    revision: int | None = None,
) -> ImageMeasurements:
    """A frame's objects with their measures, now or as of a revision, or those of now that are named. Raises ImageNotFound."""
    image = await readable_image(session, principal, image_id, Permission.VIEW)
    segmentation = await repository.segmentation(session, image_id, frame)
    rows = await repository.measured(session, segmentation.id, revision, ids) if segmentation else []
    told = _Telling(image.id, image.channels or 1, image.pixel_size_um)
    return ImageMeasurements(
        image_id=image_id,
        frame=frame,
        revision=(segmentation.head if segmentation else 0) if revision is None else revision,
        pixel_size_um=image.pixel_size_um,
        # Ten thousand take long enough for everybody else to notice.
        data=await asyncio.to_thread(lambda: [told.of(row) for row in rows]),
    )


async def of_project(session: AsyncSession, principal: Principal, project_id: UUID, request: PageRequest) -> Page[ObjectMeasurements]:
    """One page of the objects of a whole project with their measures. Raises ProjectNotFound."""
    await require(session, principal, project_id, Permission.VIEW)
    found = await repository.project_objects(session, project_id, request)
    return found.map(lambda pair: object_measurements(*pair))


def object_measurements(row: Object, image: Image) -> ObjectMeasurements:
    """The measures of one stored object, keyed by METRICS, not-a-number as null."""
    return _Telling(image.id, image.channels or 1, image.pixel_size_um).of(row)


@dataclass(frozen=True)
class _Telling:
    """How the objects of one image are told; their values come from the database and are not checked again."""

    image_id: UUID
    channels: int
    pixel_size_um: float | None

    def of(self, row: repository.Measured | Object) -> ObjectMeasurements:
        names = _names(self.channels, len(row.measures))
        values = [None if math.isnan(value) else value for value in row.measures]
        return ObjectMeasurements.model_construct(
            id=row.id,
            image_id=self.image_id,
            class_id=row.class_id,
            score=row.score,
            doubt=row.doubt,
            px=dict(zip(names, values, strict=True)),
            um=self._in_um(values) if self.pixel_size_um else None,
            pending=row.removed_revision is None and len(names) == SHAPES < _count(self.channels),
        )

    def _in_um(self, values: Sequence[float | None]) -> dict[str, float | None]:
        factors = _factors(self.channels, len(values), self.pixel_size_um or 1.0)
        return {name: None if value is None else value * factor for (name, factor), value in zip(factors, values, strict=True)}


@lru_cache(maxsize=64)
def _count(channels: int) -> int:
    return len(measure.columns(channels))


@lru_cache(maxsize=256)
def _names(channels: int, count: int) -> tuple[str, ...]:
    """The names of the first so many measures, in px."""
    return tuple(measure.columns(channels)[:count])


@lru_cache(maxsize=256)
def _factors(channels: int, count: int, pixel_size_um: float) -> tuple[tuple[str, float], ...]:
    """The names of the first so many measures in um, and the factors from px."""
    ones = measure.as_um(dict.fromkeys(_names(channels, count), 1.0), pixel_size_um)
    return tuple((name, factor or 0.0) for name, factor in ones.items())
