"""Inviting people by e-mail into projects and teams, with or without an account: nobody learns from it who has one.

The role waits until whoever reads the letter, or is signed in with the address, says yes.
"""

from datetime import timedelta
from uuid import UUID

from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from cellhub_app.core.address import checked_email
from cellhub_app.core.errors import Conflict, Invalid, NotAllowed, NotFound
from cellhub_app.core.events import Event, EventType
from cellhub_app.core.ids import now
from cellhub_app.core.runtime import emit, send_later
from cellhub_app.core.security import hash_token, new_token
from cellhub_app.core.settings import get_settings
from cellhub_app.domain.access import Principal, has_proven_address
from cellhub_app.domain.invitations import letters, repository
from cellhub_app.domain.invitations.places import IntoProject, Place, place_of
from cellhub_app.domain.invitations.schemas import AddedMember, InvitationView, Joined, ReceivedInvitation
from cellhub_app.models.invitation import Invitation
from cellhub_app.models.project import ProjectRole
from cellhub_app.models.team import TeamRole
from cellhub_app.models.user import UserStatus

LIFE = timedelta(days=14)
OPEN_AT_ONCE = 200
PAGE = "/invitation"


class InvitationNotFound(NotFound):
    """There is no such open invitation for this caller."""

    code, title = "invitationNotFound", "There is no such invitation, or it is not open any more"


class InvitationSpent(Invalid):
    """The link of a letter leads nowhere any more."""

    code, title = "invitationSpent", "This invitation was used, taken back or is too old"


class MemberAlready(Conflict):
    """The person takes part already."""

    code, title = "memberAlready", "This person is a member already"


async def invite(session: AsyncSession, principal: Principal, place: Place, email: str, role: ProjectRole | TeamRole) -> InvitationView:
    """Write to an address. A second invitation replaces the first one's role and link.

    Raises EmailInvalid, MemberAlready, NotAllowed, Conflict when too many wait, ProjectNotFound, TeamNotFound.
    """
    name = await _manages(session, principal, place)
    address = checked_email(email)
    if await place.has(session, address):
        raise MemberAlready(f"{address} is a member already.")
    row = await repository.open_invitation(session, place.here, address)
    if row is None:
        if await repository.count_open(session, place.here) >= OPEN_AT_ONCE:
            raise Conflict(f"{OPEN_AT_ONCE} invitations wait already; take some back first.")
        row = Invitation(**place.key, email=address, role=role, invited_by=principal.user_id, token_hash="")
    row.role = role
    await _send(session, principal, row, name)
    return _view(row)


async def add(session: AsyncSession, principal: Principal, project_id: UUID, email: str, role: ProjectRole) -> AddedMember:
    """Take the person with this address into a project at once; who has no account, or may not sign in, is invited.

    For programs, which the HTTP contract promises members without delay. Raises what `invite` raises.
    """
    place = IntoProject(project_id)
    await place.require_manager(session, principal)
    address = checked_email(email)
    user = await repository.user_by_email(session, address)
    if user is None or user.status != UserStatus.ACTIVE:
        asked = await invite(session, principal, place, address, role)
        return AddedMember(user_id=None, email=asked.email, name=None, role=role)
    if not await place.take_in(session, user.id, role):
        raise MemberAlready(f"{user.name} is a member already.")
    return AddedMember(user_id=user.id, email=user.email, name=user.name, role=role)


async def _manages(session: AsyncSession, principal: Principal, place: Place) -> str:
    await place.require_manager(session, principal)
    if not has_proven_address(principal):
        raise NotAllowed("Confirm your own e-mail address first: the page of your account sends you the letter again.")
    name = await place.name(session)
    if name is None:
        raise InvitationNotFound
    return name


async def _send(session: AsyncSession, principal: Principal, row: Invitation, name: str) -> None:
    token = new_token()
    row.token_hash, row.sent_at, row.expires_at = hash_token(token), now(), now() + LIFE
    session.add(row)
    try:
        await session.flush()
    except IntegrityError as error:
        raise Conflict("Somebody invited this person at the same moment.") from error
    link = f"{get_settings().base_url}{PAGE}#{token}"
    send_later(session, letters.invitation(row.email, link, kind=place_of(row).kind, name=name, inviter=principal))
    await _tell(session, row)


async def _tell(session: AsyncSession, row: Invitation) -> None:
    """Let open pages of the place and of the invited person, if there is one, look again."""
    place_of(row).tell(session)
    invited = await repository.user_by_email(session, row.email)
    if invited is not None:
        emit(session, Event(EventType.ACCESS_CHANGED, user_id=invited.id))


async def pending(session: AsyncSession, principal: Principal, place: Place) -> list[InvitationView]:
    """The open invitations into a place, newest first, for those who may send them. Raises NotAllowed, ProjectNotFound, TeamNotFound."""
    await place.require_manager(session, principal)
    return [_view(row) for row in await repository.open_ones(session, place.here)]


async def resend(session: AsyncSession, principal: Principal, place: Place, invitation_id: UUID) -> InvitationView:
    """Write once more, with a new link; the old one is dead. Raises InvitationNotFound, NotAllowed, ProjectNotFound, TeamNotFound."""
    name = await _manages(session, principal, place)
    row = await _of_place(session, place, invitation_id)
    await _send(session, principal, row, name)
    return _view(row)


async def take_back(session: AsyncSession, principal: Principal, place: Place, invitation_id: UUID) -> None:
    """Revoke an invitation; its link is dead at once. Raises InvitationNotFound, NotAllowed, ProjectNotFound, TeamNotFound."""
    await place.require_manager(session, principal)
    row = await _of_place(session, place, invitation_id)
    row.revoked_at = now()
    await session.flush()
    await _tell(session, row)


async def _of_place(session: AsyncSession, place: Place, invitation_id: UUID) -> Invitation:
    row = await repository.invitation(session, invitation_id)
    if row is None or place_of(row) != place:
        raise InvitationNotFound
    return row


async def received(session: AsyncSession, principal: Principal) -> list[ReceivedInvitation]:
    """What waits for the caller's address, once it is known to be theirs."""
    if not has_proven_address(principal):
        return []
    rows = await repository.to_address(session, principal.email, now())
    return [
        ReceivedInvitation(
            id=row.id, project=project, team=team, role=place_of(row).roles(row.role), invited_by=inviter or "", expires_at=row.expires_at
        )
        for row, project, team, inviter in rows
    ]


async def accept(session: AsyncSession, principal: Principal, invitation_id: UUID) -> Joined:
    """Say yes to an invitation to the caller's own address. Raises InvitationNotFound."""
    return await _join(session, principal, await _to_caller(session, principal, invitation_id))


async def decline(session: AsyncSession, principal: Principal, invitation_id: UUID) -> None:
    """Say no. Raises InvitationNotFound."""
    row = await _to_caller(session, principal, invitation_id)
    row.revoked_at = now()
    await session.flush()
    await _tell(session, row)


async def _to_caller(session: AsyncSession, principal: Principal, invitation_id: UUID) -> Invitation:
    row = await repository.invitation(session, invitation_id)
    is_theirs = row is not None and row.email.lower() == principal.email.lower() and row.expires_at > now()
    if row is None or not is_theirs or not has_proven_address(principal):
        raise InvitationNotFound
    return row


async def accept_by_link(session: AsyncSession, principal: Principal, token: str) -> Joined:
    """Say yes with the link of the letter, whatever address the caller's account has. Raises InvitationSpent."""
    row = await repository.by_token(session, hash_token(token))
    if row is None or row.expires_at <= now():
        raise InvitationSpent("This invitation was used, taken back or is too old. Ask for a new one.")
    return await _join(session, principal, row)


async def is_open(session: AsyncSession, token: str) -> bool:
    """Whether a link would let somebody in: with it, accounts can be opened where registration is by invitation."""
    row = await repository.by_token(session, hash_token(token)) if token else None
    return row is not None and row.expires_at > now()


async def _join(session: AsyncSession, principal: Principal, row: Invitation) -> Joined:
    place = place_of(row)
    if await place.name(session) is None:
        raise InvitationSpent(f"The {place.kind} is not there any more.")
    await place.take_in(session, principal.user_id, place.roles(row.role))
    row.accepted_at = now()
    await session.flush()
    return place.joined


def _view(row: Invitation) -> InvitationView:
    return InvitationView(
        id=row.id,
        email=row.email,
        role=place_of(row).roles(row.role),
        sent_at=row.sent_at,
        expires_at=row.expires_at,
        is_expired=row.expires_at <= now(),
    )
