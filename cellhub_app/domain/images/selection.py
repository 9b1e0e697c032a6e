"""What somebody has selected: named images, or everything that matches a filter except some; nobody has to load it to say so."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal
from uuid import UUID

from sqlalchemy import ColumnElement, Select, func, literal, not_, or_, select
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.types import Uuid
from sqlmodel import col

from cellhub_app.core.imaging.flaws import Flaw
from cellhub_app.domain.access import Permission, Principal, require
from cellhub_app.domain.images import repository
from cellhub_app.domain.images.listing import IS_FLAWED, with_flaws
from cellhub_app.domain.images.schemas import ImageFilters
from cellhub_app.domain.images.service import checked_ids
from cellhub_app.models.image import Image, ImageStatus


@dataclass(frozen=True)
class Chosen:
    """The named images; with `filters`, all that match them except the named ones. `only_new`: of these, those that nothing
    has segmented yet, or that were cancelled; `leave_out`: those that have none of these flaws, as far as they were read."""

    ids: Sequence[UUID] = ()
    filters: ImageFilters | None = None
    only_new: bool = False
    leave_out: Sequence[Flaw] = ()


Selection = Chosen | Sequence[UUID] | Literal["all"]


def chosen_of(selection: Selection) -> Chosen:
    """The selection as images or a filter."""
    if isinstance(selection, Chosen):
        return selection
    return Chosen(filters=ImageFilters()) if selection == "all" else Chosen([*selection])


def conditions(project_id: UUID, selection: Selection) -> list[ColumnElement[bool]]:
    """What is true of the selected images of a project. Raises SelectionEmpty, Invalid."""
    chosen = chosen_of(selection)
    if chosen.filters is None:
        found = repository.chosen(project_id, checked_ids(chosen.ids))
    else:
        found = repository.filtered(project_id, chosen.filters)
        found += [col(Image.id) != func.all(literal(checked_ids(chosen.ids), ARRAY(Uuid)))] if chosen.ids else []
    status = col(Image.segmentation_status)
    found += [or_(status.is_(None), status == "cancelled")] if chosen.only_new else []
    return [*found, not_(with_flaws(chosen.leave_out))] if chosen.leave_out else found


async def count(session: AsyncSession, principal: Principal, project_id: UUID, chosen: Chosen) -> int:
    """How many images are chosen. Raises ProjectNotFound."""
    await require(session, principal, project_id, Permission.VIEW)
    if chosen.filters and chosen.filters.flaw == "none":
        return await _count_flawless(session, project_id, replace(chosen, filters=chosen.filters.model_copy(update={"flaw": None})))
    return (await session.execute(_counted(project_id, chosen))).scalar_one()


def _counted(project_id: UUID, chosen: Chosen, *more: ColumnElement[bool]) -> Select[int]:
    return select(func.count()).select_from(Image).where(*conditions(project_id, chosen), *more)


async def _count_flawless(session: AsyncSession, project_id: UUID, chosen: Chosen) -> int:
    """All that were read less those with a flaw: these are few and have an index, the many others have none."""
    is_read = col(Image.status) == ImageStatus.READY
    every, flawed = (_counted(project_id, chosen, is_read, *more).scalar_subquery() for more in ((), (IS_FLAWED,)))
    found: int = (await session.execute(select(every - flawed))).scalar_one()
    return found


async def count_poor(session: AsyncSession, principal: Principal, project_id: UUID, chosen: Chosen, flaws: Sequence[Flaw]) -> int:
    """How many of the chosen images have one of these flaws. Raises ProjectNotFound."""
    await require(session, principal, project_id, Permission.VIEW)
    return (await session.execute(_counted(project_id, chosen, with_flaws(flaws)))).scalar_one()


async def has_stacks(session: AsyncSession, principal: Principal, project_id: UUID, chosen: Chosen) -> bool:
    """Whether any of the chosen images has several planes, as far as they were read. Raises ProjectNotFound."""
    await require(session, principal, project_id, Permission.VIEW)
    is_stack = or_(col(Image.frames) > 1, col(Image.timepoints) > 1)
    query = select(col(Image.id)).where(*conditions(project_id, chosen), is_stack).limit(1)
    return (await session.execute(query)).first() is not None


async def first_ready(session: AsyncSession, principal: Principal, project_id: UUID, chosen: Chosen, limit: int) -> list[UUID]:
    """The oldest few of the chosen images that were read. Raises ProjectNotFound."""
    await require(session, principal, project_id, Permission.VIEW)
    ready = (repository.present(project_id), col(Image.status) == ImageStatus.READY, *conditions(project_id, chosen))
    query = select(col(Image.id)).where(*ready).order_by(col(Image.created_at), col(Image.id)).limit(limit)
    return list((await session.execute(query)).scalars())
