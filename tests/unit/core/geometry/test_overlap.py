"""Which outlines lie on others."""

import numpy as np
import pytest

from cellhub_app.core.geometry.overlap import lying_on
from cellhub_app.core.geometry.polygon import Polygon, from_rings
from cellhub_app.core.geometry.raster import labels_from_polygons


def square(x: float, y: float, side: float) -> Polygon:
    return from_rings([[[x, y], [x + side, y], [x + side, y + side], [x, y + side]]])


@pytest.mark.parametrize(
    ("found", "lies"),
    [
        (square(10, 10, 10), True),
        (square(14, 10, 10), True),
        (square(16, 10, 10), False),
        (square(12, 12, 4), True),
        (square(0, 0, 40), True),
        (square(30, 30, 10), False),
        (square(20, 10, 10), False),
    ],
    ids=["the same", "6 of 10 columns", "4 of 10 columns", "inside", "around", "elsewhere", "beside"],
)
def test_half_of_the_smaller_one_decides(found: Polygon, lies: bool) -> None:
    assert lying_on([found], [square(10, 10, 10)], 60, 60, 0.5).tolist() == [lies]


def test_a_hole_is_not_covered() -> None:
    ring = from_rings([[[0, 0], [30, 0], [30, 30], [0, 30]], [[8, 8], [8, 22], [22, 22], [22, 8]]])
    assert lying_on([square(10, 10, 10), square(1, 1, 5)], [ring], 60, 60, 0.5).tolist() == [False, True]


def test_it_agrees_with_counting_pixels_of_the_whole_image() -> None:
    chance = np.random.default_rng(3)
    found, kept = ([square(*chance.uniform(0, 50, 2), chance.uniform(3, 25)) for _ in range(20)] for _ in range(2))

    def mask(one: Polygon) -> np.ndarray:
        return labels_from_polygons([one], 60, 60) > 0

    def lies(one: Polygon) -> bool:
        pairs = [(mask(one), mask(other)) for other in kept]
        return any((a & b).sum() >= 0.5 * min(a.sum(), b.sum()) > 0 for a, b in pairs)

    assert lying_on(found, kept, 60, 60, 0.5).tolist() == [lies(one) for one in found]


def test_nothing_lies_on_nothing() -> None:
    assert lying_on([], [square(0, 0, 5)], 60, 60, 0.5).tolist() == []
    assert lying_on([square(0, 0, 5)], [], 60, 60, 0.5).tolist() == [False]
