"""Objects drawn by hand have measures of shape at once; those of intensity follow when a worker has read the file."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import bindparam, func, literal_column, select, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from cellhub_app.core.events import Event, EventType
from cellhub_app.core.runtime import emit
from cellhub_app.domain.annotations.repository import present_at
from cellhub_app.models.annotation import SHAPES, Object, Segmentation
from cellhub_app.models.image import Image, ImageStatus

AT_ONCE = 2000
NAMED_IN_EVENT = 100


@dataclass(frozen=True)
class Waiting:
    """One frame of an image with objects whose intensities are to be read; outlines as core/geometry/codec.py packs them."""

    segmentation_id: UUID
    image_id: UUID
    project_id: UUID
    frame: int
    name: str
    channels: int
    megapixels: float
    objects: Sequence[tuple[UUID, int, bytes, Sequence[float]]]


async def next_waiting(session: AsyncSession) -> Waiting | None:
    """Some frame that waits; None where all is done. Two workers that take the same one only do its work twice."""
    lacking = (present_at(None), func.cardinality(col(Object.measures)) == literal_column(str(SHAPES)))
    waits = select(col(Object.id)).where(col(Object.segmentation_id) == col(Segmentation.id), *lacking).exists()
    query = (
        select(Segmentation, Image)
        .join(Image, col(Image.id) == col(Segmentation.image_id))
        .where(waits, col(Image.status) == ImageStatus.READY, col(Image.deleted_at).is_(None))
    )
    found = (await session.execute(query.limit(1))).first()
    if found is None:
        return None
    segmentation, image = found
    columns = select(col(Object.id), col(Object.added_revision), col(Object.geometry), col(Object.measures))
    rows = await session.execute(columns.where(col(Object.segmentation_id) == segmentation.id, *lacking).limit(AT_ONCE))
    objects = [(row.id, row.added_revision, row.geometry, row.measures) for row in rows]
    megapixels = (image.width or 1) * (image.height or 1) / 1e6
    return Waiting(
        segmentation.id, image.id, image.project_id, segmentation.frame, image.name, image.channels or 1, megapixels, objects
    )  # fmt: skip


async def fill(session: AsyncSession, waiting: Waiting, measures: Sequence[Sequence[float]]) -> None:
    """Store the whole vectors of the objects, in their order, and tell who looks at the image.

    An object that somebody changed meanwhile has a version of its own, which waits for itself.
    """
    one = (col(Object.segmentation_id) == waiting.segmentation_id, col(Object.id) == bindparam("key"))
    statement = update(Object).where(*one, col(Object.added_revision) == bindparam("added")).values(measures=bindparam("values"))
    filled = zip(waiting.objects, measures, strict=True)
    rows = [{"key": key, "added": added, "values": list(values)} for (key, added, _, _), values in filled]
    await (await session.connection()).execute(statement, rows)
    ids = [key for key, *_ in waiting.objects]
    data = {"imageId": waiting.image_id, "frame": waiting.frame, "ids": ids if len(ids) <= NAMED_IN_EVENT else None}
    emit(session, Event(EventType.MEASUREMENTS_READY, waiting.project_id, data=data))
