"""Giving a project away with what goes with it."""

from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from cellhub_app.domain.access import Principal
from cellhub_app.domain.projects import service as projects
from cellhub_app.domain.projects.schemas import MemberView
from cellhub_app.domain.shares import service as shares


async def give_away(session: AsyncSession, principal: Principal, project_id: UUID, user_id: UUID) -> MemberView:
    """Give a project to one of its members, and with it the share links that the caller made.

    Raises MemberNotFound, Conflict, NotAllowed, ProjectNotFound as projects.transfer() does.
    """
    owner = await projects.transfer(session, principal, project_id, user_id)
    await shares.hand_over(session, project_id, principal.user_id, user_id)
    return owner
