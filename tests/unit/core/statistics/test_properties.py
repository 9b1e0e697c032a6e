"""What must hold for any data."""

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from cellhub_app.core.errors import Invalid
from cellhub_app.core.statistics.choosing import TESTS, Test, chosen, fitting
from cellhub_app.core.statistics.compared import compared
from cellhub_app.core.statistics.effects import cliffs_delta, eta_squared, hedges_g
from cellhub_app.core.statistics.many_groups import holm

value = st.integers(-1000, 1000).map(float)
replicates = st.dictionaries(st.sampled_from("ABCDEF"), st.lists(value, min_size=1, max_size=6), min_size=1, max_size=6)
conditions = st.lists(replicates, min_size=2, max_size=5).map(lambda groups: {f"condition {i}": group for i, group in enumerate(groups)})
sample = st.lists(value, min_size=2, max_size=12).map(np.array)


@settings(max_examples=60)
@given(conditions, st.sampled_from(["replicate", "object"]), st.none() | st.sampled_from(Test))
def test_any_data_get_a_comparison_or_a_plain_sentence(groups, unit, test) -> None:  # type: ignore[no-untyped-def]
    try:
        comparison = compared(groups, test, unit)
    except Invalid:
        return  # a test of two for more
    assert [summary.name for summary in comparison.summaries] == list(groups)
    assert all(warning.endswith(".") for warning in comparison.warnings)
    outcome = comparison.outcome
    if outcome is None:
        assert comparison.warnings
        assert "not possible" in comparison.sentence
        return
    assert 0 <= outcome.p <= 1
    assert np.isfinite(outcome.statistic)
    for effect in (outcome.effect, *(pair.effect for pair in outcome.pairs)):
        if effect and effect.low is not None and effect.high is not None:
            assert effect.low <= effect.value + 1e-9
            assert effect.low <= effect.high
    assert all(0 <= pair.p <= 1 for pair in outcome.pairs)


@settings(max_examples=40)
@given(sample, sample)
def test_effects_of_two_turn_round_with_them(first, second) -> None:  # type: ignore[no-untyped-def]
    for effect in (hedges_g, cliffs_delta):
        there, back = effect(first, second), effect(second, first)
        assert (there is None) == (back is None)
        if there and back:
            assert there.value == pytest.approx(-back.value)
            if there.low is not None and back.high is not None:
                assert there.low == pytest.approx(-back.high, abs=1e-6)


@settings(max_examples=40)
@given(sample, sample)
def test_cliffs_delta_is_what_counting_all_pairs_says(first, second) -> None:  # type: ignore[no-untyped-def]
    effect = cliffs_delta(first, second)
    assert effect is not None
    assert effect.low is not None
    assert effect.high is not None
    assert effect.value == pytest.approx(float(np.sign(first[:, None] - second[None, :]).mean()))
    assert -1 <= effect.low <= effect.value <= effect.high <= 1


@settings(max_examples=40)
@given(st.lists(st.floats(0, 1), min_size=1, max_size=8))
def test_holm_keeps_the_order_and_never_lowers_a_p(ps: list[float]) -> None:
    adjusted = holm(ps)
    assert all(p <= after <= 1 for p, after in zip(ps, adjusted, strict=True))
    ordered = [after for _, after in sorted(zip(ps, adjusted, strict=True))]
    assert all(a <= b for a, b in pairwise(ordered))


@settings(max_examples=25)
@given(sample, sample, st.floats(0.1, 10), st.integers(-50, 50))
def test_unit_and_origin_of_a_measure_change_no_test(first, second, factor: float, shift: int) -> None:  # type: ignore[no-untyped-def]
    assume(np.ptp(first) > 0 and np.ptp(second) > 0)
    for test in Test:
        here = compared(_alone(first, second), test).outcome
        there = compared(_alone(first * factor + shift, second * factor + shift), test).outcome
        assert here is not None
        assert there is not None
        assert there.p == pytest.approx(here.p, rel=1e-6, abs=1e-12)


def test_the_interval_of_eta_squared_covers_the_truth() -> None:
    """Three normal groups with a true share of 1/7 between them: intervals of 95 % hold it in 95 of 100 samples."""
    random = np.random.default_rng(7)
    held = 0
    for _ in range(200):
        effect = eta_squared([random.normal(mean, 1, 20) for mean in (0.0, 0.5, 1.0)])
        assert effect is not None
        assert effect.low is not None
        assert effect.high is not None
        held += effect.low <= (1 / 6) / (1 / 6 + 1) <= effect.high
    assert 180 <= held <= 198


def test_tests_follow_the_number_of_conditions() -> None:
    assert fitting(1) == ()
    assert fitting(2)[0] is Test.WELCH
    assert fitting(3)[0] is Test.ANOVA
    assert {*fitting(2), *fitting(3)} == set(Test) == set(TESTS)
    assert chosen("kruskal", 2) is Test.KRUSKAL
    for test, count in (("welch", 3), ("mannWhitney", 4), ("guess", 2), (None, 1)):
        with pytest.raises(Invalid):
            chosen(test, count)


def _alone(first, second):  # type: ignore[no-untyped-def]
    return {name: {str(i): [float(each)] for i, each in enumerate(values)} for name, values in (("a", first), ("b", second))}
