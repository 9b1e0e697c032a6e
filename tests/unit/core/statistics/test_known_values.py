"""Tests and effect sizes against figures that others published, for the same data."""

import numpy as np
import pytest

from cellhub_app.core.statistics.choosing import Test
from cellhub_app.core.statistics.compared import Comparison, compared
from cellhub_app.core.statistics.effects import cliffs_delta, hedges_g
from cellhub_app.core.statistics.groups import Values, grouped
from cellhub_app.core.statistics.many_groups import holm
from cellhub_app.core.statistics.outcome import Outcome, Pair
from cellhub_app.core.statistics.resemblance import intraclass_correlation
from cellhub_app.core.statistics.two_groups import smallest_p

# R 4, dataset PlantGrowth (Dobson 1983): dried weights of plants.
PLANTS = {
    "ctrl": [4.17, 5.58, 5.18, 6.11, 4.50, 4.61, 5.17, 4.53, 5.33, 5.14],
    "trt1": [4.81, 4.17, 4.41, 3.59, 5.87, 3.83, 6.03, 4.89, 4.32, 4.69],
    "trt2": [6.31, 5.12, 5.54, 5.50, 5.37, 5.29, 4.92, 6.15, 5.80, 5.26],
}
# R 4, dataset sleep (Student 1908): additional hours of sleep.
SLEEP = {
    "1": [0.7, -1.6, -0.2, -1.2, -0.1, 3.4, 3.7, 0.8, 0.0, 2.0],
    "2": [1.9, 0.8, 1.1, 0.1, -0.1, 4.4, 5.5, 1.6, 4.6, 3.4],
}
# R 4, example of wilcox.test (Hollander & Wolfe 1973, 69f): permeability of human membranes.
MEMBRANES = {
    "term": [0.80, 0.83, 1.89, 1.04, 1.45, 1.38, 1.91, 1.64, 0.73, 1.46],
    "early": [1.15, 0.88, 0.90, 0.74, 1.21],
}


def of(data: dict[str, list[float]], test: Test | None = None) -> tuple[Comparison, Outcome]:
    """Each value as a replicate of its own."""
    comparison = compared({name: {str(i): [value] for i, value in enumerate(values)} for name, values in data.items()}, test)
    assert comparison.outcome is not None
    return comparison, comparison.outcome


def array(*values: float) -> Values:
    return np.array(values, dtype=np.float64)


def test_welch_is_what_r_says_of_sleep() -> None:
    _, outcome = of(SLEEP, Test.WELCH)
    assert outcome.statistic == pytest.approx(-1.8608, abs=5e-5)
    assert outcome.degrees == pytest.approx((17.776,), abs=5e-4)
    assert outcome.p == pytest.approx(0.07939, abs=5e-6)
    assert (outcome.low, outcome.high) == pytest.approx((-3.3654832, 0.2054832), abs=5e-8)
    assert outcome.difference == pytest.approx(-1.58)


def test_mann_whitney_is_what_r_says_of_membranes() -> None:
    _, outcome = of(MEMBRANES, Test.MANN_WHITNEY)
    assert outcome.statistic == 35
    assert outcome.p == pytest.approx(0.2544, abs=5e-5)
    assert outcome.effect is not None
    assert outcome.effect.value == pytest.approx(2 * 35 / 50 - 1)


def test_anova_and_tukey_are_what_r_says_of_plants() -> None:
    comparison, outcome = of(PLANTS)
    assert comparison.test is Test.ANOVA
    assert (outcome.statistic, *outcome.degrees, outcome.p) == pytest.approx((4.846, 2, 27, 0.01591), abs=5e-4)
    assert outcome.effect is not None
    assert outcome.effect.value == pytest.approx(3.76634 / (3.76634 + 10.49209), abs=1e-6)
    by_name = {(pair.first, pair.second): pair for pair in outcome.pairs}
    assert numbers(by_name["ctrl", "trt1"]) == pytest.approx((0.371, -0.3202161, 1.0622161, 0.3908711), abs=5e-7)
    assert numbers(by_name["ctrl", "trt2"]) == pytest.approx((-0.494, -1.1852161, 0.1972161, 0.1979960), abs=5e-7)
    assert numbers(by_name["trt1", "trt2"]) == pytest.approx((-0.865, -1.5562161, -0.1737839, 0.0120064), abs=5e-7)


def numbers(pair: Pair) -> tuple[float, ...]:
    assert pair.low is not None
    assert pair.high is not None
    return pair.difference, pair.low, pair.high, pair.p


def test_welchs_anova_is_what_r_says_of_plants_and_of_two_groups() -> None:
    _, plants = of(PLANTS, Test.WELCH_ANOVA)  # oneway.test(weight ~ group)
    assert (plants.statistic, *plants.degrees, plants.p) == pytest.approx((5.181, 2, 17.128, 0.01739), abs=5e-4)
    _, sleep = of(SLEEP, Test.WELCH_ANOVA)  # oneway.test(extra ~ group)
    assert (sleep.statistic, *sleep.degrees, sleep.p) == pytest.approx((3.4626, 1, 17.776, 0.07939), abs=5e-4)


def test_kruskal_and_dunn_are_what_r_says_of_plants() -> None:
    _, outcome = of(PLANTS, Test.KRUSKAL)
    assert (outcome.statistic, *outcome.degrees, outcome.p) == pytest.approx((7.9882, 2, 0.01842), abs=5e-5)
    assert outcome.effect is not None
    assert outcome.effect.value == pytest.approx(7.9882 / 29, abs=2e-6)
    assert [pair.p for pair in outcome.pairs] == pytest.approx([0.264, 0.182, 0.0150], abs=5e-4)  # rstatix::dunn_test


def test_holm_is_p_adjust_of_r() -> None:
    assert holm([0.01, 0.04, 0.03, 0.005]) == pytest.approx([0.03, 0.06, 0.06, 0.02])
    assert holm([0.5, 0.9]) == [1.0, 1.0]


def test_cliffs_delta_is_that_of_effsize() -> None:
    """effsize 0.8.1, the example of cliff.delta."""
    effect = cliffs_delta(array(10, 10, 20, 20, 20, 30, 30, 30, 40, 50), array(10, 20, 30, 40, 40, 50))
    assert effect is not None
    assert (effect.value, effect.low, effect.high) == pytest.approx((-0.25, -0.7265846, 0.3890062), abs=5e-8)


def test_the_interval_of_hedges_g_inverts_the_noncentral_t() -> None:
    """MBESS 4.9.3, conf.limits.nct(2.83, 126): 0.83375 to 4.81536; here 64 and 64 values with that t."""
    base = np.tile([-1.0, 1.0], 32)
    spread = float(base.std(ddof=1))
    effect = hedges_g(base + 2.83 * spread * (2 / 64) ** 0.5, base)
    assert effect is not None
    assert effect.low is not None
    assert effect.high is not None
    scale = (2 / 64) ** 0.5 * (1 - 3 / (4 * 126 - 1))
    assert (effect.low / scale, effect.high / scale) == pytest.approx((0.8337502600219154, 4.815359140493508), rel=1e-4)


def test_intraclass_correlation_is_that_of_shrout_and_fleiss() -> None:
    """Shrout & Fleiss 1979, table 2: ICC(1,1) is .17."""
    ratings = [array(9, 2, 5, 8), array(6, 1, 3, 2), array(8, 4, 6, 8), array(7, 1, 2, 6), array(10, 5, 6, 9), array(6, 2, 4, 7)]
    assert intraclass_correlation(ratings) == pytest.approx(0.1657, abs=5e-5)


def test_three_against_three_can_give_no_p_below_a_tenth() -> None:
    _, outcome = of({"a": [1, 2, 3], "b": [4, 5, 6]}, Test.MANN_WHITNEY)
    assert outcome.p == pytest.approx(0.1) == pytest.approx(smallest_p(3, 3))


def test_a_replicate_counts_once_by_its_mean() -> None:
    (group,) = grouped({"a": {"well 1": [1, 2, 3], "well 2": [10]}})
    assert group.units("replicate").tolist() == [2, 10]
    assert group.units("object").tolist() == [1, 2, 3, 10]
    assert [(each.name, each.mean, each.sd, each.objects) for each in group.replicates] == [("well 1", 2, 1, 3), ("well 2", 10, None, 1)]
