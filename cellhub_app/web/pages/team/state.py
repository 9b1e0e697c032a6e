"""One team: its people, and the projects that are shared with it."""

from dataclasses import dataclass
from typing import Any, Literal
from uuid import UUID

import reflex as rx

from cellhub_app.core.errors import NotFound
from cellhub_app.core.events import EventType
from cellhub_app.core.pagination import PageRequest
from cellhub_app.core.settings import get_settings
from cellhub_app.domain.activity.schemas import Action
from cellhub_app.domain.invitations import service as invitations
from cellhub_app.domain.invitations.places import IntoTeam
from cellhub_app.domain.invitations.schemas import NewTeamInvitation
from cellhub_app.domain.teams import service as teams
from cellhub_app.domain.teams import sharing
from cellhub_app.domain.teams.schemas import NewTeam, SharedProject, TeamView
from cellhub_app.models.team import TeamRole
from cellhub_app.web import live, routes
from cellhub_app.web.components.people import InvitationRow, MemberRow, invitation_row, member_row
from cellhub_app.web.guard import Call, guarded
from cellhub_app.web.i18n import counted, t
from cellhub_app.web.live import Topic
from cellhub_app.web.session import SessionState

PROJECTS = 200
Question = Literal["", "leave", "delete"]


@dataclass
class ProjectRow:
    """A project that is shared with the team."""

    id: str
    name: str
    href: str
    role: str


class TeamState(SessionState):
    """The page of a team."""

    team_id: str = ""
    name: str = ""
    meta: str = ""
    lost: str = ""
    is_missing: bool = False
    is_loaded: bool = False
    is_manager: bool = False
    members: list[MemberRow] = []
    invitations: list[InvitationRow] = []
    projects: list[ProjectRow] = []
    has_more: bool = False
    sends_mail: bool = True
    added: int = 0
    question: Question = ""

    def _shows_its_thing(self) -> bool:
        return bool(self.team_id)

    @guarded
    async def load(self, call: Call) -> None:
        """Show the team that the address names, now and whenever it changes."""
        if not self._is_at(routes.TEAM):
            return
        await self._enter(call)
        try:
            team_id = UUID(str(self.team))
            topic = Topic(TeamState, team_id, live.OFTEN_S, reloads=(EventType.TEAM_CHANGED, EventType.PROJECT_CHANGED))
            await live.watch(call, self._tab, topic, TeamState.load, teams=frozenset([team_id]))
            if self.team_id != str(team_id):
                self.team_id, self.question, self.is_loaded = str(team_id), "", False
            await self._read(call)
        except (NotFound, ValueError):
            self.is_missing, self.is_loaded, self.team_id = True, False, ""
            self.members, self.invitations, self.projects, self.name = [], [], [], ""
            return
        self._put(is_missing=False, is_loaded=True)

    async def _read(self, call: Call) -> None:
        team_id = UUID(self.team_id)
        team = await teams.get(call.session, call.principal, team_id)
        is_manager = team.role is TeamRole.MANAGER
        waiting = await invitations.pending(call.session, call.principal, IntoTeam(team_id)) if is_manager else []
        shared = await sharing.projects_of(call.session, call.principal, team_id, PageRequest(PROJECTS))
        people = await teams.members(call.session, call.principal, team_id)
        sizes = counted(team.members, "person", "people"), counted(team.projects, "project", "projects")
        self._put(
            name=team.name,
            meta=" · ".join(sizes),
            lost=_loss(team),
            is_manager=is_manager,
            members=[member_row(member, call.principal.user_id) for member in people],
            invitations=[invitation_row(view) for view in waiting],
            projects=[_project(one) for one in shared.data],
            has_more=shared.has_more,
            sends_mail=bool(get_settings().smtp_url),
        )

    @guarded
    async def invite(self, call: Call, form: NewTeamInvitation) -> None:
        """Ask somebody in by their address, whether or not they have an account."""
        made = await invitations.invite(call.session, call.principal, IntoTeam(UUID(self.team_id)), form.email, form.role)
        await call.record(Action.INVITE, "team", UUID(self.team_id), email=made.email, role=made.role)
        await self._read(call)
        self.added += 1
        self._tell("success", t("{email} is invited", email=made.email))

    @guarded
    async def resend(self, call: Call, invitation_id: UUID) -> None:
        """Write to somebody once more."""
        made = await invitations.resend(call.session, call.principal, IntoTeam(UUID(self.team_id)), invitation_id)
        await self._read(call)
        self._tell("success", t("A new letter is on its way to {email}", email=made.email))

    @guarded
    async def take_back(self, call: Call, invitation_id: UUID) -> None:
        """Take an invitation back."""
        try:
            await invitations.take_back(call.session, call.principal, IntoTeam(UUID(self.team_id)), invitation_id)
            await call.record(Action.INVITE_REVOKE, "team", UUID(self.team_id))
        finally:
            await self._read(call)

    @guarded
    async def change_role(self, call: Call, user_id: UUID, role: TeamRole) -> None:
        """Let somebody manage the team, or no longer."""
        try:
            await teams.change_member(call.session, call.principal, UUID(self.team_id), user_id, role)
            await call.record(Action.MEMBER_CHANGE, "team", UUID(self.team_id), userId=str(user_id), role=role)
        finally:
            await self._read(call)

    @guarded
    async def remove(self, call: Call, user_id: UUID) -> None:
        """Let somebody go."""
        await self._let_go(call, user_id)
        if user_id != call.principal.user_id:
            await self._read(call)

    async def _let_go(self, call: Call, user_id: UUID) -> None:
        await teams.remove_member(call.session, call.principal, UUID(self.team_id), user_id)
        await call.record(Action.MEMBER_REMOVE, "team", UUID(self.team_id), userId=str(user_id))

    @guarded
    async def leave(self, call: Call) -> Any:
        """Leave the team and go to the others."""
        self.question = ""
        await self._let_go(call, call.principal.user_id)
        self._tell("success", t("You have left “{name}”", name=self.name))
        return rx.redirect(routes.TEAMS)

    @guarded
    async def ask(self, _call: Call, question: Question) -> None:
        """Ask whether the person means it, or no longer."""
        self.question = question

    @guarded
    async def rename(self, call: Call, form: NewTeam) -> None:
        """Give the team another name."""
        changed = await teams.rename(call.session, call.principal, UUID(self.team_id), form)
        await call.record(Action.TEAM_RENAME, "team", UUID(self.team_id), name=changed.name)
        await self._read(call)
        self._tell("success", t("The team is called “{name}” now", name=changed.name))

    @guarded
    async def delete(self, call: Call) -> Any:
        """Delete the team for good."""
        self.question = ""
        gone = await teams.delete(call.session, call.principal, UUID(self.team_id))
        about = {"name": gone.name, "members": gone.members, "projects": gone.projects}
        await call.record(Action.TEAM_DELETE, "team", gone.id, **about)
        self._tell("success", t("“{name}” was deleted. Its projects are where they were.", name=gone.name))
        return rx.redirect(routes.TEAMS)

    @guarded
    async def end_share(self, call: Call, project_id: UUID) -> None:
        """Take a project from the team."""
        try:
            await sharing.end(call.session, call.principal, project_id, UUID(self.team_id))
            await call.record(Action.TEAM_SHARE_END, "project", project_id, teamId=self.team_id)
        finally:
            await self._read(call)


def _loss(team: TeamView) -> str:
    """What goes with the team."""
    if not team.projects:
        return t("Nothing is shared with it.")
    projects, members = counted(team.projects, "project", "projects"), counted(team.members, "member", "members")
    return t("{projects} will no longer be shared with its {members}.", projects=projects, members=members)


def _project(shared: SharedProject) -> ProjectRow:
    return ProjectRow(str(shared.project_id), shared.name, routes.project(shared.project_id), shared.role.value)
