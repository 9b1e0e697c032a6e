"""Queries about images; what a Principal may read is built in here."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import REAL, ColumnElement, Integer, Row, Select, and_, any_, func, literal, literal_column, or_, select, tuple_, update
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.sql.elements import SQLCoreOperations
from sqlalchemy.types import Uuid
from sqlmodel import col

from cellhub_app.core.errors import Invalid
from cellhub_app.core.ids import now
from cellhub_app.core.pagination import Page, PageRequest, paginate
from cellhub_app.domain.access import Principal, readable_projects
from cellhub_app.domain.images.schemas import ImageFilters
from cellhub_app.models.image import Image, ImageStatus

_NOT_YET = (ImageStatus.UPLOADED, ImageStatus.INGESTING)
_SORTS: dict[str, SQLCoreOperations[Any]] = {
    "createdAt": col(Image.created_at),
    "name": col(Image.name),
    "objectCount": literal_column("coalesce(object_count, -1)", Integer),  # to the letter as in the index, so that it is used
    "doubt": literal_column("coalesce(doubt, -1)", REAL),
}


def present(project_id: UUID) -> ColumnElement[bool]:
    """The images of a project that are not in the trash."""
    return and_(col(Image.project_id) == project_id, col(Image.deleted_at).is_(None))


def trashed(project_id: UUID) -> ColumnElement[bool]:
    """The images of a project that are in the trash."""
    return and_(col(Image.project_id) == project_id, col(Image.deleted_at).is_not(None))


def _stage(status: str) -> ColumnElement[bool]:
    segmentation = col(Image.segmentation_status)
    if status == "failed":
        return or_(col(Image.status) == "failed", segmentation == "failed")
    if status in {"uploaded", "ingesting"}:
        return col(Image.status).in_(_NOT_YET) if status == "ingesting" else col(Image.status) == status
    if status == "ready":
        return and_(col(Image.status) == "ready", segmentation.is_(None))
    return segmentation == ("succeeded" if status == "done" else status)


def filtered(project_id: UUID, filters: ImageFilters) -> list[ColumnElement[bool]]:
    """The conditions behind a gallery's filters."""
    conditions = [trashed(project_id) if filters.trashed else present(project_id)]
    if filters.status:
        conditions.append(_stage(filters.status))
    if filters.q:
        conditions.append(col(Image.name).icontains(filters.q, autoescape=True))
    if filters.tag:
        conditions.append(literal(filters.tag) == any_(col(Image.tags)))
    if filters.min_objects is not None:
        conditions.append(col(Image.object_count) >= filters.min_objects)
    if filters.max_objects is not None:
        conditions.append(col(Image.object_count) <= filters.max_objects)
    return conditions


async def page(session: AsyncSession, project_id: UUID, filters: ImageFilters, request: PageRequest) -> Page[Image]:
    """One page in the order that the filters ask for, by keyset on (value, id)."""
    name = filters.sort.removeprefix("-")
    descending = filters.sort.startswith("-")
    value = _SORTS[name]
    query = _keyset(select(Image, value), value, name, descending, request).where(*filtered(project_id, filters))
    rows = (await session.execute(query)).all()

    def place(row: Row[Image, Any]) -> tuple[Any, UUID]:
        return (row[1].isoformat() if isinstance(row[1], datetime) else row[1]), row[0].id

    found = paginate(rows, request, place)
    return Page([row[0] for row in found.data], found.next_cursor, found.prev_cursor)


async def matching(session: AsyncSession, project_id: UUID, filters: ImageFilters, limit: int) -> list[UUID]:
    """The ids of the first images that the filters let through, newest first."""
    query = select(col(Image.id)).where(*filtered(project_id, filters)).order_by(col(Image.created_at).desc(), col(Image.id).desc())
    return list((await session.execute(query.limit(limit))).scalars())


def _sort_value(name: str, word: Any) -> Any:
    kinds: dict[str, tuple[type, ...]] = {"createdAt": (str,), "name": (str,), "objectCount": (int,), "doubt": (int, float)}
    if not isinstance(word, kinds[name]):
        raise Invalid("The cursor belongs to another order; start again without it.")
    try:
        return datetime.fromisoformat(str(word)) if name == "createdAt" else word
    except ValueError as error:
        raise Invalid("The cursor belongs to another order; start again without it.") from error


def _keyset(
    query: Select[Image, Any], value: SQLCoreOperations[Any], name: str, descending: bool, request: PageRequest
) -> Select[Image, Any]:
    cursor = request.cursor
    down = descending != (cursor is not None and cursor.backwards)
    identifier = col(Image.id)
    if cursor is not None:
        here = tuple_(literal(_sort_value(name, cursor.value)), literal(cursor.id))
        pair = tuple_(value, identifier)
        query = query.where(pair < here if down else pair > here)
    order = (value.desc(), identifier.desc()) if down else (value.asc(), identifier.asc())
    return query.order_by(*order).limit(request.limit + 1)


async def counts(session: AsyncSession, project_id: UUID) -> Sequence[Row[str, str | None, int, int | None]]:
    """(status, segmentation_status, images, objects) of a project, one row for each combination."""
    status, segmentation = col(Image.status), col(Image.segmentation_status)
    query = select(status, segmentation, func.count(), func.coalesce(func.sum(col(Image.object_count)), 0))
    return (await session.execute(query.where(present(project_id)).group_by(status, segmentation))).all()


async def readable(session: AsyncSession, principal: Principal, image_id: UUID, *, also_trashed: bool = False) -> Image | None:
    """An image that the caller may see."""
    query = select(Image).where(col(Image.id) == image_id)
    if not also_trashed:
        query = query.where(col(Image.deleted_at).is_(None))
    return (await session.execute(query.where(col(Image.project_id).in_(readable_projects(principal))))).scalar_one_or_none()


async def neighbours(session: AsyncSession, image: Image) -> tuple[UUID | None, UUID | None]:
    """The images before and after this one in the gallery's default order (newest first)."""
    here = tuple_(literal(image.created_at), literal(image.id))
    pair = tuple_(col(Image.created_at), col(Image.id))
    base = select(col(Image.id)).where(present(image.project_id))
    before = base.where(pair > here).order_by(col(Image.created_at).asc(), col(Image.id).asc()).limit(1)
    after = base.where(pair < here).order_by(col(Image.created_at).desc(), col(Image.id).desc()).limit(1)
    return (await session.execute(before)).scalar_one_or_none(), (await session.execute(after)).scalar_one_or_none()


def _chosen(project_id: UUID, ids: Sequence[UUID]) -> list[ColumnElement[bool]]:
    return [col(Image.project_id) == project_id, col(Image.id) == any_(literal(list(ids), ARRAY(Uuid)))]


async def ids_for_segmentation(
    session: AsyncSession, project_id: UUID, ids: Sequence[UUID] | None
) -> Sequence[Row[UUID, str, int | None, int | None]]:
    """(id, status, width, height) of the chosen images (None: all) that did not fail, oldest first."""
    query = select(col(Image.id), col(Image.status), col(Image.width), col(Image.height))
    query = query.where(present(project_id), col(Image.status) != ImageStatus.FAILED)
    if ids is not None:
        query = query.where(*_chosen(project_id, ids))
    return (await session.execute(query.order_by(col(Image.created_at), col(Image.id)))).all()


async def mark_deleted(session: AsyncSession, project_id: UUID, conditions: list[ColumnElement[bool]]) -> list[UUID]:
    """Put images in the trash and say which."""
    statement = update(Image).where(present(project_id), *conditions).values(deleted_at=now()).returning(col(Image.id))
    return list((await session.execute(statement)).scalars())


async def unmark_deleted(session: AsyncSession, project_id: UUID, ids: Sequence[UUID]) -> list[UUID]:
    """Take images out of the trash and say which."""
    statement = update(Image).where(*_chosen(project_id, ids), col(Image.deleted_at).is_not(None)).values(deleted_at=None)
    return list((await session.execute(statement.returning(col(Image.id)))).scalars())


def chosen(project_id: UUID, ids: Sequence[UUID]) -> list[ColumnElement[bool]]:
    """The conditions that pick the named images of a project."""
    return _chosen(project_id, ids)
