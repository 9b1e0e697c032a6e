"""Queries about teams; what a Principal may know of is built in here."""

from collections.abc import Sequence
from typing import Any, TypeVarTuple
from uuid import UUID

from sqlalchemy import Row, ScalarSelect, Select, and_, delete, func, literal, select, tuple_
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from cellhub_app.core.ids import now
from cellhub_app.core.pagination import PageRequest
from cellhub_app.domain.access import Principal, sees_team
from cellhub_app.models.project import Project
from cellhub_app.models.team import ShareRole, Team, TeamMember, TeamRole, TeamShare
from cellhub_app.models.user import Role, User, UserStatus

Columns = TypeVarTuple("Columns")
_TeamRow = Row[Team, str | None, int, int]


def _head_count() -> ScalarSelect[int]:
    return select(func.count()).select_from(TeamMember).where(col(TeamMember.team_id) == col(Team.id)).correlate(Team).scalar_subquery()


def _teams(principal: Principal) -> Select[Team, str | None, int, int]:
    """(team, the caller's role in it, people, projects) of every team that the caller may know of."""
    mine = and_(col(TeamMember.team_id) == col(Team.id), col(TeamMember.user_id) == principal.user_id)
    there = and_(col(Project.id) == col(TeamShare.project_id), col(Project.deleted_at).is_(None))
    shared = select(func.count()).select_from(TeamShare).join(Project, there).where(col(TeamShare.team_id) == col(Team.id))
    query = select(Team, col(TeamMember.role), _head_count(), shared.correlate(Team).scalar_subquery())
    return query.outerjoin(TeamMember, mine).where(sees_team(principal))


async def page(session: AsyncSession, principal: Principal, request: PageRequest) -> Sequence[_TeamRow]:
    """limit + 1 teams in the direction of the cursor, newest first."""
    return (await session.execute(_from(_teams(principal), request, col(Team.created_at), col(Team.id)))).all()


def _from(query: Select[*Columns], request: PageRequest, *place: Any) -> Select[*Columns]:
    cursor = request.cursor
    backwards = cursor is not None and cursor.backwards
    if cursor is not None:
        here = tuple_(literal(cursor.moment), literal(cursor.id))
        query = query.where(tuple_(*place) > here if backwards else tuple_(*place) < here)
    order = [column.asc() if backwards else column.desc() for column in place]
    return query.order_by(*order).limit(request.limit + 1)


async def team(session: AsyncSession, principal: Principal, team_id: UUID) -> _TeamRow | None:
    """One team that the caller may know of."""
    return (await session.execute(_teams(principal).where(col(Team.id) == team_id))).one_or_none()


async def row(session: AsyncSession, team_id: UUID) -> Team | None:
    """The row of a team, locked until the transaction ends; who asks was checked before."""
    return await session.get(Team, team_id, with_for_update=True)


async def readable_ids(session: AsyncSession, principal: Principal) -> frozenset[UUID]:
    """The teams that the caller may know of."""
    return frozenset((await session.execute(select(col(Team.id)).where(sees_team(principal)))).scalars())


async def add_member(session: AsyncSession, team_id: UUID, user_id: UUID, role: TeamRole) -> None:
    """Take a person in."""
    session.add(TeamMember(team_id=team_id, user_id=user_id, role=role))
    await session.flush()


async def members(session: AsyncSession, team_id: UUID) -> Sequence[Row[TeamMember, User]]:
    """Everybody in a team, in the order they came."""
    query = select(TeamMember, User).join(User, col(User.id) == col(TeamMember.user_id)).where(col(TeamMember.team_id) == team_id)
    return (await session.execute(query.order_by(col(TeamMember.created_at), col(TeamMember.user_id)))).all()


async def lock_members(session: AsyncSession, team_id: UUID) -> dict[UUID, TeamMember]:
    """All memberships of a team, locked so that two changes cannot remove the last two managers at once."""
    query = select(TeamMember).where(col(TeamMember.team_id) == team_id).order_by(col(TeamMember.user_id)).with_for_update()
    return {one.user_id: one for one in (await session.execute(query)).scalars()}


async def has_manager(session: AsyncSession, team_id: UUID, without: UUID) -> bool:
    """Whether somebody else can manage the team: guests and suspended people cannot."""
    able = and_(col(User.id) == col(TeamMember.user_id), col(User.role) != Role.GUEST, col(User.status) == UserStatus.ACTIVE)
    query = select(col(User.id)).join(TeamMember, able).where(col(TeamMember.team_id) == team_id, col(User.id) != without)
    return (await session.execute(query.where(col(TeamMember.role) == TeamRole.MANAGER).limit(1))).first() is not None


async def is_guest(session: AsyncSession, user_id: UUID) -> bool:
    """Whether an account is a guest's."""
    return (await session.execute(select(col(User.role)).where(col(User.id) == user_id))).scalar_one_or_none() == Role.GUEST


async def remove_member(session: AsyncSession, team_id: UUID, user_id: UUID) -> None:
    """Let somebody go."""
    await session.execute(delete(TeamMember).where(col(TeamMember.team_id) == team_id, col(TeamMember.user_id) == user_id))


async def remove(session: AsyncSession, team_id: UUID) -> None:
    """Delete a team, with its memberships, shares and invitations."""
    await session.execute(delete(Team).where(col(Team.id) == team_id))


async def of_person(session: AsyncSession, user_id: UUID) -> Sequence[Row[TeamMember, str, int]]:
    """What teams a person is in, with names and sizes."""
    query = select(TeamMember, col(Team.name), _head_count()).join(Team, col(Team.id) == col(TeamMember.team_id))
    return (await session.execute(query.where(col(TeamMember.user_id) == user_id).order_by(col(TeamMember.created_at)))).all()


async def shares(session: AsyncSession, principal: Principal, project_id: UUID) -> Sequence[Row[TeamShare, str, int, bool]]:
    """The teams that a project is shared with, in the order they came: with names, sizes, and whether the caller may open them."""
    query = select(TeamShare, col(Team.name), _head_count(), sees_team(principal)).join(Team, col(Team.id) == col(TeamShare.team_id))
    query = query.where(col(TeamShare.project_id) == project_id)
    return (await session.execute(query.order_by(col(TeamShare.created_at), col(TeamShare.team_id)))).all()


async def share(session: AsyncSession, project_id: UUID, team_id: UUID) -> TeamShare | None:
    """That a project is shared with a team, locked until the transaction ends."""
    return await session.get(TeamShare, (project_id, team_id), with_for_update=True)


async def add_share(session: AsyncSession, project_id: UUID, team_id: UUID, role: ShareRole) -> bool:
    """Share a project with a team; False when it is already."""
    statement = insert(TeamShare).values(project_id=project_id, team_id=team_id, role=role, created_at=now())
    added = statement.on_conflict_do_nothing().returning(col(TeamShare.team_id))
    return (await session.execute(added)).scalar_one_or_none() is not None


async def projects(session: AsyncSession, team_id: UUID, request: PageRequest) -> Sequence[Row[TeamShare, str]]:
    """limit + 1 projects that are shared with a team, the latest first, with their names."""
    there = and_(col(Project.id) == col(TeamShare.project_id), col(Project.deleted_at).is_(None))
    query = select(TeamShare, col(Project.name)).join(Project, there).where(col(TeamShare.team_id) == team_id)
    return (await session.execute(_from(query, request, col(TeamShare.created_at), col(TeamShare.project_id)))).all()
