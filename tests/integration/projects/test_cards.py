from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from sqlalchemy import event as sqlalchemy_event
from sqlalchemy import update
from sqlmodel import col

from cellhub_app.core import db
from cellhub_app.core.errors import Invalid, NotAllowed
from cellhub_app.core.ids import now
from cellhub_app.core.pagination import PageRequest
from cellhub_app.core.runtime import Runtime
from cellhub_app.domain.access import Principal, ProjectNotFound
from cellhub_app.domain.projects import service as projects
from cellhub_app.domain.projects.schemas import NewProject, ProjectChange
from cellhub_app.models.image import Image
from cellhub_app.models.project import ProjectRole, SampleKind
from cellhub_app.models.user import Role
from tests.fixtures import rows


@contextmanager
def _statements() -> Iterator[list[str]]:
    seen: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_more: object) -> None:
        seen.append(statement)

    engine = db.open_db().sync_engine
    sqlalchemy_event.listen(engine, "before_cursor_execute", note)
    try:
        yield seen
    finally:
        sqlalchemy_event.remove(engine, "before_cursor_execute", note)


@pytest.fixture
async def ada(runtime: Runtime) -> Principal:
    async with runtime.work() as session:
        return await rows.person(session)


async def test_a_card_counts_images_and_shows_the_newest_four(runtime: Runtime, ada: Principal) -> None:
    async with runtime.work() as session:
        project_id = await rows.project(session, ada)
        ids = await rows.images(session, project_id, ["a", "b", "c"], segmentation_status="succeeded", object_count=7)
        ids += await rows.images(session, project_id, ["d"], segmentation_status="running")
        ids += await rows.images(session, project_id, ["e"], segmentation_status="failed")
        await rows.images(session, project_id, ["f"], status="failed")
        await rows.images(session, project_id, ["g"], status="uploaded")
        [gone] = await rows.images(session, project_id, ["h"])
        await session.execute(update(Image).where(col(Image.id) == gone).values(deleted_at=now()))
    async with runtime.work() as session:
        [card] = (await projects.list_cards(session, ada)).data
    assert card.images.model_dump() == {"total": 7, "ready": 5, "done": 3, "busy": 2, "failed": 2, "objects": 21}
    assert card.newest_image_ids == list(reversed(ids))[:4]
    assert [(member.user_id, member.role) for member in card.members] == [(ada.user_id, ProjectRole.OWNER)]


async def test_the_number_of_queries_does_not_grow_with_the_projects(runtime: Runtime, ada: Principal) -> None:
    counts = []
    for _ in range(2):
        async with runtime.work() as session:
            for index in range(5):
                await rows.images(session, await rows.project(session, ada, f"P{index}"), ["a", "b"])
        async with runtime.work() as session:
            with _statements() as seen:
                await projects.list_cards(session, ada, PageRequest(limit=50))
        counts.append(len(seen))
    assert counts == [5, 5]


async def test_people_see_their_own_projects_and_admins_all(runtime: Runtime, ada: Principal) -> None:
    async with runtime.work() as session:
        bob, root = await rows.person(session, "bob"), await rows.person(session, "root", Role.ADMIN)
        guest = await rows.person(session, "guest", Role.GUEST)
        await rows.project(session, ada, "hers")
        await rows.project(session, bob, "shared", ada=(ada, ProjectRole.VIEWER), guest=(guest, ProjectRole.OWNER))
        seen = {who.name: await projects.list_cards(session, who) for who in (ada, bob, root, guest)}
    assert {name: [(card.name, card.role) for card in page.data] for name, page in seen.items()} == {
        "Ada": [("shared", "viewer"), ("hers", "owner")],
        "Bob": [("shared", "owner")],
        "Root": [("shared", "owner"), ("hers", "owner")],
        "Guest": [("shared", "viewer")],
    }


async def test_pages_lose_and_double_nothing_while_projects_are_added(runtime: Runtime, ada: Principal) -> None:
    async with runtime.work() as session:
        old = [await rows.project(session, ada, f"P{index}") for index in range(23)]
    seen, cursor = [], None
    while True:
        async with runtime.work() as session:
            page = await projects.list_cards(session, ada, PageRequest.of(5, cursor))
            await rows.project(session, ada, "new")
        seen += [card.id for card in page.data]
        if page.next_cursor is None:
            break
        cursor = page.next_cursor
    assert seen == list(reversed(old))
    async with runtime.work() as session:
        back = await projects.list_cards(session, ada, PageRequest.of(5, page.prev_cursor))
    assert [card.id for card in back.data] == list(reversed(old))[15:20]


async def test_a_cursor_of_another_list_is_refused(runtime: Runtime, ada: Principal) -> None:
    async with runtime.work() as session:
        await rows.project(session, ada)
        with pytest.raises(Invalid):
            await projects.list_cards(session, ada, PageRequest.of(5, "WyJhYmMiLCIwMTkwMDAwMC0wMDAwLTcwMDAtODAwMC0wMDAwMDAwMDAwMDAiLDBd"))


async def test_a_search_finds_words_of_name_and_description_literally(runtime: Runtime, ada: Principal) -> None:
    async with runtime.work() as session:
        for name, description in (("HeLa 100%", ""), ("Plate", "hela cells"), ("Liver", "")):
            await projects.create(session, ada, NewProject(name=name, description=description))
        found = {q: [card.name for card in (await projects.list_cards(session, ada, q=q)).data] for q in ("hela", "0%", "_")}
    assert found == {"hela": ["Plate", "HeLa 100%"], "0%": ["HeLa 100%"], "_": []}


async def test_what_is_not_named_stays_when_a_project_changes(runtime: Runtime, ada: Principal) -> None:
    async with runtime.work() as session:
        made = await projects.create(
            session, ada, NewProject(name="HeLa", description="d", sample_kind=SampleKind.CELLS, pixel_size_um=0.5)
        )
    async with runtime.work() as session:
        await projects.update(session, ada, made.id, ProjectChange(name="HeLa 2"))
    async with runtime.work() as session:
        changed = await projects.update(session, ada, made.id, ProjectChange(pixel_size_um=None))
    assert (changed.name, changed.description, changed.sample_kind, changed.pixel_size_um) == ("HeLa 2", "d", "cells", None)


async def test_a_deleted_project_is_gone_for_everybody(runtime: Runtime, ada: Principal) -> None:
    async with runtime.work() as session:
        root = await rows.person(session, "root", Role.ADMIN)
        project_id = await rows.project(session, ada)
    async with runtime.work() as session:
        await projects.delete(session, ada, project_id)
    for who in (ada, root):
        async with runtime.work() as session:
            assert (await projects.list_cards(session, who)).data == []
            with pytest.raises(ProjectNotFound):
                await projects.get(session, who, project_id)


@pytest.mark.parametrize("role", [ProjectRole.VIEWER, ProjectRole.ANNOTATOR, ProjectRole.EDITOR])
async def test_only_owners_change_and_delete(runtime: Runtime, ada: Principal, role: ProjectRole) -> None:
    async with runtime.work() as session:
        bob, eve = await rows.person(session, "bob"), await rows.person(session, "eve")
        project_id = await rows.project(session, ada, bob=(bob, role))
    for who, error in ((bob, NotAllowed), (eve, ProjectNotFound)):
        async with runtime.work() as session:
            with pytest.raises(error):
                await projects.update(session, who, project_id, ProjectChange(name="mine"))
            with pytest.raises(error):
                await projects.delete(session, who, project_id)


async def test_guests_start_no_project(runtime: Runtime) -> None:
    async with runtime.work() as session:
        guest = await rows.person(session, "guest", Role.GUEST)
        with pytest.raises(NotAllowed):
            await projects.create(session, guest, NewProject(name="P"))
