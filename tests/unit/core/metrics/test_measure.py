import numpy as np
import pytest
from skimage.measure import regionprops_table

from cellhub_app.core.errors import Invalid
from cellhub_app.core.geometry.raster import polygons_from_labels
from cellhub_app.core.metrics.intensity import INTENSITY_METRICS
from cellhub_app.core.metrics.measure import (
    METRICS,
    as_um,
    columns,
    measure_labels,
    measure_polygon,
    measure_shape,
    metrics,
    um_factors,
)
from cellhub_app.core.metrics.shape import SHAPE_METRICS
from cellhub_app.core.simulator.nuclei import fluorescent_nuclei
from tests.fixtures.samples import spheroids

PROPERTIES = (
    "area", "bbox", "centroid", "perimeter_crofton", "feret_diameter_max", "solidity", "eccentricity", "equivalent_diameter_area",
    "axis_major_length", "axis_minor_length", "orientation", "extent", "euler_number", "intensity_mean", "intensity_std",
    "intensity_min", "intensity_max",
)  # fmt: skip


@pytest.fixture(scope="module")
def scene():
    image, labels = fluorescent_nuclei(1, 384, 384, bit_depth=16)
    return labels, np.stack([image, image[::-1] // 3], axis=2)


@pytest.fixture(scope="module")
def table(scene):
    labels, image = scene
    return dict(zip(columns(2), measure_labels(labels, image).T, strict=True))


@pytest.fixture(scope="module")
def reference(scene):
    return regionprops_table(*scene, properties=PROPERTIES)


@pytest.mark.parametrize(
    ("ours", "theirs", "rel"),
    [
        ("area_px2", "area", 1e-6),
        ("equivalent_diameter_px", "equivalent_diameter_area", 1e-5),
        ("extent", "extent", 1e-5),
        ("major_axis_px", "axis_major_length", 0.01),
        ("minor_axis_px", "axis_minor_length", 0.01),
        ("perimeter_px", "perimeter_crofton", 0.05),
        ("feret_max_px", "feret_diameter_max", 0.04),
        ("solidity", "solidity", 0.03),
        ("intensity_mean_c1", "intensity_mean-0", 1e-5),
        ("intensity_mean_c2", "intensity_mean-1", 1e-5),
        ("intensity_std_c1", "intensity_std-0", 1e-4),
        ("intensity_std_c2", "intensity_std-1", 1e-4),
        ("intensity_min_c2", "intensity_min-1", 0),
        ("intensity_max_c1", "intensity_max-0", 0),
    ],
)
def test_agrees_with_regionprops(table, reference, ours, theirs, rel):
    large = table["area_px2"] > 60
    assert table[ours][large] == pytest.approx(reference[theirs][large], rel=rel)


def test_centroid_box_and_orientation_agree_with_regionprops(table, reference):
    assert table["centroid_x_px"] == pytest.approx(reference["centroid-1"] + 0.5, abs=1e-3)
    assert table["centroid_y_px"] == pytest.approx(reference["centroid-0"] + 0.5, abs=1e-3)
    assert np.array_equal(table["bbox_height_px"], reference["bbox-2"] - reference["bbox-0"])
    assert np.array_equal(table["bbox_width_px"], reference["bbox-3"] - reference["bbox-1"])
    assert np.array_equal(table["hole_count"], 1 - reference["euler_number"])
    assert table["eccentricity"] == pytest.approx(reference["eccentricity"], abs=0.02)
    long = table["eccentricity"] > 0.5
    turned = (table["orientation"] - reference["orientation"] + np.pi / 2 + np.pi / 2) % np.pi - np.pi / 2
    assert np.abs(turned[long]).max() < 1e-3


def test_integrated_intensity_is_mean_times_area(table):
    assert table["intensity_integrated_c1"] == pytest.approx(table["intensity_mean_c1"] * table["area_px2"], rel=1e-5)


@pytest.mark.parametrize("simulate", [fluorescent_nuclei, spheroids])
def test_traced_polygons_measure_like_their_labels(simulate):
    image, labels = simulate(3, 256, 256)
    by_labels = measure_labels(labels, image[:, :, None])
    by_polygon = np.array([measure_polygon(shape, image[:, :, None]) for shape in polygons_from_labels(labels)])
    assert by_polygon == pytest.approx(by_labels, rel=1e-5, abs=1e-4)
    shapes = np.array([measure_shape(shape) for shape in polygons_from_labels(labels)])
    assert shapes == pytest.approx(by_labels[:, : len(SHAPE_METRICS)], rel=1e-5, abs=1e-4)


def test_of_a_label_in_pieces_the_largest_is_measured():
    labels = np.array([[1, 0, 0, 0], [0, 0, 1, 1]])
    row = dict(zip(columns(1), measure_labels(labels, np.arange(8).reshape(2, 4, 1))[0], strict=True))
    assert (row["area_px2"], row["intensity_min_c1"]) == (2, 6)


def test_values_that_are_not_finite_are_left_out():
    image = np.array([[1.0, np.nan, 3.0], [np.nan, np.inf, np.nan]])[:, :, None]
    mean_first, mean_second = measure_labels(np.array([[1, 1, 1], [2, 2, 2]]), image)[:, columns(1).index("intensity_mean_c1")]
    assert mean_first == 2
    assert np.isnan(mean_second)


def test_spread_on_a_high_offset_is_exact():
    image = (1e9 + np.array([[0.0, 2.0]]))[:, :, None]
    assert measure_labels(np.array([[1, 1]]), image)[0, columns(1).index("intensity_std_c1")] == 1


@pytest.mark.parametrize("dtype", ["uint8", "uint16", "int16", "float32", ">u2"])
def test_any_pixel_type_is_measured(dtype):
    image = np.array([[1, 2], [3, 4]], dtype=dtype)[:, :, None]
    assert measure_labels(np.ones((2, 2), np.uint16), image)[0, columns(1).index("intensity_mean_c1")] == 2.5


def test_no_objects_give_an_empty_table():
    assert measure_labels(np.zeros((4, 4), int), np.zeros((4, 4, 2))).shape == (0, len(columns(2)))


def test_sizes_that_differ_and_gaps_are_refused():
    with pytest.raises(Invalid, match="4 × 4 pixels"):
        measure_labels(np.zeros((4, 4), int), np.zeros((4, 5, 1)))
    with pytest.raises(Invalid, match="no object 1"):
        measure_labels(np.full((4, 4), 2), np.zeros((4, 4, 1)))


def test_columns_are_unique_and_follow_the_table():
    names = columns(3)
    assert len(set(names)) == len(names) == len(SHAPE_METRICS) + 3 * len(INTENSITY_METRICS)
    assert names[0] == "area_px2"
    assert names[-1] == "intensity_integrated_c3"
    assert (*SHAPE_METRICS, *INTENSITY_METRICS) == METRICS
    assert [metric.px_name for metric in metrics(1)] == columns(1)


def test_micrometres_follow_the_power_of_the_unit():
    values = {"area_px2": 100.0, "feret_max_px": 10.0, "circularity": 0.9, "intensity_mean_c1": None}
    assert as_um(values, 0.5) == {"area_um2": 25.0, "feret_max_um": 5.0, "circularity": 0.9, "intensity_mean_c1": None}
    assert um_factors(list(values), 0.5).tolist() == [0.25, 0.5, 1, 1]


def test_every_measure_is_documented(request):
    page = (request.config.rootpath / "docs" / "measurements.md").read_text(encoding="utf-8")
    assert [metric.key for metric in METRICS if f"| `{metric.px_name}` |" not in page and f"| `{metric.key}_c1` |" not in page] == []
    assert all(metric.formula and metric.reference and metric.title for metric in METRICS)
