"""Shapes whose measures are known in closed form, drawn at several sizes, places and angles."""

import numpy as np
import pytest
from scipy.special import ellipe

from cellhub_app.core.geometry.polygon import from_rings
from cellhub_app.core.metrics.measure import columns, measure_labels, measure_polygon, measure_shape
from cellhub_app.core.metrics.outline import feret_diameters
from cellhub_app.core.metrics.shape import SHAPE_METRICS

NAMES = [metric.key for metric in SHAPE_METRICS]


def measured(mask):
    labels = mask.astype(np.int32)
    return dict(zip(NAMES, measure_labels(labels, np.zeros((*labels.shape, 0)))[0].tolist(), strict=True))


def grid(half, angle=0.0, offset=(0.0, 0.0)):
    """Coordinates along the axes of a shape turned counter-clockwise as seen, its centre near the middle."""
    side = int(2 * half + 9)
    y, x = np.mgrid[0:side, 0:side] + 0.5
    x, y = x - side / 2 - offset[0], y - side / 2 - offset[1]
    return x * np.cos(angle) - y * np.sin(angle), x * np.sin(angle) + y * np.cos(angle)


def ellipse(a, b, angle=0.0, offset=(0.3, -0.2)):
    x, y = grid(a, angle, offset)
    return (x / a) ** 2 + (y / b) ** 2 <= 1


def rectangle(a, b, angle=0.0, offset=(0.3, -0.2)):
    x, y = grid(np.hypot(a, b) / 2, angle, offset)
    return (np.abs(x) <= a / 2) & (np.abs(y) <= b / 2)


@pytest.mark.parametrize("radius", [8, 15, 40, 100])
def test_disc(radius):
    got = measured(ellipse(radius, radius))
    assert got["area"] == pytest.approx(np.pi * radius**2, rel=0.02)
    assert got["perimeter"] == pytest.approx(2 * np.pi * radius, rel=0.025)
    assert got["perimeter_with_holes"] == got["perimeter"]
    assert got["equivalent_diameter"] == pytest.approx(2 * radius, rel=0.01)
    for key in ("feret_max", "feret_min", "feret_orthogonal", "major_axis", "minor_axis", "bbox_width", "bbox_height"):
        assert got[key] == pytest.approx(2 * radius, abs=1)
    assert got["circularity"] > 0.94
    assert got["sphericity"] > 0.97
    assert got["compactness"] > 0.95
    assert got["solidity"] > 0.95
    assert got["convexity"] > 0.99
    assert got["eccentricity"] < 0.2
    assert got["extent"] == pytest.approx(np.pi / 4, rel=0.04)
    assert got["hole_count"] == 0


@pytest.mark.parametrize("angle", [0.0, 0.35, np.pi / 4, 1.2, -0.8])
def test_ellipse_at_any_angle(angle):
    a, b = 40.0, 16.0
    got = measured(ellipse(a, b, angle))
    assert got["area"] == pytest.approx(np.pi * a * b, rel=0.01)
    assert got["perimeter"] == pytest.approx(4 * a * ellipe(1 - (b / a) ** 2), rel=0.025)
    assert got["feret_max"] == pytest.approx(2 * a, abs=1)
    assert got["feret_min"] == pytest.approx(2 * b, abs=1)
    assert got["feret_orthogonal"] == pytest.approx(2 * b, abs=1.5)
    assert got["aspect_ratio"] == pytest.approx(a / b, rel=0.03)
    assert got["major_axis"] == pytest.approx(2 * a, rel=0.01)
    assert got["minor_axis"] == pytest.approx(2 * b, rel=0.01)
    assert got["eccentricity"] == pytest.approx(np.sqrt(1 - (b / a) ** 2), abs=0.01)
    assert got["orientation"] == pytest.approx(angle, abs=0.01)


@pytest.mark.parametrize("angle", [0.0, 0.2, np.pi / 4, 1.0])
def test_rectangle_at_any_angle(angle):
    got = measured(rectangle(60, 24, angle))
    assert got["area"] == pytest.approx(60 * 24, rel=0.03)
    assert got["perimeter"] == pytest.approx(2 * 84, rel=0.03)
    assert got["feret_max"] == pytest.approx(np.hypot(60, 24), abs=1.5)
    assert got["feret_min"] == pytest.approx(24, abs=1.2)
    assert got["major_axis"] == pytest.approx(4 * 60 / np.sqrt(12), rel=0.02)
    assert got["solidity"] > 0.95
    assert abs(got["orientation"] - angle) < 0.02 or abs(got["orientation"] - angle + np.pi) < 0.02


def test_square_along_the_axes_is_exact():
    got = measured(np.pad(np.ones((20, 20), bool), 3))
    assert (got["area"], got["bbox_width"], got["bbox_height"], got["extent"], got["solidity"]) == (400, 20, 20, 1, 1)
    assert (got["centroid_x"], got["centroid_y"]) == (13, 13)
    assert got["feret_min"] == 20
    assert got["major_axis"] == got["minor_axis"] == pytest.approx(4 * 20 / np.sqrt(12))


def test_ring_counts_its_hole_and_both_outlines():
    x, y = grid(40)
    radius = np.hypot(x, y)
    got = measured((radius <= 40) & (radius >= 20))
    assert got["hole_count"] == 1
    assert got["area"] == pytest.approx(np.pi * (1600 - 400), rel=0.01)
    assert got["perimeter"] == pytest.approx(2 * np.pi * 40, rel=0.02)
    assert got["perimeter_with_holes"] == pytest.approx(2 * np.pi * 60, rel=0.02)
    assert got["solidity"] == pytest.approx(0.75, rel=0.02)


def test_concave_shape_has_low_solidity_and_convexity():
    cross = rectangle(60, 14, offset=(0, 0)) | rectangle(14, 60, offset=(0, 0))
    got = measured(cross)
    hull_area = 60 * 60 - 4 * 23 * 23 / 2
    assert got["solidity"] == pytest.approx((60 * 14 * 2 - 14 * 14) / hull_area, rel=0.03)
    assert got["convexity"] == pytest.approx((4 * 14 + 4 * 23 * np.sqrt(2)) / 240, rel=0.03)
    assert got["circularity"] < 0.5


def test_one_pixel_has_finite_measures_in_their_ranges():
    got = measured(np.pad(np.ones((1, 1), bool), 1))
    assert (got["area"], got["bbox_width"], got["centroid_x"], got["aspect_ratio"]) == (1, 1, 1.5, pytest.approx(np.sqrt(2)))
    assert all(metric.low <= got[metric.key] <= metric.high for metric in SHAPE_METRICS)


@pytest.mark.parametrize("seed", range(4))
def test_every_measure_stays_in_its_range(seed):
    rng = np.random.default_rng(seed)
    shapes = [rng.random((9, 9)) < 0.7 for _ in range(30)]
    for shape in shapes:
        got = measured(shape)
        assert all(metric.low <= got[metric.key] <= metric.high for metric in SHAPE_METRICS), got
        assert got["feret_min"] <= got["feret_orthogonal"] + 1e-4 <= got["feret_max"] + 2e-4
        assert got["minor_axis"] <= got["major_axis"]


def test_hand_drawn_polygon_is_measured_from_its_vertices():
    got = dict(zip(NAMES, measure_shape(from_rings([[(10, 10), (50, 10), (50, 40), (10, 40)]])).tolist(), strict=True))
    assert (got["area"], got["perimeter"], got["feret_max"], got["feret_min"]) == (1200, 140, 50, 30)
    assert (got["centroid_x"], got["centroid_y"], got["solidity"], got["convexity"]) == (30, 25, 1, 1)
    assert got["orientation"] == 0


def test_polygon_beyond_the_image_is_measured_where_pixels_are():
    shape = from_rings([[(-5, -5), (5, -5), (5, 5), (-5, 5)]])
    got = dict(zip(columns(1), measure_polygon(shape, np.full((20, 20, 1), 3)).tolist(), strict=True))
    assert got["area_px2"] == 25
    assert got["intensity_integrated_c1"] == 75
    outside = measure_polygon(from_rings([[(50, 50), (60, 50), (60, 60)]]), np.zeros((20, 20, 1)))
    assert outside[0] == 0
    assert np.isnan(outside[columns(1).index("intensity_mean_c1")])


@pytest.mark.parametrize("corners", [3, 4, 5, 8, 33])
def test_calipers_of_regular_polygons(corners):
    angles = np.arange(corners) * 2 * np.pi / corners + 0.1
    hull = 10 * np.stack([np.cos(angles), np.sin(angles)], axis=1)
    longest, shortest, _ = feret_diameters(hull)
    apothem = 10 * np.cos(np.pi / corners)
    assert longest == pytest.approx(20 if corners % 2 == 0 else 20 * np.cos(np.pi / (2 * corners)))
    assert shortest == pytest.approx(2 * apothem if corners % 2 == 0 else 10 + apothem)
