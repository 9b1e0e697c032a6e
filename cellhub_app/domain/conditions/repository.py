"""Statements about conditions."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import CursorResult, Row, case, delete, func, select, tuple_, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from cellhub_app.models.condition import ImageCondition
from cellhub_app.models.image import Image

PLACE = (ImageCondition.plate, ImageCondition.well_row, ImageCondition.well_column)
MOST_IMAGES = 100_000


async def names(session: AsyncSession, project_id: UUID, limit: int = MOST_IMAGES) -> Sequence[Row[UUID, str]]:
    """Ids and names of a project's images, the oldest first."""
    query = select(col(Image.id), col(Image.name)).where(col(Image.project_id) == project_id, col(Image.deleted_at).is_(None))
    return (await session.execute(query.order_by(col(Image.created_at), col(Image.id)).limit(limit))).all()


async def wells(session: AsyncSession, project_id: UUID) -> Sequence[Any]:
    """(plate, row, column, condition, images) of the present images that stand in wells."""
    columns = [*map(col, PLACE), col(ImageCondition.condition)]
    query = _present(select(*columns, func.count()), project_id).where(col(ImageCondition.well_row).is_not(None))
    return (await session.execute(query.group_by(*columns).order_by(*columns))).all()


async def conditions(session: AsyncSession, project_id: UUID) -> Sequence[Row[str, int, int]]:
    """(condition, images, replicates); an image without a replicate is one by itself."""
    name, replicate = col(ImageCondition.condition), col(ImageCondition.replicate)
    alone = func.count(case((replicate == "", 1)))
    query = select(name, func.count(), func.count(func.nullif(replicate, "").distinct()) + alone).where(name != "")
    return (await session.execute(_present(query, project_id).group_by(name).order_by(name))).all()


async def counts(session: AsyncSession, project_id: UUID) -> tuple[int, int, int]:
    """How many images there are, how many of them have a condition, and how many a well."""
    query = (
        select(
            func.count(), func.count(func.nullif(col(ImageCondition.condition), "")), func.count(col(ImageCondition.well_row))
        )
        .select_from(Image)
        .outerjoin(ImageCondition, col(ImageCondition.image_id) == col(Image.id))
        .where(col(Image.project_id) == project_id, col(Image.deleted_at).is_(None))
    )  # fmt: skip
    total, with_condition, with_well = (await session.execute(query)).one()
    return total, with_condition, with_well


async def rows(session: AsyncSession, project_id: UUID) -> Sequence[Any]:
    """(name, plate, row, column, condition, replicate) of every present image, by name; None where it has no row."""
    columns = [*map(col, PLACE), col(ImageCondition.condition), col(ImageCondition.replicate)]
    query = (
        select(col(Image.name), *columns)
        .outerjoin(ImageCondition, col(ImageCondition.image_id) == col(Image.id))
        .where(col(Image.project_id) == project_id, col(Image.deleted_at).is_(None))
    )
    return (await session.execute(query.order_by(col(Image.name), col(Image.id)).limit(MOST_IMAGES))).all()


async def places(session: AsyncSession, ids: Sequence[UUID]) -> Sequence[Any]:
    """(image, plate, row, column, condition, replicate) of the images that have a row."""
    query = select(col(ImageCondition.image_id), *map(col, PLACE), col(ImageCondition.condition), col(ImageCondition.replicate))
    return (await session.execute(query.where(col(ImageCondition.image_id).in_(ids)))).all()


async def in_wells(session: AsyncSession, project_id: UUID, places: Sequence[tuple[str, int, int]]) -> Sequence[UUID]:
    """The images of these wells."""
    query = select(col(ImageCondition.image_id)).where(col(ImageCondition.project_id) == project_id)
    return (await session.execute(query.where(tuple_(*map(col, PLACE)).in_(places)))).scalars().all()


async def put(session: AsyncSession, values: Sequence[dict[str, object]]) -> None:
    """Write the places of images; `condition` None keeps the one that an image has."""
    for keeps in (True, False):
        some = [row | {"condition": row["condition"] or ""} for row in values if (row["condition"] is None) is keeps]
        statement = insert(ImageCondition)
        changed = ["plate", "well_row", "well_column", "replicate", *([] if keeps else ["condition"])]
        statement = statement.on_conflict_do_update(index_elements=["image_id"], set_={name: statement.excluded[name] for name in changed})
        if some:
            await session.execute(statement, some)


async def paint(session: AsyncSession, project_id: UUID, condition: str, places: Sequence[tuple[str, int, int]]) -> int:
    """Give the images of these wells a condition; how many there are."""
    query = update(ImageCondition).where(col(ImageCondition.project_id) == project_id, tuple_(*map(col, PLACE)).in_(places))
    changed = await session.execute(query.values(condition=condition).execution_options(synchronize_session=False))
    assert isinstance(changed, CursorResult)  # noqa: S101 - an update says how many rows it changed
    return changed.rowcount


async def clear(session: AsyncSession, project_id: UUID) -> int:
    """Forget all places of a project; how many there were."""
    gone = await session.execute(delete(ImageCondition).where(col(ImageCondition.project_id) == project_id))
    assert isinstance(gone, CursorResult)  # noqa: S101 - a deletion says how many rows it took
    return gone.rowcount


def _present(query: Any, project_id: UUID) -> Any:
    joined = query.select_from(ImageCondition).join(Image, col(Image.id) == col(ImageCondition.image_id))
    return joined.where(col(ImageCondition.project_id) == project_id, col(Image.deleted_at).is_(None))
