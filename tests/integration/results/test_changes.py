"""Changing everything that matches: one revision in each image, one entry in the audit log, and all of it back."""

import asyncio
from typing import Any

import pytest

from cellhub_app.core.db import looking
from cellhub_app.core.errors import Invalid, NotAllowed, SelectionEmpty
from cellhub_app.core.ids import new_id
from cellhub_app.domain.annotations import history
from cellhub_app.domain.annotations.sweeping import ObjectsMoved
from cellhub_app.domain.flows import sweep as flow
from cellhub_app.domain.flows.sweep import ResultsMoved
from cellhub_app.domain.results import service as results
from cellhub_app.domain.results.schemas import Asked, RowsAsked, Sweep, Swept
from cellhub_app.models.image import Image
from tests.integration.results.scenes import Plate

SMALL = ["area_um2:..9"]


async def sweep(plate: Plate, who: str = "ada", **change: Any) -> Swept:
    async with plate.runtime.work() as session:
        return await flow.sweep(session, plate.people[who], plate.project_id, Sweep(**change))


async def undo(plate: Plate, done: Swept, who: str = "ada") -> Swept:
    async with plate.runtime.work() as session:
        return await flow.take_back(session, plate.people[who], plate.project_id, done.change_id)


async def test_what_matches_is_deleted_and_comes_back_as_it_was(plate: Plate) -> None:
    async with looking() as session:
        before = (await results.page(session, plate.people["ada"], plate.project_id, RowsAsked())).data
    done = await sweep(plate, what="delete", expected=3, objects=Asked(where=SMALL))
    assert (done.images, done.objects) == (2, 3)
    async with looking() as session:
        left = (await results.page(session, plate.people["ada"], plate.project_id, RowsAsked())).data
        latest = await history.latest(session, plate.people["ada"], plate.images["a_t01.tif"])
    assert [row for row in before if row in left] == left
    assert len(left) == 4
    assert latest is not None
    assert (latest.number, latest.removed, latest.edit_id, latest.note) == (2, 2, done.change_id, "Delete: area_um2:..9")
    back = await undo(plate, done)
    assert (back.images, back.objects) == (2, 3)
    async with looking() as session:
        assert (await results.page(session, plate.people["ada"], plate.project_id, RowsAsked())).data == before
    with pytest.raises(ObjectsMoved):
        await undo(plate, done)
    assert (await undo(plate, back)).objects == 3


async def test_what_matches_gets_a_class_and_keeps_its_measures(plate: Plate) -> None:
    done = await sweep(plate, what="classify", class_id=5, objects=Asked(condition=["control"]))
    assert (done.images, done.objects) == (2, 5)
    async with looking() as session:
        page = await results.page(session, plate.people["ada"], plate.project_id, RowsAsked(class_id=[5], sort="area_um2"))
    assert [row.values["area_um2"] for row in page.data] == [4, 6.25, 9, 12.25, 16]
    assert page.data[0].values["intensity_mean_c1"] == 104
    with pytest.raises(SelectionEmpty):
        await sweep(plate, what="classify", class_id=5, objects=Asked(condition=["control"]))
    await undo(plate, done)
    async with looking() as session:
        assert (await results.overview(session, plate.people["ada"], plate.project_id, Asked(class_id=[5]))).objects == 0


async def test_an_undo_leaves_alone_what_was_changed_since(plate: Plate) -> None:
    first = await sweep(plate, what="classify", class_id=5, objects=Asked(where=SMALL))
    await sweep(plate, what="delete", objects=Asked(where=["area_um2:..4"]))
    assert (await undo(plate, first)).objects == 3
    async with looking() as session:
        found = await results.overview(session, plate.people["ada"], plate.project_id, Asked())
    assert {one.name: one.count for one in found.classes} == {"0": 4, "1": 3}


async def test_a_count_that_is_not_what_was_seen_changes_nothing(plate: Plate) -> None:
    with pytest.raises(ResultsMoved, match="You saw 2 objects, and 3 match now"):
        await sweep(plate, what="delete", expected=2, objects=Asked(where=SMALL))
    with pytest.raises(SelectionEmpty):
        await sweep(plate, what="delete", objects=Asked(where=["area_um2:1000.."]))
    with pytest.raises(Invalid):
        await sweep(plate, what="delete", class_id=1)


async def test_only_annotators_change_and_only_their_own_is_taken_back(plate: Plate) -> None:
    with pytest.raises(NotAllowed):
        await sweep(plate, "vera", what="delete", objects=Asked(where=SMALL))
    done = await sweep(plate, what="delete", objects=Asked(where=SMALL))
    with pytest.raises(NotAllowed):
        await undo(plate, done, "vera")
    with pytest.raises(ObjectsMoved):
        await undo(plate, Swept(change_id=new_id(), images=0, objects=0))


async def test_of_two_who_delete_the_same_at_once_one_is_told(plate: Plate) -> None:
    tries = [sweep(plate, what="delete", objects=Asked(where=SMALL)) for _ in range(2)]
    done = await asyncio.gather(*tries, return_exceptions=True)
    assert sorted(type(one).__name__ for one in done) in (["ObjectsMoved", "Swept"], ["SelectionEmpty", "Swept"])


async def test_galleries_follow_a_change_and_the_revision_of_an_image_is_that_of_its_first_frame(plate: Plate) -> None:
    image_id = plate.images["a_t01.tif"]
    for _ in range(3):
        await plate.segment(image_id, [5], frame=1)
    await sweep(plate, what="delete", objects=Asked(where=SMALL))
    async with looking() as session:
        image = await session.get_one(Image, image_id)
        assert image.revision == 2
    assert await plate.runtime.queue.exists(f"arq:job:outlines:{image_id}:2")
    assert not await plate.runtime.queue.exists(f"arq:job:outlines:{image_id}:4")
