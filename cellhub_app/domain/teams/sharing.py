"""Sharing projects with teams: owners of the project give, and either side may end it."""

from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from cellhub_app.core.errors import Conflict, NotAllowed, NotFound
from cellhub_app.core.pagination import Page, PageRequest, paginate
from cellhub_app.domain.access import Permission, Principal, TeamNotFound, allows, require, require_team
from cellhub_app.domain.teams import repository
from cellhub_app.domain.teams.schemas import NewShare, SharedProject, ShareView
from cellhub_app.domain.telling import tell_shared
from cellhub_app.models.team import ShareRole, TeamShare

TEAMS_OF_A_PROJECT = 100


class ShareNotFound(NotFound):
    """The project is not shared with that team."""

    code, title = "shareNotFound", "The project is not shared with this team"


class SharedAlready(Conflict):
    """The project is shared with that team already."""

    code, title = "sharedAlready", "The project is shared with this team already"


async def teams_of(session: AsyncSession, principal: Principal, project_id: UUID) -> list[ShareView]:
    """The teams that a project is shared with, in the order they came. Raises ProjectNotFound."""
    await require(session, principal, project_id, Permission.VIEW)
    return [
        ShareView(team_id=row.team_id, name=name, role=ShareRole(row.role), members=members, is_mine=is_mine)
        for row, name, members, is_mine in await repository.shares(session, principal, project_id)
    ]


async def projects_of(
    session: AsyncSession, principal: Principal, team_id: UUID, request: PageRequest | None = None
) -> Page[SharedProject]:
    """One page of the projects that are shared with a team, the latest first. Raises TeamNotFound."""
    await require_team(session, principal, team_id)
    asked = request or PageRequest()
    found = paginate(await repository.projects(session, team_id, asked), asked, _place)
    return found.map(
        lambda row: SharedProject(project_id=row[0].project_id, name=row[1], role=ShareRole(row[0].role), shared_at=row[0].created_at)
    )


def _place(row: tuple[TeamShare, str]) -> tuple[str, UUID]:
    return row[0].created_at.isoformat(), row[0].project_id


async def share(session: AsyncSession, principal: Principal, project_id: UUID, new: NewShare) -> ShareView:
    """Open a project to everybody in a team that the caller is in. Raises ProjectNotFound, NotAllowed, TeamNotFound, SharedAlready."""
    await require(session, principal, project_id, Permission.MANAGE)
    await require_team(session, principal, new.team_id)
    if len(await repository.shares(session, principal, project_id)) >= TEAMS_OF_A_PROJECT:
        raise Conflict(f"The project is shared with {TEAMS_OF_A_PROJECT} teams already; end one of these first.")
    if not await repository.add_share(session, project_id, new.team_id, new.role):
        raise SharedAlready
    await tell_shared(session, project_id, [new.team_id])
    return await _one(session, principal, project_id, new.team_id)


async def change(session: AsyncSession, principal: Principal, project_id: UUID, team_id: UUID, role: ShareRole) -> ShareView:
    """Let the team's people do more or less in a project. Raises ProjectNotFound, NotAllowed, ShareNotFound."""
    await require(session, principal, project_id, Permission.MANAGE)
    (await _row(session, project_id, team_id)).role = role
    await session.flush()
    await tell_shared(session, project_id, [team_id])
    return await _one(session, principal, project_id, team_id)


async def end(session: AsyncSession, principal: Principal, project_id: UUID, team_id: UUID) -> None:
    """Stop sharing: an owner of the project or a manager of the team. Raises ProjectNotFound, NotAllowed, ShareNotFound."""
    role = await require(session, principal, project_id, Permission.VIEW)
    if not allows(role, Permission.MANAGE):
        await _require_manager(session, principal, team_id)
    row = await _row(session, project_id, team_id)
    await tell_shared(session, project_id, [team_id])
    await session.delete(row)
    await session.flush()


async def _require_manager(session: AsyncSession, principal: Principal, team_id: UUID) -> None:
    try:
        await require_team(session, principal, team_id, manages=True)
    except TeamNotFound as error:
        raise NotAllowed("Only owners of the project and managers of the team may end this.") from error


async def _row(session: AsyncSession, project_id: UUID, team_id: UUID) -> TeamShare:
    row = await repository.share(session, project_id, team_id)
    if row is None:
        raise ShareNotFound
    return row


async def _one(session: AsyncSession, principal: Principal, project_id: UUID, team_id: UUID) -> ShareView:
    return next(one for one in await teams_of(session, principal, project_id) if one.team_id == team_id)
