"""The studentized range against scipy."""

import pytest
import scipy

from cellhub_app.core.statistics.studentized_range import beyond, quantile


@pytest.mark.parametrize(
    ("q", "count", "degrees"), [(3.5, 3, 10), (1.0, 2, 1), (30.0, 3, 2), (6.0, 50, 4.3), (0.2, 4, 100), (9.0, 10, 5000)]
)
def test_it_is_that_of_scipy(q: float, count: int, degrees: float) -> None:
    assert beyond(q, count, degrees) == pytest.approx(float(scipy.stats.studentized_range.sf(q, count, degrees)), abs=1e-8)


@pytest.mark.parametrize(
    ("level", "count", "degrees"), [(0.95, 3, 10), (0.95, 5, 20), (0.99, 4, 12), (0.95, 10, 60), (0.95, 2, 5), (0.99, 3, 5)]
)
def test_its_quantiles_are_those_of_scipy(level: float, count: int, degrees: float) -> None:
    assert quantile(level, count, degrees) == pytest.approx(float(scipy.stats.studentized_range.ppf(level, count, degrees)), rel=1e-6)


def test_a_quantile_is_that_of_every_printed_table() -> None:
    assert quantile(0.95, 3, 10) == pytest.approx(3.88, abs=0.005)


def test_of_two_means_it_is_students_t() -> None:
    for t, degrees in ((0.3, 4), (2.5, 9), (6.0, 3)):
        assert beyond(t * 2**0.5, 2, degrees) == pytest.approx(2 * float(scipy.special.stdtr(degrees, -t)), abs=1e-9)
