"""Teams: who may make, see, fill, share with and end them, and who is told."""

import asyncio
from uuid import UUID

import pytest

from cellhub_app.core.errors import Conflict, NotAllowed
from cellhub_app.core.events import Event, EventType
from cellhub_app.core.pagination import Cursor, PageRequest
from cellhub_app.core.runtime import Runtime
from cellhub_app.domain.access import Principal, ProjectNotFound, TeamNotFound
from cellhub_app.domain.invitations import service as invitations
from cellhub_app.domain.invitations.places import IntoProject, IntoTeam
from cellhub_app.domain.projects import service as projects
from cellhub_app.domain.teams import service as teams
from cellhub_app.domain.teams import sharing
from cellhub_app.domain.teams.schemas import NewShare, NewTeam
from cellhub_app.models.project import ProjectRole
from cellhub_app.models.team import ShareRole, TeamMember, TeamRole
from cellhub_app.models.user import Role, User, UserStatus
from tests.fixtures import rows

Scene = tuple[UUID, UUID, Principal, Principal, Principal]


@pytest.fixture
async def scene(runtime: Runtime) -> Scene:
    """A team that Ada manages and Bob is in, a project of Ada's, and Eve, who is a stranger to both."""
    async with runtime.work() as session:
        ada, bob, eve = [await rows.person(session, name) for name in ("ada", "bob", "eve")]
        return await rows.team(session, ada, bob), await rows.project(session, ada), ada, bob, eve


def told(events: list[Event]) -> set[UUID | None]:
    """Whose access is to be looked at again."""
    return {event.user_id for event in events if event.type is EventType.ACCESS_CHANGED}


def changed(events: list[Event], kind: EventType) -> set[UUID | None]:
    return {event.project_id or event.team_id for event in events if event.type is kind}


async def test_whoever_makes_a_team_manages_it_and_guests_make_none(runtime: Runtime) -> None:
    async with runtime.work() as session:
        ada, guest = await rows.person(session), await rows.person(session, "guest", Role.GUEST)
        made = await teams.create(session, ada, NewTeam(name=" Imaging "))
        assert (made.name, made.role, made.is_in, made.members, made.projects) == ("Imaging", TeamRole.MANAGER, True, 1, 0)
        with pytest.raises(NotAllowed, match="Guests"):
            await teams.create(session, guest, NewTeam(name="x"))


async def test_strangers_know_of_no_team_and_members_manage_nothing(runtime: Runtime, scene: Scene) -> None:
    team_id, _, _, bob, eve = scene
    async with runtime.work() as session:
        for who, error in ((bob, NotAllowed), (eve, TeamNotFound)):
            for act in (
                teams.rename(session, who, team_id, NewTeam(name="x")),
                teams.delete(session, who, team_id),
                teams.change_member(session, who, team_id, bob.user_id, TeamRole.MANAGER),
                invitations.invite(session, who, IntoTeam(team_id), "x@example.org", TeamRole.MANAGER),
                invitations.pending(session, who, IntoTeam(team_id)),
            ):
                with pytest.raises(error):
                    await act
        for look in (teams.get(session, eve, team_id), teams.members(session, eve, team_id), sharing.projects_of(session, eve, team_id)):
            with pytest.raises(TeamNotFound):
                await look
        with pytest.raises(TeamNotFound):
            await teams.remove_member(session, eve, team_id, bob.user_id)
        assert [(view.id, view.role) for view in (await teams.page(session, bob)).data] == [(team_id, TeamRole.MEMBER)]
        assert (await teams.page(session, eve)).data == []


async def test_teams_are_listed_by_cursor_and_admins_see_all(runtime: Runtime, scene: Scene) -> None:
    async with runtime.work() as session:
        admin = await rows.person(session, "root", Role.ADMIN)
        for number in range(4):
            await rows.team(session, scene[4], name=f"team {number}")
    async with runtime.work() as session:
        first = await teams.page(session, admin, PageRequest(limit=3))
        assert first.next_cursor
        second = await teams.page(session, admin, PageRequest(limit=3, cursor=Cursor.decode(first.next_cursor)))
        assert [view.name for view in [*first.data, *second.data]] == ["team 3", "team 2", "team 1", "team 0", "Imaging"]
        assert {(view.role, view.is_in) for view in first.data} == {(TeamRole.MANAGER, False)}
        assert second.prev_cursor
        back = await teams.page(session, admin, PageRequest(limit=3, cursor=Cursor.decode(second.prev_cursor)))
        assert back.data == first.data


async def test_sharing_opens_a_project_to_everybody_in_the_team_and_tells_them(runtime: Runtime, scene: Scene) -> None:
    team_id, project_id, ada, bob, _ = scene
    async with runtime.work() as session:
        made = await sharing.share(session, ada, project_id, NewShare(team_id=team_id, role=ShareRole.ANNOTATOR))
        assert (made.name, made.members, made.is_mine) == ("Imaging", 2, True)
        assert {ada.user_id, bob.user_id} <= told(session.info["events"])
        assert team_id in changed(session.info["events"], EventType.TEAM_CHANGED)
    async with runtime.work() as session:
        assert (await projects.get(session, bob, project_id)).role is ProjectRole.ANNOTATOR
        [shared] = (await sharing.projects_of(session, bob, team_id)).data
        assert (shared.project_id, shared.role) == (project_id, ShareRole.ANNOTATOR)
        [card] = (await projects.list_cards(session, bob)).data
        assert [(team.name, team.members) for team in card.teams] == [("Imaging", 2)]
        with pytest.raises(sharing.SharedAlready):
            await sharing.share(session, ada, project_id, NewShare(team_id=team_id))
    async with runtime.work() as session:
        await sharing.change(session, ada, project_id, team_id, ShareRole.VIEWER)
        assert bob.user_id in told(session.info["events"])
        assert (await projects.get(session, bob, project_id)).role is ProjectRole.VIEWER


async def test_only_owners_share_and_only_with_teams_that_they_are_in(runtime: Runtime, scene: Scene) -> None:
    team_id, project_id, ada, bob, eve = scene
    async with runtime.work() as session:
        theirs = await rows.team(session, eve, name="Theirs")
        with pytest.raises(TeamNotFound):
            await sharing.share(session, ada, project_id, NewShare(team_id=theirs))
        with pytest.raises(ProjectNotFound):
            await sharing.share(session, bob, project_id, NewShare(team_id=team_id))
        await rows.share(session, project_id, team_id, ShareRole.EDITOR)
        for act in (
            sharing.share(session, bob, project_id, NewShare(team_id=team_id)),
            sharing.change(session, bob, project_id, team_id, ShareRole.VIEWER),
            sharing.end(session, bob, project_id, team_id),
            sharing.end(session, bob, project_id, theirs),
        ):
            with pytest.raises(NotAllowed):
                await act


@pytest.mark.parametrize("side", ["owner of the project", "manager of the team"])
async def test_either_side_ends_the_sharing(runtime: Runtime, scene: Scene, side: str) -> None:
    team_id, _, ada, bob, eve = scene
    async with runtime.work() as session:
        project_id = await rows.project(session, eve)
        await rows.share(session, project_id, team_id)
    async with runtime.work() as session:
        await sharing.end(session, eve if side == "owner of the project" else ada, project_id, team_id)
        assert {ada.user_id, bob.user_id} <= told(session.info["events"])
    async with runtime.work() as session:
        with pytest.raises(ProjectNotFound):
            await projects.get(session, bob, project_id)


async def test_an_invitation_into_a_team_opens_all_its_projects(runtime: Runtime, scene: Scene) -> None:
    team_id, project_id, ada, _, eve = scene
    async with runtime.work() as session:
        await rows.share(session, project_id, team_id)
        asked = await invitations.invite(session, ada, IntoTeam(team_id), eve.email, TeamRole.MEMBER)
        unknown = await invitations.invite(session, ada, IntoTeam(team_id), "nobody@example.org", TeamRole.MEMBER)
        assert asked.model_dump(include={"role", "is_expired"}) == unknown.model_dump(include={"role", "is_expired"})
        assert "into the team “Imaging”" in session.info["letters"][0].text
    async with runtime.work() as session:
        [received] = await invitations.received(session, eve)
        assert (received.team, received.project, received.role) == ("Imaging", None, TeamRole.MEMBER)
        with pytest.raises(invitations.InvitationNotFound):
            await invitations.take_back(session, ada, IntoProject(project_id), asked.id)
        assert (await invitations.accept(session, eve, asked.id)).place == ("team", team_id)
        assert eve.user_id in told(session.info["events"])
        assert project_id in changed(session.info["events"], EventType.PROJECT_CHANGED)
    async with runtime.work() as session:
        assert (await projects.get(session, eve, project_id)).role is ProjectRole.EDITOR
        assert [view.email for view in await invitations.pending(session, ada, IntoTeam(team_id))] == ["nobody@example.org"]
        with pytest.raises(invitations.MemberAlready):
            await invitations.invite(session, ada, IntoTeam(team_id), eve.email, TeamRole.MEMBER)


async def test_everybody_may_leave_but_the_last_manager(runtime: Runtime, scene: Scene) -> None:
    team_id, project_id, ada, bob, _ = scene
    async with runtime.work() as session:
        await rows.share(session, project_id, team_id)
        with pytest.raises(teams.ManagerNeeded, match="make somebody a manager"):
            await teams.remove_member(session, ada, team_id, ada.user_id)
        with pytest.raises(teams.ManagerNeeded):
            await teams.change_member(session, ada, team_id, ada.user_id, TeamRole.MEMBER)
    async with runtime.work() as session:
        await teams.remove_member(session, bob, team_id, bob.user_id)
        assert told(session.info["events"]) == {bob.user_id}
        assert project_id in changed(session.info["events"], EventType.PROJECT_CHANGED)
    async with runtime.work() as session:
        with pytest.raises(TeamNotFound):
            await teams.get(session, bob, team_id)
        with pytest.raises(ProjectNotFound):
            await projects.get(session, bob, project_id)
        with pytest.raises(teams.TeamMemberNotFound):
            await teams.remove_member(session, ada, team_id, bob.user_id)


async def test_two_managers_who_leave_at_once_leave_one_behind(runtime: Runtime, scene: Scene) -> None:
    team_id, _, ada, bob, _ = scene
    async with runtime.work() as session:
        await teams.change_member(session, ada, team_id, bob.user_id, TeamRole.MANAGER)

    async def leave(who: Principal) -> bool:
        try:
            async with runtime.work() as session:
                await teams.remove_member(session, who, team_id, who.user_id)
        except teams.ManagerNeeded:
            return False
        return True

    assert sorted(await asyncio.gather(leave(ada), leave(bob))) == [False, True]


async def test_who_cannot_act_does_not_count_as_manager(runtime: Runtime, scene: Scene) -> None:
    team_id, _, ada, bob, _ = scene
    async with runtime.work() as session:
        guest = await rows.person(session, "guest", Role.GUEST)
        session.add(TeamMember(team_id=team_id, user_id=guest.user_id, role=TeamRole.MEMBER))
        await session.flush()
        with pytest.raises(Conflict, match="Guests"):
            await teams.change_member(session, ada, team_id, guest.user_id, TeamRole.MANAGER)
        await teams.change_member(session, ada, team_id, bob.user_id, TeamRole.MANAGER)
        (await session.get_one(User, bob.user_id)).status = UserStatus.SUSPENDED
        await session.flush()
        with pytest.raises(teams.ManagerNeeded):
            await teams.remove_member(session, ada, team_id, ada.user_id)
        await teams.remove_member(session, guest, team_id, guest.user_id)


async def test_a_deleted_team_takes_away_what_only_it_gave(runtime: Runtime, scene: Scene) -> None:
    team_id, project_id, ada, bob, eve = scene
    async with runtime.work() as session:
        await rows.share(session, project_id, team_id)
        other = await rows.project(session, ada, "both ways", bob=(bob, ProjectRole.VIEWER))
        await rows.share(session, other, team_id)
        asked = await invitations.invite(session, ada, IntoTeam(team_id), eve.email, TeamRole.MEMBER)
    async with runtime.work() as session:
        gone = await teams.delete(session, ada, team_id)
        assert (gone.members, gone.projects) == (2, 2)
        assert told(session.info["events"]) == {ada.user_id, bob.user_id}
        assert changed(session.info["events"], EventType.PROJECT_CHANGED) == {project_id, other}
    async with runtime.work() as session:
        assert [(card.id, card.role) for card in (await projects.list_cards(session, bob)).data] == [(other, ProjectRole.VIEWER)]
        assert (await projects.get(session, ada, project_id)).role is ProjectRole.OWNER
        with pytest.raises(invitations.InvitationNotFound):
            await invitations.accept(session, eve, asked.id)


async def test_closing_an_account_leaves_no_team_without_a_manager(runtime: Runtime, scene: Scene) -> None:
    team_id, _, ada, bob, eve = scene
    async with runtime.work() as session:
        alone = await rows.team(session, eve, name="alone")
        await teams.let_go_of_all(session, eve)
        await teams.let_go_of_all(session, bob)
        with pytest.raises(TeamNotFound):
            await teams.get(session, eve, alone)
        with pytest.raises(teams.ManagerNeeded, match="“Imaging”"):
            await teams.let_go_of_all(session, ada)
        assert (await teams.get(session, bob, team_id)).members == 2
