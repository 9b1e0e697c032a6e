"""Asking people into projects, and saying yes or no."""

from uuid import UUID

from fastapi import APIRouter, Request
from starlette.responses import Response

from cellhub_app.api.deps import Client, Look, Recorded, Services, Signed, Work, principal
from cellhub_app.api.forms import FORM_ANSWER, described, go_to, read_fields
from cellhub_app.core.errors import CellHubError
from cellhub_app.domain.activity import service as activity
from cellhub_app.domain.activity.schemas import Action
from cellhub_app.domain.invitations import service as invitations
from cellhub_app.domain.invitations.places import IntoProject
from cellhub_app.domain.invitations.schemas import InvitationLink, InvitationView, Joined, NewInvitation, ReceivedInvitation

router = APIRouter(tags=["members"])
OF_PROJECT = "/projects/{project_id}/invitations"


@router.get(OF_PROJECT, response_model=list[InvitationView])
async def list_invitations(project_id: UUID, session: Look, who: Signed) -> list[InvitationView]:
    """Invitations that wait, newest first; for owners."""
    return await invitations.pending(session, who, IntoProject(project_id))


@router.post(OF_PROJECT, status_code=201, response_model=InvitationView)
async def invite(project_id: UUID, new: NewInvitation, session: Work, who: Signed, record: Recorded) -> InvitationView:
    """Write to an address; the answer is the same whether or not it has an account."""
    made = await invitations.invite(session, who, IntoProject(project_id), new.email, new.role)
    await record(Action.INVITE, "project", project_id, email=made.email, role=made.role)
    return made


@router.post(OF_PROJECT + "/{invitation_id}/resend", response_model=InvitationView)
async def resend_invitation(project_id: UUID, invitation_id: UUID, session: Work, who: Signed) -> InvitationView:
    """Write once more, with a new link."""
    return await invitations.resend(session, who, IntoProject(project_id), invitation_id)


@router.delete(OF_PROJECT + "/{invitation_id}", status_code=204)
async def revoke_invitation(project_id: UUID, invitation_id: UUID, session: Work, who: Signed, record: Recorded) -> None:
    """Take an invitation back."""
    await invitations.take_back(session, who, IntoProject(project_id), invitation_id)
    await record(Action.INVITE_REVOKE, "project", project_id)


@router.get("/invitations", response_model=list[ReceivedInvitation])
async def list_received_invitations(session: Look, who: Signed) -> list[ReceivedInvitation]:
    """What waits for the caller's own, confirmed address."""
    return await invitations.received(session, who)


@router.post("/invitations/{invitation_id}/accept", response_model=Joined)
async def accept_invitation(invitation_id: UUID, session: Work, who: Signed, record: Recorded) -> Joined:
    """Say yes to an invitation to one's own address."""
    joined = await invitations.accept(session, who, invitation_id)
    kind, place_id = joined.place
    await record(Action.MEMBER_ADD, kind, place_id, userId=str(who.user_id))
    return joined


@router.delete("/invitations/{invitation_id}", status_code=204)
async def decline_invitation(invitation_id: UUID, session: Work, who: Signed) -> None:
    """Say no to an invitation to one's own address."""
    await invitations.decline(session, who, invitation_id)


@router.post("/invitations/accept", response_model=Joined, openapi_extra=described(InvitationLink), responses=FORM_ANSWER)
async def follow_invitation(request: Request, services: Services, client: Client) -> Joined | Response:
    """Say yes with the link of the letter. A form goes on to the project or team, or back to ask for signing in."""
    fields = await read_fields(request)
    try:
        who = await principal(request)
        given = fields.read(InvitationLink)
        async with services.work() as session:
            joined = await invitations.accept_by_link(session, who, given.token)
            kind, place_id = joined.place
            about = {"resource_type": kind, "resource_id": place_id, "ip": client.ip, "user_agent": client.user_agent}
            await activity.record(session, who, Action.MEMBER_ADD, **about)
    except CellHubError as error:
        if not fields.is_form:
            raise
        return go_to(invitations.PAGE, error=error.code, fragment=str(fields.values.get("token", "")))
    return go_to(f"/{kind}s/{place_id}") if fields.is_form else joined
