"""Who takes part in a project."""

from dataclasses import dataclass
from uuid import UUID

from cellhub_app.core.settings import get_settings
from cellhub_app.domain.access import Permission, allows
from cellhub_app.domain.activity.schemas import Action
from cellhub_app.domain.invitations import service as invitations
from cellhub_app.domain.projects import service as projects
from cellhub_app.domain.projects.schemas import InvitationView, MemberView, NewInvitation
from cellhub_app.models.project import ProjectRole
from cellhub_app.web.guard import Call, guarded
from cellhub_app.web.i18n import t
from cellhub_app.web.pages.project.state import ProjectState
from cellhub_app.web.theme import face_colour, initials


@dataclass
class MemberRow:
    """A member as the list shows them."""

    id: str
    name: str
    email: str
    role: str
    initials: str
    colour: str
    is_me: bool


@dataclass
class InvitationRow:
    """Somebody who was invited and has not said yes or no."""

    id: str
    email: str
    role: str
    sent_at: str
    is_expired: bool


class MembersState(ProjectState):
    """The tab of members."""

    members: list[MemberRow] = []
    invitations: list[InvitationRow] = []
    sends_mail: bool = True
    added: int = 0

    @guarded
    async def load_members(self, call: Call) -> None:
        """Show the members."""
        if self.project_id:
            await self._read(call)

    async def _read(self, call: Call) -> None:
        found = await projects.members(call.session, call.principal, UUID(self.project_id))
        self.members = [_row(member, call.principal.user_id) for member in found]
        self.sends_mail = bool(get_settings().smtp_url)
        mine = await projects.get(call.session, call.principal, UUID(self.project_id))
        may_invite = allows(mine.role, Permission.MANAGE)
        waiting = await invitations.pending(call.session, call.principal, mine.id) if may_invite else []
        self.invitations = [_invitation(view) for view in waiting]

    @guarded
    async def invite(self, call: Call, form: NewInvitation) -> None:
        """Ask somebody in by their address, whether or not they have an account."""
        made = await invitations.invite(call.session, call.principal, UUID(self.project_id), form.email, form.role)
        await call.record(Action.INVITE, "project", UUID(self.project_id), email=made.email, role=made.role)
        await self._read(call)
        self.added += 1
        self._tell("success", t("{email} is invited", email=made.email))

    @guarded
    async def resend(self, call: Call, invitation_id: UUID) -> None:
        """Write to somebody once more."""
        made = await invitations.resend(call.session, call.principal, UUID(self.project_id), invitation_id)
        await self._read(call)
        self._tell("success", t("A new letter is on its way to {email}", email=made.email))

    @guarded
    async def take_back(self, call: Call, invitation_id: UUID) -> None:
        """Take an invitation back."""
        try:
            await invitations.take_back(call.session, call.principal, UUID(self.project_id), invitation_id)
            await call.record(Action.INVITE_REVOKE, "project", UUID(self.project_id))
        finally:
            await self._read(call)

    @guarded
    async def change_role(self, call: Call, user_id: UUID, role: ProjectRole) -> None:
        """Let a member do more or less."""
        try:
            await projects.change_member(call.session, call.principal, UUID(self.project_id), user_id, role)
            await call.record(Action.MEMBER_CHANGE, "project", UUID(self.project_id), userId=str(user_id), role=role)
        finally:
            await self._read(call)

    @guarded
    async def remove(self, call: Call, user_id: UUID) -> None:
        """Let a member go."""
        await projects.remove_member(call.session, call.principal, UUID(self.project_id), user_id)
        await call.record(Action.MEMBER_REMOVE, "project", UUID(self.project_id), userId=str(user_id))
        if user_id != call.principal.user_id:
            await self._read(call)


def _row(member: MemberView, me: UUID) -> MemberRow:
    return MemberRow(
        id=str(member.user_id),
        name=member.name,
        email=member.email,
        role=member.role.value,
        initials=initials(member.name),
        colour=face_colour(member.email),
        is_me=member.user_id == me,
    )


def _invitation(view: InvitationView) -> InvitationRow:
    return InvitationRow(str(view.id), view.email, view.role.value, view.sent_at.isoformat(), view.is_expired)
