"""Letting open pages and streams know at once that who may do what has changed."""

from collections.abc import Iterable
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from cellhub_app.core.events import Event, EventType
from cellhub_app.core.runtime import emit
from cellhub_app.models.team import TeamMember, TeamShare


def tell_access(session: AsyncSession, project_id: UUID, *user_ids: UUID) -> None:
    """Let these people's pages and the project's look again at who may do what."""
    for user_id in user_ids:
        emit(session, Event(EventType.ACCESS_CHANGED, project_id, user_id))
    emit(session, Event(EventType.PROJECT_CHANGED, project_id, data={"members": True}))


async def tell_team(session: AsyncSession, team_id: UUID, *user_ids: UUID) -> None:
    """Let the team's pages, those of its projects, and these people's look again; before the team goes, if it goes."""
    for user_id in user_ids:
        emit(session, Event(EventType.ACCESS_CHANGED, user_id=user_id))
    emit(session, Event(EventType.TEAM_CHANGED, team_id=team_id))
    for project_id in (await session.execute(select(col(TeamShare.project_id)).where(col(TeamShare.team_id) == team_id))).scalars():
        emit(session, Event(EventType.PROJECT_CHANGED, project_id, data={"members": True}))


async def tell_shared(session: AsyncSession, project_id: UUID, team_ids: Iterable[UUID]) -> None:
    """What these teams may do in a project has changed: let all of their people look again, and the pages of both."""
    ids = list(team_ids)
    people = select(col(TeamMember.user_id)).where(col(TeamMember.team_id).in_(ids)).distinct()
    tell_access(session, project_id, *(await session.execute(people)).scalars())
    for team_id in ids:
        emit(session, Event(EventType.TEAM_CHANGED, team_id=team_id))
