"""Queries about exports and about what goes into them; what a Principal may read is built in here."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, cast
from uuid import UUID

from sqlalchemy import ColumnElement, Integer, Row, Select, and_, any_, func, insert, literal, or_, select, tuple_, update
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import QueryableAttribute, defer
from sqlalchemy.sql.elements import SQLCoreOperations
from sqlalchemy.types import Uuid
from sqlmodel import col

from cellhub_app.core.errors import Invalid
from cellhub_app.core.ids import new_id, now
from cellhub_app.core.pagination import Page, PageRequest, paginate
from cellhub_app.core.queue import JobStatus
from cellhub_app.domain.access import Principal, readable_projects
from cellhub_app.models.annotation import Object, Revision, Segmentation
from cellhub_app.models.condition import ImageCondition
from cellhub_app.models.export import Export
from cellhub_app.models.image import Image

# A selection may be of a hundred thousand images: only who makes the export wants their ids.
WITHOUT_IMAGES = defer(cast("QueryableAttribute[Any]", Export.image_ids), raiseload=True)
ObjectRow = Row[UUID, UUID, int, float | None, float | None, int, bytes, list[float]]


def _is_one_of(column: SQLCoreOperations[UUID], ids: Sequence[UUID]) -> ColumnElement[bool]:
    return column == any_(literal(list(ids), ARRAY(Uuid)))


def _present(project_id: UUID, ids: Sequence[UUID] | None) -> list[ColumnElement[bool]]:
    conditions = [col(Image.project_id) == project_id, col(Image.deleted_at).is_(None)]
    return conditions if ids is None else [*conditions, _is_one_of(col(Image.id), ids)]


async def add(
    session: AsyncSession,
    project_id: UUID,
    user_id: UUID,
    formats: list[str],
    which: Sequence[ColumnElement[bool]] | None,
    options: dict[str, Any] | None = None,
) -> tuple[UUID, int]:
    """Write an export down with the ids of its images, which stay in the database; answers its id and how many images there are."""
    present = select(col(Image.id)).where(*_present(project_id, None), *(which or ()))
    chosen = func.array(present.order_by(col(Image.created_at), col(Image.id)).scalar_subquery(), type_=ARRAY(Uuid))
    export_id = new_id()
    values = {"id": export_id, "project_id": project_id, "user_id": user_id, "formats": formats, "status": JobStatus.QUEUED}
    values |= {"progress": 0.0, "created_at": now(), "options": options}
    if which is None:
        await session.execute(insert(Export).values(**values))
        return export_id, (await session.execute(select(func.count()).select_from(present.subquery()))).scalar_one()
    statement = insert(Export).values(**values, image_ids=chosen)
    return export_id, (await session.execute(statement.returning(func.cardinality(col(Export.image_ids))))).scalar_one()


async def readable(session: AsyncSession, principal: Principal, export_id: UUID) -> Export | None:
    """An export of a project that the caller may see."""
    query = select(Export).where(col(Export.id) == export_id, col(Export.project_id).in_(readable_projects(principal)))
    return (await session.execute(query.options(WITHOUT_IMAGES))).scalar_one_or_none()


async def page(session: AsyncSession, project_id: UUID, request: PageRequest) -> Page[Export]:
    """One page of a project's exports, newest first."""
    place = tuple_(col(Export.created_at), col(Export.id))
    cursor = request.cursor
    up = cursor is not None and cursor.backwards
    query = select(Export).options(WITHOUT_IMAGES).where(col(Export.project_id) == project_id)
    if cursor is not None:
        here = tuple_(literal(_moment(cursor.value)), literal(cursor.id))
        query = query.where(place > here if up else place < here)
    columns = (col(Export.created_at), col(Export.id))
    query = query.order_by(*(column.asc() if up else column.desc() for column in columns)).limit(request.limit + 1)
    rows = (await session.execute(query)).scalars().all()
    return paginate(rows, request, lambda row: (row.created_at.isoformat(), row.id))


def _moment(word: Any) -> datetime:
    try:
        return datetime.fromisoformat(word)
    except (TypeError, ValueError) as error:
        raise Invalid("The cursor is not one of ours; start again without it.") from error


async def image_ids(session: AsyncSession, project_id: UUID, ids: Sequence[UUID] | None) -> list[UUID]:
    """The present images of a project (None: all), oldest first."""
    query = select(col(Image.id)).where(*_present(project_id, ids)).order_by(col(Image.created_at), col(Image.id))
    return list((await session.execute(query)).scalars())


async def same_images(session: AsyncSession, export_id: UUID) -> list[ColumnElement[bool]] | None:
    """What is true of the images of an export, None when it was of all; their ids stay in the database."""
    of_it = col(Export.id) == export_id
    if (await session.execute(select(col(Export.image_ids).is_(None)).where(of_it))).scalar_one():
        return None
    return [col(Image.id).in_(select(func.unnest(col(Export.image_ids))).where(of_it))]


async def extent(session: AsyncSession, project_id: UUID, ids: Sequence[UUID] | None) -> tuple[int, bool]:
    """Most channels of the images, and whether the pixel size of any is known."""
    query = select(func.coalesce(func.max(col(Image.channels)), 1), func.coalesce(func.bool_or(col(Image.pixel_size_um) > 0), False))
    channels, has_um = (await session.execute(query.where(*_present(project_id, ids)))).one()
    return channels, has_um


async def images(session: AsyncSession, ids: Sequence[UUID]) -> Sequence[Image]:
    """The images that are still there, oldest first."""
    query = select(Image).where(_is_one_of(col(Image.id), ids), col(Image.deleted_at).is_(None))
    return (await session.execute(query.order_by(col(Image.created_at), col(Image.id)))).scalars().all()


async def experiments(session: AsyncSession, ids: Sequence[UUID]) -> Sequence[ImageCondition]:
    """What images were made to show, where somebody said."""
    return (await session.execute(select(ImageCondition).where(_is_one_of(col(ImageCondition.image_id), ids)))).scalars().all()


async def segmentations(session: AsyncSession, ids: Sequence[UUID]) -> Sequence[Segmentation]:
    """The segmentations of images, by frame."""
    query = select(Segmentation).where(_is_one_of(col(Segmentation.image_id), ids), col(Segmentation.head) > 0)
    return (await session.execute(query.order_by(col(Segmentation.frame)))).scalars().all()


async def revisions(session: AsyncSession, segmentation_ids: Sequence[UUID]) -> Sequence[Revision]:
    """The revisions of segmentations, oldest first."""
    query = select(Revision).where(_is_one_of(col(Revision.segmentation_id), segmentation_ids))
    return (await session.execute(query.order_by(col(Revision.number)))).scalars().all()


def _objects() -> Select[UUID, UUID, int, float | None, float | None, int, bytes, list[float]]:
    return select(
        col(Object.segmentation_id), col(Object.id), col(Object.class_id), col(Object.score), col(Object.doubt),
        col(Object.added_revision), col(Object.geometry), col(Object.measures),
    )  # fmt: skip


async def present_objects(session: AsyncSession, segmentation_ids: Sequence[UUID]) -> Sequence[ObjectRow]:
    """The objects that are there now, by segmentation and id."""
    query = _objects().where(_is_one_of(col(Object.segmentation_id), segmentation_ids), col(Object.removed_revision).is_(None))
    return (await session.execute(query.order_by(col(Object.segmentation_id), col(Object.id)))).all()


async def objects_at(session: AsyncSession, revisions: Mapping[UUID, int]) -> Sequence[ObjectRow]:
    """The objects of segmentations as they were at a revision of each, by segmentation and id."""
    keys = literal(list(revisions), ARRAY(Uuid)), literal(list(revisions.values()), ARRAY(Integer))
    wanted = func.unnest(*keys).table_valued("id", "number").render_derived(name="wanted")
    query = _objects().join(wanted, col(Object.segmentation_id) == wanted.c.id).where(_there_at(wanted.c.number))
    return (await session.execute(query.order_by(col(Object.segmentation_id), col(Object.id)))).all()


def _there_at(revision: int | ColumnElement[int]) -> ColumnElement[bool]:
    removed = col(Object.removed_revision)
    return and_(col(Object.added_revision) <= revision, or_(removed.is_(None), removed > revision))


async def objects_after(
    session: AsyncSession, segmentation_id: UUID, revision: int, after: UUID | None, limit: int, classes: Sequence[int] | None = None
) -> Sequence[ObjectRow]:
    """The next objects of one segmentation as they were at a revision, by id."""
    query = _objects().where(col(Object.segmentation_id) == segmentation_id, _there_at(revision))
    if classes is not None:
        query = query.where(col(Object.class_id).in_(classes))
    if after is not None:
        query = query.where(col(Object.id) > after)
    return (await session.execute(query.order_by(col(Object.id)).limit(limit))).all()


async def set_progress(session: AsyncSession, export_id: UUID, progress: float) -> UUID | None:
    """Note how far a running export is; answers its project, None when nobody wants it any more."""
    running = and_(col(Export.id) == export_id, col(Export.status) == JobStatus.RUNNING)
    statement = update(Export).where(running).values(progress=progress).returning(col(Export.project_id))
    return (await session.execute(statement)).scalar_one_or_none()


async def set_ready(session: AsyncSession, export_id: UUID, size: int, expires_at: datetime) -> None:
    """Note that the ZIP is there."""
    values = {"progress": 1.0, "bytes": size, "expires_at": expires_at}
    await session.execute(update(Export).where(col(Export.id) == export_id).values(**values))


async def forget_expired(session: AsyncSession, moment: datetime) -> list[UUID]:
    """Mark the ZIPs whose time is over as gone, and say which."""
    over = and_(col(Export.expires_at) < moment, col(Export.bytes).is_not(None))
    return list((await session.execute(update(Export).where(over).values(bytes=None).returning(col(Export.id)))).scalars())


async def status(session: AsyncSession, export_id: UUID) -> str | None:
    """Where an export stands."""
    return (await session.execute(select(col(Export.status)).where(col(Export.id) == export_id))).scalar_one_or_none()
