"""Figures of a plate whose numbers are known, through the service and the API's schemas."""

from typing import Any

import pytest

from cellhub_app.core.db import looking
from cellhub_app.core.errors import Invalid
from cellhub_app.domain.results import schemas
from cellhub_app.domain.results import service as results
from tests.integration.results.scenes import Plate


async def ask(plate: Plate, what: Any, asked: Any) -> Any:
    async with looking() as session:
        return await what(session, plate.people["vera"], plate.project_id, asked)


async def test_a_histogram_counts_all_and_what_is_selected_in_each_group(plate: Plate) -> None:
    asked = schemas.HistogramAsked(measure="area_um2", bins=4, by="condition", select=["area_um2:..9"])
    found = await ask(plate, results.histogram, asked)
    assert (found.edges[0], found.edges[-1], found.measure.unit) == (4, 36, "µm²")
    assert {series.name: series.counts for series in found.series} == {"control": [3, 2, 0, 0], "10 nM": [0, 0, 1, 1]}
    assert (found.selected, found.selected_count, found.spread.n, found.spread.median) == ([3, 0, 0, 0], 3, 7, 12.25)


async def test_points_know_their_object_and_their_image(plate: Plate) -> None:
    found = await ask(plate, results.scatter, schemas.ScatterAsked(x="area_um2", y="intensity_mean_c1", by="condition"))
    assert (found.n, found.density, found.groups) == (7, None, ["control", "10 nM"])
    largest = found.points.x.index(36)
    assert (found.points.y[largest], found.groups[found.points.group[largest]]) == (112, "10 nM")
    assert found.image_ids[found.points.image[largest]] == plate.images["c_t01.tif"]
    sampled = await ask(plate, results.scatter, schemas.ScatterAsked(x="area_um2", y="circularity", points=3))
    assert (len(sampled.points.x), sum(sampled.density.counts)) == (3, 7)
    assert sampled.note == "3 of 7 objects are drawn; the shading counts all of them."


async def test_replicates_are_wells_where_they_are_named(plate: Plate) -> None:
    found = await ask(plate, results.grouped, schemas.GroupsAsked(measure="area_um2", by="condition"))
    control, treated = found.groups
    assert [(one.name, one.n, one.mean) for one in control.replicates] == [("well 1", 3, pytest.approx(29 / 3)), ("well 2", 2, 9.25)]
    assert [(one.name, one.n, one.mean) for one in treated.replicates] == [("c_t01.tif", 2, 30.5)]
    assert (found.unit_of_replicate, control.spread.n, treated.spread.median) == ("replicate", 5, 30.5)


async def test_a_time_course_follows_the_names(plate: Plate) -> None:
    found = await ask(plate, results.courses, schemas.CourseAsked(measure="area_um2", by="condition"))
    moments = {group.name: [(one.time, one.n, one.mean) for one in group.moments] for group in found.groups}
    assert moments == {"control": [(1, 3, pytest.approx(29 / 3)), (2, 2, 9.25)], "10 nM": [(1, 2, 30.5)]}
    alone = await ask(plate, results.courses, schemas.CourseAsked(measure="area_um2", condition=["10 nM"]))
    assert (alone.groups, alone.note[:24]) == ([], "There is one moment only")


async def test_groups_are_compared_by_their_replicates_unless_objects_are_asked_for(plate: Plate) -> None:
    await plate.image("d_t01.tif", [11, 13], "10 nM", "well 9", pixel_size_um=0.5)
    asked = schemas.ComparisonAsked(measure="area_um2", by="condition")
    found = await ask(plate, results.compared, asked)
    assert (found.test, found.each, found.sentence[:35]) == ("welch", "replicate", "Welch's t test on means of replicat")
    assert found.outcome is not None
    assert found.outcome.difference == pytest.approx((29 / 3 + 9.25) / 2 - (30.5 + 36.25) / 2)
    assert [test.name for test in found.tests] == ["welch", "mannWhitney"]
    by_object = await ask(plate, results.compared, asked.model_copy(update={"each": "object", "test": "mannWhitney"}))
    assert any("independent" in warning for warning in by_object.warnings)
    with pytest.raises(Invalid, match="at least two conditions"):
        await ask(plate, results.compared, schemas.ComparisonAsked(measure="area_um2", by="none"))


async def test_images_are_listed_by_how_much_of_the_selection_they_hold(plate: Plate) -> None:
    found = await ask(plate, results.images, schemas.Asked(where=["area_um2:..12.25"]))
    assert [(one.name, one.objects, one.of) for one in found.data] == [("a_t01.tif", 2, 3), ("b_t02.tif", 2, 2)]
    assert (found.total, found.objects) == (2, 4)
