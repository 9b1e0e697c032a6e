"""Who may do what through teams: every combination of roles on the real database, beside a plain table of what it must come to."""

from itertools import combinations_with_replacement, product
from uuid import UUID

import pytest
from sqlalchemy import delete, select

from cellhub_app.core.ids import now
from cellhub_app.core.pagination import PageRequest
from cellhub_app.core.reading import read
from cellhub_app.core.runtime import Runtime
from cellhub_app.domain.access import Principal, ProjectNotFound, may_view, project_role, readable_projects, require_view
from cellhub_app.domain.images import service as images
from cellhub_app.domain.images.schemas import ImageFilters
from cellhub_app.domain.jobs import overview
from cellhub_app.domain.projects import service as projects
from cellhub_app.models.job import Batch
from cellhub_app.models.project import Membership, Project, ProjectRole
from cellhub_app.models.team import ShareRole, TeamMember, TeamRole, TeamShare
from cellhub_app.models.user import Role
from tests.fixtures import rows

OWN = [None, *ProjectRole]
BY_TEAM = [None, *ShareRole]
ORDER = list(ProjectRole)
Granted = tuple[ProjectRole | None, ShareRole | None, ShareRole | None]


def expected(role: Role, granted: Granted) -> ProjectRole | None:
    """The highest of what was granted; a guest sees and no more, admins and operators own everything."""
    if role in {Role.ADMIN, Role.OPERATOR}:
        return ProjectRole.OWNER
    got = [ProjectRole(one) for one in granted if one is not None]
    if not got:
        return None
    return ProjectRole.VIEWER if role is Role.GUEST else max(got, key=ORDER.index)


async def everything_granted(runtime: Runtime) -> tuple[dict[Granted, UUID], dict[Role, Principal]]:
    """One project for each combination of own role and those of two teams, and one person of each global role who has them."""
    found: dict[Granted, UUID] = {}
    async with runtime.work() as session:
        boss = await rows.person(session, "boss")
        people = {role: await rows.person(session, role.value, role) for role in Role}
        teams = [await rows.team(session, boss, *people.values(), name=name) for name in ("one", "other")]
        for own, (first, second) in product(OWN, combinations_with_replacement(BY_TEAM, 2)):
            members = {} if own is None else {role.value: (who, own) for role, who in people.items()}
            found[own, first, second] = await rows.project(session, boss, f"{own} {first} {second}", **members)
            for team_id, role in zip(teams, (first, second), strict=True):
                if role is not None:
                    await rows.share(session, found[own, first, second], team_id, role)
    return found, people


async def role_in(runtime: Runtime, who: Principal, project_id: UUID) -> ProjectRole | None:
    async with runtime.work() as session:
        try:
            return await project_role(session, who, project_id)
        except ProjectNotFound:
            return None


async def test_the_role_is_the_highest_of_membership_and_teams_for_everybody_and_every_question(runtime: Runtime) -> None:
    everything, people = await everything_granted(runtime)
    for who in people.values():
        wanted = {project_id: expected(who.role, granted) for granted, project_id in everything.items()}
        async with runtime.work() as session:
            met: dict[UUID, ProjectRole | None] = dict.fromkeys(wanted)
            for project_id in wanted:
                try:
                    met[project_id] = await project_role(session, who, project_id)
                except ProjectNotFound:
                    continue
            seen = set((await session.execute(readable_projects(who))).scalars())
            cards = (await projects.list_cards(session, who, PageRequest(limit=200))).data
            at = {"user_id": who.user_id}
            may = [one for one in wanted if (await session.execute(select(may_view(who)), {**at, "project_id": one})).scalar()]
        visible = {project_id for project_id, role in wanted.items() if role is not None}
        assert met == wanted
        assert (seen, set(may), {card.id for card in cards}) == (visible, visible, visible)
        assert {card.id: card.role for card in cards} == {project_id: wanted[project_id] for project_id in visible}


async def test_a_person_in_many_ways_has_one_card_and_one_line_in_the_queue(runtime: Runtime) -> None:
    async with runtime.work() as session:
        boss, vera = await rows.person(session, "boss"), await rows.person(session, "vera")
        project_id = await rows.project(session, boss, vera=(vera, ProjectRole.VIEWER))
        for number in range(3):
            await rows.share(session, project_id, await rows.team(session, boss, vera, name=f"team {number}"), ShareRole.EDITOR)
        session.add_all(Batch(project_id=project_id, user_id=boss.user_id, model="unet", finished_at=done) for done in (None, now()))
    async with runtime.work() as session:
        assert len((await projects.list_cards(session, vera)).data) == 1
        assert [line.can_edit for line in await overview.running(session, vera)] == [True]
        assert [line.can_edit for line in (await overview.ended(session, vera, PageRequest())).data] == [True]


async def test_what_a_team_gave_ends_with_the_share_the_place_in_it_and_the_project(runtime: Runtime) -> None:
    async with runtime.work() as session:
        boss, vera = await rows.person(session, "boss"), await rows.person(session, "vera")
        team_id = await rows.team(session, boss, vera)
        unshared, left, deleted = [await rows.project(session, boss, name) for name in ("unshared", "left", "deleted")]
        for project_id in (unshared, left, deleted):
            await rows.share(session, project_id, team_id)
        [image_id] = await rows.images(session, left, ["a.png"])
    assert await role_in(runtime, vera, left) is ProjectRole.EDITOR
    async with runtime.work() as session:
        await session.execute(delete(TeamShare).where(TeamShare.project_id == unshared))
        (await session.get_one(Project, deleted)).deleted_at = now()
    assert [await role_in(runtime, vera, one) for one in (unshared, left, deleted)] == [None, ProjectRole.EDITOR, None]
    await require_view(read, vera, left)
    async with runtime.work() as session:
        assert (await images.get(session, vera, image_id)).id == image_id
        assert (await images.page(session, vera, left, ImageFilters(), PageRequest())).data
        await session.delete(await session.get_one(TeamMember, (team_id, vera.user_id)))
    with pytest.raises(ProjectNotFound):
        await require_view(read, vera, left)
    async with runtime.work() as session:
        with pytest.raises(images.ImageNotFound):
            await images.get(session, vera, image_id)


async def test_guests_see_what_is_shared_with_them_and_nothing_else(runtime: Runtime) -> None:
    async with runtime.work() as session:
        boss, guest = await rows.person(session, "boss"), await rows.person(session, "guest", Role.GUEST)
        team_id = await rows.team(session, boss, guest)
        (await session.get_one(TeamMember, (team_id, guest.user_id))).role = TeamRole.MANAGER
        own, by_team, _other = [await rows.project(session, boss, name) for name in ("own", "by team", "other")]
        await rows.share(session, by_team, team_id, ShareRole.EDITOR)
        session.add(Membership(project_id=own, user_id=guest.user_id, role=ProjectRole.EDITOR))
    async with runtime.work() as session:
        cards = (await projects.list_cards(session, guest)).data
    assert {card.id: card.role for card in cards} == {own: ProjectRole.VIEWER, by_team: ProjectRole.VIEWER}
