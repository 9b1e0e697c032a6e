"""Measures of whole images and of spheroids that come apart, against shapes that can be reckoned by hand."""

import numpy as np
import pytest

from cellhub_app.core.metrics.invasion import INVASION_METRICS, Invasion, invasion
from cellhub_app.core.metrics.measure import columns, measure_labels
from cellhub_app.core.metrics.population import IMAGE_METRICS, population


def squares() -> np.ndarray:
    labels = np.zeros((100, 200), np.int32)
    labels[10:20, 10:20], labels[40:60, 50:70], labels[0:30, 150:160] = 1, 2, 3
    return labels


def test_an_image_is_counted_and_covered() -> None:
    labels = squares()
    measures = measure_labels(labels, np.full((100, 200, 1), 7, np.uint16))
    found = population(columns(1), measures, 200, 100, pixel_size_um=0.5)
    assert (found.count, found.confluence) == (3, pytest.approx((100 + 400 + 300) / 20_000))
    assert found.density_mpx == pytest.approx(3 / 0.02)
    assert found.density_mm2 == pytest.approx(3 / (100 * 50 / 1e6))
    assert found.typical["area_px2"].mean == pytest.approx(800 / 3)
    assert found.typical["area_px2"].median == 300
    assert found.typical["intensity_mean_c1"].median == 7


def test_an_empty_image_has_no_typical_object() -> None:
    found = population(["area_px2"], np.empty((0, 1)), 10, 10)
    assert (found.count, found.confluence, found.density_mm2, found.typical["area_px2"].mean) == (0, 0, None, None)


def test_objects_without_a_value_leave_the_mean_alone() -> None:
    found = population(["area_px2", "other"], np.array([[4, np.nan], [6, 3]]), 10, 10)
    assert (found.typical["other"].mean, found.typical["area_px2"].mean) == (3, 5)


def test_names_that_do_not_fit_are_refused() -> None:
    with pytest.raises(ValueError, match="do not fit"):
        population(["area_px2"], np.zeros((2, 2)), 10, 10)


def test_a_whole_spheroid_is_not_disintegrated() -> None:
    whole = invasion(np.array([500.0]), np.array([3.0]), np.array([4.0]))
    assert whole == Invasion(500, 0, 0, 1, 0, 0)
    assert invasion(np.empty(0), np.empty(0), np.empty(0)) is None


def test_a_fragment_counts_by_its_area_and_its_distance() -> None:
    core = np.pi * 10**2
    found = invasion(np.array([100.0, core, 50.0]), np.array([30.0, 0.0, 0.0]), np.array([0.0, 0.0, 10.0]))
    assert found is not None
    assert (found.core_area, found.invasion_area, found.fragment_count) == (pytest.approx(core), pytest.approx(150), 2)
    assert found.dispersed_mass_fraction == pytest.approx(150 / (150 + core))
    assert found.largest_fragment_fraction == pytest.approx(core / (150 + core))
    assert found.disintegration_index == pytest.approx((100 * 30 / 40 + 50 * 10 / 20) / (150 + core))


def test_the_index_grows_with_distance_and_number_and_stays_below_one() -> None:
    def cloud(pieces: int, spacing: float) -> float:
        found = invasion(np.full(pieces, 10.0), spacing * np.arange(pieces), np.zeros(pieces))
        assert found is not None
        return found.disintegration_index

    assert 0 < cloud(2, 5) < cloud(2, 50) < cloud(20, 50) < cloud(200, 5000) < 1
    turned = invasion(np.full(3, 10.0), np.array([7.0, 7.0, 7.0]), np.array([7.0, 57.0, 107.0]))
    assert turned is not None
    assert turned.disintegration_index == pytest.approx(cloud(3, 50))


def test_every_measure_of_images_is_documented_as_it_is_defined(request: pytest.FixtureRequest) -> None:
    assert {metric.key for metric in INVASION_METRICS} == set(Invasion.__dataclass_fields__)
    page = (request.config.rootpath / "docs" / "measurements.md").read_text(encoding="utf-8")
    for metric in (*IMAGE_METRICS, *INVASION_METRICS):
        assert f"| `{metric.px_name}` | {metric.title} *{metric.symbol}* | {metric.formula} |" in page
