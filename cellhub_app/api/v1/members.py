"""Who takes part in a project."""

from uuid import UUID

from fastapi import APIRouter

from cellhub_app.api.deps import Look, Recorded, Signed, Work
from cellhub_app.domain.activity.schemas import Action
from cellhub_app.domain.flows.give_away import give_away
from cellhub_app.domain.invitations import service as invitations
from cellhub_app.domain.invitations.schemas import AddedMember, NewInvitation
from cellhub_app.domain.projects import service as projects
from cellhub_app.domain.projects.schemas import MemberView, NewOwner, RoleChange

router = APIRouter(tags=["members"])
MEMBERS = "/projects/{project_id}/members"


@router.get(MEMBERS, response_model=list[MemberView])
async def list_members(project_id: UUID, session: Look, principal: Signed) -> list[MemberView]:
    """Everybody who takes part, in the order they came."""
    return await projects.members(session, principal, project_id)


@router.post(MEMBERS, status_code=201, response_model=AddedMember)
async def add_member(project_id: UUID, new: NewInvitation, session: Work, principal: Signed, record: Recorded) -> AddedMember:
    """Take somebody in by the address of their account; an address without one is invited."""
    added = await invitations.add(session, principal, project_id, new.email, new.role)
    act = Action.MEMBER_ADD if added.user_id else Action.INVITE
    await record(act, "project", project_id, email=added.email, role=added.role)
    return added


@router.patch(MEMBERS + "/{user_id}", response_model=MemberView)
async def change_member(
    project_id: UUID, user_id: UUID, *, change: RoleChange, session: Work, principal: Signed, record: Recorded
) -> MemberView:
    """Give a member another role."""
    member = await projects.change_member(session, principal, project_id, user_id, change.role)
    await record(Action.MEMBER_CHANGE, "project", project_id, userId=str(user_id), role=change.role)
    return member


@router.delete(MEMBERS + "/{user_id}", status_code=204)
async def remove_member(project_id: UUID, user_id: UUID, session: Work, principal: Signed, record: Recorded) -> None:
    """Let a member go; everybody may leave by themselves."""
    await projects.remove_member(session, principal, project_id, user_id)
    await record(Action.MEMBER_REMOVE, "project", project_id, userId=str(user_id))


@router.post("/projects/{project_id}/transfer", response_model=MemberView)
async def transfer_project(project_id: UUID, new: NewOwner, session: Work, principal: Signed, record: Recorded) -> MemberView:
    """Give the project to a member, who owns it from then on; the caller becomes an editor."""
    owner = await give_away(session, principal, project_id, new.user_id)
    await record(Action.OWNER_CHANGE, "project", project_id, userId=str(new.user_id))
    return owner
