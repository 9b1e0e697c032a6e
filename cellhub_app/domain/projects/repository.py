"""Queries about projects and members; what a Principal may read is built in here."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import Row, Select, and_, any_, delete, func, literal, not_, or_, select, tuple_
from sqlalchemy.dialects.postgresql import ARRAY, insert
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased
from sqlalchemy.types import Uuid
from sqlmodel import col

from cellhub_app.core.ids import now
from cellhub_app.core.pagination import Page, PageRequest, paginate
from cellhub_app.domain.access import GRANTED, SEES_EVERY_PROJECT, Principal, granted_role, is_readable, readable_projects
from cellhub_app.models.image import Image, ImageStatus
from cellhub_app.models.project import Membership, Project, ProjectRole
from cellhub_app.models.team import Team, TeamMember, TeamShare
from cellhub_app.models.user import User

MOSAIC = 4
_BUSY = ("queued", "running", "paused")


def readable_page(principal: Principal) -> Select[Project, str | None]:
    """Every project that the caller may see, with the highest role that was granted to them there."""
    granted = granted_role(col(Project.id), literal(principal.user_id, Uuid))
    return select(Project, granted).where(is_readable(principal))


async def page(session: AsyncSession, principal: Principal, q: str | None, request: PageRequest) -> Page[tuple[Project, str | None]]:
    """One page of the projects that the caller may see, newest first, each with the role that was granted to the caller."""
    query = readable_page(principal)
    if q:
        found = col(Project.name).icontains(q, autoescape=True)
        query = query.where(or_(found, col(Project.description).icontains(q, autoescape=True)))
    cursor = request.cursor
    backwards = cursor is not None and cursor.backwards
    created, identifier = col(Project.created_at), col(Project.id)
    if cursor is not None:
        here = tuple_(literal(cursor.moment), literal(cursor.id))
        place = tuple_(created, identifier)
        query = query.where(place > here if backwards else place < here)
    order = (created.asc(), identifier.asc()) if backwards else (created.desc(), identifier.desc())
    rows = (await session.execute(query.order_by(*order).limit(request.limit + 1))).all()
    return paginate([(row[0], row[1]) for row in rows], request, lambda row: (row[0].created_at.isoformat(), row[0].id))


def _among(ids: Sequence[UUID]) -> Any:
    return any_(literal(list(ids), ARRAY(Uuid)))


async def image_counts(session: AsyncSession, ids: Sequence[UUID]) -> Sequence[Row[UUID, int, int, int, int, int, int | None]]:
    """(project, all, ready, done, busy, failed, objects) of the images of each of these projects that has any."""
    status, segmentation = col(Image.status), col(Image.segmentation_status)
    failed = or_(status == ImageStatus.FAILED, segmentation == "failed")
    reading = status.in_((ImageStatus.UPLOADED, ImageStatus.INGESTING))
    query = select(
        col(Image.project_id),
        func.count(),
        func.count().filter(status == ImageStatus.READY),
        func.count().filter(segmentation == "succeeded"),
        func.count().filter(or_(reading, segmentation.in_(_BUSY))),
        func.count().filter(failed),
        func.coalesce(func.sum(col(Image.object_count)), 0),
    )
    query = query.where(col(Image.project_id) == _among(ids), col(Image.deleted_at).is_(None))
    return (await session.execute(query.group_by(col(Image.project_id)))).all()


async def newest_images(session: AsyncSession, ids: Sequence[UUID]) -> Sequence[Row[UUID, UUID]]:
    """(project, image) of the newest few images with a picture in each of these projects, newest first."""
    newest = (
        select(col(Image.id).label("id"), col(Image.created_at).label("created_at"))
        .where(col(Image.project_id) == col(Project.id), col(Image.deleted_at).is_(None), col(Image.status) == ImageStatus.READY)
        .order_by(col(Image.created_at).desc(), col(Image.id).desc())
        .limit(MOSAIC)
        .correlate(Project)
        .lateral("newest")
    )
    query = (
        select(col(Project.id), newest.c.id).select_from(Project).join(newest, literal(value=True)).where(col(Project.id) == _among(ids))
    )
    return (await session.execute(query.order_by(newest.c.created_at.desc(), newest.c.id.desc()))).all()


async def members(session: AsyncSession, ids: Sequence[UUID]) -> Sequence[Row[Membership, User]]:
    """The members of these projects, in the order they came."""
    query = select(Membership, User).join(User, col(User.id) == col(Membership.user_id))
    query = query.where(col(Membership.project_id) == _among(ids))
    return (await session.execute(query.order_by(col(Membership.created_at), col(Membership.user_id)))).all()


async def teams(session: AsyncSession, ids: Sequence[UUID]) -> Sequence[Row[UUID, UUID, str, int]]:
    """(project, team, its name, its people) of the teams that these projects are shared with, in the order they came."""
    people = select(func.count()).select_from(TeamMember).where(col(TeamMember.team_id) == col(Team.id)).correlate(Team).scalar_subquery()
    query = select(col(TeamShare.project_id), col(Team.id), col(Team.name), people).join(Team, col(Team.id) == col(TeamShare.team_id))
    query = query.where(col(TeamShare.project_id) == _among(ids))
    return (await session.execute(query.order_by(col(TeamShare.created_at), col(TeamShare.team_id)))).all()


async def everybody_in(session: AsyncSession, project_id: UUID) -> Sequence[UUID]:
    """Who takes part in a project, by themselves or through a team."""
    query = select(GRANTED.c.user_id).where(GRANTED.c.project_id == project_id).distinct()
    return (await session.execute(query)).scalars().all()


async def users(session: AsyncSession, ids: Sequence[UUID]) -> Sequence[User]:
    """The accounts of these people."""
    return (await session.execute(select(User).where(col(User.id) == _among(ids)))).scalars().all()


async def readable_ids(session: AsyncSession, principal: Principal) -> frozenset[UUID]:
    """The projects that the caller may see now."""
    return frozenset((await session.execute(readable_projects(principal))).scalars())


async def project(session: AsyncSession, project_id: UUID) -> Project | None:
    """A project that is not deleted; who asks was checked before."""
    return (
        await session.execute(select(Project).where(col(Project.id) == project_id, col(Project.deleted_at).is_(None)))
    ).scalar_one_or_none()


async def trashed(session: AsyncSession, principal: Principal, project_id: UUID) -> Project | None:
    """A deleted project that the caller owned, or any for those who see every project."""
    query = select(Project).where(col(Project.id) == project_id, col(Project.deleted_at).is_not(None))
    if principal.role not in SEES_EVERY_PROJECT:
        owned = and_(col(Membership.project_id) == col(Project.id), col(Membership.user_id) == principal.user_id)
        query = query.join(Membership, owned).where(col(Membership.role) == ProjectRole.OWNER)
    return (await session.execute(query)).scalar_one_or_none()


async def add_membership(session: AsyncSession, project_id: UUID, user_id: UUID, role: ProjectRole) -> bool:
    """Take a person in; False when they are in already."""
    statement = insert(Membership).values(project_id=project_id, user_id=user_id, role=role, created_at=now())
    statement = statement.on_conflict_do_nothing()
    return (await session.execute(statement.returning(col(Membership.user_id)))).scalar_one_or_none() is not None


async def lock_memberships(session: AsyncSession, project_id: UUID) -> dict[UUID, Membership]:
    """All memberships of a project, locked until the transaction ends so that two changes cannot remove the last two owners at once."""
    query = select(Membership).where(col(Membership.project_id) == project_id).order_by(col(Membership.user_id)).with_for_update()
    return {row.user_id: row for row in (await session.execute(query)).scalars()}


async def remove_membership(session: AsyncSession, project_id: UUID, user_id: UUID) -> None:
    """Let a member go."""
    await session.execute(delete(Membership).where(col(Membership.project_id) == project_id, col(Membership.user_id) == user_id))


async def solely_owned(session: AsyncSession, user_id: UUID) -> Sequence[Row[Project, int]]:
    """The projects that only this person owns, each with how many others take part, a team counting as one."""
    others = aliased(Membership)
    here = col(others.project_id) == col(Project.id)
    another_owner = select(others).where(here, col(others.role) == ProjectRole.OWNER, col(others.user_id) != user_id).exists()
    members = select(func.count()).select_from(others).where(here, col(others.user_id) != user_id).scalar_subquery()
    teams = select(func.count()).select_from(TeamShare).where(col(TeamShare.project_id) == col(Project.id)).scalar_subquery()
    mine = and_(col(Membership.project_id) == col(Project.id), col(Membership.user_id) == user_id)
    query = select(Project, members + teams).join(Membership, mine).where(col(Membership.role) == ProjectRole.OWNER)
    return (await session.execute(query.where(col(Project.deleted_at).is_(None), not_(another_owner)))).all()


async def memberships(session: AsyncSession, user_id: UUID) -> Sequence[Row[Membership, str]]:
    """What a person takes part in, with the projects' names."""
    query = select(Membership, col(Project.name)).join(Project, col(Project.id) == col(Membership.project_id))
    here = query.where(col(Membership.user_id) == user_id, col(Project.deleted_at).is_(None))
    return (await session.execute(here.order_by(col(Membership.created_at)))).all()
