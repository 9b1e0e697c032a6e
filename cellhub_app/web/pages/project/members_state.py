"""Who takes part in a project."""

from typing import Any
from uuid import UUID

import reflex as rx

from cellhub_app.core.events import EventType
from cellhub_app.domain.access import Permission, allows
from cellhub_app.domain.activity.schemas import Action
from cellhub_app.domain.flows.give_away import give_away
from cellhub_app.domain.invitations.places import IntoProject
from cellhub_app.domain.invitations.schemas import NewInvitation
from cellhub_app.domain.projects import service as projects
from cellhub_app.models.project import ProjectRole
from cellhub_app.web import live, routes
from cellhub_app.web.guard import Call, guarded
from cellhub_app.web.i18n import t
from cellhub_app.web.live import Topic
from cellhub_app.web.pages.project.state import ProjectState
from cellhub_app.web.people import PeopleState


class MembersState(PeopleState, ProjectState):
    """The tab of members."""

    is_owner: bool = False
    asks_leave: bool = False
    receiver_id: str = ""
    receiver_name: str = ""

    def _place(self) -> IntoProject:
        return IntoProject(UUID(self.project_id))

    @guarded
    async def load_members(self, call: Call) -> None:
        """Show the members, now and whenever they change."""
        if not self.project_id or not self._is_at(routes.PROJECT_MEMBERS):
            return
        topic = Topic(MembersState, UUID(self.project_id), live.OFTEN_S, reloads=(EventType.PROJECT_CHANGED,))
        await live.watch(call, self._tab, topic, MembersState.load_members, topic.id)
        await self._read(call)

    async def _read(self, call: Call) -> None:
        found = await projects.members(call.session, call.principal, UUID(self.project_id))
        mine = await projects.get(call.session, call.principal, UUID(self.project_id))
        await self._put_people(call, found, may_invite=allows(mine.role, Permission.MANAGE))
        self._put(is_owner=any(member.user_id == call.principal.user_id and member.role is ProjectRole.OWNER for member in found))

    @guarded
    async def invite(self, call: Call, form: NewInvitation) -> None:
        """Ask somebody in by their address, whether or not they have an account."""
        await self._ask_in(call, form.email, form.role)

    @guarded
    async def change_role(self, call: Call, user_id: UUID, role: ProjectRole) -> None:
        """Let a member do more or less."""
        try:
            await projects.change_member(call.session, call.principal, UUID(self.project_id), user_id, role)
            await self._record(call, Action.MEMBER_CHANGE, userId=str(user_id), role=role)
        finally:
            await self._read(call)

    async def _let_go(self, call: Call, user_id: UUID) -> None:
        await projects.remove_member(call.session, call.principal, UUID(self.project_id), user_id)
        await self._record(call, Action.MEMBER_REMOVE, userId=str(user_id))

    @guarded
    async def ask_leave(self, _call: Call, is_open: bool) -> None:
        """Ask whether the person means it, or no longer."""
        self.asks_leave = is_open

    @guarded
    async def leave(self, call: Call) -> Any:
        """Leave the project and go to the others."""
        self.asks_leave = False
        await self._let_go(call, call.principal.user_id)
        self._tell("success", t("You have left “{name}”", name=self.name))
        return rx.redirect(routes.HOME)

    @guarded
    async def ask_transfer(self, _call: Call, member_id: str) -> None:
        """Ask whether the project is to be this member's; nobody's closes the question."""
        chosen = next((member for member in self.members if member.id == member_id), None)
        self.receiver_id, self.receiver_name = (chosen.id, chosen.name) if chosen else ("", self.receiver_name)

    @guarded
    async def transfer(self, call: Call, user_id: UUID) -> None:
        """Give the project to a member."""
        self.receiver_id = ""
        owner = await give_away(call.session, call.principal, UUID(self.project_id), user_id)
        await self._record(call, Action.OWNER_CHANGE, userId=str(user_id))
        await self._read(call)
        self._tell("success", t("“{name}” is {receiver}'s now", name=self.name, receiver=owner.name))
