"""Queries about invitations, and those by which somebody is taken in."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import ColumnElement, Row, and_, func, or_, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from cellhub_app.core.ids import now
from cellhub_app.models.invitation import Invitation
from cellhub_app.models.project import Membership, Project
from cellhub_app.models.team import Team, TeamMember
from cellhub_app.models.user import User


def _is_open() -> tuple[ColumnElement[bool], ...]:
    return col(Invitation.accepted_at).is_(None), col(Invitation.revoked_at).is_(None)


def _same(email: str) -> ColumnElement[bool]:
    return func.lower(col(User.email)) == email.strip().lower()


async def user_by_email(session: AsyncSession, email: str) -> User | None:
    """The account of an address, without regard to case."""
    return (await session.execute(select(User).where(_same(email)))).scalar_one_or_none()


async def project_name(session: AsyncSession, project_id: UUID) -> str | None:
    """What a project is called that is not deleted."""
    query = select(col(Project.name)).where(col(Project.id) == project_id, col(Project.deleted_at).is_(None))
    return (await session.execute(query)).scalar_one_or_none()


async def team_name(session: AsyncSession, team_id: UUID) -> str | None:
    """What a team is called."""
    return (await session.execute(select(col(Team.name)).where(col(Team.id) == team_id))).scalar_one_or_none()


async def is_in_project(session: AsyncSession, project_id: UUID, email: str) -> bool:
    """Whether somebody with this address is a member."""
    member = select(Membership).where(col(Membership.user_id) == col(User.id), col(Membership.project_id) == project_id)
    return (await session.execute(select(col(User.id)).where(_same(email), member.exists()))).first() is not None


async def is_in_team(session: AsyncSession, team_id: UUID, email: str) -> bool:
    """Whether somebody with this address is in the team."""
    member = select(TeamMember).where(col(TeamMember.user_id) == col(User.id), col(TeamMember.team_id) == team_id)
    return (await session.execute(select(col(User.id)).where(_same(email), member.exists()))).first() is not None


async def add_to_project(session: AsyncSession, project_id: UUID, user_id: UUID, role: str) -> bool:
    """Take a person in; False when they are in already."""
    statement = insert(Membership).values(project_id=project_id, user_id=user_id, role=role, created_at=now())
    added = statement.on_conflict_do_nothing().returning(col(Membership.user_id))
    return (await session.execute(added)).scalar_one_or_none() is not None


async def add_to_team(session: AsyncSession, team_id: UUID, user_id: UUID, role: str) -> bool:
    """Take a person in; False when they are in already."""
    statement = insert(TeamMember).values(team_id=team_id, user_id=user_id, role=role, created_at=now())
    added = statement.on_conflict_do_nothing().returning(col(TeamMember.user_id))
    return (await session.execute(added)).scalar_one_or_none() is not None


async def open_invitation(session: AsyncSession, place: ColumnElement[bool], email: str) -> Invitation | None:
    """The invitation of an address into a place that waits, locked until the transaction ends."""
    same = func.lower(col(Invitation.email)) == email.lower()
    return (await session.execute(select(Invitation).where(same, place, *_is_open()).with_for_update())).scalar_one_or_none()


async def count_open(session: AsyncSession, place: ColumnElement[bool]) -> int:
    """How many invitations into a place wait."""
    return (await session.execute(select(func.count()).select_from(Invitation).where(place, *_is_open()))).scalar_one()


async def open_ones(session: AsyncSession, place: ColumnElement[bool]) -> Sequence[Invitation]:
    """The invitations into a place that wait, newest first."""
    query = select(Invitation).where(place, *_is_open())
    return (await session.execute(query.order_by(col(Invitation.created_at).desc(), col(Invitation.id)))).scalars().all()


async def invitation(session: AsyncSession, invitation_id: UUID) -> Invitation | None:
    """An invitation that waits, locked until the transaction ends."""
    return (await session.execute(select(Invitation).where(col(Invitation.id) == invitation_id, *_is_open()).with_for_update())).scalar()


async def by_token(session: AsyncSession, token_hash: str) -> Invitation | None:
    """The invitation behind a link, if it waits, locked until the transaction ends."""
    query = select(Invitation).where(col(Invitation.token_hash) == token_hash, *_is_open()).with_for_update()
    return (await session.execute(query)).scalar_one_or_none()


async def to_address(session: AsyncSession, email: str, moment: datetime) -> Sequence[Row[Invitation, str | None, str | None, str | None]]:
    """What waits for an address: the invitation, its project's or its team's name, and who sent it."""
    query = select(Invitation, col(Project.name), col(Team.name), col(User.name)).outerjoin(
        Project, and_(col(Project.id) == col(Invitation.project_id), col(Project.deleted_at).is_(None))
    )
    query = query.outerjoin(Team, col(Team.id) == col(Invitation.team_id)).outerjoin(User, col(User.id) == col(Invitation.invited_by))
    there = or_(col(Project.id).is_not(None), col(Team.id).is_not(None))
    here = query.where(func.lower(col(Invitation.email)) == email.lower(), there, col(Invitation.expires_at) > moment, *_is_open())
    return (await session.execute(here.order_by(col(Invitation.created_at)))).all()
