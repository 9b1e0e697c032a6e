"""The table of objects: filters, orders, cursors, units, and that what was read once is never shown when it is old."""

from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import update
from sqlmodel import col

from cellhub_app.core.db import looking
from cellhub_app.core.errors import Invalid
from cellhub_app.core.ids import new_id
from cellhub_app.core.pagination import Cursor
from cellhub_app.domain.access import ProjectNotFound
from cellhub_app.domain.annotations import service as annotations
from cellhub_app.domain.annotations.schemas import Edit
from cellhub_app.domain.results import service as results
from cellhub_app.domain.results.schemas import Asked, Overview, ResultPage, RowsAsked
from cellhub_app.models.image import Image
from tests.integration.results.scenes import Plate


async def page(plate: Plate, who: str = "vera", **asked: Any) -> ResultPage:
    async with looking() as session:
        return await results.page(session, plate.people[who], plate.project_id, RowsAsked(**asked))


async def overview(plate: Plate, **asked: Any) -> Overview:
    async with looking() as session:
        return await results.overview(session, plate.people["vera"], plate.project_id, Asked(**asked))


def areas(found: ResultPage, name: str = "area_um2") -> list[float | None]:
    return [row.values[name] for row in found.data]


async def test_rows_are_sorted_by_a_measure_in_micrometres(plate: Plate) -> None:
    found = await page(plate, sort="-area_um2")
    assert (found.total, found.unit) == (7, "um")
    assert areas(found) == [side * side / 4 for side in (12, 10, 8, 7, 6, 5, 4)]
    assert [row.condition for row in found.data[:3]] == ["10 nM", "10 nM", "control"]
    assert "area_px2" not in found.data[0].values


async def test_cursors_walk_through_all_rows_and_back(plate: Plate) -> None:
    for sort in ("area_um2", "-area_um2", "image", "-image", "score", "-doubt"):
        whole = [row.id for row in (await page(plate, sort=sort)).data]
        first = await page(plate, sort=sort, limit=3)
        second = await page(plate, sort=sort, limit=3, cursor=first.next_cursor)
        third = await page(plate, sort=sort, limit=3, cursor=second.next_cursor)
        assert [row.id for part in (first, second, third) for row in part.data] == whole
        assert (first.prev_cursor, third.next_cursor) == (None, None)
        back = await page(plate, sort=sort, limit=3, cursor=third.prev_cursor)
        assert back.data == second.data
        assert [row.id for row in (await page(plate, sort=sort, limit=2, at=4)).data] == whole[4:6]


async def test_a_cursor_whose_object_is_gone_skips_nothing(plate: Plate) -> None:
    first = await page(plate, sort="area_um2", limit=3)
    gone = first.data[-1]
    edit = Edit(edit_id=new_id(), base_revision=1, removed=[gone.id])
    async with plate.runtime.work() as session:
        await annotations.edit(session, plate.people["ada"], gone.image_id, edit)
    assert areas(await page(plate, sort="area_um2", cursor=first.next_cursor)) == [12.25, 16, 25, 36]
    assert (await page(plate)).total == 6


@pytest.mark.parametrize(
    ("asked", "count"),
    [
        ({"where": ["area_um2:4..9"]}, 3),
        ({"where": ["area_um2:9.."]}, 5),
        ({"where": ["area_um2:..12.25", "circularity:0..1"]}, 4),
        ({"where": ["score:0..1"]}, 4),
        ({"tag": ["good"]}, 3),
        ({"tag": ["good", "bad"], "condition": ["control"]}, 3),
        ({"condition": ["10 nM"]}, 2),
        ({"condition": ["control", "10 nM"]}, 7),
        ({"condition": [""]}, 0),
        ({"class_id": [1]}, 3),
        ({"border": "touching"}, 3),
        ({"border": "inside"}, 4),
        ({"image_id": [new_id()]}, 0),
    ],
)
async def test_filters_hold_together(plate: Plate, asked: dict[str, Any], count: int) -> None:
    assert (await page(plate, **asked)).total == count
    assert (await overview(plate, **asked)).objects == count


async def test_one_image_without_a_pixel_size_puts_all_in_pixels_and_says_so(plate: Plate) -> None:
    await plate.image("d.tif", [9])
    found = await overview(plate)
    assert (found.objects, found.of, found.images, found.unit) == (8, 8, 4, "px")
    assert found.unit_note.startswith("1 of these 4 images have no pixel size: measures are in pixels.")
    assert {"area_px2", "circularity", "intensity_mean_c1", "score"} <= {measure.name for measure in found.measures}
    assert not any("_um" in measure.name for measure in found.measures)
    with pytest.raises(Invalid, match="can't be shown beside values in pixels"):
        await page(plate, where=["area_um2:4..9"])
    assert (await page(plate, where=["area_um2:4..9"], condition=["control"])).unit == "um"
    assert areas(await page(plate, sort="-area_px2", limit=1), "area_px2") == [144]
    with pytest.raises(Invalid, match="micrometres would be mixed with pixels"):
        await page(plate, unit="um")


async def test_the_overview_lists_what_can_be_asked(plate: Plate) -> None:
    found = await overview(plate)
    assert [(one.name, one.count, one.images) for one in found.conditions] == [("control", 5, 2), ("10 nM", 2, 1)]
    assert [(one.name, one.count) for one in found.tags] == [("good", 3)]
    assert [(one.name, one.count) for one in found.classes] == [("0", 4), ("1", 3)]
    assert (found.times, found.border, found.is_complete) == (["name"], 3, True)


async def test_what_changes_is_seen_at_once(plate: Plate) -> None:
    assert (await page(plate)).total == 7
    await plate.image("e_t03.tif", [3, 3], pixel_size_um=0.5)
    assert (await page(plate)).total == 9
    assert areas(await page(plate, sort="area_um2", limit=1)) == [2.25]
    async with plate.runtime.work() as session:
        await session.execute(update(Image).where(col(Image.id) == plate.images["c_t01.tif"]).values(pixel_size_um=0.01))
    assert areas(await page(plate, sort="area_um2", limit=1)) == [pytest.approx(0.01)]
    async with plate.runtime.work() as session:
        statement = update(Image).where(col(Image.id) == plate.images["a_t01.tif"])
        await session.execute(statement.values(deleted_at=col(Image.created_at)))
    assert (await page(plate)).total == 6


async def test_strangers_learn_of_nothing(plate: Plate) -> None:
    with pytest.raises(ProjectNotFound):
        await page(plate, "stan")


@pytest.mark.parametrize(
    "words", ["area_um2", "area_um2:..", "area_um2:5..4", "area_um2:a..b", "nothing:1..2", "area_um2:1..2;drop", ":1..2"]
)
async def test_a_range_that_means_nothing_is_refused_in_one_sentence(plate: Plate, words: str) -> None:
    with pytest.raises(Invalid):
        await page(plate, where=[words])


async def test_a_cursor_of_another_list_is_refused(plate: Plate) -> None:
    with pytest.raises(Invalid):
        await page(plate, sort="area_um2", cursor=Cursor("x", UUID(int=1)).encode())
