"""Teams, their people, and the projects that are shared with them."""

from uuid import UUID

from fastapi import APIRouter

from cellhub_app.api.deps import Look, Paged, Recorded, Signed, Work
from cellhub_app.core.pagination import Page
from cellhub_app.domain.activity.schemas import Action
from cellhub_app.domain.invitations import service as invitations
from cellhub_app.domain.invitations.places import IntoTeam
from cellhub_app.domain.invitations.schemas import InvitationView, NewTeamInvitation
from cellhub_app.domain.schema import PageView
from cellhub_app.domain.teams import service as teams
from cellhub_app.domain.teams import sharing
from cellhub_app.domain.teams.schemas import NewTeam, SharedProject, TeamMemberView, TeamRoleChange, TeamView

router = APIRouter(prefix="/teams", tags=["teams"])
ONE = "/{team_id}"
MEMBERS, INVITATIONS = ONE + "/members", ONE + "/invitations"


@router.get("", response_model=PageView[TeamView])
async def list_teams(session: Look, who: Signed, page: Paged) -> Page[TeamView]:
    """The caller's teams, newest first."""
    return await teams.page(session, who, page)


@router.post("", status_code=201, response_model=TeamView)
async def create_team(new: NewTeam, session: Work, who: Signed, record: Recorded) -> TeamView:
    """Start a team; its maker manages it."""
    made = await teams.create(session, who, new)
    await record(Action.TEAM_CREATE, "team", made.id, name=made.name)
    return made


@router.get(ONE, response_model=TeamView)
async def get_team(team_id: UUID, session: Look, who: Signed) -> TeamView:
    """One team."""
    return await teams.get(session, who, team_id)


@router.patch(ONE, response_model=TeamView)
async def rename_team(team_id: UUID, change: NewTeam, session: Work, who: Signed, record: Recorded) -> TeamView:
    """Give a team another name."""
    changed = await teams.rename(session, who, team_id, change)
    await record(Action.TEAM_RENAME, "team", team_id, name=changed.name)
    return changed


@router.delete(ONE, status_code=204)
async def delete_team(team_id: UUID, session: Work, who: Signed, record: Recorded) -> None:
    """Delete a team for good. Its projects stay; its people lose what only the team gave them."""
    gone = await teams.delete(session, who, team_id)
    await record(Action.TEAM_DELETE, "team", team_id, name=gone.name, members=gone.members, projects=gone.projects)


@router.get(MEMBERS, response_model=list[TeamMemberView])
async def list_team_members(team_id: UUID, session: Look, who: Signed) -> list[TeamMemberView]:
    """Everybody in the team, in the order they came."""
    return await teams.members(session, who, team_id)


@router.post(MEMBERS, status_code=201, response_model=InvitationView)
async def invite_team_member(team_id: UUID, new: NewTeamInvitation, session: Work, who: Signed, record: Recorded) -> InvitationView:
    """Ask somebody in by their address; the answer is the same whether or not it has an account. They are in once they say yes."""
    made = await invitations.invite(session, who, IntoTeam(team_id), new.email, new.role)
    await record(Action.INVITE, "team", team_id, email=made.email, role=made.role)
    return made


@router.patch(MEMBERS + "/{user_id}", response_model=TeamMemberView)
async def change_team_member(
    team_id: UUID, user_id: UUID, *, change: TeamRoleChange, session: Work, who: Signed, record: Recorded
) -> TeamMemberView:
    """Let somebody manage the team, or no longer."""
    member = await teams.change_member(session, who, team_id, user_id, change.role)
    await record(Action.MEMBER_CHANGE, "team", team_id, userId=str(user_id), role=change.role)
    return member


@router.delete(MEMBERS + "/{user_id}", status_code=204)
async def remove_team_member(team_id: UUID, user_id: UUID, session: Work, who: Signed, record: Recorded) -> None:
    """Let somebody go; everybody may leave by themselves."""
    await teams.remove_member(session, who, team_id, user_id)
    await record(Action.MEMBER_REMOVE, "team", team_id, userId=str(user_id))


@router.get(INVITATIONS, response_model=list[InvitationView])
async def list_team_invitations(team_id: UUID, session: Look, who: Signed) -> list[InvitationView]:
    """Invitations into the team that wait, newest first; for managers."""
    return await invitations.pending(session, who, IntoTeam(team_id))


@router.post(INVITATIONS + "/{team_invitation_id}/resend", response_model=InvitationView)
async def resend_team_invitation(team_id: UUID, team_invitation_id: UUID, session: Work, who: Signed) -> InvitationView:
    """Write once more, with a new link."""
    return await invitations.resend(session, who, IntoTeam(team_id), team_invitation_id)


@router.delete(INVITATIONS + "/{team_invitation_id}", status_code=204)
async def revoke_team_invitation(team_id: UUID, team_invitation_id: UUID, session: Work, who: Signed, record: Recorded) -> None:
    """Take an invitation into the team back."""
    await invitations.take_back(session, who, IntoTeam(team_id), team_invitation_id)
    await record(Action.INVITE_REVOKE, "team", team_id)


@router.get(ONE + "/projects", response_model=PageView[SharedProject])
async def list_team_projects(team_id: UUID, session: Look, who: Signed, page: Paged) -> Page[SharedProject]:
    """The projects that are shared with the team, the latest first."""
    return await sharing.projects_of(session, who, team_id, page)
