"""A model's new result beside what people drew or changed: theirs stays, and what the model found in the same places is left out."""

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from uuid import UUID

from sqlalchemy import and_, exists, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased
from sqlmodel import col

from cellhub_app.core.geometry import codec
from cellhub_app.core.geometry.overlap import lying_on
from cellhub_app.domain.annotations import repository
from cellhub_app.domain.annotations.repository import present_at
from cellhub_app.domain.annotations.schemas import NewObject, NewResult
from cellhub_app.models.annotation import Object, Revision, RevisionKind

SHARE = 0.5
"""A found object is left out if it and a kept one have this share of the smaller one's pixels in common."""


async def hand_made(session: AsyncSession, segmentation_id: UUID) -> dict[UUID, bytes]:
    """The present objects that no model found as they are, with their outlines: drawn, imported, or changed in outline or class.

    What was deleted and came back as it was found is the model's.
    """
    earlier = aliased(Object)
    is_same = and_(
        col(earlier.segmentation_id) == col(Object.segmentation_id), col(earlier.id) == col(Object.id),
        col(earlier.geometry) == col(Object.geometry), col(earlier.class_id) == col(Object.class_id),
    )  # fmt: skip
    made_it = and_(col(Revision.segmentation_id) == col(earlier.segmentation_id), col(Revision.number) == col(earlier.added_revision))
    is_found = exists().where(is_same, made_it, col(Revision.kind) == RevisionKind.MODEL)
    query = select(col(Object.id), col(Object.geometry)).where(col(Object.segmentation_id) == segmentation_id, present_at(None), ~is_found)
    return {row.id: row.geometry for row in await session.execute(query.order_by(col(Object.id)))}


async def beside_hand_made(session: AsyncSession, result: NewResult, size: tuple[int, int]) -> NewResult:
    """The result without what lies on objects made by hand, which stay; `size` is the image's (width, height) in px.

    Call it with the frame held (repository.hold_segmentations), in the transaction that stores the result.
    """
    segmentation = await repository.segmentation(session, result.image_id, result.frame)
    kept = await hand_made(session, segmentation.id) if segmentation else {}
    if not kept:
        return result
    return replace(result, objects=await asyncio.to_thread(_beside, result.objects, list(kept.values()), size), kept=kept)


def _beside(objects: Sequence[NewObject], kept: Sequence[bytes], size: tuple[int, int]) -> list[NewObject]:
    found = [codec.decode(new.geometry) for new in objects]
    lies = lying_on(found, [codec.decode(one) for one in kept], size[1], size[0], SHARE)
    return [new for new, is_there in zip(objects, lies.tolist(), strict=True) if not is_there]
