"""Images as points: what their objects add up to, by condition."""

from typing import Any

import numpy as np
import pytest

from cellhub_app.core.errors import Invalid
from cellhub_app.domain.results import service
from cellhub_app.domain.results.schemas import Asked, ComparisonAsked, GroupsAsked, HistogramAsked, ScatterAsked, Unit
from tests.integration.results.scenes import Plate

SIDES = {"a_t01.tif": [4, 6, 8], "b_t02.tif": [5, 7], "c_t01.tif": [10, 12]}
WHOLE = 100 * 80


async def ask(plate: Plate, what: Any, asked: Any) -> Any:
    async with plate.runtime.work() as session:
        return await what(session, plate.people["vera"], plate.project_id, asked)


async def values(plate: Plate, measure: str, unit: Unit = "um", **asked: Any) -> list[float]:
    """Of each image, in the order of their coming."""
    found = await ask(plate, service.scatter, ScatterAsked(x=measure, y="object_count", per="image", unit=unit, **asked))
    order = {plate.images[name]: place for place, name in enumerate(SIDES)}
    return [
        value
        for _, value in sorted((order[found.image_ids[image]], x) for image, x in zip(found.points.image, found.points.x, strict=True))
    ]


async def test_images_are_counted_covered_and_typical(plate: Plate) -> None:
    areas = [[side**2 for side in sides] for sides in SIDES.values()]
    assert await values(plate, "object_count") == [3, 2, 2]
    assert await values(plate, "confluence") == pytest.approx([sum(some) / WHOLE for some in areas])
    assert await values(plate, "density_mpx", "px") == pytest.approx([len(some) / WHOLE * 1e6 for some in areas])
    assert await values(plate, "density_mm2") == pytest.approx([len(some) / WHOLE * 1e6 / 0.25 for some in areas])
    assert await values(plate, "mean_area_um2") == pytest.approx([np.mean(some) * 0.25 for some in areas])
    assert await values(plate, "median_area_um2") == pytest.approx([np.median(some) * 0.25 for some in areas])
    assert await values(plate, "invasion_area_um2") == pytest.approx([(sum(some) - max(some)) * 0.25 for some in areas])
    assert await values(plate, "fragment_count") == [2, 1, 1]


async def test_filters_of_objects_say_what_images_are_measured_by(plate: Plate) -> None:
    assert await values(plate, "object_count", where=["area_um2:10.."]) == [1, 1, 2]
    assert await values(plate, "object_count", where=["area_um2:100.."]) == [0, 0, 0], "an image without such objects has none of them"
    assert await values(plate, "object_count", class_id=[1]) == [1, 1, 1]
    assert await values(plate, "object_count", condition=["control"]) == [3, 2]


async def test_a_range_of_images_keeps_their_objects(plate: Plate) -> None:
    found = await ask(plate, service.overview, Asked(where=["object_count:3.."]))
    assert (found.objects, found.images) == (3, 1)
    held = await ask(plate, service.holding, Asked(where=["confluence:..0.01"], per="image"))
    assert held == [plate.images["b_t02.tif"]]
    empty = await ask(plate, service.holding, Asked(where=["object_count:..0", "area_um2:100.."], per="image"))
    assert set(empty) == set(plate.images.values())
    listed = await ask(plate, service.images, Asked(where=["object_count:..0", "area_um2:100.."], per="image"))
    assert (listed.total, listed.objects) == (3, 0)


async def test_conditions_are_compared_by_their_images(plate: Plate) -> None:
    found = await ask(plate, service.grouped, GroupsAsked(measure="confluence", per="image"))
    assert [(group.name, group.spread.n) for group in found.groups] == [("control", 2), ("10 nM", 1)]
    assert found.per == "image"
    compared = await ask(plate, service.compared, ComparisonAsked(measure="object_count", per="image"))
    assert compared.outcome is None
    assert compared.sentence.endswith("3 images in all).")
    histogram = await ask(plate, service.histogram, HistogramAsked(measure="object_count", per="image", select=["object_count:3.."]))
    assert (histogram.spread.n, histogram.selected_count) == (3, 1)


async def test_what_changes_is_measured_anew(plate: Plate) -> None:
    assert await values(plate, "object_count") == [3, 2, 2]
    await plate.segment(plate.images["a_t01.tif"], [9])
    assert await values(plate, "object_count") == [1, 2, 2]


@pytest.mark.parametrize(
    ("asked", "words"),
    [
        ({"measure": "area_um2"}, "no measure"), ({"measure": "density_mpx"}, "micrometres"), ({"measure": "mean_score"}, "no measure"),
        ({"measure": "confluence", "by": "class"}, "no class"),
    ],
)  # fmt: skip
async def test_what_images_do_not_have_is_refused_in_a_sentence(plate: Plate, asked: dict[str, Any], words: str) -> None:
    with pytest.raises(Invalid, match=words):
        await ask(plate, service.histogram, HistogramAsked(per="image", **asked))
