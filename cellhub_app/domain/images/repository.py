"""Queries about images; what a Principal may read is built in here."""

from collections.abc import Sequence
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Row,
    Select,
    and_,
    any_,
    bindparam,
    cast,
    func,
    literal,
    or_,
    select,
    tuple_,
    update,
)
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.types import Uuid
from sqlmodel import col

from cellhub_app.core.ids import now
from cellhub_app.core.reading import Fetch
from cellhub_app.domain.access import Sight, Viewer, may_see, readable_projects, sight_of, values_of
from cellhub_app.domain.images.listing import IS_FLAWED, conditions_of
from cellhub_app.domain.images.schemas import ImageFilters
from cellhub_app.models.image import Image, ImageStatus


def present(project_id: UUID) -> ColumnElement[bool]:
    """The images of a project that are not in the trash."""
    return and_(col(Image.project_id) == project_id, col(Image.deleted_at).is_(None))


def trashed(project_id: UUID) -> ColumnElement[bool]:
    """The images of a project that are in the trash."""
    return and_(col(Image.project_id) == project_id, col(Image.deleted_at).is_not(None))


def filtered(project_id: UUID, filters: ImageFilters) -> list[ColumnElement[bool]]:
    """The conditions behind a gallery's filters."""
    return [trashed(project_id) if filters.trashed else present(project_id), *conditions_of(filters)]


async def counts(session: AsyncSession, project_id: UUID) -> Sequence[Row[str, str | None, int, int | None]]:
    """(status, segmentation_status, images, objects) of a project, one row for each combination."""
    status, segmentation = col(Image.status), col(Image.segmentation_status)
    query = select(status, segmentation, func.count(), func.coalesce(func.sum(col(Image.object_count)), 0))
    return (await session.execute(query.where(present(project_id)).group_by(status, segmentation))).all()


async def flaws(session: AsyncSession, project_id: UUID) -> Sequence[Row[str, int]]:
    """How many images of a project have each flaw."""
    flaw = func.unnest(col(Image.flaws)).label("flaw")
    each = select(flaw).where(present(project_id), IS_FLAWED).subquery()
    return (await session.execute(select(each.c.flaw, func.count()).group_by(each.c.flaw))).all()


async def readable(session: AsyncSession, principal: Viewer, image_id: UUID, *, also_trashed: bool = False) -> Image | None:
    """An image that the caller may see."""
    query = select(Image).where(col(Image.id) == image_id)
    if not also_trashed:
        query = query.where(col(Image.deleted_at).is_(None))
    return (await session.execute(query.where(col(Image.project_id).in_(readable_projects(principal))))).scalar_one_or_none()


class Picture(NamedTuple):
    """What it takes to find an image's pictures."""

    status: str
    sha256: str
    revision: int
    outlines_revision: int


def _picture(sight: Sight, *, also_trashed: bool) -> Select[Any]:
    query: Select[Any] = select(*(getattr(Image, name) for name in Picture._fields)).where(col(Image.id) == bindparam("image_id"))
    if not also_trashed or sight is Sight.LINK:
        query = query.where(col(Image.deleted_at).is_(None))
    return query.where(may_see(col(Image.project_id), sight))


# Built once: a gallery asks for hundreds of thumbnails.
_PICTURES = {(sight, trash): _picture(sight, also_trashed=trash) for sight in Sight for trash in (False, True)}


async def picture(fetch: Fetch, principal: Viewer, image_id: UUID, *, also_trashed: bool = False) -> Picture | None:
    """The pictures of an image that the caller may see; of one in the trash never for visitors."""
    rows = await fetch(_PICTURES[sight_of(principal), also_trashed], {"image_id": image_id, **values_of(principal)})
    return Picture(*rows[0]) if rows else None


async def neighbours(session: AsyncSession, image: Image) -> tuple[UUID | None, UUID | None]:
    """The images before and after this one in the gallery's default order (newest first)."""
    here = tuple_(literal(image.created_at), literal(image.id))
    pair = tuple_(col(Image.created_at), col(Image.id))
    base = select(col(Image.id)).where(present(image.project_id))
    before = base.where(pair > here).order_by(col(Image.created_at).asc(), col(Image.id).asc()).limit(1)
    after = base.where(pair < here).order_by(col(Image.created_at).desc(), col(Image.id).desc()).limit(1)
    return (await session.execute(before)).scalar_one_or_none(), (await session.execute(after)).scalar_one_or_none()


async def with_other_planes(session: AsyncSession, chosen: Sequence[ColumnElement[bool]], least: int, most: int | None) -> Image | None:
    """The oldest image that was read and has fewer planes than `least`, or more than `most`."""
    planes = func.coalesce(cast(col(Image.frames), BigInteger), 1) * func.coalesce(col(Image.timepoints), 1)
    is_odd = planes < least if most is None else or_(planes < least, planes > most)
    query = select(Image).where(*chosen, col(Image.status) == ImageStatus.READY, is_odd)
    return (await session.execute(query.order_by(col(Image.created_at), col(Image.id)).limit(1))).scalar_one_or_none()


def _chosen(project_id: UUID, ids: Sequence[UUID]) -> list[ColumnElement[bool]]:
    return [col(Image.project_id) == project_id, col(Image.id) == any_(literal(list(ids), ARRAY(Uuid)))]


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
