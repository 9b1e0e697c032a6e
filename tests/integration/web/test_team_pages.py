"""The pages of teams and the tab of members, with live updates on real services; only the browsers' sockets are stood in for."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import pytest
import pytest_asyncio

from cellhub_app.core.feed import open_feed
from cellhub_app.core.runtime import Runtime
from cellhub_app.domain.access import Principal
from cellhub_app.domain.accounts import presence
from cellhub_app.domain.projects import service as projects
from cellhub_app.domain.projects.schemas import NewProject
from cellhub_app.domain.teams import service as teams
from cellhub_app.domain.teams.schemas import NewTeam
from cellhub_app.models.project import Membership, ProjectRole
from cellhub_app.models.team import TeamMember, TeamRole
from cellhub_app.web import live, routes
from cellhub_app.web.guard import Call
from cellhub_app.web.live import News, live_pages
from cellhub_app.web.pages.dashboard.state import DashboardState
from cellhub_app.web.pages.project.members_state import MembersState
from cellhub_app.web.pages.project.state import ProjectState
from cellhub_app.web.pages.project.teams_state import TeamSharesState
from cellhub_app.web.pages.team.state import TeamState
from cellhub_app.web.pages.teams.state import TeamsState
from cellhub_app.web.session import SessionState
from tests.integration.web.states import Tab, account, browser_token
from tests.integration.web.test_live import Browsers, until


@dataclass
class House:
    """Ada, who manages a team and owns a project, Bob, who is in the team, and what their tabs were sent."""

    runtime: Runtime
    browsers: Browsers
    ada: Principal
    bob: Principal
    project_id: UUID
    team_id: UUID
    cookies: dict[str, str]

    async def open(self, who: str, path: str, route: str, *loads: tuple[Any, str], **query: str) -> Tab:
        """A tab of somebody with a page loaded."""
        tab = Tab(f"tab-{who}-{path}", self.cookies[who], path, route, query)
        self.browsers.tabs[tab.token] = tab
        for state, handler in loads:
            await tab.call(state, handler)
        return tab

    async def members_tab(self, who: str) -> Tab:
        """The project's tab of members."""
        path = f"/projects/{self.project_id}/members"
        loads = [(ProjectState, "load"), (MembersState, "load_members"), (TeamSharesState, "load_teams")]
        return await self.open(who, path, routes.PROJECT_MEMBERS, *loads, project=str(self.project_id))

    async def team_page(self, who: str) -> Tab:
        """The team's page."""
        return await self.open(who, f"/teams/{self.team_id}", routes.TEAM, (TeamState, "load"), team=str(self.team_id))

    async def give(self) -> Tab:
        """Ada gives the project to Bob, who was a viewer."""
        async with self.runtime.work() as session:
            session.add(Membership(project_id=self.project_id, user_id=self.bob.user_id, role=ProjectRole.VIEWER))
        tab = await self.members_tab("ada")
        await tab.call(MembersState, "ask_transfer", str(self.bob.user_id))
        assert tab.state(MembersState).receiver_name == "Bob"
        await tab.call(MembersState, "transfer", str(self.bob.user_id))
        return tab

    async def is_told(self, tab: Tab, handler: str, since: int) -> None:
        """Wait until the tab was told to load again."""
        await until(lambda: any(token == tab.token and name.endswith(handler) for token, name in self.browsers.sent[since:]))


@pytest_asyncio.fixture(loop_scope="session")
async def house(runtime: Runtime) -> AsyncIterator[House]:
    cookies = {name: await browser_token(runtime, await account(runtime, name)) for name in ("ada", "bob")}
    async with runtime.work() as session:
        ada, bob = [await presence.browser_principal(session, cookie) for cookie in cookies.values()]
        project = await projects.create(session, ada, NewProject(name="HeLa"))
        team = await teams.create(session, ada, NewTeam(name="Imaging"))
        session.add(TeamMember(team_id=team.id, user_id=bob.user_id, role=TeamRole.MEMBER))
    browsers: Any = Browsers()
    async with open_feed(runtime.redis) as feed, live_pages(browsers, feed):
        await until(lambda: feed.is_connected)
        yield House(runtime, browsers, ada, bob, project.id, team.id, cookies)
    for token in browsers.tabs:
        live.leave(token)


async def test_sharing_brings_the_project_to_the_open_dashboard_and_ending_takes_the_open_page_away(house: House) -> None:
    hers = await house.members_tab("ada")
    home = await house.open("bob", "/", "/index", (DashboardState, "load"))
    assert home.state(DashboardState).cards == []
    since = len(house.browsers.sent)
    await hers.call(TeamSharesState, "share", {"team_id": str(house.team_id), "role": "viewer"})
    assert [(row.name, row.people) for row in hers.state(TeamSharesState).shares] == [("Imaging", "2 people")]
    assert hers.state(TeamSharesState).choices == []
    await house.is_told(home, "dashboard_state.load", since)
    await home.call(DashboardState, "load")
    assert [(card.name, card.teams) for card in home.state(DashboardState).cards] == [("HeLa", "Imaging")]

    his = await house.members_tab("bob")
    assert (his.state(ProjectState).can_edit, his.state(TeamSharesState).choices) == (False, [])
    since = len(house.browsers.sent)
    await hers.call(TeamSharesState, "change_share", str(house.team_id), "editor")
    await house.is_told(his, "project_state.load", since)
    await his.call(ProjectState, "load")
    assert his.state(ProjectState).can_edit

    since = len(house.browsers.sent)
    await hers.call(TeamSharesState, "end_share", str(house.team_id))
    await house.is_told(his, "project_state.load", since)
    await his.call(ProjectState, "load")
    assert (his.state(ProjectState).is_missing, his.state(ProjectState).project_id) == (True, "")


async def test_the_tab_of_members_follows_who_comes_and_goes_elsewhere(house: House) -> None:
    hers = await house.members_tab("ada")
    await hers.call(TeamSharesState, "share", {"team_id": str(house.team_id), "role": "viewer"})
    team = await house.team_page("ada")
    since = len(house.browsers.sent)
    await team.call(TeamState, "remove", str(house.bob.user_id))
    assert (team.state(TeamState).meta, len(team.state(TeamState).members)) == ("1 person · 1 project", 1)
    await house.is_told(hers, "load_teams", since)
    await house.is_told(hers, "load_members", since)
    await hers.call(TeamSharesState, "load_teams")
    assert [row.people for row in hers.state(TeamSharesState).shares] == ["1 person"]
    other = await house.members_tab("ada")
    since = len(house.browsers.sent)
    await other.call(MembersState, "invite", {"email": "new@example.org", "role": "viewer"})
    await house.is_told(hers, "load_members", since)


async def test_a_person_who_is_out_of_a_team_is_shown_nothing_of_it_any_more(house: House) -> None:
    hers, his = await house.team_page("ada"), await house.team_page("bob")
    listed = await house.open("bob", "/teams", routes.TEAMS, (TeamsState, "load"))
    assert [(row.name, row.is_manager) for row in listed.state(TeamsState).rows] == [("Imaging", False)]
    assert (his.state(TeamState).name, his.state(TeamState).is_manager) == ("Imaging", False)
    since = len(house.browsers.sent)
    await hers.call(TeamState, "remove", str(house.bob.user_id))
    await house.is_told(his, "team_state.load", since)
    await house.is_told(listed, "teams_state.load", since)
    await his.call(TeamState, "load")
    await listed.call(TeamsState, "load")
    assert (his.state(TeamState).is_missing, his.state(TeamState).members, his.state(TeamState).name) == (True, [], "")
    assert listed.state(TeamsState).rows == []


async def test_a_renamed_team_is_called_so_on_every_page_and_a_deleted_one_is_gone(house: House) -> None:
    hers, his = await house.team_page("ada"), await house.team_page("bob")
    since = len(house.browsers.sent)
    await hers.call(TeamState, "rename", {"name": "Microscopy"})
    await house.is_told(his, "team_state.load", since)
    await his.call(TeamState, "load")
    assert his.state(TeamState).name == "Microscopy"
    since = len(house.browsers.sent)
    answer = await hers.call(TeamState, "delete")
    assert "/teams" in str(answer.args)
    await house.is_told(his, "team_state.load", since)
    await his.call(TeamState, "load")
    assert his.state(TeamState).is_missing


async def test_a_given_project_is_told_to_its_new_owner_wherever_they_are(house: House) -> None:
    home = await house.open("bob", "/", "/index", (DashboardState, "load"))
    hers = await house.give()
    assert not hers.state(MembersState).is_owner
    await until(lambda: [message["title"] for message in home.state(SessionState).messages] == ["“HeLa” is yours now"])
    assert home.state(SessionState).messages[0]["detail"] == "Ada gave it to you."


async def test_what_is_said_once_reaches_a_tab_that_loads_again_meanwhile(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    home = await house.open("bob", "/", "/index", (DashboardState, "load"))
    read, readings = SessionState._read_news, []

    async def read_while_the_tab_loads(call: Call, topic_id: UUID, news: News) -> Any:
        found = await read(call, topic_id, news)
        readings.append(news)
        if len(readings) == 1:
            await home.call(DashboardState, "load")
        return found

    monkeypatch.setattr(SessionState, "_read_news", read_while_the_tab_loads)
    await house.give()
    await until(lambda: home.state(SessionState).messages)
    assert [message["title"] for message in home.state(SessionState).messages] == ["“HeLa” is yours now"]
    assert len(readings) >= 2
