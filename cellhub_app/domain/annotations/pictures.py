"""The picture of an image's outlines that galleries lay over its thumbnail: which revision it shows, and what it takes to draw it anew."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import Select, select, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from cellhub_app.core.events import Event, EventType
from cellhub_app.core.runtime import emit
from cellhub_app.domain.annotations import repository
from cellhub_app.models.annotation import RevisionKind, Segmentation
from cellhub_app.models.image import Image, ImageStatus

MISSED_AT_ONCE = 200
BY_HAND = {RevisionKind.EDIT, RevisionKind.RESTORE}


@dataclass(frozen=True)
class Due:
    """Outlines to be drawn: those of revision `number`, as core/geometry/codec.py packs them, of an image of `size` (width, height) px."""

    image_id: UUID
    number: int
    size: tuple[int, int]
    outlines: Sequence[bytes]


def _behind() -> Select[Image, int]:
    """Images whose picture is older than their newest revision, with the number of that."""
    query = select(Image, col(Segmentation.head)).join(Segmentation, col(Segmentation.image_id) == col(Image.id))
    is_here = (col(Image.deleted_at).is_(None), col(Image.status) == ImageStatus.READY, col(Segmentation.frame) == 0)
    return query.where(*is_here, col(Image.outlines_revision) < col(Segmentation.head))


async def due(session: AsyncSession, image_id: UUID) -> Due | None:
    """What is to be drawn of an image, None where its picture is up to date."""
    found = (await session.execute(_behind().where(col(Image.id) == image_id))).first()
    if found is None:
        return None
    image, head = found
    segmentation = await repository.segmentation(session, image_id, 0)
    assert segmentation is not None  # noqa: S101 - it was joined
    outlines = [row.geometry for row in await repository.objects(session, segmentation.id, head)]
    return Due(image_id, head, (image.width or 1, image.height or 1), outlines)


async def drawn(session: AsyncSession, image_id: UUID, number: int) -> int | None:
    """Say that the picture of a revision is there, and tell galleries; answers the number of one by hand that nobody needs any more."""
    image = (await session.execute(select(Image).where(col(Image.id) == image_id).with_for_update())).scalar_one_or_none()
    if image is None or image.outlines_revision >= number:
        return None
    before = image.outlines_revision
    await session.execute(update(Image).where(col(Image.id) == image_id).values(outlines_revision=number))
    emit(session, Event(EventType.IMAGE_STATUS, image.project_id, data={"imageId": image_id, "outlinesRevision": number}))
    segmentation = await repository.segmentation(session, image_id, 0)
    old = await repository.revision(session, segmentation.id, before) if segmentation else None
    return before if old and old.kind in BY_HAND else None


async def missed(session: AsyncSession) -> Sequence[tuple[UUID, int]]:
    """Some images whose picture is behind, and the revision that it should show: their ticket was lost, or is still to come."""
    query = _behind().with_only_columns(col(Image.id), col(Segmentation.head)).limit(MISSED_AT_ONCE)
    return [(row[0], row[1]) for row in await session.execute(query)]
