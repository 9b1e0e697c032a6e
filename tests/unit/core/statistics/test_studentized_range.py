"""The studentized range against scipy and printed tables."""

import pytest
import scipy

from cellhub_app.core.statistics.studentized_range import beyond, quantile


@pytest.mark.parametrize(
    ("q", "count", "degrees"), [(3.5, 3, 10), (1.0, 2, 1), (30.0, 3, 2), (6.0, 50, 4.3), (0.2, 4, 100), (9.0, 10, 5000)]
)
def test_it_is_that_of_scipy(q: float, count: int, degrees: float) -> None:
    assert beyond(q, count, degrees) == pytest.approx(float(scipy.stats.studentized_range.sf(q, count, degrees)), abs=1e-8)


@pytest.mark.parametrize(
    ("level", "count", "degrees", "printed"),
    [(0.95, 3, 10, 3.88), (0.95, 5, 20, 4.23), (0.99, 4, 12, 5.50), (0.95, 10, 60, 4.65), (0.95, 2, 5, 3.64), (0.99, 3, 5, 6.98)],
)
def test_its_quantiles_are_those_of_the_table(level: float, count: int, degrees: float, printed: float) -> None:
    """Pearson & Hartley 1966, Biometrika Tables I, table 29."""
    assert quantile(level, count, degrees) == pytest.approx(printed, abs=0.006)


def test_of_two_means_it_is_students_t() -> None:
    for t, degrees in ((0.3, 4), (2.5, 9), (6.0, 3)):
        assert beyond(t * 2**0.5, 2, degrees) == pytest.approx(2 * float(scipy.special.stdtr(degrees, -t)), abs=1e-9)
