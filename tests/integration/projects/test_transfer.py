"""Giving a project away, and leaving one."""

from uuid import UUID

import pytest

from cellhub_app.core.errors import Conflict, NotAllowed
from cellhub_app.core.events import EventType
from cellhub_app.core.runtime import Runtime
from cellhub_app.domain.access import Principal, ProjectNotFound
from cellhub_app.domain.projects import service as projects
from cellhub_app.models.project import Membership, ProjectRole
from cellhub_app.models.user import Role, User, UserStatus
from tests.fixtures import rows

Scene = tuple[UUID, Principal, Principal]


@pytest.fixture
async def scene(runtime: Runtime) -> Scene:
    """A project of Ada's that Bob looks at."""
    async with runtime.work() as session:
        ada, bob = await rows.person(session), await rows.person(session, "bob")
        return await rows.project(session, ada, bob=(bob, ProjectRole.VIEWER)), ada, bob


async def roles(runtime: Runtime, who: Principal, project_id: UUID) -> dict[str, str]:
    async with runtime.work() as session:
        return {member.name: member.role.value for member in await projects.members(session, who, project_id)}


async def test_a_project_that_is_given_away_belongs_to_the_receiver_and_both_are_told(runtime: Runtime, scene: Scene) -> None:
    project_id, ada, bob = scene
    async with runtime.work() as session:
        await projects.transfer(session, ada, project_id, bob.user_id)
        events = session.info["events"]
        assert {event.user_id for event in events if event.type is EventType.ACCESS_CHANGED} == {ada.user_id, bob.user_id}
        assert any(event.data.get("givenTo") == bob.user_id for event in events)
        assert {letter.to for letter in session.info["letters"]} == {ada.email, bob.email}
    assert await roles(runtime, ada, project_id) == {"Ada": "editor", "Bob": "owner"}
    async with runtime.work() as session:
        with pytest.raises(NotAllowed):
            await projects.transfer(session, ada, project_id, ada.user_id)
        await projects.remove_member(session, ada, project_id, ada.user_id)


async def test_only_a_member_who_can_act_is_given_a_project(runtime: Runtime, scene: Scene) -> None:
    project_id, ada, bob = scene
    async with runtime.work() as session:
        eve, guest = await rows.person(session, "eve"), await rows.person(session, "guest", Role.GUEST)
        session.add(Membership(project_id=project_id, user_id=guest.user_id, role=ProjectRole.EDITOR))
        (await session.get_one(User, bob.user_id)).status = UserStatus.SUSPENDED
        await session.flush()
        for who, error in ((eve, projects.MemberNotFound), (guest, Conflict), (bob, Conflict), (ada, Conflict)):
            with pytest.raises(error):
                await projects.transfer(session, ada, project_id, who.user_id)
        with pytest.raises(ProjectNotFound):
            await projects.transfer(session, eve, project_id, bob.user_id)
    assert await roles(runtime, ada, project_id) == {"Ada": "owner", "Bob": "viewer", "Guest": "editor"}


async def test_an_admin_who_takes_no_part_makes_an_owner_and_changes_nobody_else(runtime: Runtime, scene: Scene) -> None:
    project_id, ada, bob = scene
    async with runtime.work() as session:
        root = await rows.person(session, "root", Role.ADMIN)
        await projects.transfer(session, root, project_id, bob.user_id)
    assert await roles(runtime, ada, project_id) == {"Ada": "owner", "Bob": "owner"}


async def test_an_owner_who_cannot_act_is_no_reason_to_let_the_last_one_go(runtime: Runtime, scene: Scene) -> None:
    project_id, ada, bob = scene
    async with runtime.work() as session:
        (await session.get_one(Membership, (project_id, bob.user_id))).role = ProjectRole.OWNER
        (await session.get_one(User, bob.user_id)).status = UserStatus.SUSPENDED
        await session.flush()
        with pytest.raises(projects.OwnerNeeded, match="give it to somebody first"):
            await projects.remove_member(session, ada, project_id, ada.user_id)


async def test_who_is_here_through_a_team_is_told_to_leave_that(runtime: Runtime, scene: Scene) -> None:
    project_id, ada, _ = scene
    async with runtime.work() as session:
        eve = await rows.person(session, "eve")
        await rows.share(session, project_id, await rows.team(session, ada, eve))
        with pytest.raises(Conflict, match="leave the team"):
            await projects.remove_member(session, eve, project_id, eve.user_id)


async def test_a_project_that_only_a_team_uses_too_is_not_thrown_away_with_an_account(runtime: Runtime, scene: Scene) -> None:
    _, ada, _ = scene
    async with runtime.work() as session:
        alone, shared = await rows.project(session, ada, "alone"), await rows.project(session, ada, "for the team")
        await rows.share(session, shared, await rows.team(session, ada))
        with pytest.raises(projects.OwnerNeeded, match="“HeLa”, “for the team”"):
            await projects.let_go_of_all(session, ada)
        assert (await projects.get(session, ada, alone)).name == "alone"
