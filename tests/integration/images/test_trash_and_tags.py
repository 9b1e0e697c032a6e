"""What is done with many images at once: the trash and its end, tags, and who may."""

from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

import pytest
import pytest_asyncio

from cellhub_app.core.errors import Invalid, NotAllowed, SelectionEmpty
from cellhub_app.core.ids import now
from cellhub_app.core.pagination import PageRequest
from cellhub_app.core.runtime import Runtime
from cellhub_app.domain.access import Principal, ProjectNotFound
from cellhub_app.domain.images import selection, service, tagging, trash
from cellhub_app.domain.images.schemas import ImageFilters
from cellhub_app.domain.images.selection import Chosen
from cellhub_app.models.image import Image, storage_key
from cellhub_app.models.project import ProjectRole
from tests.fixtures import rows

NAMES = ["A01.tif", "A02.tif", "A03.tif", "B01.tif"]


@dataclass(frozen=True)
class Plate:
    """A project with four images, its owner, a viewer and a stranger."""

    runtime: Runtime
    project_id: UUID
    ids: list[UUID]
    owner: Principal
    viewer: Principal
    stranger: Principal

    async def names(self, **filters: object) -> list[str]:
        """The images under a filter, by name."""
        async with self.runtime.work() as session:
            page = await service.page(session, self.viewer, self.project_id, ImageFilters(sort="name", **filters), PageRequest.of(200))
            return [image.name for image in page.data]


@pytest_asyncio.fixture(loop_scope="session")
async def plate(runtime: Runtime) -> Plate:
    async with runtime.work() as session:
        owner, viewer, stranger = [await rows.person(session, name) for name in ("ada", "vera", "stan")]
        project_id = await rows.project(session, owner, v=(viewer, ProjectRole.VIEWER))
        ids = await rows.images(session, project_id, NAMES)
    return Plate(runtime, project_id, ids, owner, viewer, stranger)


async def test_everything_that_matches_except_some_is_known_to_the_database_alone(plate: Plate) -> None:
    chosen = Chosen([plate.ids[1]], ImageFilters(q="A0"))
    async with plate.runtime.work() as session:
        assert await selection.count(session, plate.viewer, plate.project_id, chosen) == 2


async def test_one_act_is_undone_as_one_and_leaves_others_in_the_trash(plate: Plate) -> None:
    async with plate.runtime.work() as session:
        await trash.put(session, plate.owner, plate.project_id, Chosen([plate.ids[3]]))
    async with plate.runtime.work() as session:
        gone, moment = await trash.put(session, plate.owner, plate.project_id, Chosen(filters=ImageFilters(q="A0")))
        assert gone == 3
    assert await plate.names() == []
    assert await plate.names(trashed=True) == NAMES
    async with plate.runtime.work() as session:
        assert await trash.undo(session, plate.owner, plate.project_id, moment) == 3
        assert await trash.count(session, plate.viewer, plate.project_id) == 1
    assert await plate.names() == NAMES[:3]


async def test_images_come_back_by_name_or_by_filter(plate: Plate) -> None:
    async with plate.runtime.work() as session:
        await trash.put(session, plate.owner, plate.project_id, Chosen(filters=ImageFilters()))
    async with plate.runtime.work() as session:
        assert await trash.restore(session, plate.owner, plate.project_id, Chosen(plate.ids[:1])) == 1
        assert await trash.restore(session, plate.owner, plate.project_id, Chosen(filters=ImageFilters(q="B", trashed=True))) == 1
        assert await trash.restore(session, plate.owner, plate.project_id, Chosen(filters=ImageFilters())) == 0
    assert await plate.names() == ["A01.tif", "B01.tif"]


async def test_after_its_time_an_image_is_gone_with_its_files_and_not_before(plate: Plate) -> None:
    old, young = plate.ids[:2]
    for image_id in (old, young):
        await plate.runtime.storage.put(storage_key(image_id, "original"), b"picture")
    async with plate.runtime.work() as session:
        await trash.put(session, plate.owner, plate.project_id, Chosen([old, young]))
        (await session.get_one(Image, old)).deleted_at = now() - timedelta(days=trash.KEEP_DAYS, minutes=1)
        (await session.get_one(Image, young)).deleted_at = now() - timedelta(days=trash.KEEP_DAYS, minutes=-1)
    async with plate.runtime.work() as session:
        assert await trash.purge(session, plate.runtime.storage) == 1
    assert await plate.names(trashed=True) == ["A02.tif"]
    assert not await plate.runtime.storage.exists(storage_key(old, "original"))
    assert await plate.runtime.storage.exists(storage_key(young, "original"))


async def test_tags_are_put_on_and_taken_off_many_images(plate: Plate) -> None:
    all_a = Chosen(filters=ImageFilters(q="A0"))
    async with plate.runtime.work() as session:
        assert await tagging.add(session, plate.owner, plate.project_id, Chosen([plate.ids[0]]), " control \n group ") == 1
        assert await tagging.add(session, plate.owner, plate.project_id, all_a, "control group") == 2
        assert await tagging.add(session, plate.owner, plate.project_id, all_a, "day 3") == 3
        assert await tagging.remove(session, plate.owner, plate.project_id, Chosen([plate.ids[1]]), "day 3") == 1
        assert await tagging.used(session, plate.viewer, plate.project_id) == [("control group", 3), ("day 3", 2)]
    assert await plate.names(tag="day 3") == ["A01.tif", "A03.tif"]


@pytest.mark.parametrize("tag", ["", " \t ", "x" * (tagging.TAG_MAX_LENGTH + 1)])
async def test_what_is_no_tag_is_refused(plate: Plate, tag: str) -> None:
    async with plate.runtime.work() as session:
        with pytest.raises(Invalid, match="tag"):
            await tagging.add(session, plate.owner, plate.project_id, Chosen(plate.ids), tag)


async def test_no_image_gets_more_tags_than_it_may_have(plate: Plate) -> None:
    async with plate.runtime.work() as session:
        (await session.get_one(Image, plate.ids[0])).tags = [f"tag {number}" for number in range(tagging.TAGS_PER_IMAGE)]
        await session.flush()
        assert await tagging.add(session, plate.owner, plate.project_id, Chosen(plate.ids), "one more") == 3


async def test_viewers_change_nothing_and_strangers_learn_nothing(plate: Plate) -> None:
    chosen = Chosen(plate.ids)
    async with plate.runtime.work() as session:
        for act in (trash.put, trash.restore):
            with pytest.raises(NotAllowed):
                await act(session, plate.viewer, plate.project_id, chosen)
        with pytest.raises(NotAllowed):
            await trash.undo(session, plate.viewer, plate.project_id, now())
        for change in (tagging.add, tagging.remove):
            with pytest.raises(NotAllowed):
                await change(session, plate.viewer, plate.project_id, chosen, "mine")
        for read in (trash.count, tagging.used):
            with pytest.raises(ProjectNotFound):
                await read(session, plate.stranger, plate.project_id)
        with pytest.raises(ProjectNotFound):
            await selection.count(session, plate.stranger, plate.project_id, chosen)


async def test_pictures_in_the_trash_are_for_members_only(plate: Plate) -> None:
    async with plate.runtime.work() as session:
        await trash.put(session, plate.owner, plate.project_id, Chosen(plate.ids[:1]))
        assert (await service.row(session, plate.viewer, plate.ids[0], also_trashed=True)).deleted_at is not None
        for person, also_trashed in ((plate.stranger, True), (plate.viewer, False)):
            with pytest.raises(service.ImageNotFound):
                await service.row(session, person, plate.ids[0], also_trashed=also_trashed)


async def test_nothing_selected_is_said(plate: Plate) -> None:
    async with plate.runtime.work() as session:
        with pytest.raises(SelectionEmpty):
            await trash.put(session, plate.owner, plate.project_id, Chosen())
