"""Galleries: filters, orders, cursors, the trash, and who may look."""

import json
from collections.abc import Iterator
from dataclasses import dataclass, replace
from uuid import UUID

import pytest
import pytest_asyncio
from pydantic_core import to_json

from cellhub_app.core.errors import Invalid, NotAllowed, SelectionEmpty
from cellhub_app.core.ids import new_id, now
from cellhub_app.core.pagination import Page, PageRequest
from cellhub_app.core.reading import read
from cellhub_app.core.runtime import Runtime
from cellhub_app.domain.access import Principal, ProjectNotFound
from cellhub_app.domain.images import listing, service
from cellhub_app.domain.images.schemas import ImageChange, ImageFilters, ImageView
from cellhub_app.domain.images.selection import Chosen, count
from cellhub_app.domain.images.service import ImageNotFound
from cellhub_app.models.image import Image
from cellhub_app.models.project import Project, ProjectRole
from cellhub_app.models.user import Role
from tests.fixtures import rows

ALL = PageRequest.of(200)


@dataclass(frozen=True)
class Gallery:
    """A project with seven images in different states, its owner, a viewer and a stranger."""

    project_id: UUID
    ids: list[UUID]
    owner: Principal
    viewer: Principal
    stranger: Principal


@pytest_asyncio.fixture(loop_scope="session")
async def gallery(runtime: Runtime) -> Gallery:
    async with runtime.work() as session:
        owner, viewer, stranger = [await rows.person(session, name) for name in ("ada", "vera", "stan")]
        project_id = await rows.project(session, owner, v=(viewer, ProjectRole.VIEWER))
        ids = await rows.images(session, project_id, ["b.tif", "a.tif", "100%_c.tif", "d.tif", "e.tif", "f.tif", "g.tif"])
        changes = [
            {"segmentation_status": "succeeded", "object_count": 5, "doubt": 0.1},
            {"segmentation_status": "succeeded", "object_count": 0, "doubt": 0.9},
            {"segmentation_status": "queued", "tags": ["control"], "flaws": ["saturated", "blurred"]},
            {"segmentation_status": "running", "flaws": ["empty"]},
            {"segmentation_status": "failed", "segmentation_error": {"code": "x", "detail": "It broke."}},
            {"status": "failed", "error": {"code": "truncated", "detail": "It ends early."}},
        ]
        for image_id, change in zip(ids, changes, strict=False):
            row = await session.get(Image, image_id)
            for name, value in change.items():
                setattr(row, name, value)
    return Gallery(project_id, ids, owner, viewer, stranger)


async def names(runtime: Runtime, gallery: Gallery, **filters: object) -> list[str]:
    wanted = ImageFilters(**filters)
    async with runtime.work() as session:
        page = await service.page(session, gallery.viewer, gallery.project_id, wanted, ALL)
    plain = await service.page_json(read, gallery.viewer, gallery.project_id, wanted, ALL)
    assert [json.loads(to_json(row)) for row in plain.data] == [json.loads(row.model_dump_json(by_alias=True)) for row in page.data]
    return [row.name for row in page.data]


async def test_newest_come_first(runtime: Runtime, gallery: Gallery) -> None:
    assert await names(runtime, gallery) == ["g.tif", "f.tif", "e.tif", "d.tif", "100%_c.tif", "a.tif", "b.tif"]


@pytest.mark.parametrize(
    ("filters", "expected"),
    [
        ({"status": "done"}, ["a.tif", "b.tif"]),
        ({"status": "failed"}, ["f.tif"]),
        ({"status": "unsuccessful"}, ["f.tif", "e.tif"]),
        ({"status": "queued"}, ["100%_c.tif"]),
        ({"status": "running"}, ["d.tif"]),
        ({"status": "ready"}, ["g.tif", "e.tif", "d.tif", "100%_c.tif", "a.tif", "b.tif"]),
        ({"status": "unsegmented"}, ["g.tif"]),
        ({"q": "A.T"}, ["a.tif"]),
        ({"q": "%_"}, ["100%_c.tif"]),
        ({"q": "%_C.t"}, ["100%_c.tif"]),
        ({"q": "\\"}, []),
        ({"q": "A."}, ["a.tif"]),
        ({"q": ".TIF", "tag": "control"}, ["100%_c.tif"]),
        ({"q": ".tif", "min_objects": 0, "sort": "name"}, ["a.tif", "b.tif"]),
        ({"tag": "nowhere"}, []),
        ({"status": "ingesting"}, []),
        ({"tag": "control"}, ["100%_c.tif"]),
        ({"min_objects": 1}, ["b.tif"]),
        ({"max_objects": 0}, ["a.tif"]),
        ({"flaw": "any"}, ["d.tif", "100%_c.tif"]),
        ({"flaw": "blurred", "sort": "name"}, ["100%_c.tif"]),
        ({"flaw": "empty", "tag": "control"}, []),
        ({"flaw": "none"}, ["g.tif", "e.tif", "a.tif", "b.tif"]),
        ({"flaw": "none", "status": "done"}, ["a.tif", "b.tif"]),
        ({"flaw": "none", "status": "failed"}, []),
        ({"flaw": "none", "q": "TIF", "max_objects": 0}, ["a.tif"]),
        ({"flaw": "none", "q": "a."}, ["a.tif"]),
        ({"flaw": "none", "tag": "control"}, []),
        ({"flaw": "none", "sort": "-doubt", "status": "done"}, ["a.tif", "b.tif"]),
        ({"sort": "name"}, ["100%_c.tif", "a.tif", "b.tif", "d.tif", "e.tif", "f.tif", "g.tif"]),
        ({"sort": "-objectCount", "status": "done"}, ["b.tif", "a.tif"]),
        ({"sort": "-doubt", "status": "done"}, ["a.tif", "b.tif"]),
    ],
)
async def test_filters_and_orders(runtime: Runtime, gallery: Gallery, filters: dict[str, object], expected: list[str]) -> None:
    assert await names(runtime, gallery, **filters) == expected
    async with runtime.work() as session:
        assert await count(session, gallery.viewer, gallery.project_id, Chosen(filters=ImageFilters(**filters))) == len(expected)


async def test_flaws_of_pictures_are_counted(runtime: Runtime, gallery: Gallery) -> None:
    async with runtime.work() as session:
        assert await service.flaws(session, gallery.viewer, gallery.project_id) == {"saturated": 1, "blurred": 1, "empty": 1}
        with pytest.raises(ProjectNotFound):
            await service.flaws(session, gallery.stranger, gallery.project_id)


async def test_the_status_of_an_image_is_told_apart_from_that_of_its_segmentation(runtime: Runtime, gallery: Gallery) -> None:
    async with runtime.work() as session:
        for status in ("uploaded", "ingesting"):
            await rows.images(session, gallery.project_id, [f"{status}.tif"], status=status)
    for status in ("uploaded", "ingesting"):
        assert await names(runtime, gallery, status=status) == [f"{status}.tif"]
        assert f"{status}.tif" not in await names(runtime, gallery, flaw="none"), "nobody has looked at it yet"


async def test_what_is_rare_is_found_behind_what_is_looked_through_first(
    runtime: Runtime, gallery: Gallery, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(listing, "NEAR", 2)
    listing.near.cache_clear()
    try:
        assert await names(runtime, gallery, q="b.tif") == ["b.tif"]
        first = await service.page_json(read, gallery.owner, gallery.project_id, ImageFilters(q=".tif", sort="name"), PageRequest.of(3))
        rest = await service.page_json(
            read, gallery.owner, gallery.project_id, ImageFilters(q=".tif", sort="name"), PageRequest.of(10, first.next_cursor)
        )
    finally:
        listing.near.cache_clear()
    assert [row["name"] for row in first.data + rest.data] == [
        "100%_c.tif", "a.tif", "b.tif", "d.tif", "e.tif", "f.tif", "g.tif",
    ]  # fmt: skip
    assert rest.next_cursor is None


@pytest.fixture
def short_steps(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A gallery of seven images is as long as several steps."""
    monkeypatch.setattr(listing, "STEP", 2)
    for statement in (listing.stepping, listing.step_end):
        statement.cache_clear()
    yield
    for statement in (listing.stepping, listing.step_end):
        statement.cache_clear()


@pytest.mark.usefixtures("runtime", "short_steps")
@pytest.mark.parametrize("sort", ["createdAt", "-createdAt", "name", "-name", "objectCount", "-objectCount", "doubt", "-doubt"])
@pytest.mark.parametrize("q", ["c", "E.", "qx", "f"])
async def test_one_or_two_letters_are_looked_for_step_by_step(gallery: Gallery, sort: str, q: str) -> None:
    every = await service.page_json(read, gallery.owner, gallery.project_id, ImageFilters(sort=sort), ALL)
    cursor, seen, pages = None, [], 0
    while pages == 0 or cursor is not None:
        page = await service.page_json(
            read, gallery.owner, gallery.project_id, ImageFilters(q=q, sort=sort), PageRequest.of(3, cursor)
        )  # fmt: skip
        seen += [row["name"] for row in page.data]
        assert len(page.data) <= 2, "no more than a step is compared"
        cursor, pages = page.next_cursor, pages + 1
    assert seen == [row["name"] for row in every.data if q.lower() in row["name"]]
    assert pages == 4


@pytest.mark.usefixtures("runtime", "short_steps")
async def test_steps_lead_back_as_well(gallery: Gallery) -> None:
    filters = ImageFilters(q="a.", sort="name")
    request = PageRequest.of(3)
    for _ in range(3):
        page = await service.page_json(read, gallery.owner, gallery.project_id, filters, request)
        request = PageRequest.of(3, page.next_cursor)
    assert page.data == []
    found = []
    while page.prev_cursor is not None:
        page = await service.page_json(read, gallery.owner, gallery.project_id, filters, PageRequest.of(3, page.prev_cursor))
        found += [row["name"] for row in page.data]
    assert found == ["a.tif"]


async def page_of(runtime: Runtime, gallery: Gallery, sort: str, cursor: str | None) -> Page[ImageView]:
    async with runtime.work() as session:
        return await service.page(session, gallery.owner, gallery.project_id, ImageFilters(sort=sort), PageRequest.of(2, cursor))


@pytest.mark.parametrize("sort", ["createdAt", "-createdAt", "name", "-name", "objectCount", "-objectCount", "doubt", "-doubt"])
async def test_cursors_visit_every_image_once_in_any_order(runtime: Runtime, gallery: Gallery, sort: str) -> None:
    seen, cursor = [], None
    while True:
        page = await page_of(runtime, gallery, sort, cursor)
        seen += [row.id for row in page.data]
        if (cursor := page.next_cursor) is None:
            break
    assert sorted(seen) == sorted(gallery.ids)
    assert len(seen) == len(set(seen))


async def test_a_cursor_of_another_order_is_refused(runtime: Runtime, gallery: Gallery) -> None:
    by_name = await page_of(runtime, gallery, "name", None)
    for sort in ("createdAt", "objectCount", "doubt"):
        with pytest.raises(Invalid, match="another order"):
            await page_of(runtime, gallery, sort, by_name.next_cursor)


async def test_counts_tell_where_the_images_are(runtime: Runtime, gallery: Gallery) -> None:
    async with runtime.work() as session:
        counts = await service.counts(session, gallery.viewer, gallery.project_id)
    assert (counts.total, counts.done, counts.queued, counts.running, counts.failed, counts.ready, counts.objects) == (7, 2, 1, 1, 2, 1, 5)


async def test_deleted_images_are_gone_until_restored(runtime: Runtime, gallery: Gallery) -> None:
    async with runtime.work() as session:
        assert len(await service.delete(session, gallery.owner, gallery.project_id, "all", ImageFilters(status="unsuccessful"))) == 2
    assert "e.tif" not in await names(runtime, gallery)
    async with runtime.work() as session:
        with pytest.raises(ImageNotFound):
            await service.get(session, gallery.owner, gallery.ids[4])
        await service.restore(session, gallery.owner, gallery.project_id, gallery.ids)
    assert len(await names(runtime, gallery)) == 7


async def test_strangers_learn_nothing_and_viewers_change_nothing(runtime: Runtime, gallery: Gallery) -> None:
    async with runtime.work() as session:
        with pytest.raises(ProjectNotFound):
            await service.page(session, gallery.stranger, gallery.project_id, ImageFilters(), ALL)
        with pytest.raises(ProjectNotFound):
            await service.page_json(read, gallery.stranger, gallery.project_id, ImageFilters(), ALL)
        with pytest.raises(ProjectNotFound):
            await service.page_json(read, gallery.viewer, new_id(), ImageFilters(), ALL)
        with pytest.raises(ImageNotFound):
            await service.get(session, gallery.stranger, gallery.ids[0])
        with pytest.raises(NotAllowed):
            await service.update(session, gallery.viewer, gallery.ids[0], ImageChange(name="mine.tif"))
        with pytest.raises(NotAllowed):
            await service.delete(session, gallery.viewer, gallery.project_id, gallery.ids)
        with pytest.raises(SelectionEmpty):
            await service.delete(session, gallery.owner, gallery.project_id, [])


async def test_ids_of_another_project_are_left_alone(runtime: Runtime, gallery: Gallery) -> None:
    async with runtime.work() as session:
        mine = await rows.project(session, gallery.stranger, "Mine")
        assert await service.delete(session, gallery.stranger, mine, gallery.ids) == []
    assert len(await names(runtime, gallery)) == 7


async def test_a_pixel_size_set_by_hand_says_so(runtime: Runtime, gallery: Gallery) -> None:
    async with runtime.work() as session:
        view = await service.update(session, gallery.owner, gallery.ids[0], ImageChange(pixel_size_um=0.5, tags=["x", " x ", ""]))
    assert (view.pixel_size_um, view.pixel_size_origin, view.tags) == (0.5, "user", ["x"])


async def test_neighbours_follow_the_gallery(runtime: Runtime, gallery: Gallery) -> None:
    async with runtime.work() as session:
        before, after = await service.neighbours(session, gallery.viewer, gallery.ids[3])
        assert (before, after) == (gallery.ids[4], gallery.ids[2])
        assert (await service.neighbours(session, gallery.viewer, gallery.ids[6]))[0] is None


async def test_those_who_run_the_server_see_every_gallery_but_those_that_were_deleted(runtime: Runtime, gallery: Gallery) -> None:
    operator = replace(gallery.stranger, role=Role.OPERATOR)
    assert len((await service.page_json(read, operator, gallery.project_id, ImageFilters(), ALL)).data) == 7
    async with runtime.work() as session:
        (await session.get_one(Project, gallery.project_id)).deleted_at = now()
    for somebody in (operator, gallery.owner):
        with pytest.raises(ProjectNotFound):
            await service.page_json(read, somebody, gallery.project_id, ImageFilters(), ALL)
