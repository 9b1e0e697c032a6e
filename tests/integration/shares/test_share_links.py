"""Share links: whoever has one sees one project, until it ends; how it ended is not told."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select, update
from sqlmodel import col

from cellhub_app.core.errors import Conflict, Invalid, NotAllowed, TooManyRequests
from cellhub_app.core.events import EventType
from cellhub_app.core.ids import now
from cellhub_app.core.reading import within
from cellhub_app.core.runtime import Runtime
from cellhub_app.domain.access import Permission, Principal, ProjectNotFound, Visitor, readable_projects, require
from cellhub_app.domain.flows.give_away import give_away
from cellhub_app.domain.images import service as images
from cellhub_app.domain.projects import service as projects
from cellhub_app.domain.shares import service as shares
from cellhub_app.domain.shares.schemas import MadeShareLink, NewShareLink, OpeningLink
from cellhub_app.models.project import ProjectRole
from cellhub_app.models.share import ShareLink
from cellhub_app.models.user import Role, User, UserStatus
from tests.fixtures import rows

PASSWORD = "blue plates only"
Scene = tuple[UUID, Principal, Principal]


@pytest.fixture
async def scene(runtime: Runtime) -> Scene:
    """A project of Ada's, Ada, and Eve who edits it."""
    async with runtime.work() as session:
        ada, eve = await rows.person(session), await rows.person(session, "eve")
        return await rows.project(session, ada, eve=(eve, ProjectRole.EDITOR)), ada, eve


async def make(runtime: Runtime, scene: Scene, password: str | None = None, **life: float) -> MadeShareLink:
    new = NewShareLink(expires_at=now() + timedelta(**life or {"days": 7}), password=password)
    async with runtime.work() as session:
        return await shares.make(session, scene[1], scene[0], new)


async def open_link(runtime: Runtime, token: str, password: str = "", ip: str = "10.0.0.1") -> shares.Visit:
    async with runtime.work() as session:
        return await shares.open_link(session, OpeningLink(token=token, password=password), ip)


async def come_again(runtime: Runtime, visit: shares.Visit) -> Visitor:
    async with runtime.work() as session:
        return await shares.visitor(within(session), visit.visitor.link_id, visit.token)


def token_of(made: MadeShareLink) -> str:
    return made.url.partition("#")[2]


async def test_a_link_leads_into_its_project_and_counts_who_came(runtime: Runtime, scene: Scene) -> None:
    made = await make(runtime, scene)
    visits = [await open_link(runtime, token_of(made)) for _ in range(2)]
    assert [visit.is_first for visit in visits] == [True, False]
    assert await come_again(runtime, visits[0]) == Visitor(made.id, scene[0])
    async with runtime.work() as session:
        [view] = await shares.links(session, scene[1], scene[0])
        row = (await session.execute(select(ShareLink))).scalar_one()
    assert (view.created_by, view.open_count, view.has_password, view.is_expired) == ("Ada", 2, False, False)
    assert view.last_opened_at is not None
    assert token_of(made) not in str(row.model_dump())


async def test_a_password_is_asked_for_and_stored_as_a_hash(runtime: Runtime, scene: Scene) -> None:
    made = await make(runtime, scene, PASSWORD)
    with pytest.raises(shares.SharePasswordNeeded):
        await open_link(runtime, token_of(made))
    with pytest.raises(shares.ShareRefused):
        await open_link(runtime, token_of(made), "red plates only")
    visit = await open_link(runtime, token_of(made), PASSWORD)
    assert visit.visitor.project_id == scene[0]
    async with runtime.work() as session:
        stored = (await session.execute(select(ShareLink.password_hash))).scalar_one()
    assert stored is not None
    assert stored.startswith("$2b$")


async def test_guessing_a_password_gets_slower_and_an_unknown_link_sounds_the_same(runtime: Runtime, scene: Scene) -> None:
    made = await make(runtime, scene, PASSWORD)
    told = []
    for token in (token_of(made), "made-up"):
        with pytest.raises(shares.ShareRefused) as refused:
            await open_link(runtime, token, "wrong")
        told.append((refused.value.code, refused.value.detail))
    assert told[0] == told[1]
    assert TooManyRequests in [await refusal(runtime, token_of(made)) for _ in range(9)]


async def refusal(runtime: Runtime, token: str) -> type[Exception]:
    """How a wrong password is met."""
    with pytest.raises((shares.ShareRefused, TooManyRequests)) as refused:
        await open_link(runtime, token, "wrong")
    return refused.type


async def _revoke(runtime: Runtime, scene: Scene, made: MadeShareLink) -> None:
    async with runtime.work() as session:
        await shares.revoke(session, scene[1], scene[0], made.id)
        [event] = session.info["events"]
    assert (event.type, event.project_id, event.user_id, event.data) == (EventType.ACCESS_CHANGED, scene[0], None, {"linkId": made.id})


async def _expire(runtime: Runtime, _scene: Scene, _made: MadeShareLink) -> None:
    async with runtime.work() as session:
        await session.execute(update(ShareLink).values(expires_at=now() - timedelta(seconds=1)))


async def _delete_project(runtime: Runtime, scene: Scene, _made: MadeShareLink) -> None:
    async with runtime.work() as session:
        await projects.delete(session, scene[1], scene[0])


@pytest.mark.parametrize("end", [_revoke, _expire, _delete_project])
async def test_a_link_that_ended_is_as_one_that_never_was(runtime: Runtime, scene: Scene, end: Callable[..., Any]) -> None:
    made = await make(runtime, scene)
    visit = await open_link(runtime, token_of(made))
    await end(runtime, scene, made)
    told = []
    for token in (token_of(made), "made-up"):
        with pytest.raises(shares.ShareLinkClosed) as closed:
            await open_link(runtime, token)
        told.append(closed.value.detail)
    assert told[0] == told[1]
    with pytest.raises(shares.ShareLinkClosed):
        await come_again(runtime, visit)
    with pytest.raises(shares.ShareLinkClosed):
        async with runtime.work() as session:
            await shares.still_open(session, visit.visitor)


async def test_a_cookie_opens_no_other_link_and_none_is_made_by_hand(runtime: Runtime, scene: Scene) -> None:
    one, other = await make(runtime, scene), await make(runtime, scene)
    visit = await open_link(runtime, token_of(one))
    async with runtime.work() as session:
        for token in (visit.token, "made-up", visit.token[:-2] + "xx", ""):
            with pytest.raises(shares.ShareLinkClosed):
                await shares.visitor(within(session), other.id, token)


async def test_only_owners_make_see_and_revoke_links(runtime: Runtime, scene: Scene) -> None:
    project_id, ada, eve = scene
    made = await make(runtime, scene)
    async with runtime.work() as session:
        stranger = await rows.person(session, "mallory")
        theirs = await rows.project(session, stranger, "Other")
        for who, refusal in ((eve, NotAllowed), (stranger, ProjectNotFound)):
            with pytest.raises(refusal):
                await shares.make(session, who, project_id, NewShareLink(expires_at=now() + timedelta(days=1)))
            with pytest.raises(refusal):
                await shares.links(session, who, project_id)
            with pytest.raises(refusal):
                await shares.revoke(session, who, project_id, made.id)
        with pytest.raises(shares.ShareLinkNotFound):
            await shares.revoke(session, stranger, theirs, made.id)
        assert len(await shares.links(session, ada, project_id)) == 1


async def test_a_link_is_open_only_while_its_maker_may_make_it(runtime: Runtime, scene: Scene) -> None:
    project_id, ada, eve = scene
    visit = await open_link(runtime, token_of(made := await make(runtime, scene)))
    async with runtime.work() as session:
        await projects.change_member(session, ada, project_id, eve.user_id, ProjectRole.OWNER)
        await projects.change_member(session, eve, project_id, ada.user_id, ProjectRole.EDITOR)
    for knock in (lambda: open_link(runtime, token_of(made)), lambda: come_again(runtime, visit)):
        with pytest.raises(shares.ShareLinkClosed):
            await knock()
    async with runtime.work() as session:
        assert [link.is_backed for link in await shares.links(session, eve, project_id)] == [False]
        await projects.change_member(session, eve, project_id, ada.user_id, ProjectRole.OWNER)
    assert await come_again(runtime, visit) == visit.visitor
    async with runtime.work() as session:
        await projects.remove_member(session, eve, project_id, ada.user_id)
    with pytest.raises(shares.ShareLinkClosed):
        await come_again(runtime, visit)


@pytest.mark.parametrize("change", [{"status": UserStatus.SUSPENDED}, {"role": Role.GUEST}])
async def test_a_link_of_somebody_who_may_act_no_more_is_closed(runtime: Runtime, scene: Scene, change: dict[str, str]) -> None:
    visit = await open_link(runtime, token_of(await make(runtime, scene)))
    async with runtime.work() as session:
        await session.execute(update(User).where(col(User.id) == scene[1].user_id).values(change))
    with pytest.raises(shares.ShareLinkClosed):
        await come_again(runtime, visit)


async def test_a_link_of_an_admin_who_is_no_member_is_open(runtime: Runtime, scene: Scene) -> None:
    async with runtime.work() as session:
        root = await rows.person(session, "root", Role.ADMIN)
    visit = await open_link(runtime, token_of(await make(runtime, (scene[0], root, scene[2]))))
    assert await come_again(runtime, visit) == visit.visitor


async def test_links_go_with_a_project_that_is_given_away(runtime: Runtime, scene: Scene) -> None:
    project_id, ada, eve = scene
    visit = await open_link(runtime, token_of(await make(runtime, scene)))
    async with runtime.work() as session:
        await give_away(session, ada, project_id, eve.user_id)
    assert await come_again(runtime, visit) == visit.visitor
    async with runtime.work() as session:
        assert [(link.created_by, link.is_backed) for link in await shares.links(session, eve, project_id)] == [("Eve", True)]


@pytest.mark.parametrize("end", [now() - timedelta(minutes=1), now() + timedelta(days=400)])
async def test_a_link_ends_within_a_year(runtime: Runtime, scene: Scene, end: datetime) -> None:
    async with runtime.work() as session:
        with pytest.raises(Invalid):
            await shares.make(session, scene[1], scene[0], NewShareLink(expires_at=end))


async def test_a_project_has_so_many_links_at_most(runtime: Runtime, scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shares, "LINKS_AT_ONCE", 1)
    await make(runtime, scene)
    with pytest.raises(Conflict):
        await make(runtime, scene)


async def test_a_visitor_sees_one_project_and_may_only_look(runtime: Runtime, scene: Scene) -> None:
    async with runtime.work() as session:
        [image_id, in_trash] = await rows.images(session, scene[0], ["a.png", "b.png"])
        await images.delete(session, scene[1], scene[0], [in_trash])
        other = await rows.project(session, scene[1], "Other")
        [hidden] = await rows.images(session, other, ["c.png"])
        visitor = Visitor(scene[0], scene[0])
        assert list((await session.execute(readable_projects(visitor))).scalars()) == [scene[0]]
        assert (await images.picture(within(session), visitor, image_id)).status == "ready"
        for gone in (hidden, in_trash):
            with pytest.raises(images.ImageNotFound):
                await images.picture(within(session), visitor, gone, also_trashed=True)
        with pytest.raises(ProjectNotFound):
            await require(session, visitor, other, Permission.VIEW)
        for permission in set(Permission) - {Permission.VIEW}:
            with pytest.raises(NotAllowed):
                await require(session, visitor, scene[0], permission)


async def test_links_that_ended_long_ago_are_forgotten(runtime: Runtime, scene: Scene) -> None:
    for _ in range(3):
        await make(runtime, scene)
    async with runtime.work() as session:
        expired, revoked, _ = (await session.execute(select(ShareLink))).scalars()
        expired.expires_at = revoked.revoked_at = now() - shares.KEPT - timedelta(minutes=1)
    async with runtime.work() as session:
        assert await shares.forget_old(session) == 2
        assert len(await shares.links(session, scene[1], scene[0])) == 1
