import numpy as np
import pytest

from cellhub_app.core.geometry.polygon import from_geojson, from_rings
from cellhub_app.core.geometry.raster import labels_from_polygons, polygons_from_labels
from cellhub_app.core.geometry.simplify import simplify
from cellhub_app.core.simulator.nuclei import fluorescent_nuclei


@pytest.mark.parametrize("tolerance_px", [0.5, 1.0, 3.0, 50.0])
def test_simplified_polygons_stay_valid_with_their_holes(tolerance_px):
    labels = fluorescent_nuclei(2, 160, 160, count=20)[1]
    for shape in polygons_from_labels(labels):
        simple = simplify(shape, tolerance_px)
        assert from_geojson(simple.to_geojson()).area == simple.area
        assert len(simple.exterior) <= len(shape.exterior)


def test_outline_moves_less_than_the_tolerance():
    y, x = np.mgrid[0:80, 0:80]
    (disc,) = polygons_from_labels(((x - 40) ** 2 + (y - 40) ** 2 < 900).astype(int))
    simple = simplify(disc, 1.0)
    assert len(simple.exterior) < len(disc.exterior) / 3
    before, after = (labels_from_polygons([shape], 80, 80) for shape in (disc, simple))
    changed = np.argwhere(before != after) - 40
    assert np.all(np.abs(np.hypot(*changed.T) - 30) < 2)


def test_a_hole_near_the_rim_survives_a_coarse_tolerance():
    ring = [(20 * np.cos(a) + 30, 20 * np.sin(a) + 30) for a in np.linspace(0, 2 * np.pi, 90, endpoint=False)]
    hole = [(47, 29), (47, 31), (49, 31), (49, 29)]
    simple = simplify(from_rings([ring, hole]), 8.0)
    assert len(simple.holes) == 1
    assert from_geojson(simple.to_geojson()).area > 0


def test_a_shape_that_would_collapse_is_returned_unchanged():
    diamond = polygons_from_labels(np.ones((1, 1), int))[0]
    assert np.array_equal(simplify(diamond, 100.0).exterior, diamond.exterior)
