"""What somebody has selected: named images, or everything that matches a filter except some; nobody has to load it to say so."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import ColumnElement, func, literal, select
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.types import Uuid
from sqlmodel import col

from cellhub_app.core.errors import Invalid, SelectionEmpty
from cellhub_app.core.limits import IMAGES_PER_REQUEST
from cellhub_app.domain.access import Permission, Principal, require
from cellhub_app.domain.images import repository
from cellhub_app.domain.images.schemas import ImageFilters
from cellhub_app.domain.images.service import checked_ids
from cellhub_app.models.image import Image


@dataclass(frozen=True)
class Chosen:
    """The named images; with `filters`, all that match them except the named ones."""

    ids: Sequence[UUID] = ()
    filters: ImageFilters | None = None


def conditions(project_id: UUID, chosen: Chosen) -> list[ColumnElement[bool]]:
    """What is true of the chosen images of a project. Raises SelectionEmpty, Invalid."""
    if chosen.filters is None:
        return repository.chosen(project_id, checked_ids(chosen.ids))
    matching = repository.filtered(project_id, chosen.filters)
    return [*matching, col(Image.id) != func.all(literal(checked_ids(chosen.ids), ARRAY(Uuid)))] if chosen.ids else matching


async def count(session: AsyncSession, principal: Principal, project_id: UUID, chosen: Chosen) -> int:
    """How many images are chosen. Raises ProjectNotFound."""
    await require(session, principal, project_id, Permission.VIEW)
    query = select(func.count()).select_from(Image).where(*conditions(project_id, chosen))
    return (await session.execute(query)).scalar_one()


async def ids(session: AsyncSession, principal: Principal, project_id: UUID, chosen: Chosen) -> list[UUID]:
    """The ids of the chosen images, newest first. Raises SelectionEmpty, Invalid when they are too many to name, ProjectNotFound."""
    await require(session, principal, project_id, Permission.VIEW)
    query = select(col(Image.id)).where(*conditions(project_id, chosen)).order_by(col(Image.created_at).desc(), col(Image.id).desc())
    found = list((await session.execute(query.limit(IMAGES_PER_REQUEST + 1))).scalars())
    if not found:
        raise SelectionEmpty
    if len(found) > IMAGES_PER_REQUEST:
        raise Invalid(f"More than {IMAGES_PER_REQUEST:,} images are selected. Take all images of the project, or narrow the filter.")
    return found
