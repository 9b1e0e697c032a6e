"""Who takes part in a project."""

from dataclasses import dataclass
from uuid import UUID

from cellhub_app.domain.projects import service as projects
from cellhub_app.domain.projects.schemas import MemberView, NewMember
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


class MembersState(ProjectState):
    """The tab of members."""

    members: list[MemberRow] = []
    added: int = 0

    @guarded
    async def load_members(self, call: Call) -> None:
        """Show the members."""
        if self.project_id:
            await self._read(call)

    async def _read(self, call: Call) -> None:
        found = await projects.members(call.session, call.principal, UUID(self.project_id))
        self.members = [_row(member, call.principal.user_id) for member in found]

    @guarded
    async def add(self, call: Call, form: NewMember) -> None:
        """Take somebody in by the address of their account."""
        member = await projects.add_member(call.session, call.principal, UUID(self.project_id), form.email, form.role)
        await self._read(call)
        self.added += 1
        self._tell("success", t("{name} is a member now", name=member.name))

    @guarded
    async def change_role(self, call: Call, user_id: UUID, role: ProjectRole) -> None:
        """Let a member do more or less."""
        try:
            await projects.change_member(call.session, call.principal, UUID(self.project_id), user_id, role)
        finally:
            await self._read(call)

    @guarded
    async def remove(self, call: Call, user_id: UUID) -> None:
        """Let a member go."""
        await projects.remove_member(call.session, call.principal, UUID(self.project_id), user_id)
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
