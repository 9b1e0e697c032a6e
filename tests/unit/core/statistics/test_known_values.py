"""Tests and effect sizes against scipy, formulas and published figures, for data that many textbooks use."""

from collections import Counter
from itertools import combinations
from typing import Any

import numpy as np
import pytest
from scipy import special, stats

from cellhub_app.core.statistics.choosing import Test
from cellhub_app.core.statistics.compared import Comparison, compared
from cellhub_app.core.statistics.effects import cliffs_delta, hedges_g
from cellhub_app.core.statistics.groups import Values, grouped
from cellhub_app.core.statistics.many_groups import holm
from cellhub_app.core.statistics.outcome import Outcome
from cellhub_app.core.statistics.resemblance import intraclass_correlation
from cellhub_app.core.statistics.two_groups import smallest_p

# Dried weights of plants, known as PlantGrowth in R.
PLANTS = {
    "ctrl": [4.17, 5.58, 5.18, 6.11, 4.50, 4.61, 5.17, 4.53, 5.33, 5.14],
    "trt1": [4.81, 4.17, 4.41, 3.59, 5.87, 3.83, 6.03, 4.89, 4.32, 4.69],
    "trt2": [6.31, 5.12, 5.54, 5.50, 5.37, 5.29, 4.92, 6.15, 5.80, 5.26],
}
# Additional hours of sleep (Student 1908), known as sleep in R.
SLEEP = {
    "1": [0.7, -1.6, -0.2, -1.2, -0.1, 3.4, 3.7, 0.8, 0.0, 2.0],
    "2": [1.9, 0.8, 1.1, 0.1, -0.1, 4.4, 5.5, 1.6, 4.6, 3.4],
}
# Permeability of human membranes (Hollander & Wolfe 1973), known from R's wilcox.test.
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


def test_welch_is_that_of_scipy() -> None:
    _, outcome = of(SLEEP, Test.WELCH)
    expected = stats.ttest_ind(*SLEEP.values(), equal_var=False)
    between = expected.confidence_interval()
    assert (outcome.statistic, *outcome.degrees, outcome.p) == pytest.approx((expected.statistic, expected.df, expected.pvalue), rel=1e-9)
    assert (outcome.low, outcome.high) == pytest.approx((between.low, between.high), rel=1e-9)
    assert outcome.difference == pytest.approx(-1.58)
    assert outcome.statistic == pytest.approx(-1.8608134675, abs=1e-10)  # so that both can't be wrong together


def test_mann_whitney_counts_every_arrangement() -> None:
    _, outcome = of(MEMBRANES, Test.MANN_WHITNEY)
    ranks = stats.rankdata([*MEMBRANES["term"], *MEMBRANES["early"]])
    sums = np.array([sum(chosen) for chosen in combinations(ranks, 10)])
    here, middle = ranks[:10].sum(), sums.mean()
    assert outcome.statistic == 35 == here - 10 * 11 / 2
    assert outcome.p == pytest.approx(float((abs(sums - middle) >= abs(here - middle)).mean()), rel=1e-9)
    assert outcome.effect is not None
    assert outcome.effect.value == pytest.approx(2 * 35 / 50 - 1)


def test_anova_and_tukey_are_those_of_scipy() -> None:
    comparison, outcome = of(PLANTS)
    assert comparison.test is Test.ANOVA
    expected = stats.f_oneway(*PLANTS.values())
    assert (outcome.statistic, *outcome.degrees, outcome.p) == pytest.approx((expected.statistic, 2, 27, expected.pvalue), rel=1e-9)
    assert outcome.effect is not None
    everything = np.concatenate(list(PLANTS.values()))
    inside = sum(((np.array(group) - np.mean(group)) ** 2).sum() for group in PLANTS.values())
    assert outcome.effect.value == pytest.approx(1 - inside / ((everything - everything.mean()) ** 2).sum(), rel=1e-9)
    assert_pairs(outcome, stats.tukey_hsd(*PLANTS.values()))


def test_welchs_anova_and_games_howell_are_those_of_scipy() -> None:
    _, plants = of(PLANTS, Test.WELCH_ANOVA)
    expected = stats.f_oneway(*PLANTS.values(), equal_var=False)
    assert (plants.statistic, plants.p) == pytest.approx((expected.statistic, expected.pvalue), rel=1e-9)
    assert_pairs(plants, stats.tukey_hsd(*PLANTS.values(), equal_var=False))


def test_of_two_groups_welchs_anova_is_his_t_test() -> None:
    _, sleep = of(SLEEP, Test.WELCH_ANOVA)
    expected = stats.ttest_ind(*SLEEP.values(), equal_var=False)
    assert (sleep.statistic, *sleep.degrees, sleep.p) == pytest.approx((expected.statistic**2, 1, expected.df, expected.pvalue), rel=1e-9)


def assert_pairs(outcome: Outcome, expected: Any) -> None:
    """Differences, intervals and P of all pairs; the studentized range is integrated, so not to all digits."""
    names, between = list(PLANTS), expected.confidence_interval()
    assert len(outcome.pairs) == 3
    for pair in outcome.pairs:
        place = names.index(pair.first), names.index(pair.second)
        numbers = [table[place] for table in (expected.statistic, between.low, between.high, expected.pvalue)]
        assert [pair.difference, pair.low, pair.high, pair.p] == pytest.approx(numbers, abs=1e-5)


def test_kruskal_is_that_of_scipy_and_dunn_that_of_his_formula() -> None:
    _, outcome = of(PLANTS, Test.KRUSKAL)
    expected = stats.kruskal(*PLANTS.values())
    assert (outcome.statistic, *outcome.degrees, outcome.p) == pytest.approx((expected.statistic, 2, expected.pvalue), rel=1e-9)
    assert outcome.effect is not None
    assert outcome.effect.value == pytest.approx(expected.statistic / 29, rel=1e-9)
    values = [value for group in PLANTS.values() for value in group]
    ranks = dict(zip(PLANTS, stats.rankdata(values).reshape(3, 10).mean(axis=1), strict=True))
    ties = sum(count**3 - count for count in Counter(values).values())
    error = ((30 * 31 / 12 - ties / (12 * 29)) * (1 / 10 + 1 / 10)) ** 0.5
    plain = [2 * stats.norm.sf(abs(ranks[pair.first] - ranks[pair.second]) / error) for pair in outcome.pairs]
    assert [pair.p for pair in outcome.pairs] == pytest.approx(holm(plain), rel=1e-9)


def test_holm_is_worked_out_by_hand() -> None:
    """0.005 x 4, 0.01 x 3, 0.03 x 2, 0.04 x 1, none below the one before."""
    assert holm([0.01, 0.04, 0.03, 0.005]) == pytest.approx([0.03, 0.06, 0.06, 0.02])
    assert holm([0.5, 0.9]) == [1.0, 1.0]


def test_cliffs_delta_is_that_of_the_r_package_effsize() -> None:
    """Example and interval stand in that package's own tests; the example is from Hogarty & Kromrey 1999."""
    effect = cliffs_delta(array(10, 10, 20, 20, 20, 30, 30, 30, 40, 50), array(10, 20, 30, 40, 40, 50))
    assert effect is not None
    assert (effect.value, effect.low, effect.high) == pytest.approx((-0.25, -0.7265846, 0.3890062), abs=5e-8)


def test_the_interval_of_hedges_g_inverts_the_noncentral_t() -> None:
    """With 64 and 64 values and t = 2.83: at the ends of the interval such a t has 2.5 % on the one side or the other."""
    base = np.tile([-1.0, 1.0], 32)
    spread = float(base.std(ddof=1))
    effect = hedges_g(base + 2.83 * spread * (2 / 64) ** 0.5, base)
    assert effect is not None
    assert effect.low is not None
    assert effect.high is not None
    scale = (2 / 64) ** 0.5 * float(np.exp(special.gammaln(63) - special.gammaln(62.5)) / 63**0.5)
    assert effect.value == pytest.approx(2.83 * scale, rel=1e-9)
    tails = stats.nct.sf(2.83, 126, effect.low / scale), stats.nct.cdf(2.83, 126, effect.high / scale)
    assert tails == pytest.approx((0.025, 0.025), abs=1e-7)


def test_intraclass_correlation_is_that_of_its_mean_squares() -> None:
    """The ratings of six targets by four judges of Shrout & Fleiss 1979, whose ICC(1,1) is .17."""
    ratings = [array(9, 2, 5, 8), array(6, 1, 3, 2), array(8, 4, 6, 8), array(7, 1, 2, 6), array(10, 5, 6, 9), array(6, 2, 4, 7)]
    between = 4 * float(np.var([row.mean() for row in ratings], ddof=1))
    within = float(np.mean([row.var(ddof=1) for row in ratings]))
    assert intraclass_correlation(ratings) == pytest.approx((between - within) / (between + 3 * within), rel=1e-9)
    assert intraclass_correlation(ratings) == pytest.approx(0.17, abs=0.005)


def test_three_against_three_can_give_no_p_below_a_tenth() -> None:
    _, outcome = of({"a": [1, 2, 3], "b": [4, 5, 6]}, Test.MANN_WHITNEY)
    assert outcome.p == pytest.approx(0.1) == pytest.approx(smallest_p(3, 3))


def test_a_replicate_counts_once_by_its_mean() -> None:
    (group,) = grouped({"a": {"well 1": [1, 2, 3], "well 2": [10]}})
    assert group.units("replicate").tolist() == [2, 10]
    assert group.units("object").tolist() == [1, 2, 3, 10]
    assert [(each.name, each.mean, each.sd, each.objects) for each in group.replicates] == [("well 1", 2, 1, 3), ("well 2", 10, None, 1)]
