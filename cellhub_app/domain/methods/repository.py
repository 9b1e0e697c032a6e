"""Statements about where the objects of a project come from."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, case, func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased
from sqlmodel import col

from cellhub_app.models.annotation import Object, Revision, RevisionKind, Segmentation
from cellhub_app.models.image import Image


def _present(project_id: UUID) -> tuple[ColumnElement[bool], ColumnElement[bool]]:
    return col(Image.project_id) == project_id, col(Image.deleted_at).is_(None)


async def origins(session: AsyncSession, project_id: UUID) -> Sequence[Any]:
    """(kind, model, weights, parameters, images, objects) of the revisions that first had each present object with its present outline.

    What was restored, or came back by an undo, is as much by hand as it was before.
    """
    last, first, before = aliased(Revision), aliased(Revision), aliased(Object)
    same = [col(getattr(before, name)) == col(getattr(Object, name)) for name in ("segmentation_id", "id", "geometry")]
    earliest = select(func.min(before.added_revision)).where(*same).correlate(Object).scalar_subquery()
    came_back = or_(col(last.kind) == RevisionKind.RESTORE, col(last.undoes).is_not(None))
    number = case((came_back, earliest), else_=col(Object.added_revision))
    told = (col(first.kind), col(first.model), col(first.weights_sha256), col(first.parameters))
    query = (
        select(*told, func.count(col(Segmentation.image_id).distinct()), func.count())
        .select_from(Object)
        .join(Segmentation, col(Segmentation.id) == col(Object.segmentation_id))
        .join(Image, col(Image.id) == col(Segmentation.image_id))
        .join(last, (col(last.segmentation_id) == col(Object.segmentation_id)) & (col(last.number) == col(Object.added_revision)))
        .join(first, (col(first.segmentation_id) == col(Object.segmentation_id)) & (col(first.number) == number))
        .where(*_present(project_id), col(Object.removed_revision).is_(None))
        .group_by(*told)
        .order_by(func.count().desc(), *told[:3])
    )
    return (await session.execute(query)).all()


async def pictures(session: AsyncSession, project_id: UUID) -> tuple[int, int, float | None, float | None]:
    """How many images there are, how many have a known pixel size, the smallest and the largest of these, um."""
    size = col(Image.pixel_size_um)
    query = select(func.count(), func.count(size), func.min(size), func.max(size)).where(*_present(project_id))
    count, known, low, high = (await session.execute(query)).one()
    return count, known, low, high
