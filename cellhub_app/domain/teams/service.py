"""What can be done with teams and the people in them. Whoever comes, goes or changes roles is told at once, as are the team's projects."""

from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from cellhub_app.core.errors import Conflict, NotAllowed, NotFound
from cellhub_app.core.pagination import Page, PageRequest, paginate
from cellhub_app.domain.access import Principal, TeamNotFound, has_proven_address, may_start, require_team, team_role_by
from cellhub_app.domain.teams import repository
from cellhub_app.domain.teams.schemas import NewTeam, TeamMemberView, TeamView
from cellhub_app.domain.telling import tell_team
from cellhub_app.models.team import Team, TeamMember, TeamRole
from cellhub_app.models.user import User


class TeamMemberNotFound(NotFound):
    """Nobody of that id is in the team."""

    code, title = "teamMemberNotFound", "There is no such person in this team"


class ManagerNeeded(Conflict):
    """A team keeps at least one manager."""

    code, title = "managerNeeded", "A team needs at least one manager"


async def create(session: AsyncSession, principal: Principal, new: NewTeam) -> TeamView:
    """Start a team; its maker manages it. Raises NotAllowed for guests and where the address is not proven."""
    if not may_start(principal):
        raise NotAllowed("Guests only see what is shared with them; ask an admin for an account that may make teams.")
    if not has_proven_address(principal):
        raise NotAllowed("Confirm your e-mail address first: the page of your account sends you the letter again.")
    row = Team(name=new.name, created_by=principal.user_id)
    session.add(row)
    await session.flush()
    await repository.add_member(session, row.id, principal.user_id, TeamRole.MANAGER)
    await tell_team(session, row.id, principal.user_id)
    return await get(session, principal, row.id)


async def page(session: AsyncSession, principal: Principal, request: PageRequest | None = None) -> Page[TeamView]:
    """One page of the teams that the caller is in, newest first; of all, for those who see every project."""
    asked = request or PageRequest()
    rows = await repository.page(session, principal, asked)
    return paginate(rows, asked, lambda row: (row[0].created_at.isoformat(), row[0].id)).map(lambda row: _view(principal, *row))


def _view(principal: Principal, team: Team, role: str | None, members: int, projects: int) -> TeamView:
    plain = {"id": team.id, "name": team.name, "created_at": team.created_at, "members": members, "projects": projects}
    return TeamView(**plain, role=team_role_by(principal, role), is_in=role is not None)


async def get(session: AsyncSession, principal: Principal, team_id: UUID) -> TeamView:
    """One team. Raises TeamNotFound."""
    found = await repository.team(session, principal, team_id)
    if found is None:
        raise TeamNotFound
    return _view(principal, *found)


async def readable_ids(session: AsyncSession, principal: Principal) -> frozenset[UUID]:
    """The teams that the caller may know of now: what live events are filtered by."""
    return await repository.readable_ids(session, principal)


async def rename(session: AsyncSession, principal: Principal, team_id: UUID, change: NewTeam) -> TeamView:
    """Give a team another name. Raises TeamNotFound, NotAllowed."""
    await require_team(session, principal, team_id, manages=True)
    row = await repository.row(session, team_id)
    if row is None:
        raise TeamNotFound
    row.name = change.name
    await session.flush()
    await tell_team(session, team_id)
    return await get(session, principal, team_id)


async def delete(session: AsyncSession, principal: Principal, team_id: UUID) -> TeamView:
    """Delete a team for good; its projects stay, and its people lose what only the team gave them. Raises TeamNotFound, NotAllowed."""
    await require_team(session, principal, team_id, manages=True)
    gone = await get(session, principal, team_id)
    await tell_team(session, team_id, *(member.user_id for member, _ in await repository.members(session, team_id)))
    await repository.remove(session, team_id)
    return gone


async def members(session: AsyncSession, principal: Principal, team_id: UUID) -> list[TeamMemberView]:
    """Everybody in a team, in the order they came. Raises TeamNotFound."""
    await require_team(session, principal, team_id)
    return [_member(member, user) for member, user in await repository.members(session, team_id)]


def _member(member: TeamMember, user: User) -> TeamMemberView:
    return TeamMemberView(user_id=user.id, email=user.email, name=user.name, role=TeamRole(member.role))


async def change_member(session: AsyncSession, principal: Principal, team_id: UUID, user_id: UUID, role: TeamRole) -> TeamMemberView:
    """Let somebody manage the team, or no longer. Raises TeamMemberNotFound, ManagerNeeded, Conflict, NotAllowed, TeamNotFound."""
    await require_team(session, principal, team_id, manages=True)
    row = _present(await repository.lock_members(session, team_id), user_id)
    if role is TeamRole.MANAGER and await repository.is_guest(session, user_id):
        raise Conflict("Guests cannot manage a team; ask an admin for another kind of account.")
    if role is not TeamRole.MANAGER:
        await _keep_a_manager(session, row)
    row.role = role
    await session.flush()
    await tell_team(session, team_id, user_id)
    return next(member for member in await members(session, principal, team_id) if member.user_id == user_id)


async def remove_member(session: AsyncSession, principal: Principal, team_id: UUID, user_id: UUID) -> None:
    """Let somebody go; everybody may leave by themselves. Raises TeamMemberNotFound, ManagerNeeded, NotAllowed, TeamNotFound."""
    await require_team(session, principal, team_id, manages=user_id != principal.user_id)
    await _keep_a_manager(session, _present(await repository.lock_members(session, team_id), user_id))
    await repository.remove_member(session, team_id, user_id)
    await tell_team(session, team_id, user_id)


def _present(rows: dict[UUID, TeamMember], user_id: UUID) -> TeamMember:
    if user_id not in rows:
        raise TeamMemberNotFound
    return rows[user_id]


async def _keep_a_manager(session: AsyncSession, going: TeamMember) -> None:
    if going.role == TeamRole.MANAGER and not await repository.has_manager(session, going.team_id, going.user_id):
        raise ManagerNeeded("Nobody else manages this team: make somebody a manager first, or delete the team.")


async def let_go_of_all(session: AsyncSession, principal: Principal) -> None:
    """Before an account is closed: delete teams that nobody else is in. Raises ManagerNeeded for those that would be left without one."""
    for member, name, people in await repository.of_person(session, principal.user_id):
        await tell_team(session, member.team_id)
        if people == 1:
            await repository.remove(session, member.team_id)
        elif member.role == TeamRole.MANAGER and not await repository.has_manager(session, member.team_id, principal.user_id):
            raise ManagerNeeded(f"Nobody else manages the team “{name}”. Make somebody a manager or delete it first.")


async def takes_part_in(session: AsyncSession, principal: Principal) -> list[dict[str, str]]:
    """The caller's teams in words, for the copy of their data."""
    return [
        {"teamId": str(member.team_id), "team": name, "role": member.role, "since": member.created_at.isoformat()}
        for member, name, _ in await repository.of_person(session, principal.user_id)
    ]
