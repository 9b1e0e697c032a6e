"""The teams of the signed-in person."""

from dataclasses import dataclass
from functools import partial
from typing import Any

import reflex as rx

from cellhub_app.core.events import EventType
from cellhub_app.core.pagination import first_of
from cellhub_app.domain.access import may_start
from cellhub_app.domain.activity.schemas import Action
from cellhub_app.domain.teams import service as teams
from cellhub_app.domain.teams.schemas import NewTeam, TeamView
from cellhub_app.models.team import TeamRole
from cellhub_app.web import live, routes
from cellhub_app.web.guard import Call, guarded, unguarded
from cellhub_app.web.i18n import counted, t
from cellhub_app.web.live import Topic
from cellhub_app.web.session import SessionState

PAGE = 100


@dataclass
class TeamRow:
    """A team as the list shows it."""

    id: str
    name: str
    href: str
    size: str
    is_manager: bool
    is_in: bool


class TeamsState(SessionState):
    """The list, and the dialog to make a team."""

    rows: list[TeamRow] = []
    may_make: bool = False
    has_more: bool = False
    is_loaded: bool = False
    create_is_open: bool = False
    _shown: int = PAGE

    @guarded
    async def load(self, call: Call) -> None:
        """Show the teams, now and whenever they change."""
        if not self._is_at(routes.TEAMS):
            return
        await self._enter(call)
        topic = Topic(TeamsState, call.principal.user_id, live.SELDOM_S, reloads=(EventType.TEAM_CHANGED,))
        mine = await teams.readable_ids(call.session, call.principal)
        await live.watch(call, self._tab, topic, TeamsState.load, teams=mine)
        await self._read(call)
        self.may_make, self.is_loaded = may_start(call.principal), True

    async def _read(self, call: Call) -> None:
        found, more = await first_of(partial(teams.page, call.session, call.principal), self._shown, PAGE)
        self._put(rows=[_row(team) for team in found], has_more=more)

    @guarded
    async def show_more(self, call: Call) -> None:
        """Show the next teams."""
        self._shown += PAGE
        await self._read(call)

    @guarded
    async def set_create_open(self, _call: Call, is_open: bool) -> None:
        """Open or close the dialog of a new team."""
        self.create_is_open = is_open

    @unguarded
    def close_dialogs(self) -> None:
        """A page that is opened starts without a dialog."""
        self.create_is_open, self._shown = False, PAGE

    @guarded
    async def create(self, call: Call, form: NewTeam) -> Any:
        """Start a team and go to it."""
        made = await teams.create(call.session, call.principal, form)
        await call.record(Action.TEAM_CREATE, "team", made.id, name=made.name)
        self.create_is_open = False
        return rx.redirect(routes.team(made.id))


def _row(team: TeamView) -> TeamRow:
    shared = counted(team.projects, "project", "projects") if team.projects else t("no projects yet")
    size = f"{counted(team.members, 'person', 'people')} · {shared}"
    return TeamRow(str(team.id), team.name, routes.team(team.id), size, team.role is TeamRole.MANAGER, team.is_in)
