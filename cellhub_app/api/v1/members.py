"""Who takes part in a project."""

from uuid import UUID

from fastapi import APIRouter

from cellhub_app.api.deps import Look, Recorded, Signed, Work
from cellhub_app.domain.activity.schemas import Action
from cellhub_app.domain.projects import invitations
from cellhub_app.domain.projects import service as projects
from cellhub_app.domain.projects.schemas import AddedMember, MemberView, NewInvitation, RoleChange

router = APIRouter(prefix="/projects/{project_id}/members", tags=["members"])


@router.get("", response_model=list[MemberView])
async def list_members(project_id: UUID, session: Look, principal: Signed) -> list[MemberView]:
    """Everybody who takes part, in the order they came."""
    return await projects.members(session, principal, project_id)


@router.post("", status_code=201, response_model=AddedMember)
async def add_member(project_id: UUID, new: NewInvitation, session: Work, principal: Signed, record: Recorded) -> AddedMember:
    """Take somebody in by the address of their account; an address without one is invited."""
    added = await invitations.add(session, principal, project_id, new.email, new.role)
    act = Action.MEMBER_ADD if added.user_id else Action.INVITE
    await record(act, "project", project_id, email=added.email, role=added.role)
    return added


@router.patch("/{user_id}", response_model=MemberView)
async def change_member(
    project_id: UUID, user_id: UUID, *, change: RoleChange, session: Work, principal: Signed, record: Recorded
) -> MemberView:
    """Give a member another role."""
    member = await projects.change_member(session, principal, project_id, user_id, change.role)
    await record(Action.MEMBER_CHANGE, "project", project_id, userId=str(user_id), role=change.role)
    return member


@router.delete("/{user_id}", status_code=204)
async def remove_member(project_id: UUID, user_id: UUID, session: Work, principal: Signed, record: Recorded) -> None:
    """Let a member go; everybody may leave by themselves."""
    await projects.remove_member(session, principal, project_id, user_id)
    await record(Action.MEMBER_REMOVE, "project", project_id, userId=str(user_id))
