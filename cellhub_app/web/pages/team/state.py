"""One team: its people, and the projects that are shared with it."""

from dataclasses import dataclass
from typing import Any, Literal
from uuid import UUID

import reflex as rx

from cellhub_app.core.errors import NotFound
from cellhub_app.core.events import EventType
from cellhub_app.core.pagination import PageRequest
from cellhub_app.domain.activity.schemas import Action
from cellhub_app.domain.invitations.places import IntoTeam
from cellhub_app.domain.invitations.schemas import NewTeamInvitation
from cellhub_app.domain.teams import service as teams
from cellhub_app.domain.teams import sharing
from cellhub_app.domain.teams.schemas import NewTeam, SharedProject, TeamView
from cellhub_app.models.team import TeamRole
from cellhub_app.web import live, routes
from cellhub_app.web.guard import Call, guarded
from cellhub_app.web.i18n import counted, t
from cellhub_app.web.live import Topic
from cellhub_app.web.people import PeopleState
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


class TeamState(PeopleState, SessionState):
    """The page of a team."""

    team_id: str = ""
    name: str = ""
    meta: str = ""
    lost: str = ""
    is_missing: bool = False
    is_loaded: bool = False
    is_manager: bool = False
    projects: list[ProjectRow] = []
    has_more: bool = False
    question: Question = ""

    def _shows_its_thing(self) -> bool:
        return bool(self.team_id)

    def _place(self) -> IntoTeam:
        return IntoTeam(UUID(self.team_id))

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
        shared = await sharing.projects_of(call.session, call.principal, team_id, PageRequest(PROJECTS))
        people = await teams.members(call.session, call.principal, team_id)
        await self._put_people(call, people, may_invite=is_manager)
        sizes = counted(team.members, "person", "people"), counted(team.projects, "project", "projects")
        self._put(
            name=team.name,
            meta=" · ".join(sizes),
            lost=_loss(team),
            is_manager=is_manager,
            projects=[_project(one) for one in shared.data],
            has_more=shared.has_more,
        )

    @guarded
    async def invite(self, call: Call, form: NewTeamInvitation) -> None:
        """Ask somebody in by their address, whether or not they have an account."""
        await self._ask_in(call, form.email, form.role)

    @guarded
    async def change_role(self, call: Call, user_id: UUID, role: TeamRole) -> None:
        """Let somebody manage the team, or no longer."""
        try:
            await teams.change_member(call.session, call.principal, UUID(self.team_id), user_id, role)
            await self._record(call, Action.MEMBER_CHANGE, userId=str(user_id), role=role)
        finally:
            await self._read(call)

    async def _let_go(self, call: Call, user_id: UUID) -> None:
        await teams.remove_member(call.session, call.principal, UUID(self.team_id), user_id)
        await self._record(call, Action.MEMBER_REMOVE, userId=str(user_id))

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
        await self._record(call, Action.TEAM_RENAME, name=changed.name)
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
