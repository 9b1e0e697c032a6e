"""The teams that a project is shared with."""

from dataclasses import dataclass
from uuid import UUID

from cellhub_app.core.events import EventType
from cellhub_app.core.pagination import PageRequest
from cellhub_app.domain.activity.schemas import Action
from cellhub_app.domain.teams import service as teams
from cellhub_app.domain.teams import sharing
from cellhub_app.domain.teams.schemas import NewShare, ShareView, TeamView
from cellhub_app.models.team import ShareRole
from cellhub_app.web import live, routes
from cellhub_app.web.guard import Call, guarded
from cellhub_app.web.i18n import counted, t
from cellhub_app.web.live import Topic
from cellhub_app.web.pages.project.state import ProjectState

TEAMS_OFFERED = 200


@dataclass
class ShareRow:
    """A team that the project is shared with."""

    id: str
    name: str
    role: str
    people: str
    href: str


@dataclass
class TeamChoice:
    """A team that the project could be shared with."""

    id: str
    name: str


class TeamSharesState(ProjectState):
    """The part of the members' tab that is about teams."""

    shares: list[ShareRow] = []
    choices: list[TeamChoice] = []
    has_teams: bool = True
    shared: int = 0

    @guarded
    async def load_teams(self, call: Call) -> None:
        """Show the teams, now and whenever they change."""
        if not self.project_id or not self._is_at(routes.PROJECT_MEMBERS):
            return
        topic = Topic(TeamSharesState, UUID(self.project_id), live.OFTEN_S, reloads=(EventType.PROJECT_CHANGED, EventType.TEAM_CHANGED))
        mine = await teams.readable_ids(call.session, call.principal)
        await live.watch(call, self._tab, topic, TeamSharesState.load_teams, topic.id, mine)
        await self._read(call)

    async def _read(self, call: Call) -> None:
        found = await sharing.teams_of(call.session, call.principal, UUID(self.project_id))
        mine = (await teams.page(call.session, call.principal, PageRequest(TEAMS_OFFERED))).data if self.can_manage else []
        known = {share.team_id for share in found}
        self._put(
            shares=[_row(share) for share in found],
            choices=[_choice(team) for team in mine if team.id not in known],
            has_teams=bool(mine),
        )

    @guarded
    async def share(self, call: Call, form: NewShare) -> None:
        """Open the project to everybody in a team."""
        made = await sharing.share(call.session, call.principal, UUID(self.project_id), form)
        await call.record(Action.TEAM_SHARE, "project", UUID(self.project_id), teamId=str(made.team_id), role=made.role)
        await self._read(call)
        self.shared += 1
        self._tell("success", t("Shared with {team}: {people}", team=made.name, people=_people(made.members)))

    @guarded
    async def change_share(self, call: Call, team_id: UUID, role: ShareRole) -> None:
        """Let a team's people do more or less."""
        try:
            await sharing.change(call.session, call.principal, UUID(self.project_id), team_id, role)
            await call.record(Action.TEAM_SHARE_CHANGE, "project", UUID(self.project_id), teamId=str(team_id), role=role)
        finally:
            await self._read(call)

    @guarded
    async def end_share(self, call: Call, team_id: UUID) -> None:
        """Stop sharing with a team."""
        try:
            await sharing.end(call.session, call.principal, UUID(self.project_id), team_id)
            await call.record(Action.TEAM_SHARE_END, "project", UUID(self.project_id), teamId=str(team_id))
        finally:
            await self._read(call)


def _people(count: int) -> str:
    return counted(count, "person", "people")


def _row(share: ShareView) -> ShareRow:
    href = routes.team(share.team_id) if share.is_mine else ""
    return ShareRow(str(share.team_id), share.name, share.role.value, _people(share.members), href)


def _choice(team: TeamView) -> TeamChoice:
    return TeamChoice(str(team.id), team.name)
