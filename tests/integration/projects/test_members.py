import asyncio
from uuid import UUID

import pytest

from cellhub_app.core.errors import NotAllowed
from cellhub_app.core.events import Event, EventType
from cellhub_app.core.ids import new_id
from cellhub_app.core.runtime import Runtime
from cellhub_app.domain.access import Principal, ProjectNotFound
from cellhub_app.domain.invitations import service as invitations
from cellhub_app.domain.invitations.places import IntoProject
from cellhub_app.domain.projects import service as projects
from cellhub_app.models.project import ProjectRole
from tests.fixtures import rows

Team = tuple[UUID, Principal, Principal]


@pytest.fixture
async def team(runtime: Runtime) -> Team:
    """A project of Ada's, Ada, and Bob who edits it."""
    async with runtime.work() as session:
        ada, bob = await rows.person(session), await rows.person(session, "bob")
        return await rows.project(session, ada, bob=(bob, ProjectRole.EDITOR)), ada, bob


def _access_told(events: list[Event]) -> list[tuple[UUID | None, UUID | None]]:
    return [(event.project_id, event.user_id) for event in events if event.type is EventType.ACCESS_CHANGED]


async def test_only_owners_manage_members_and_strangers_know_nothing(runtime: Runtime, team: Team) -> None:
    project_id, ada, bob = team
    async with runtime.work() as session:
        eve = await rows.person(session, "eve")
        for who, error in ((bob, NotAllowed), (eve, ProjectNotFound)):
            with pytest.raises(error):
                await invitations.invite(session, who, IntoProject(project_id), "eve@example.org", ProjectRole.OWNER)
            with pytest.raises(error):
                await projects.change_member(session, who, project_id, who.user_id, ProjectRole.OWNER)
            with pytest.raises(error):
                await projects.remove_member(session, who, project_id, ada.user_id)


async def test_the_last_owner_stays(runtime: Runtime, team: Team) -> None:
    project_id, ada, _ = team
    async with runtime.work() as session:
        with pytest.raises(projects.OwnerNeeded):
            await projects.change_member(session, ada, project_id, ada.user_id, ProjectRole.EDITOR)
        with pytest.raises(projects.OwnerNeeded):
            await projects.remove_member(session, ada, project_id, ada.user_id)


async def test_two_owners_who_leave_at_once_leave_one_behind(runtime: Runtime, team: Team) -> None:
    project_id, ada, bob = team
    async with runtime.work() as session:
        await projects.change_member(session, ada, project_id, bob.user_id, ProjectRole.OWNER)

    async def leave(who: Principal) -> bool:
        try:
            async with runtime.work() as session:
                await projects.remove_member(session, who, project_id, who.user_id)
        except projects.OwnerNeeded:
            return False
        return True

    assert sorted(await asyncio.gather(leave(ada), leave(bob))) == [False, True]


async def test_everybody_may_leave_and_sees_nothing_afterwards(runtime: Runtime, team: Team) -> None:
    project_id, _, bob = team
    async with runtime.work() as session:
        await projects.remove_member(session, bob, project_id, bob.user_id)
        assert (project_id, bob.user_id) in _access_told(session.info["events"])
    async with runtime.work() as session:
        with pytest.raises(ProjectNotFound):
            await projects.get(session, bob, project_id)


async def test_an_unknown_member_is_not_found(runtime: Runtime, team: Team) -> None:
    project_id, ada, _ = team
    async with runtime.work() as session:
        with pytest.raises(projects.MemberNotFound):
            await projects.change_member(session, ada, project_id, new_id(), ProjectRole.EDITOR)
        with pytest.raises(projects.MemberNotFound):
            await projects.remove_member(session, ada, project_id, new_id())
